// The fields of a BatchEncoding as Python's lists: their length, their elements, stacked and converted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "albert/batch_encoding.h"

namespace albert {

using Field = BatchEncoding::Field;
using Ints = BatchEncoding::Ints;

/// Python's len; null for a number.
[[nodiscard]] std::optional<std::size_t> field_length(const Field& field);
/// A list of these: numbers to a list, lists to rows; an array where they differ in form.
[[nodiscard]] Field stack_fields(const std::vector<const Field*>& elements);
[[nodiscard]] Json field_to_json(const Field& field);
/// A tensor as the list it holds; any other field as it is.
[[nodiscard]] Field as_list(Field field);
/// A list as a tensor; a tensor as it is. Null when rows have different lengths, or it holds no numbers.
[[nodiscard]] std::optional<Tensor> as_tensor(const Field& field, DType dtype, bool prepend_batch_axis);

/// Where Python's [start:stop] of `length` elements begins and ends.
[[nodiscard]] std::pair<std::ptrdiff_t, std::ptrdiff_t> slice_bounds(std::size_t length, std::optional<std::int64_t> start,
                                                                     std::optional<std::int64_t> stop);
/// The elements [start:stop] of a list, or along the first axis of a tensor. Error{type} for a number.
[[nodiscard]] Field slice_field(const Field& field, std::optional<std::int64_t> start, std::optional<std::int64_t> stop);

/// The values of an encoding's vector.
[[nodiscard]] Ints to_ints(const std::vector<std::int32_t>& values);

}  // namespace albert
