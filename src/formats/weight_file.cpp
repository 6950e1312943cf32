#include "formats/weight_file.h"

#include <array>
#include <cstring>

#include "base/check.h"
#include "formats/safetensors.h"
#include "formats/torch_file.h"

namespace albert::formats {
namespace {

bool is_zip(std::string_view content) { return content.starts_with("PK\x03\x04") || content.starts_with("PK\x05\x06"); }

bool is_pickle(std::string_view content) { return content.size() > 2 && content[0] == '\x80' && content[1] >= 1 && content[1] <= 5; }

// A header length that the format allows, then the brace that opens the header.
bool is_safetensors(std::string_view content) {
  std::uint64_t length = 0;
  if (content.size() < 9) return false;
  std::memcpy(&length, content.data(), sizeof length);
  return length <= 100'000'000 && content[8] == '{';
}

bool is_hdf5(std::string_view content) { return content.starts_with("\x89HDF\r\n\x1a\n"); }

constexpr std::array<WeightFormat, 4> kFormats = {{
    {"torch zip", is_zip, read_torch_zip},
    {"HDF5", is_hdf5, nullptr},
    {"safetensors", is_safetensors, read_safetensors},
    {"torch legacy", is_pickle, read_torch_legacy},
}};

}  // namespace

std::span<const WeightFormat> weight_formats() noexcept { return kFormats; }

const WeightFormat& detect_weight_format(const MappedFile& file) {
  const std::string_view content = file.text();
  for (const WeightFormat& format : kFormats)
    if (format.matches(content)) return format;
  require(!content.empty(), ErrorCode::bad_data, "{}: the file is empty", file.name());
  require(!content.starts_with("version"), ErrorCode::bad_data,
          "{}: this is a git-lfs pointer, not the weights: install git-lfs, run `git lfs install` and `git lfs pull` in that folder",
          file.name());
  fail(ErrorCode::bad_data, "{}: not a weight file: expected safetensors or a file of torch.save", file.name());
}

NamedTensors read_weight_file(const std::shared_ptr<const MappedFile>& file) {
  const WeightFormat& format = detect_weight_format(*file);
  require(format.read != nullptr, ErrorCode::not_implemented, "{}: {} files are not read; expected safetensors or a file of torch.save",
          file->name(), format.name);
  return format.read(file);
}

}  // namespace albert::formats
