// The vectorised backend: float32 on the instruction sets of the machine, over a pool of threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "albert/device.h"
#include "backend/backend.h"

namespace albert::backend {

namespace cpu {
struct Kernels;
}

/// `isa`: "scalar", "avx2" or "avx512" (F, BW, DQ, VL); empty: $ALBERT_FORCE_ISA, else the best the
/// machine has. Error{value} for an unknown name or one that the machine lacks. `threads` counts the
/// caller; 0: one a core this process may use.
[[nodiscard]] std::unique_ptr<const Backend<float>> make_cpu_backend(std::string_view isa, int threads);

/// The same over a table of kernels of the caller's.
[[nodiscard]] std::unique_ptr<const Backend<float>> make_cpu_backend(const cpu::Kernels& kernels, int threads);

/// What make_cpu_backend knows, best last.
[[nodiscard]] std::vector<InstructionSet> instruction_set_list();

/// The name that make_cpu_backend(isa, ...) takes, with the same errors.
[[nodiscard]] std::string resolve_instruction_set(std::string_view isa);

}  // namespace albert::backend
