// A Device as the rooms above see it: it owns one backend, at one precision.
#pragma once

#include <memory>

#include "albert/device.h"
#include "backend/backend.h"

namespace albert::backend {

class BackendDevice final : public Device {
 public:
  BackendDevice(DeviceOptions options, std::unique_ptr<const Backend<float>> backend);
  BackendDevice(DeviceOptions options, std::unique_ptr<const Backend<double>> backend);

  [[nodiscard]] const DeviceOptions& options() const noexcept override { return options_; }
  [[nodiscard]] std::string description() const override;

  /// The backend of the precision in options().dtype; the other one is null.
  [[nodiscard]] const Backend<float>* f32() const noexcept { return f32_.get(); }
  [[nodiscard]] const Backend<double>* f64() const noexcept { return f64_.get(); }

 private:
  DeviceOptions options_;
  std::unique_ptr<const Backend<float>> f32_;
  std::unique_ptr<const Backend<double>> f64_;
};

/// The device behind the public type. Error{value} for a Device of another kind.
[[nodiscard]] const BackendDevice& as_backend_device(const Device& device);

}  // namespace albert::backend
