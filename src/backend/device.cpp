#include "backend/device.h"

#include "backend/cpu/cpu_backend.h"
#include "backend/ref/ref_backend.h"
#include "base/check.h"
#include "base/parallel.h"

namespace albert {
namespace backend {

BackendDevice::BackendDevice(DeviceOptions options, std::unique_ptr<const Backend<float>> backend)
    : options_(std::move(options)), f32_(std::move(backend)) {}
BackendDevice::BackendDevice(DeviceOptions options, std::unique_ptr<const Backend<double>> backend)
    : options_(std::move(options)), f64_(std::move(backend)) {}

std::string BackendDevice::description() const {
  return fmt::format("{}, {}, {} {}, {}", options_.kind, options_.isa, options_.threads, options_.threads == 1 ? "thread" : "threads",
                     to_string(options_.dtype));
}

const BackendDevice& as_backend_device(const Device& device) {
  const auto* known = dynamic_cast<const BackendDevice*>(&device);
  require(known != nullptr, ErrorCode::value, "device: not one that make_device made");
  return *known;
}

}  // namespace backend

namespace {

std::shared_ptr<const Device> make_ref(DeviceOptions options) {
  require(options.isa.empty() || options.isa == "scalar", ErrorCode::value, "device ref: its only instruction set is scalar, got '{}'",
          options.isa);
  options.isa = "scalar";
  options.threads = 1;
  if (options.dtype == DType::f64)
    return std::make_shared<backend::BackendDevice>(std::move(options), std::make_unique<backend::RefBackend<double>>());
  require(options.dtype == DType::f32, ErrorCode::value, "device ref: expected float32 or float64, got {}", to_string(options.dtype));
  return std::make_shared<backend::BackendDevice>(std::move(options), std::make_unique<backend::RefBackend<float>>());
}

std::shared_ptr<const Device> make_cpu(DeviceOptions options) {
  require(options.dtype == DType::f32, ErrorCode::value, "device cpu: expected float32, got {}", to_string(options.dtype));
  options.isa = backend::resolve_instruction_set(options.isa);
  if (options.threads == 0) options.threads = usable_cores();
  auto backend = backend::make_cpu_backend(options.isa, options.threads);
  return std::make_shared<backend::BackendDevice>(std::move(options), std::move(backend));
}

}  // namespace

std::shared_ptr<const Device> make_device(const DeviceOptions& options) {
  require(options.threads >= 0, ErrorCode::value, "threads: expected 0 or more, got {}", options.threads);
  if (options.kind == "ref") return make_ref(options);
  if (options.kind == "cpu") return make_cpu(options);
  fail(ErrorCode::value, "device: expected 'cpu' or 'ref', got '{}'", options.kind);
}

std::shared_ptr<const Device> default_device() {
  static const std::shared_ptr<const Device> device = make_device({});
  return device;
}

std::vector<InstructionSet> instruction_sets() { return backend::instruction_set_list(); }

}  // namespace albert
