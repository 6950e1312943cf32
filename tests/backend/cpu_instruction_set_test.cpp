// The choice of an instruction set, and what the compiler made of its kernels.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <regex>
#include <sstream>
#include <string>

#include "albert/device.h"
#include "albert/error.h"
#include "backend/cpu/cpu_backend.h"

namespace albert::backend {
namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>/dev/null").c_str(), "r"), pclose);
  std::string text;
  std::array<char, 65536> buffer;
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe.get())) text.append(buffer.data(), n);
  return text;
}

TEST(InstructionSet, RefusesWhatIsUnknownOrMissing) {
  for (const InstructionSet& set : instruction_set_list()) {
    if (set.available)
      EXPECT_EQ(resolve_instruction_set(set.name), set.name);
    else
      EXPECT_THROW(resolve_instruction_set(set.name), Error) << set.name;
  }
  for (const char* name : {"sse9", "AVX2", "avx", " ", "avx512f"}) {
    try {
      (void)make_cpu_backend(name, 1);
      FAIL() << name << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::value);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

TEST(InstructionSet, ObeysTheEnvironmentUnlessTold) {
  ASSERT_EQ(setenv("ALBERT_FORCE_ISA", "scalar", 1), 0);
  EXPECT_EQ(resolve_instruction_set(""), "scalar");
  EXPECT_EQ(make_device({})->options().isa, "scalar");
  EXPECT_EQ(resolve_instruction_set(instruction_set_list().front().name), "scalar");
  ASSERT_EQ(setenv("ALBERT_FORCE_ISA", "no-such-thing", 1), 0);
  EXPECT_THROW(make_device({}), Error);
  EXPECT_NO_THROW(make_cpu_backend("scalar", 1));
  ASSERT_EQ(unsetenv("ALBERT_FORCE_ISA"), 0);
  std::string best;
  for (const InstructionSet& set : instruction_set_list())
    if (set.available) best = set.name;
  EXPECT_EQ(make_device({})->options().isa, best);
}

/// The disassembly of one function, by a part of its mangled name.
std::string function_text(const std::string& disassembly, const std::string& part) {
  const std::regex head("[0-9a-f]+ <([^>]*" + part + "[^>]*)>:");
  std::smatch match;
  if (!std::regex_search(disassembly, match, head)) return "";
  const auto begin = static_cast<std::size_t>(match.position(0));
  return disassembly.substr(begin, disassembly.find("\n\n", begin) - begin);
}

// g++ 12 has been seen to keep accumulators on the stack, which halves a kernel.
TEST(InstructionSet, LargestTilesKeepTheirAccumulatorsInRegisters) {
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "only optimised builds keep accumulators in registers";
#endif
  if (output_of("objdump --version").empty()) GTEST_SKIP() << "objdump is not installed";
  std::stringstream objects(ALBERT_KERNEL_OBJECTS);
  int checked = 0;
  for (std::string object; std::getline(objects, object, ':');) {
    struct Tile {
      const char *file, *name;
      int multiply_adds;
    };
    for (const Tile& tile : {Tile{"avx2", "4tileINS1_4Avx2ELi6ELi1E", 12}, Tile{"avx512", "4tileINS1_6Avx512ELi8ELi1E", 24},
                             Tile{"avx2", "4tileINS1_4Avx2ELi1ELi4E", 8}, Tile{"avx2", "4tileINS1_4Avx2ELi2ELi2E", 8}}) {
      if (object.find(std::string("kernels_") + tile.file + ".") == std::string::npos) continue;
      const std::string text = function_text(output_of("objdump -d --no-show-raw-insn " + object), tile.name);
      ASSERT_FALSE(text.empty()) << tile.name << " is not in " << object;
      std::istringstream lines(text);
      int multiply_adds = 0;
      for (std::string line; std::getline(lines, line);) {
        if (line.find("vfmadd") != std::string::npos) ++multiply_adds;
        const bool vector_on_stack =
            (line.find("ymm") != std::string::npos || line.find("zmm") != std::string::npos) && (line.find("(%rsp") != std::string::npos);
        EXPECT_FALSE(vector_on_stack) << tile.name << ": " << line;
      }
      EXPECT_GE(multiply_adds, tile.multiply_adds) << tile.name;
      ++checked;
    }
  }
#if defined(__x86_64__)
  EXPECT_EQ(checked, 4);
#endif
}

// Whatever these objects define for all to use must carry their vector type in its name: else the
// linker could give every machine a function that only some can run.
TEST(InstructionSet, KernelObjectsLeaveNoCommonCode) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers add symbols of their own";
#endif
  if (output_of("nm --version").empty()) GTEST_SKIP() << "nm is not installed";
  std::stringstream objects(ALBERT_KERNEL_OBJECTS);
  for (std::string object; std::getline(objects, object, ':');) {
    std::istringstream symbols(output_of("nm --defined-only " + object));
    for (std::string address, kind, name; symbols >> address >> kind >> name;) {
      if (kind != "W" && kind != "V" && kind != "u") continue;
      const bool own =
          name.find("Avx2") != std::string::npos || name.find("Avx512") != std::string::npos || name.find("Portable") != std::string::npos;
      EXPECT_TRUE(own) << name << " in " << object;
    }
  }
}

}  // namespace
}  // namespace albert::backend
