#include "train/run/divergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace albert {
namespace {

constexpr std::size_t kWindow = 32;
constexpr double kLost = 0.75;    // of what was gained
constexpr double kGained = 0.05;  // of the first mean: less than that is noise

}  // namespace

std::optional<std::string> DivergenceDetector::add(double loss, double gradient_norm) {
  if (!std::isfinite(loss)) return fmt::format("the loss is {}", loss);
  if (!std::isfinite(gradient_norm)) return fmt::format("the norm of the gradient is {}", gradient_norm);
  recent_.push_back(loss);
  if (recent_.size() < kWindow) return std::nullopt;
  if (recent_.size() > kWindow) recent_.erase(recent_.begin());
  const double mean = std::accumulate(recent_.begin(), recent_.end(), 0.0) / static_cast<double>(kWindow);
  if (!known_) {
    first_ = lowest_ = mean;
    known_ = true;
  }
  lowest_ = std::min(lowest_, mean);
  const double gained = first_ - lowest_;
  if (gained > kGained * std::abs(first_) && mean > lowest_ + kLost * gained)
    return fmt::format("the mean loss of {} updates is {:.4g} again, after {:.4g}", kWindow, mean, lowest_);
  return std::nullopt;
}

std::vector<double> DivergenceDetector::state() const {
  std::vector<double> state{first_, lowest_, known_ ? 1.0 : 0.0};
  state.insert(state.end(), recent_.begin(), recent_.end());
  return state;
}

void DivergenceDetector::load(const std::vector<double>& state) {
  *this = {};
  if (state.size() < 3) return;
  first_ = state[0];
  lowest_ = state[1];
  known_ = state[2] != 0;
  recent_.assign(state.begin() + 3, state.end());
}

}  // namespace albert
