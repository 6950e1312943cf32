// Files that torch and safetensors wrote (tests/golden/make_formats.py), read value for value.
#include <cstdlib>

#include "formats/safetensors.h"
#include "formats/torch_file.h"
#include "test_files.h"

namespace albert::formats {
namespace {

NamedTensors read(const std::string& name) { return read_weight_file(MappedFile::open(golden_path(name))); }

TEST(TorchFiles, HoldWhatTorchLoads) {
  const auto names = golden_files(".bin");
  ASSERT_GE(names.size(), 11U);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const NamedTensors ours = read(name);
    const NamedTensors expected = read(name.substr(0, name.size() - 4) + ".expected.safetensors");
    EXPECT_EQ(ours.tensors.size(), expected.tensors.size());
    for (const auto& [key, tensor] : expected.tensors) {
      const Tensor* found = ours.find(key);
      ASSERT_NE(found, nullptr) << key;
      EXPECT_TRUE(same_bits(*found, tensor)) << key;
    }
  }
}

TEST(TorchFiles, KeepTheirOrder) {
  const NamedTensors file = read("zip_dict.bin");
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file.tensors) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"a.weight", "a.bias", "scalar", "empty", "größe"}));
}

TEST(TorchFiles, ReportTensorsThatAreOne) {
  for (const char* name : {"zip_shared.bin", "legacy_strided.bin"}) {
    const NamedTensors file = read(name);
    ASSERT_EQ(file.shared.size(), 1U) << name;
    EXPECT_EQ(file.shared[0], (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(file.find("one")->data(), file.find("two")->data());
  }
}

TEST(TorchFiles, AreReadWhereTheyLie) {
  const auto file = MappedFile::open(golden_path("zip_dict.bin"));
  const NamedTensors content = read_weight_file(file);
  const auto* data = content.find("a.weight")->data();
  EXPECT_GE(data, file->bytes().data());
  EXPECT_LT(data, file->bytes().data() + file->bytes().size());
}

TEST(WeightFormats, AreToldApartByContent) {
  for (const auto& [name, format] : std::vector<std::pair<std::string, std::string>>{
           {"zip_dict.bin", "torch zip"}, {"legacy.bin", "torch legacy"}, {"written.safetensors", "safetensors"}})
    EXPECT_EQ(detect_weight_format(*MappedFile::open(golden_path(name))).name, format);
  EXPECT_NE(error_of("").find("empty"), std::string::npos);
  EXPECT_NE(error_of("version https://git-lfs.github.com/spec/v1\noid sha256:00\n").find("git-lfs"), std::string::npos);
  EXPECT_NE(error_of("hello, world").find("not a weight file"), std::string::npos);
  EXPECT_NE(error_of(std::string("\x89HDF\r\n\x1a\n\0\0", 10)).find("not_implemented"), std::string::npos);
}

// A real published file of 2021 in the legacy form.
TEST(TorchFiles, ReadRxnMapper) {
  const char* given = std::getenv("ALBERT_ASSETS");
  const std::string path =
      join_path(given != nullptr ? given : std::string(ALBERT_SOURCE_DIR) + "/../shared/assets", "models/rxnmapper/pytorch_model.bin");
  if (!is_file(path)) GTEST_SKIP() << path << " is absent";
  const NamedTensors content = read_weight_file(MappedFile::open(path));
  const Tensor* table = content.find("albert.embeddings.word_embeddings.weight");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->dtype(), DType::f32);
  EXPECT_EQ(table->rank(), 2);
  EXPECT_GE(content.tensors.size(), 20U);
}

}  // namespace
}  // namespace albert::formats
