// Every rule of the safetensors header, and the writer's bytes.
#include "formats/safetensors.h"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>

#include "albert/safetensors.h"
#include "test_files.h"

namespace albert::formats {
namespace {

std::string file_of(const std::string& header, std::size_t data = 0) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(data, '\0');
}

std::string safetensors_error(const std::string& bytes) {
  try {
    static_cast<void>(read_safetensors(MappedFile::from_memory(std::as_bytes(std::span(bytes)), "test")));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_data);
    return error.what();
  }
  return "";
}

TEST(Safetensors, NamesTheBrokenRule) {
  const auto entry = [](const char* text) { return fmt::format("{{\"a\":{}}}", text); };
  const std::string float4 = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  struct Case {
    std::string bytes, rule;
  };
  std::string long_length(8, '\0');
  long_length[4] = 1;  // 2^32
  const std::vector<Case> cases = {
      {"", "HeaderTooSmall"},
      {"1234567", "HeaderTooSmall"},
      {long_length, "HeaderTooLarge"},
      {file_of("{}").substr(0, 9), "InvalidHeaderLength"},
      {file_of("{\"\xff\":1}"), "InvalidHeader:"},
      {file_of(""), "InvalidHeaderDeserialization"},
      {file_of("[]"), "InvalidHeaderDeserialization"},
      {file_of("{} x"), "InvalidHeaderDeserialization"},
      {file_of("{\"a\":NaN}"), "InvalidHeaderDeserialization"},
      {file_of(entry("3")), "InvalidHeaderDeserialization"},
      {file_of(entry(R"({"dtype":"F32","shape":[1]})")), "missing field data_offsets"},
      {file_of(entry(R"({"shape":[1],"data_offsets":[0,4]})"), 4), "missing field dtype"},
      {file_of(entry(R"({"dtype":"f32","shape":[1],"data_offsets":[0,4]})"), 4), "unknown dtype 'f32'"},
      {file_of(entry(R"({"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]})"), 1), "unknown dtype"},
      {file_of(entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), 4), "natural number"},
      {file_of(entry(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})"), 4), "natural number"},
      {file_of(entry(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})"), 4), "shape must be a list"},
      {file_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})"), 4), "two numbers"},
      {file_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), 8), "InvalidOffset"},
      {file_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), 4), "InvalidOffset"},
      {file_of(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), 4), "TensorInvalidInfo"},
      {file_of(entry(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})")), "ValidationOverflow"},
      {file_of(entry(R"({"dtype":"F64","shape":[9223372036854775807],"data_offsets":[0,4]})"), 4), "ValidationOverflow"},
      {file_of(entry(R"({"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,4]})"), 4), "ValidationOverflow"},
      {file_of(entry(float4.c_str())), "MetadataIncompleteBuffer"},
      {file_of(entry(float4.c_str()), 5), "MetadataIncompleteBuffer"},
      {file_of("{}", 1), "MetadataIncompleteBuffer"},
      {file_of("{\"a\":" + float4 + ",\"b\":" + float4 + "}", 4), "InvalidOffset"},
      {file_of(R"({"__metadata__":{"a":1}})"), "must be a string"},
      {file_of(R"({"__metadata__":[]})"), "__metadata__ must be an object"},
      {file_of("{\"a\":" + std::string(100000, '[') + "}"), "InvalidHeaderDeserialization"},
  };
  for (const Case& test : cases) {
    const std::string message = safetensors_error(test.bytes);
    EXPECT_NE(message.find(test.rule), std::string::npos) << test.rule << " expected, got: " << message;
  }
}

TEST(Safetensors, AcceptsWhatTheReferenceAccepts) {
  // Entries in any order, unknown fields, a null __metadata__, empty tensors, rank 0, trailing blanks.
  const std::string bytes =
      file_of(R"({"b":{"shape":[],"dtype":"F32","data_offsets":[2,6],"extra":{"x":[1]}},"__metadata__":null,)"
              R"("e":{"dtype":"I64","shape":[3,0],"data_offsets":[2,2]},"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}   )",
              6);
  const NamedTensors content = read_bytes(bytes);
  ASSERT_EQ(content.tensors.size(), 3U);
  EXPECT_EQ(content.tensors[0].first, "a");
  EXPECT_EQ(content.find("b")->rank(), 0);
  EXPECT_EQ(content.find("e")->shape(), (std::vector<std::int64_t>{3, 0}));
  EXPECT_TRUE(content.metadata.empty());
  EXPECT_TRUE(read_bytes(file_of("{}")).tensors.empty());
}

TEST(Safetensors, ReadsBooleansAsZeroAndOne) {
  std::string bytes = file_of(R"({"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}})", 3);
  bytes[bytes.size() - 2] = '\x7f';
  const NamedTensors content = read_bytes(bytes);
  const auto values = content.tensors[0].second.values<bool>();
  EXPECT_EQ(std::vector<bool>(values.begin(), values.end()), (std::vector<bool>{false, true, false}));
}

TEST(Safetensors, WritesTheReferencesBytes) {
  const std::string golden = golden_path("written.safetensors");
  std::map<std::string, std::string> metadata;
  TensorList tensors = load_safetensors(golden, &metadata);
  EXPECT_EQ(metadata, (std::map<std::string, std::string>{{"format", "pt"}}));
  std::reverse(tensors.begin(), tensors.end());
  const std::string path = testing::TempDir() + std::to_string(::getpid()) + "_written.safetensors";
  save_safetensors(path, tensors, metadata);
  EXPECT_EQ(MappedFile::open(path)->text(), MappedFile::open(golden)->text());

  save_safetensors(path, load_safetensors(golden_path("no_metadata.safetensors")));
  EXPECT_EQ(MappedFile::open(path)->text(), MappedFile::open(golden_path("no_metadata.safetensors"))->text());
}

TEST(Safetensors, RefusesTwoTensorsOfOneName) {
  const std::string path = testing::TempDir() + std::to_string(::getpid()) + "_repeated.safetensors";
  EXPECT_THROW(save_safetensors(path, {{"a", Tensor()}, {"b", Tensor()}, {"a", Tensor()}}), Error);
  EXPECT_FALSE(is_file(path));
}

}  // namespace
}  // namespace albert::formats
