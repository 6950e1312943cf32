// Labels as data have them, and as a model has them.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "albert/datasets.h"
#include "base/check.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

constexpr std::int64_t kMostClasses = 1 << 20;

std::optional<double> as_number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::optional<std::int64_t> as_class(std::string_view text) {
  const auto value = as_number(text);
  if (!value || *value < 0 || *value >= static_cast<double>(kMostClasses) || *value != std::floor(*value)) return {};
  return static_cast<std::int64_t>(*value);
}

std::string some_labels(const AlbertConfig& config) {
  constexpr std::int64_t kMost = 8;
  std::string list;
  const std::int64_t count = config.num_labels();
  for (std::int64_t i = 0; i < std::min(count, kMost); ++i) list += (i == 0 ? "" : ", ") + config.label(i);
  return count > kMost ? list + ", ..." : list;
}

/// The model's names of its labels; label2id may know more.
std::unordered_map<std::string, std::int32_t> names_of(const AlbertConfig& config) {
  std::unordered_map<std::string, std::int32_t> names;
  const std::int64_t count = config.num_labels();
  for (std::int64_t i = 0; i < count; ++i) names.emplace(config.label(i), static_cast<std::int32_t>(i));
  if (!config.has("label2id")) return names;
  if (const Json label2id = config.get("label2id"); label2id.is_object())
    for (const auto& [name, id] : label2id.as_object())
      if (id.is_integer() && id.big_integer() == nullptr && id.as_int() >= 0 && id.as_int() < count)
        names.emplace(name, static_cast<std::int32_t>(id.as_int()));
  return names;
}

}  // namespace

std::int32_t LabelTable::intern(std::string_view label, DataPlace place) {
  std::string name(label);
  if (!is_valid_utf8(name)) name = replace_invalid_utf8(name);
  const auto [entry, is_new] = index_.try_emplace(name, size());
  if (is_new) {
    names_.push_back(std::move(name));
    places_.push_back(place);
  }
  return entry->second;
}

std::vector<std::string> label_set(const LabelTable& labels) {
  std::vector<std::string> set;
  bool numbers = labels.size() > 0, classes = true;
  std::int64_t largest = -1;
  for (std::int32_t i = 0; i < labels.size(); ++i) {
    set.push_back(labels.name(i));
    numbers = numbers && as_number(labels.name(i)).has_value();
    const auto number = as_class(labels.name(i));
    classes = classes && number && std::to_string(*number) == labels.name(i);
    largest = std::max(largest, number.value_or(-1));
  }
  // A small set may lack a number that another part of the data has.
  if (numbers && classes && largest < 2 * static_cast<std::int64_t>(set.size()) + 8) {
    set.clear();
    for (std::int64_t i = 0; i <= largest; ++i) set.push_back(std::to_string(i));
    return set;
  }
  std::sort(set.begin(), set.end());
  if (numbers) std::stable_sort(set.begin(), set.end(), [](const auto& a, const auto& b) { return *as_number(a) < *as_number(b); });
  return set;
}

std::vector<std::int32_t> match_labels(const LabelTable& labels, const DataPlaces& places, const AlbertConfig& config) {
  const auto names = names_of(config);
  std::vector<std::int32_t> by_name, by_number;
  std::optional<std::int32_t> stranger, no_class;
  for (std::int32_t i = 0; i < labels.size(); ++i) {
    if (const auto found = names.find(labels.name(i)); found != names.end()) {
      by_name.push_back(found->second);
    } else if (!stranger) {
      stranger = i;
    }
    if (const auto number = as_class(labels.name(i)); number && *number < config.num_labels()) {
      by_number.push_back(static_cast<std::int32_t>(*number));
    } else if (!no_class) {
      no_class = i;
    }
  }
  if (!stranger) return by_name;
  if (!no_class) return by_number;
  // Name the label that is at fault under the reading that most labels suggest.
  const std::int32_t fault = by_name.empty() && !by_number.empty() ? *no_class : *stranger;
  fail(ErrorCode::bad_data, "{}: the label '{}' is none of the model's {} labels ({})", places.name(labels.first_place(fault)),
       labels.name(fault), config.num_labels(), some_labels(config));
}

std::vector<double> label_numbers(const LabelTable& labels, const DataPlaces& places) {
  std::vector<double> numbers;
  numbers.reserve(static_cast<std::size_t>(labels.size()));
  for (std::int32_t i = 0; i < labels.size(); ++i) {
    const auto number = as_number(labels.name(i));
    require(number.has_value(), ErrorCode::bad_data, "{}: expected a number as label, got '{}'", places.name(labels.first_place(i)),
            labels.name(i));
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace albert
