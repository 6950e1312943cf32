// Every golden file cut at every byte, and every byte of it set to other values.
#include "test_files.h"

namespace albert::formats {
namespace {

std::vector<std::string> all_files() {
  std::vector<std::string> names = golden_files(".bin");
  names.insert(names.end(), {"written.safetensors", "no_metadata.safetensors"});
  return names;
}

std::string content_of(const std::string& name) { return std::string(MappedFile::open(golden_path(name))->text()); }

// Touches every element, so that a view past its file is seen by the sanitizer.
void sum(const NamedTensors& content) {
  unsigned total = 0;
  for (const auto& [name, tensor] : content.tensors)
    for (std::size_t i = 0; i < tensor.bytes(); ++i) total += static_cast<unsigned>(tensor.data()[i]);
  EXPECT_LE(total, ~0U);
}

TEST(HostileFiles, TruncatedAnywhereTheyAreRefused) {
  for (const std::string& name : all_files()) {
    const std::string whole = content_of(name);
    for (std::size_t size = 0; size < whole.size(); ++size)
      ASSERT_NE(error_of(whole.substr(0, size)), "") << name << " cut to " << size << " of " << whole.size() << " bytes";
  }
}

TEST(HostileFiles, ChangedAnywhereTheyAreReadOrRefused) {
  for (const std::string& name : all_files()) {
    std::string bytes = content_of(name);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const char original = bytes[at];
      for (const int value : {0x00, 0xff, 0x7f, 0x80, original ^ 1, original + 1}) {
        bytes[at] = static_cast<char>(value);
        try {
          sum(read_bytes(bytes));
        } catch (const Error& error) {
          ASSERT_NE(error.code(), ErrorCode::internal) << error.what();
        }
      }
      bytes[at] = original;
    }
  }
}

// Length fields are one, two, four or eight bytes anywhere: set each to its extremes.
TEST(HostileFiles, ExtremeLengthsAreReadOrRefused) {
  for (const std::string& name : all_files()) {
    const std::string whole = content_of(name);
    for (const std::size_t width : {std::size_t{4}, std::size_t{8}})
      for (std::size_t at = 0; at + width <= whole.size(); ++at)
        for (const std::string& value : {std::string(width, '\xff'), std::string(width - 1, '\xff') + '\x7f', std::string(width, '\0'),
                                         std::string(width - 1, '\0') + '\x80'}) {
          std::string bytes = whole;
          bytes.replace(at, width, value);
          try {
            sum(read_bytes(bytes));
          } catch (const Error& error) {
            ASSERT_NE(error.code(), ErrorCode::internal) << error.what();
          }
        }
  }
}

}  // namespace
}  // namespace albert::formats
