// TensorBoard's event files: scalars by tag and step.
//
// Source: tensorflow/core/util/event.proto, summary.proto and lib/io/record_writer.cc (a record is its
// length, the masked CRC-32C of the length, the bytes, and their masked CRC-32C).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace albert {

/// One record of a TFRecord file around `bytes`.
[[nodiscard]] std::string tf_record(std::string_view bytes);
/// The event that begins every file.
[[nodiscard]] std::string version_event(double wall_time);
/// An event with the scalars of one step.
[[nodiscard]] std::string scalar_event(double wall_time, std::int64_t step, const std::vector<std::pair<std::string, double>>& scalars);

}  // namespace albert
