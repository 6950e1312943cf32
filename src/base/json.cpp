#include "albert/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace albert {
namespace {

constexpr double two_to_63 = 9223372036854775808.0;

/// The value as an integer, when it is one that int64 holds: Python's bool, int and integral float.
bool to_int64(const Json& value, std::int64_t& result) {
  if (value.is_bool()) {
    result = value.as_bool() ? 1 : 0;
    return true;
  }
  if (value.is_integer() && !value.big_integer()) {
    result = value.as_int();
    return true;
  }
  if (!value.is_double()) return false;
  const double number = value.as_double();
  if (!(number >= -two_to_63 && number < two_to_63) || number != std::trunc(number)) return false;
  result = static_cast<std::int64_t>(number);
  return true;
}

bool equal_numbers(const Json& a, const Json& b) {
  if (a.is_double() && b.is_double()) return a.as_double() == b.as_double();
  std::int64_t x = 0;
  std::int64_t y = 0;
  const bool small_a = to_int64(a, x);
  const bool small_b = to_int64(b, y);
  if (small_a || small_b) return small_a && small_b && x == y;
  // What remains: integers outside int64, and floats that are fractions, not finite or of that size.
  const auto digits = [](const Json& value) -> std::string {
    if (value.big_integer()) return value.big_integer()->digits;
    const double number = value.as_double();
    if (!std::isfinite(number) || number != std::trunc(number)) return "";
    return fmt::format("{:.0f}", number);
  };
  return digits(a) == digits(b);
}

bool equal_objects(const Json::Object& a, const Json::Object& b) {
  if (a.size() != b.size()) return false;
  const auto by_key = [](const Json::Object& object) {
    std::vector<const Json::Member*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* x, const auto* y) { return x->first < y->first; });
    return members;
  };
  const auto x = by_key(a);
  const auto y = by_key(b);
  return std::equal(x.begin(), x.end(), y.begin(), [](const auto* p, const auto* q) { return *p == *q; });
}

}  // namespace

bool Json::is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
bool Json::is_bool() const noexcept { return std::holds_alternative<bool>(value_); }
bool Json::is_integer() const noexcept {
  return std::holds_alternative<std::int64_t>(value_) || std::holds_alternative<BigInteger>(value_);
}
bool Json::is_double() const noexcept { return std::holds_alternative<double>(value_); }
bool Json::is_number() const noexcept { return is_integer() || is_double(); }
bool Json::is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
bool Json::is_array() const noexcept { return std::holds_alternative<Array>(value_); }
bool Json::is_object() const noexcept { return std::holds_alternative<Object>(value_); }

std::string_view Json::type_name() const noexcept {
  if (is_null()) return "null";
  if (is_bool()) return "bool";
  if (is_integer()) return "int";
  if (is_double()) return "float";
  if (is_string()) return "str";
  return is_array() ? "list" : "dict";
}

template <class T>
const T& Json::as(std::string_view expected) const {
  if (const auto* value = std::get_if<T>(&value_)) return *value;
  fail(ErrorCode::type, "JSON value: expected {}, got {}", expected, type_name());
}

bool Json::as_bool() const { return as<bool>("bool"); }
std::int64_t Json::as_int() const {
  if (const auto* big = big_integer()) fail(ErrorCode::value, "JSON value: the integer {:.40} does not fit 64 bits", big->digits);
  return as<std::int64_t>("int");
}
double Json::as_double() const {
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*integer);
  if (const auto* big = big_integer()) {
    double result = 0;
    const auto [end, error] = std::from_chars(big->digits.data(), big->digits.data() + big->digits.size(), result);
    require(error == std::errc(), ErrorCode::value, "JSON value: the integer {:.40}... is too large for a float", big->digits);
    return result;
  }
  return as<double>("float");
}
const std::string& Json::as_string() const { return as<std::string>("str"); }
const Json::Array& Json::as_array() const { return as<Array>("list"); }
Json::Array& Json::as_array() { return const_cast<Array&>(as<Array>("list")); }
const Json::Object& Json::as_object() const { return as<Object>("dict"); }
Json::Object& Json::as_object() { return const_cast<Object&>(as<Object>("dict")); }
const Json::BigInteger* Json::big_integer() const noexcept { return std::get_if<BigInteger>(&value_); }

const Json* Json::find(std::string_view key) const noexcept {
  if (const auto* object = std::get_if<Object>(&value_))
    for (const auto& [name, value] : *object)
      if (name == key) return &value;
  return nullptr;
}
Json* Json::find(std::string_view key) noexcept { return const_cast<Json*>(std::as_const(*this).find(key)); }

void Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object();
  if (Json* member = find(key))
    *member = std::move(value);
  else
    as_object().emplace_back(std::string(key), std::move(value));
}

void Json::erase(std::string_view key) {
  std::erase_if(as_object(), [key](const Member& member) { return member.first == key; });
}

bool Json::operator==(const Json& other) const {
  const bool number = is_number() || is_bool();
  if (number || other.is_number() || other.is_bool())
    return number && (other.is_number() || other.is_bool()) && equal_numbers(*this, other);
  if (value_.index() != other.value_.index()) return false;
  if (is_string()) return as_string() == other.as_string();
  if (is_array()) return as_array() == other.as_array();
  if (is_object()) return equal_objects(as_object(), other.as_object());
  return true;
}

}  // namespace albert
