// update_from_string: "name=value,name=value".
#include <algorithm>

#include "albert/config.h"
#include "base/check.h"
#include "model/python_value.h"

namespace albert {
namespace {

/// `text` read as the type of `old`.
Json parse_like(const Json& old, const std::string& text, std::string_view name) {
  if (old.is_bool()) {
    std::string word = text;
    std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (word == "true" || word == "1" || word == "y" || word == "yes") return true;
    if (word == "false" || word == "0" || word == "n" || word == "no") return false;
    fail(ErrorCode::value, "can't derive true or false from {:.100} (key {})", text, name);
  }
  if (old.is_integer()) {
    const auto digits = python_int(text);
    require(digits.has_value(), ErrorCode::value, "{}: '{:.100}' is not an integer, as the old value is", name, text);
    return parse_json(*digits);
  }
  if (old.is_double()) {
    const auto number = python_float(text);
    require(number.has_value(), ErrorCode::value, "{}: '{:.100}' is not a number, as the old value is", name, text);
    return *number;
  }
  require(old.is_string(), ErrorCode::value, "You can only update int, float, bool or string values in the config, got {:.100} for key {}",
          text, name);
  return text;
}

}  // namespace

void AlbertConfig::update_from_string(std::string_view text) {
  Json::Object pairs;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string_view part = text.substr(start, end - start);
    const std::size_t equals = part.find('=');
    require(equals != std::string_view::npos && part.find('=', equals + 1) == std::string_view::npos, ErrorCode::value,
            "update: expected name=value,name=value, got '{:.100}'", part);
    pairs.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    start = end + 1;
  }
  // Of a repeated name the first place and the last value count.
  std::map<std::string_view, std::size_t> places;
  std::vector<std::pair<std::string_view, std::size_t>> order;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(pairs[i].first, i);
    if (is_new) order.emplace_back(pairs[i].first, i);
    place->second = i;
  }
  for (const auto& [name, first] : order) {
    require(has(name), ErrorCode::value, "key {:.100} isn't in the original config dict", name);
    const std::string own = name == "attribute_map" ? std::string(name) : mapped(name);
    const Attribute* attribute = find_own(own);
    const bool readable = !attribute || attribute->form != Form::dtype;
    const Json old = readable && (attribute || own == "num_labels" || own == "use_return_dict" || own == "name_or_path" ||
                                  own == "model_type" || own == "is_composition")
                         ? get(name)
                         : Json();
    set(name, parse_like(old, pairs[places.at(name)].second.as_string(), name));
  }
}

}  // namespace albert
