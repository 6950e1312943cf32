#include "albert/json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "albert/error.h"

namespace {

using albert::dump_json;
using albert::Error;
using albert::ErrorCode;
using albert::Json;
using albert::parse_json;

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

ErrorCode error_of(std::string_view text) {
  try {
    (void)parse_json(text);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

TEST(Json, ReadsAndWritesAsPython) {
  const Json cases = parse_json(read_text(ALBERT_SOURCE_DIR "/tests/golden/json/cases.json"));
  ASSERT_GT(cases.as_array().size(), 400u);
  for (const Json& item : cases.as_array()) {
    const std::string text = from_hex(item.find("text")->as_string());
    const Json& dumps = *item.find("dumps");
    if (dumps.is_null()) {
      EXPECT_EQ(error_of(text), ErrorCode::bad_data) << text;
      continue;
    }
    const Json value = parse_json(text);
    const albert::JsonStyle styles[] = {{}, {.sort_keys = true}, {.indent = 2, .sort_keys = true}, {.indent = 0}, {.ensure_ascii = false}};
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(dump_json(value, styles[i]), dumps.as_array()[i].as_string()) << text;
  }
}

TEST(Json, EveryPrefixAndOneByteChangeEndsInAValueOrAnError) {
  const std::string text = R"({"a":[1,-2.5e-3,"\u00e9\ud83d\ude00",true,null,NaN,-Infinity],"b":{"c":""},"a":12345678901234567890})";
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(error_of(text.substr(0, i)), ErrorCode::bad_data) << i;
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      try {
        (void)dump_json(parse_json(changed));
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::bad_data);
      }
    }
  }
}

TEST(Json, BoundsDepthAndCount) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(parse_json(nested(512)).is_array());
  EXPECT_EQ(error_of(nested(513)), ErrorCode::bad_data);
  EXPECT_EQ(error_of(std::string(10'000'000, '[')), ErrorCode::bad_data);
  std::string objects;
  for (int i = 0; i < 513; ++i) objects += "{\"a\":";
  EXPECT_EQ(error_of(objects), ErrorCode::bad_data);
  std::string zeros = "[";
  for (int i = 0; i < (1 << 23); ++i) zeros += "0,";
  EXPECT_EQ(error_of(zeros), ErrorCode::resource);
}

TEST(Json, RepeatedKeysOfALargeObjectKeepTheLastValueInTheFirstPlace) {
  std::string text = "{";
  for (int i = 0; i < 300000; ++i) text += "\"k" + std::to_string(i % 200000) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const auto object = parse_json(text).as_object();
  ASSERT_EQ(object.size(), 200000u);
  EXPECT_EQ(object[5].first, "k5");
  EXPECT_EQ(object[5].second.as_int(), 200005);
  EXPECT_EQ(object[150000].second.as_int(), 150000);
}

TEST(Json, ComparesAsPython) {
  const auto equal = [](std::string_view a, std::string_view b) { return parse_json(a) == parse_json(b); };
  EXPECT_TRUE(equal("0", "0.0"));
  EXPECT_TRUE(equal("0", "false"));
  EXPECT_TRUE(equal("1.0", "true"));
  EXPECT_FALSE(equal("null", "false"));
  EXPECT_FALSE(equal("\"\"", "false"));
  EXPECT_FALSE(equal("NaN", "NaN"));
  EXPECT_TRUE(equal("Infinity", "1e999"));
  EXPECT_FALSE(equal("Infinity", "99999999999999999999999"));
  EXPECT_FALSE(equal("9007199254740993", "9007199254740992.0"));
  EXPECT_TRUE(equal("9007199254740992", "9007199254740992.0"));
  EXPECT_FALSE(equal("9223372036854775807", "9223372036854775808.0"));
  EXPECT_TRUE(equal("9223372036854775808", "9223372036854775808.0"));
  EXPECT_TRUE(equal("1000000000000000019884624838656", "1e30"));
  EXPECT_FALSE(equal("1000000000000000000000000000000", "1e30"));
  EXPECT_FALSE(equal("0.5", "99999999999999999999999"));
  EXPECT_TRUE(equal(R"({"a":1,"b":[2]})", R"({"b":[2.0],"a":true})"));
  EXPECT_FALSE(equal(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(equal("[1,2]", "[2,1]"));
  EXPECT_FALSE(equal("[]", "{}"));
}

TEST(Json, AccessIsCheckedAndCopiesAreDeep) {
  Json value = parse_json(R"({"a":[1],"big":99999999999999999999})");
  Json copy = value;
  copy.find("a")->as_array().push_back("x");
  copy.set("c", std::size_t{7});
  copy.erase("big");
  EXPECT_EQ(dump_json(copy), R"({"a": [1, "x"], "c": 7})");
  EXPECT_EQ(dump_json(value), R"({"a": [1], "big": 99999999999999999999})");
  EXPECT_EQ(value.find("none"), nullptr);
  EXPECT_EQ(dump_json(Json(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
  EXPECT_DOUBLE_EQ(value.find("big")->as_double(), 1e20);
  const auto code = [](auto&& access) {
    try {
      access();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code([&] { (void)value.find("big")->as_int(); }), ErrorCode::value);
  EXPECT_EQ(code([&] { (void)value.as_int(); }), ErrorCode::type);
  EXPECT_EQ(code([&] { (void)Json(1).as_bool(); }), ErrorCode::type);
  EXPECT_EQ(code([&] { Json(1).set("a", 1); }), ErrorCode::type);
  EXPECT_EQ(code([&] { (void)dump_json(Json("\xff")); }), ErrorCode::value);
}

}  // namespace
