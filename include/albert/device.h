// Where and how a model computes: which backend, instruction set and how many threads.
//
// The choice is made once, when the object is built. Devices are immutable and may be shared by
// any number of models and threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "albert/export.h"
#include "albert/tensor.h"

namespace ALBERT_API albert {

struct DeviceOptions {
  std::string kind = "cpu";  ///< "cpu" (vectorised) or "ref" (plain scalar code, the law)
  /// Instruction set of the cpu backend: "scalar", "avx2", "avx512", ... Empty: $ALBERT_FORCE_ISA,
  /// else the best the machine has. Error{value} when the machine lacks what is asked for.
  std::string isa{};
  int threads = 0;           ///< 0: one a core this process may use
  DType dtype = DType::f32;  ///< arithmetic: f32; f64 with "ref" only
};

class Device {
 public:
  virtual ~Device() = default;
  [[nodiscard]] virtual const DeviceOptions& options() const noexcept = 0;  ///< with every default filled in
  [[nodiscard]] virtual std::string description() const = 0;                ///< "cpu, avx2, 2 threads, float32"
};

/// Error{value} for an unknown kind or instruction set.
[[nodiscard]] std::shared_ptr<const Device> make_device(const DeviceOptions& options = {});
/// The device used when none is given: make_device({}) built once a process.
[[nodiscard]] std::shared_ptr<const Device> default_device();

/// Instruction sets of the cpu backend, best last, with whether this machine can run each.
struct InstructionSet {
  std::string name{};
  bool available = false;
};
[[nodiscard]] std::vector<InstructionSet> instruction_sets();

}  // namespace ALBERT_API albert
