#include <zlib.h>

#include <array>
#include <cstring>
#include <map>
#include <string_view>

#include "base/check.h"
#include "formats/torch_file.h"

namespace albert::formats {
namespace {

constexpr std::uint64_t kAlignment = 64;  // of storages, as torch aligns them
constexpr std::uint32_t kFitsZip32 = 0xffffffff;

std::string_view storage_class(const std::string& name, DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return "BoolStorage";
    case DType::u8:
      return "ByteStorage";
    case DType::i8:
      return "CharStorage";
    case DType::i16:
      return "ShortStorage";
    case DType::f16:
      return "HalfStorage";
    case DType::bf16:
      return "BFloat16Storage";
    case DType::i32:
      return "IntStorage";
    case DType::f32:
      return "FloatStorage";
    case DType::f64:
      return "DoubleStorage";
    case DType::i64:
      return "LongStorage";
    default:
      fail(ErrorCode::type, "'{}' is {}, which torch files cannot hold; convert it to a signed type", name, to_string(dtype));
  }
}

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Pickle protocol 2, only what a state dict needs; nothing is memoised.
class PickleText {
 public:
  void operator()(std::string_view raw) { out_ += raw; }
  void text(std::string_view value) {
    out_ += 'X';
    put(out_, static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  void integer(std::int64_t value) {
    if (value >= INT32_MIN && value <= INT32_MAX) {
      out_ += 'J';
      put(out_, static_cast<std::int32_t>(value));
    } else {
      out_ += "\x8a\x08";
      put(out_, value);
    }
  }
  void tuple(const std::vector<std::int64_t>& values) {
    out_ += '(';
    for (const std::int64_t value : values) integer(value);
    out_ += 't';
  }
  [[nodiscard]] const std::string& str() const noexcept { return out_; }

 private:
  std::string out_;
};

std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * std::max<std::int64_t>(shape[axis], 1);
  return strides;
}

// A zip file written front to back: sizes and checksums are known before each member.
class ZipWriter {
 public:
  explicit ZipWriter(const std::string& path) : file_(path) {}

  void add(const std::string& name, std::span<const std::byte> content) {
    Member member{name, position_, content.size(),
                  static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()))};
    const bool zip64 = member.size >= kFitsZip32;
    std::string header;
    put<std::uint32_t>(header, 0x04034b50);
    put_versions(header, member, zip64);
    std::string extra;
    if (zip64) extra = zip64_extra({member.size, member.size});
    const std::uint64_t unpadded = position_ + header.size() + 2 + name.size() + extra.size() + 4;
    const auto padding = static_cast<std::uint16_t>((kAlignment - unpadded % kAlignment) % kAlignment);
    extra += "FB";
    put<std::uint16_t>(extra, padding);
    extra.append(padding, 'Z');
    put(header, static_cast<std::uint16_t>(extra.size()));
    header += name + extra;
    write(header);
    file_.write(content);
    position_ += content.size();
    members_.push_back(std::move(member));
  }
  void add(const std::string& name, std::string_view content) { add(name, std::as_bytes(std::span(content))); }

  void finish() {
    const std::uint64_t directory = position_;
    for (const Member& member : members_) {
      std::vector<std::uint64_t> wide;
      const bool zip64 = member.size >= kFitsZip32;
      if (zip64) wide = {member.size, member.size};
      if (member.header >= kFitsZip32) wide.push_back(member.header);
      const std::string extra = wide.empty() ? "" : zip64_extra(wide);
      std::string entry;
      put<std::uint32_t>(entry, 0x02014b50);
      put<std::uint16_t>(entry, 0);
      put_versions(entry, member, zip64);
      put(entry, static_cast<std::uint16_t>(extra.size()));
      entry.append(10, '\0');  // no comment, volume 0, no attributes
      put(entry, static_cast<std::uint32_t>(std::min<std::uint64_t>(member.header, kFitsZip32)));
      write(entry + member.name + extra);
    }
    const std::uint64_t size = position_ - directory, end64 = position_, count = members_.size();
    std::string end;  // torch always writes the Zip64 records too
    put<std::uint32_t>(end, 0x06064b50);
    put<std::uint64_t>(end, 44);
    put<std::uint32_t>(end, (45U << 16U) | 45U);
    put<std::uint64_t>(end, 0);
    for (const std::uint64_t value : {count, count, size, directory}) put(end, value);
    put<std::uint32_t>(end, 0x07064b50);
    put<std::uint32_t>(end, 0);
    put(end, end64);
    put<std::uint32_t>(end, 1);
    put<std::uint32_t>(end, 0x06054b50);
    put<std::uint32_t>(end, 0);
    for (int i = 0; i < 2; ++i) put(end, static_cast<std::uint16_t>(std::min<std::uint64_t>(count, 0xffff)));
    put(end, static_cast<std::uint32_t>(std::min<std::uint64_t>(size, kFitsZip32)));
    put(end, static_cast<std::uint32_t>(std::min<std::uint64_t>(directory, kFitsZip32)));
    put<std::uint16_t>(end, 0);
    write(end);
    file_.commit();
  }

 private:
  struct Member {
    std::string name;
    std::uint64_t header, size;
    std::uint32_t checksum;
  };

  static std::string zip64_extra(const std::vector<std::uint64_t>& values) {
    std::string extra;
    put<std::uint16_t>(extra, 1);
    put(extra, static_cast<std::uint16_t>(8 * values.size()));
    for (const std::uint64_t value : values) put(extra, value);
    return extra;
  }

  // From "version needed" to the length of the name: the same in both kinds of header.
  static void put_versions(std::string& header, const Member& member, bool zip64) {
    put<std::uint16_t>(header, zip64 ? 45 : 20);
    put<std::uint16_t>(header, 0x800);       // names are UTF-8
    put<std::uint16_t>(header, 0);           // stored
    put<std::uint32_t>(header, 0x00210000);  // 1980-01-01: files do not depend on the clock
    put(header, member.checksum);
    const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(member.size, kFitsZip32));
    put(header, size);
    put(header, size);
    put(header, static_cast<std::uint16_t>(member.name.size()));
  }

  void write(const std::string& bytes) {
    file_.write(bytes);
    position_ += bytes.size();
  }

  FileWriter file_;
  std::uint64_t position_ = 0;
  std::vector<Member> members_;
};

std::string file_stem(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.rfind('.'));
  return name.empty() || name.size() > 255 ? "archive" : name;
}

}  // namespace

void write_torch_zip(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors) {
  PickleText pickle;
  pickle("\x80\x02}(");
  std::map<std::tuple<const std::byte*, std::size_t, DType>, std::size_t> storage_of;
  std::vector<const Tensor*> storages;
  for (const auto& [name, tensor] : tensors) {
    std::size_t storage = storages.size();
    if (tensor.bytes() > 0) storage = storage_of.try_emplace({tensor.data(), tensor.bytes(), tensor.dtype()}, storage).first->second;
    if (storage == storages.size()) storages.push_back(&tensor);
    pickle.text(name);
    pickle("ctorch._utils\n_rebuild_tensor_v2\n((");
    pickle.text("storage");
    pickle("ctorch\n");
    pickle(storage_class(name, tensor.dtype()));
    pickle("\n");
    pickle.text(std::to_string(storage));
    pickle.text("cpu");
    pickle.integer(tensor.size());
    pickle("tQ");
    pickle.integer(0);
    pickle.tuple(tensor.shape());
    pickle.tuple(row_major_strides(tensor.shape()));
    pickle(
        "\x89"  // requires_grad: a saved state dict is detached
        "ccollections\nOrderedDict\n)RtR");
  }
  pickle("u.");

  const std::string top = file_stem(path);
  ZipWriter zip(path);
  zip.add(top + "/data.pkl", pickle.str());
  zip.add(top + "/byteorder", "little");
  for (std::size_t i = 0; i < storages.size(); ++i)
    zip.add(top + "/data/" + std::to_string(i), std::span(storages[i]->data(), storages[i]->bytes()));
  zip.add(top + "/version", "3\n");
  zip.finish();
}

}  // namespace albert::formats
