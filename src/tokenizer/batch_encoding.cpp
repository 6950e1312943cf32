#include "albert/batch_encoding.h"

#include <algorithm>

#include "base/check.h"
#include "tokenizer/fields.h"

namespace albert {
namespace {

template <class T>
const T& as_form(const BatchEncoding& encoding, std::string_view name, std::string_view form) {
  const T* value = std::get_if<T>(&encoding.at(name));
  require(value != nullptr, ErrorCode::type, "the field {} does not hold {}", name, form);
  return *value;
}

}  // namespace

const BatchEncoding::Field* BatchEncoding::find(std::string_view name) const noexcept {
  const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Member& member) { return member.first == name; });
  return found == fields_.end() ? nullptr : &found->second;
}

const BatchEncoding::Field& BatchEncoding::at(std::string_view name) const {
  const Field* field = find(name);
  if (field == nullptr) {
    std::string names;
    for (const auto& [key, value] : fields_) names += (names.empty() ? "" : ", ") + key;
    fail(ErrorCode::key, "there is no field {:?} (there are: {})", name, names);
  }
  return *field;
}

std::int64_t BatchEncoding::number(std::string_view name) const { return as_form<std::int64_t>(*this, name, "a number"); }
const Ints& BatchEncoding::ints(std::string_view name) const { return as_form<Ints>(*this, name, "a list of numbers"); }
const std::vector<Ints>& BatchEncoding::rows(std::string_view name) const {
  return as_form<std::vector<Ints>>(*this, name, "a list of numbers a row");
}
const Tensor& BatchEncoding::tensor(std::string_view name) const { return as_form<Tensor>(*this, name, "a tensor"); }

void BatchEncoding::set(std::string_view name, Field value) {
  const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Member& member) { return member.first == name; });
  if (found == fields_.end())
    fields_.emplace_back(std::string(name), std::move(value));
  else
    found->second = std::move(value);
}

BatchEncoding BatchEncoding::slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop) const {
  BatchEncoding result;
  for (const auto& [name, value] : fields_) result.fields_.emplace_back(name, slice_field(value, start, stop));
  if (fast_ && !fields_.empty() && !std::holds_alternative<Ints>(fields_.front().second)) {
    const auto [begin, end] = slice_bounds(encodings_.size(), start, stop);
    result.set_encodings({encodings_.begin() + begin, encodings_.begin() + end});
  }
  return result;
}

void BatchEncoding::convert_to_tensors(DType dtype, bool prepend_batch_axis) {
  for (auto& [name, value] : fields_) {
    auto tensor = as_tensor(value, dtype, prepend_batch_axis);
    require(tensor.has_value() || name != "overflowing_tokens", ErrorCode::value,
            "overflowing tokens of different lengths make no tensor: the fast form returns them as rows");
    require(
        tensor.has_value(), ErrorCode::value,
        "the field {} makes no tensor: rows of one length are expected; padding (longest) and truncation give them, or it holds more than "
        "numbers",
        name);
    value = std::move(*tensor);
  }
}

Json BatchEncoding::to_json() const {
  Json object = Json::Object{};
  for (const auto& [name, value] : fields_) object.set(name, field_to_json(value));
  return object;
}

void BatchEncoding::add_warning(std::string sentence) {
  if (std::find(warnings_.begin(), warnings_.end(), sentence) == warnings_.end()) warnings_.push_back(std::move(sentence));
}

void BatchEncoding::set_encodings(std::vector<Encoding> encodings) {
  encodings_ = std::move(encodings);
  fast_ = true;
}

}  // namespace albert
