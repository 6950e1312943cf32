// Label maps: num_labels, id2label and label2id.
#include <unordered_map>

#include "albert/config.h"
#include "base/check.h"
#include "model/python_value.h"

namespace albert {
namespace {

constexpr std::int64_t max_labels = std::int64_t{1} << 20;

/// {int(key): value ...}: the keys' canonical digits; of equal keys the first place and the last value.
Json::Object with_integer_keys(std::string_view name, const Json::Object& object) {
  Json::Object result;
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& [key, value] : object) {
    auto digits = python_int(key);
    require(digits.has_value(), ErrorCode::value, "{}: the key '{:.100}' is not an integer", name, key);
    const auto [place, is_new] = places.try_emplace(*digits, result.size());
    if (is_new)
      result.emplace_back(std::move(*digits), value);
    else
      result[place->second].second = value;
  }
  return result;
}

}  // namespace

void AlbertConfig::check_labels(const Json* num_labels) {
  const Json& label2id = value("label2id");
  require(label2id.is_null() || label2id.is_object(), ErrorCode::value, "label2id should be a dictionary, got {}", label2id.type_name());
  const Json& id2label = value("id2label");
  if (id2label.is_null()) {
    set_num_labels(num_labels ? *num_labels : Json(2));
    return;
  }
  require(id2label.is_object(), ErrorCode::value, "id2label should be a dictionary, got {}", id2label.type_name());
  const auto length = id2label.as_object().size();
  if (num_labels && !num_labels->is_null() && !(*num_labels == Json(length)))
    warnings_.push_back(fmt::format(
        "You passed along `num_labels={}` with an incompatible id to label map: {}. The number of labels wil be overwritten to {}.",
        python_str(*num_labels), python_str(id2label), length));
  convert_keys("id2label");
}

void AlbertConfig::convert_keys(std::string_view name) {
  const Json& map = value(name);
  require(map.is_object(), ErrorCode::key, "{} should be a dictionary, got {}", name, map.type_name());
  assign(name, with_integer_keys(name, map.as_object()), Form::integer_keys);
}

void AlbertConfig::set_num_labels(const Json& count) {
  const Json& current = value("id2label");
  if (!current.is_null() && Json(python_len(current)) == count) return;
  require(count.is_integer() || count.is_bool(), ErrorCode::type, "num_labels: expected an integer, got {}", count.type_name());
  const auto* big = count.big_integer();
  require(!(big && big->digits[0] != '-') && (big || count.is_bool() || count.as_int() <= max_labels), ErrorCode::resource,
          "num_labels: {} is more than the {} labels that are supported", python_str(count), max_labels);
  const std::int64_t n = big ? 0 : count.is_bool() ? (count.as_bool() ? 1 : 0) : count.as_int();
  Json::Object id2label;
  Json::Object label2id;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::string id = std::to_string(i);
    id2label.emplace_back(id, "LABEL_" + id);
    label2id.emplace_back("LABEL_" + id, i);
  }
  assign("id2label", std::move(id2label), Form::integer_keys);
  assign("label2id", std::move(label2id));
}

void AlbertConfig::set_id2label(const std::map<std::int64_t, std::string>& id2label) {
  Json::Object map;
  for (const auto& [id, label] : id2label) map.emplace_back(std::to_string(id), label);
  assign("id2label", std::move(map), Form::integer_keys);
}

std::int64_t AlbertConfig::num_labels() const { return get("num_labels").as_int(); }

std::string AlbertConfig::label(std::int64_t id) const {
  const Json* label = value("id2label").find(std::to_string(id));
  require(label != nullptr, ErrorCode::key, "id2label has no entry {}", id);
  return python_str(*label);
}

}  // namespace albert
