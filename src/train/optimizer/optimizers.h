// The four optimizers behind albert/optimizer.h, a file each.
#pragma once

#include <memory>

#include "albert/optimizer.h"

namespace albert {

[[nodiscard]] std::unique_ptr<Optimizer> make_adamw(const AdamWOptions& options, int threads);
[[nodiscard]] std::unique_ptr<Optimizer> make_lamb(const LambOptions& options, int threads);
[[nodiscard]] std::unique_ptr<Optimizer> make_adafactor(const AdafactorOptions& options, int threads);
[[nodiscard]] std::unique_ptr<Optimizer> make_sgd(const SgdOptions& options, int threads);

/// Error{value} unless `value` is from 0 up and below 1.
void check_fraction(const char* name, double value);
/// Error{value} unless `value` is finite and from 0 up.
void check_not_negative(const char* name, double value);

}  // namespace albert
