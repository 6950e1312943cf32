// A JSON value as Python's json module understands it.
//
// Objects keep the order of their keys; integers of any size survive; NaN and the infinities are
// read and written. parse_json reads hostile text in bounded depth and memory; dump_json writes
// what Python's json.dumps would, byte for byte.
//
// Values own what they hold: a copy is deep. An object is a list of members, so find() looks at
// each in turn; a reader of a large object (a vocabulary) walks as_object() instead.
//
// The parser is our own small one, because Python's dialect (NaN, Infinity, integers of any size)
// is what general JSON libraries refuse; of simdjson it takes the UTF-8 check.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "albert/export.h"

namespace ALBERT_API albert {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;
  /// An integer outside int64: its decimal digits, with a sign when negative.
  struct BigInteger {
    std::string digits;
    bool operator==(const BigInteger&) const = default;
  };

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  /// Any integer type; above int64 it becomes a BigInteger.
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Json(T value) {
    if (std::in_range<std::int64_t>(value))
      value_ = static_cast<std::int64_t>(value);
    else
      value_ = BigInteger{std::to_string(value)};
  }
  Json(double value) : value_(value) {}
  Json(BigInteger value) : value_(std::move(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  [[nodiscard]] bool is_null() const noexcept;
  [[nodiscard]] bool is_bool() const noexcept;
  [[nodiscard]] bool is_integer() const noexcept;  ///< int64 or BigInteger
  [[nodiscard]] bool is_double() const noexcept;
  [[nodiscard]] bool is_number() const noexcept;  ///< integer or double (not bool)
  [[nodiscard]] bool is_string() const noexcept;
  [[nodiscard]] bool is_array() const noexcept;
  [[nodiscard]] bool is_object() const noexcept;
  /// "null", "bool", "int", "float", "str", "list" or "dict": the names of Python's types.
  [[nodiscard]] std::string_view type_name() const noexcept;

  // Checked access: Error{type} that names the expected and the actual type.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int() const;  ///< Error{value} for a BigInteger
  [[nodiscard]] double as_double() const;     ///< also from an integer
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const Array& as_array() const;
  [[nodiscard]] Array& as_array();
  [[nodiscard]] const Object& as_object() const;
  [[nodiscard]] Object& as_object();
  [[nodiscard]] const BigInteger* big_integer() const noexcept;  ///< null when it is anything else

  /// Member of an object, or null when there is none (or this is no object).
  [[nodiscard]] const Json* find(std::string_view key) const noexcept;
  [[nodiscard]] Json* find(std::string_view key) noexcept;
  /// Sets or appends a member. Error{type} when this is no object (null becomes one).
  void set(std::string_view key, Json value);
  void erase(std::string_view key);

  /// Equality as Python's ==: 0 equals 0.0 and false, objects compare without order, NaN differs from itself.
  [[nodiscard]] bool operator==(const Json& other) const;

 private:
  template <class T>
  [[nodiscard]] const T& as(std::string_view expected) const;

  std::variant<std::monostate, bool, std::int64_t, double, BigInteger, std::string, Array, Object> value_;
};

/// Parses one JSON text (UTF-8). As Python: NaN, Infinity, -Infinity allowed, the last of repeated
/// keys counts (in the place of the first). Error{bad_data} with a byte position for anything else:
/// text that is not UTF-8, a byte-order mark, a lone surrogate, more than 512 levels, an integer of
/// more than 4300 digits, text after the value. Error{resource} above 2^23 values.
[[nodiscard]] Json parse_json(std::string_view text);

struct JsonStyle {
  int indent = -1;           ///< spaces a level, one element a line; -1: one line with ", " and ": "
  bool sort_keys = false;    ///< by code point, at every level
  bool ensure_ascii = true;  ///< non-ASCII as \uXXXX
};

/// Python's json.dumps(value, indent=, sort_keys=, ensure_ascii=), byte for byte. Error{value} for a
/// string that is not UTF-8.
[[nodiscard]] std::string dump_json(const Json& value, const JsonStyle& style = {});

}  // namespace ALBERT_API albert
