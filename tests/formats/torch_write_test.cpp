// What we write as torch files, read back (tests/oracle reads it with torch).
#include "formats/torch_file.h"

#include "test_files.h"

namespace albert::formats {
namespace {

TEST(TorchWriter, WritesWhatItReads) {
  const NamedTensors original = read_weight_file(MappedFile::open(golden_path("zip_dtypes.bin")));
  auto tensors = original.tensors;
  tensors.emplace_back("tied", tensors[0].second);
  tensors.emplace_back("empty", Tensor(DType::f32, {0, 3}));
  tensors.emplace_back("scalar", Tensor(DType::f64, {}));
  const std::string path = testing::TempDir() + std::to_string(::getpid()) + "_written.bin";
  write_torch_zip(path, tensors);
  const NamedTensors content = read_weight_file(MappedFile::open(path));
  ASSERT_EQ(content.tensors.size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(content.tensors[i].first, tensors[i].first);
    EXPECT_TRUE(same_bits(content.tensors[i].second, tensors[i].second)) << tensors[i].first;
  }
  ASSERT_EQ(content.shared.size(), 1U);
  EXPECT_EQ(content.shared[0], (std::vector<std::string>{tensors[0].first, "tied"}));
}

TEST(TorchWriter, AlignsStorages) {
  const std::string path = testing::TempDir() + std::to_string(::getpid()) + "_aligned.bin";
  write_torch_zip(path, {{"a", Tensor(DType::u8, {3})}, {"b", Tensor(DType::f32, {5})}, {"c", Tensor(DType::f64, {2})}});
  const auto file = MappedFile::open(path);
  const NamedTensors content = read_weight_file(file);
  for (const auto& [name, tensor] : content.tensors) EXPECT_EQ((tensor.data() - file->bytes().data()) % 64, 0) << name;
}

TEST(TorchWriter, RefusesTypesThatTorchLacks) {
  const std::string path = testing::TempDir() + std::to_string(::getpid()) + "_unsigned.bin";
  EXPECT_THROW(write_torch_zip(path, {{"a", Tensor(DType::u32, {1})}}), Error);
  EXPECT_FALSE(is_file(path));
}

}  // namespace
}  // namespace albert::formats
