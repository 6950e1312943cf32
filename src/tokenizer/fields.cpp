#include "tokenizer/fields.h"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace albert {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

Json to_json(std::int64_t value) { return value; }
Json to_json(const Offsets& offsets) { return Json::Array{offsets.start, offsets.end}; }
template <class T>
Json to_json(const std::vector<T>& values) {
  Json::Array array;
  array.reserve(values.size());
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

// The elements from `at` on, nested as `shape` from `axis` on says.
template <class T>
Json nested(std::span<const T> values, std::span<const std::int64_t> shape, std::size_t& at) {
  if (shape.empty()) {
    if constexpr (std::is_same_v<T, float>)
      return static_cast<double>(values[at++]);
    else
      return values[at++];
  }
  Json::Array array;
  for (std::int64_t i = 0; i < shape[0]; ++i) array.push_back(nested(values, shape.subspan(1), at));
  return array;
}

Json tensor_to_json(const Tensor& tensor) {
  std::size_t at = 0;
  if (is_floating(tensor.dtype())) {
    const Tensor values = tensor.to(DType::f32);
    return nested(values.values<float>(), tensor.shape(), at);
  }
  const Tensor values = tensor.to(DType::i64);
  return nested(values.values<std::int64_t>(), tensor.shape(), at);
}

// The extents of nested arrays of numbers, and the numbers; false when they are ragged or no numbers.
bool flatten(const Json& json, std::size_t depth, std::vector<std::int64_t>& shape, std::vector<double>& numbers, bool& whole) {
  if (!json.is_array()) {
    if (depth != shape.size() || !(json.is_number() || json.is_bool()) || json.big_integer() != nullptr) return false;
    whole = whole && !json.is_double();
    numbers.push_back(json.is_bool() ? static_cast<double>(json.as_bool()) : json.as_double());
    return true;
  }
  const auto& array = json.as_array();
  if (depth == shape.size()) {
    if (!numbers.empty()) return false;  // a list where a number was before
    shape.push_back(static_cast<std::int64_t>(array.size()));
  }
  if (shape[depth] != static_cast<std::int64_t>(array.size())) return false;
  return std::all_of(array.begin(), array.end(), [&](const Json& element) { return flatten(element, depth + 1, shape, numbers, whole); });
}

std::optional<Tensor> json_to_tensor(const Json& json, DType dtype, std::vector<std::int64_t> front) {
  std::vector<std::int64_t> shape;
  std::vector<double> numbers;
  bool whole = true;
  if (!flatten(json, 0, shape, numbers, whole)) return std::nullopt;
  if (front.empty() && shape.size() == 1 && shape[0] == 0) return std::nullopt;
  front.insert(front.end(), shape.begin(), shape.end());
  if (whole) return Tensor::from(std::move(front), std::vector<std::int64_t>(numbers.begin(), numbers.end())).to(dtype);
  return Tensor::from(std::move(front), std::vector<float>(numbers.begin(), numbers.end()));
}

void append(std::vector<std::int64_t>& flat, std::int64_t value) { flat.push_back(value); }
void append(std::vector<std::int64_t>& flat, const Offsets& offsets) { flat.insert(flat.end(), {offsets.start, offsets.end}); }

}  // namespace

std::optional<std::size_t> field_length(const Field& field) {
  return std::visit(Overloaded{[](std::int64_t) { return std::optional<std::size_t>(); },
                               [](const Tensor& tensor) -> std::optional<std::size_t> {
                                 if (tensor.rank() == 0) return std::nullopt;
                                 return static_cast<std::size_t>(tensor.dim(0));
                               },
                               [](const Json& json) -> std::optional<std::size_t> {
                                 if (json.is_array()) return json.as_array().size();
                                 if (json.is_object()) return json.as_object().size();
                                 if (json.is_string()) return json.as_string().size();
                                 return std::nullopt;
                               },
                               [](const auto& list) { return std::optional(list.size()); }},
                    field);
}

Json field_to_json(const Field& field) {
  return std::visit(Overloaded{[](const Tensor& tensor) { return tensor_to_json(tensor); }, [](const Json& json) { return json; },
                               [](const auto& value) { return to_json(value); }},
                    field);
}

namespace {

// The elements as values of one form; null when one has another.
template <class T>
std::optional<std::vector<T>> gather(const std::vector<const Field*>& elements) {
  std::vector<T> values;
  values.reserve(elements.size());
  for (const Field* element : elements) {
    const T* value = std::get_if<T>(element);
    if (value == nullptr) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

}  // namespace

Field stack_fields(const std::vector<const Field*>& elements) {
  if (auto numbers = gather<std::int64_t>(elements)) return std::move(*numbers);
  if (auto rows = gather<Ints>(elements)) return std::move(*rows);
  if (auto rows = gather<std::vector<Offsets>>(elements)) return std::move(*rows);
  Json::Array array;
  for (const Field* element : elements) array.push_back(field_to_json(*element));
  return Json(std::move(array));
}

std::pair<std::ptrdiff_t, std::ptrdiff_t> slice_bounds(std::size_t length, std::optional<std::int64_t> start,
                                                       std::optional<std::int64_t> stop) {
  const auto size = static_cast<std::int64_t>(length);
  const auto place = [&](std::int64_t index) { return std::clamp<std::int64_t>(index < 0 ? index + size : index, 0, size); };
  const std::int64_t begin = place(start.value_or(0));
  return {begin, std::max(begin, place(stop.value_or(size)))};
}

Field slice_field(const Field& field, std::optional<std::int64_t> start, std::optional<std::int64_t> stop) {
  const auto length = field_length(field);
  const auto* json = std::get_if<Json>(&field);
  require(length.has_value() && (json == nullptr || json->is_array()), ErrorCode::type, "a field that is no list cannot be sliced");
  const auto [first, last] = slice_bounds(*length, start, stop);
  const auto part = [begin = first, end = last](const auto& list) {
    return std::decay_t<decltype(list)>(list.begin() + begin, list.begin() + end);
  };
  const auto part_of_tensor = [&, begin = first, end = last](const Tensor& tensor) -> Field {
    std::vector<std::int64_t> shape = tensor.shape();
    const std::size_t row = *length == 0 ? 0 : tensor.bytes() / *length;
    shape[0] = end - begin;
    const std::byte* data = tensor.data() + static_cast<std::size_t>(begin) * row;
    return Tensor::view(tensor.dtype(), std::move(shape), data, std::make_shared<const Tensor>(tensor));
  };
  return std::visit(Overloaded{[](std::int64_t number) -> Field { return number; }, part_of_tensor,
                               [&](const Json& array) -> Field { return Json(part(array.as_array())); },
                               [&](const auto& list) -> Field { return part(list); }},
                    field);
}

Field as_list(Field field) {
  const auto* tensor = std::get_if<Tensor>(&field);
  if (tensor == nullptr) return field;
  if (is_floating(tensor->dtype()) || tensor->rank() > 2) return tensor_to_json(*tensor);
  const Tensor numbers = tensor->to(DType::i64);
  const auto values = numbers.values<std::int64_t>();
  if (tensor->rank() == 0) return values[0];
  if (tensor->rank() == 1) return Ints(values.begin(), values.end());
  std::vector<Ints> rows;
  const auto columns = static_cast<std::size_t>(tensor->dim(1));
  for (std::int64_t i = 0; i < tensor->dim(0); ++i) {
    const auto row = values.subspan(static_cast<std::size_t>(i) * columns, columns);
    rows.emplace_back(row.begin(), row.end());
  }
  return rows;
}

std::optional<Tensor> as_tensor(const Field& field, DType dtype, bool prepend_batch_axis) {
  if (const auto* tensor = std::get_if<Tensor>(&field)) return *tensor;
  std::vector<std::int64_t> shape;
  if (prepend_batch_axis) shape.push_back(1);
  if (const Json* json = std::get_if<Json>(&field)) return json_to_tensor(*json, dtype, std::move(shape));
  std::vector<std::int64_t> flat;
  bool ragged = false;
  const auto put_row = [&]<class T>(const std::vector<T>& row) {
    for (const T& value : row) append(flat, value);
  };
  const auto put_extent = [&](std::size_t extent) { shape.push_back(static_cast<std::int64_t>(extent)); };
  const auto put_rows = [&]<class T>(const std::vector<std::vector<T>>& rows) {
    const std::size_t columns = rows.empty() ? 0 : rows.front().size();
    put_extent(rows.size());
    put_extent(columns);
    if (std::is_same_v<T, Offsets> && columns > 0) put_extent(2);  // of no pairs nobody sees that they are pairs
    for (const auto& row : rows) {
      ragged = ragged || row.size() != columns;
      put_row(row);
    }
  };
  std::visit(Overloaded{[&](std::int64_t value) { flat.push_back(value); },
                        [&](const Ints& list) {
                          put_extent(list.size());
                          put_row(list);
                        },
                        [&](const std::vector<Offsets>& list) {
                          put_extent(list.size());
                          if (!list.empty()) put_extent(2);
                          put_row(list);
                        },
                        [&](const std::vector<Ints>& rows) { put_rows(rows); },
                        [&](const std::vector<std::vector<Offsets>>& rows) { put_rows(rows); }, [](const auto&) {}},
             field);
  // The reference looks at the first element of a list to see what it holds.
  if (ragged || (!prepend_batch_axis && field_length(field) == std::size_t{0})) return std::nullopt;
  return Tensor::from(std::move(shape), flat).to(dtype);
}

Ints to_ints(const std::vector<std::int32_t>& values) { return {values.begin(), values.end()}; }

}  // namespace albert
