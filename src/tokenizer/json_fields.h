// Typed access to the parts of a JSON document, with errors that say where.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"

namespace albert {

/// A value of a parsed document and its place in it ("normalizer.normalizers[2].pattern").
class JsonField {
 public:
  JsonField(simdjson::dom::element value, std::string path) : value_(value), path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] simdjson::dom::element value() const noexcept { return value_; }
  [[nodiscard]] bool is_null() const noexcept { return value_.is_null(); }
  [[nodiscard]] bool is_object() const noexcept { return value_.is_object(); }
  [[nodiscard]] bool is_array() const noexcept { return value_.is_array(); }

  [[nodiscard]] std::string_view text() const {
    std::string_view result;
    if (value_.get(result) != simdjson::SUCCESS) wrong("a string");
    return result;
  }
  [[nodiscard]] bool truth() const {
    bool result = false;
    if (value_.get(result) != simdjson::SUCCESS) wrong("true or false");
    return result;
  }
  [[nodiscard]] std::uint64_t count(std::uint64_t maximum = std::numeric_limits<std::uint64_t>::max()) const {
    std::uint64_t result = 0;
    if (value_.get(result) != simdjson::SUCCESS || result > maximum) wrong(fmt::format("a whole number from 0 to {}", maximum));
    return result;
  }
  [[nodiscard]] std::uint32_t count32() const { return static_cast<std::uint32_t>(count(std::numeric_limits<std::uint32_t>::max())); }
  [[nodiscard]] double number() const {
    double result = 0;
    if (value_.get(result) != simdjson::SUCCESS) wrong("a number");
    return result;
  }
  [[nodiscard]] simdjson::dom::array array() const {
    simdjson::dom::array result;
    if (value_.get(result) != simdjson::SUCCESS) wrong("an array");
    return result;
  }
  [[nodiscard]] simdjson::dom::object object() const {
    simdjson::dom::object result;
    if (value_.get(result) != simdjson::SUCCESS) wrong("an object");
    return result;
  }

  /// Member `name`; null counts as absent.
  [[nodiscard]] std::optional<JsonField> find(std::string_view name) const {
    simdjson::dom::element member;
    if (object().at_key(name).get(member) != simdjson::SUCCESS || member.is_null()) return std::nullopt;
    return JsonField(member, path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name));
  }
  [[nodiscard]] JsonField at(std::string_view name) const {
    auto member = find(name);
    require(member.has_value(), ErrorCode::bad_data, "{}: \"{}\" is missing", place(), name);
    return *std::move(member);
  }
  /// Calls visit(field) for each element of an array.
  template <class Visit>
  void for_each(Visit&& visit) const {
    std::size_t i = 0;
    for (const auto element : array()) visit(JsonField(element, fmt::format("{}[{}]", path_, i++)));
  }

  [[noreturn]] void wrong(std::string_view expected) const { fail(ErrorCode::bad_data, "{} has to be {}", place(), expected); }

 private:
  [[nodiscard]] std::string place() const { return path_.empty() ? "the document" : path_; }

  simdjson::dom::element value_;
  std::string path_;
};

}  // namespace albert
