#include "backend/cpu/instruction_set.h"

#include <cstdlib>
#include <string>

#include "backend/cpu/cpu_backend.h"
#include "base/check.h"

namespace albert::backend {
namespace cpu {
namespace {

struct Candidate {
  const Kernels* kernels;
  bool (*available)();
};

// The compiler's own detection: it reads cpuid and, for the wide registers, asks the operating
// system by xgetbv whether it saves them. An object may run where everything it is compiled for is
// there (CMakeLists.txt).
#if defined(__x86_64__)
bool has_avx2() { return static_cast<bool>(__builtin_cpu_supports("avx2")) && static_cast<bool>(__builtin_cpu_supports("fma")); }
bool has_avx512() {
  return has_avx2() && static_cast<bool>(__builtin_cpu_supports("avx512f")) && static_cast<bool>(__builtin_cpu_supports("avx512bw")) &&
         static_cast<bool>(__builtin_cpu_supports("avx512dq")) && static_cast<bool>(__builtin_cpu_supports("avx512vl"));
}
#endif

constexpr Candidate kCandidates[] = {
    {&kScalarKernels, [] { return true; }},
#if defined(__x86_64__)
    {&kAvx2Kernels, has_avx2},
    {&kAvx512Kernels, has_avx512},
#endif
};

std::string names(bool available_only) {
  std::string list;
  for (const Candidate& candidate : kCandidates)
    if (!available_only || candidate.available()) list += (list.empty() ? "" : ", ") + std::string(candidate.kernels->name);
  return list;
}

}  // namespace

const Kernels& choose_kernels(std::string_view isa) {
  std::string source = "instruction set";
  if (isa.empty()) {
    if (const char* forced = std::getenv("ALBERT_FORCE_ISA"); forced && *forced) {
      isa = forced;
      source = "ALBERT_FORCE_ISA";
    }
  }
  const Kernels* best = nullptr;
  for (const Candidate& candidate : kCandidates) {
    if (!isa.empty() && isa == candidate.kernels->name) {
      require(candidate.available(), ErrorCode::value, "{}: this machine cannot run '{}'; it can run {}", source, isa, names(true));
      return *candidate.kernels;
    }
    if (candidate.available()) best = candidate.kernels;
  }
  require(isa.empty(), ErrorCode::value, "{}: '{}' is not known; expected one of {}", source, isa, names(false));
  return *best;
}

}  // namespace cpu

std::vector<InstructionSet> instruction_set_list() {
  std::vector<InstructionSet> list;
  for (const cpu::Candidate& candidate : cpu::kCandidates) list.push_back({candidate.kernels->name, candidate.available()});
  return list;
}

std::string resolve_instruction_set(std::string_view isa) { return cpu::choose_kernels(isa).name; }

}  // namespace albert::backend
