#include "formats/zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/cursor.h"

namespace albert::formats {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr std::uint32_t kSeeZip64 = 0xffffffff;
constexpr std::uint16_t kStored = 0, kDeflated = 8, kEncrypted = 1, kZip64Extra = 1;
constexpr std::uint64_t kMaxDeflateRatio = 1032;          // of the deflate format itself
constexpr std::uint64_t kInflateAllowance = 1ULL << 30U;  // for all members of one archive together

struct Directory {
  std::uint64_t offset = 0, size = 0, count = 0;
};

// The record at the very end, behind which only a comment may stand.
std::size_t find_end(const MappedFile& file) {
  const std::string_view text = file.text();
  constexpr std::size_t kEndSize = 22;
  require(text.size() >= kEndSize, ErrorCode::bad_data, "{}: truncated zip file: {} bytes", file.name(), text.size());
  const std::size_t lowest = text.size() - std::min<std::size_t>(text.size(), kEndSize + 0xffff);
  for (std::size_t at = text.size() - kEndSize + 1; at-- > lowest;) {
    if (text.substr(at, 4) != "PK\x05\x06") continue;
    Cursor cursor(file.bytes(), file.name());
    cursor.seek(at + 20);
    if (cursor.read<std::uint16_t>() == text.size() - at - kEndSize) return at;
  }
  fail(ErrorCode::bad_data, "{}: truncated zip file: its directory, expected at the end, is missing", file.name());
}

Directory find_directory(const MappedFile& file) {
  const std::size_t end = find_end(file);
  Cursor cursor(file.bytes(), file.name());
  cursor.seek(end + 4);
  const auto disk = cursor.read<std::uint16_t>();
  const auto first_disk = cursor.read<std::uint16_t>();
  static_cast<void>(cursor.read<std::uint16_t>());
  Directory directory;
  directory.count = cursor.read<std::uint16_t>();
  directory.size = cursor.read<std::uint32_t>();
  directory.offset = cursor.read<std::uint32_t>();
  std::uint64_t limit = end;
  constexpr std::size_t kLocatorSize = 20, kEnd64Size = 56;
  const bool zip64 = end >= kLocatorSize && (cursor.seek(end - kLocatorSize), cursor.read<std::uint32_t>() == kEnd64Locator);
  if (zip64) {
    static_cast<void>(cursor.read<std::uint32_t>());
    const auto at = cursor.read<std::uint64_t>();
    require(at <= end - kLocatorSize && end - kLocatorSize - at >= kEnd64Size, ErrorCode::bad_data,
            "{}: broken zip file: its Zip64 end record would lie at byte {}", file.name(), at);
    cursor.seek(static_cast<std::size_t>(at));
    require(cursor.read<std::uint32_t>() == kEnd64, ErrorCode::bad_data, "{}: broken zip file: no Zip64 end record at byte {}", file.name(),
            at);
    static_cast<void>(cursor.take(8 + 2 + 2 + 4 + 4 + 8));
    directory.count = cursor.read<std::uint64_t>();
    directory.size = cursor.read<std::uint64_t>();
    directory.offset = cursor.read<std::uint64_t>();
    limit = at;
  } else {
    require(disk == 0 && first_disk == 0, ErrorCode::bad_data, "{}: a zip file in several volumes", file.name());
  }
  require(directory.offset <= limit && directory.size <= limit - directory.offset, ErrorCode::bad_data,
          "{}: broken zip file: its directory ({} bytes from byte {}) does not fit in front of byte {}", file.name(), directory.size,
          directory.offset, limit);
  return directory;
}

// Replaces the 32-bit values that are all ones by those of the Zip64 extra field, in its fixed order.
void apply_zip64(const MappedFile& file, std::span<const std::byte> extra, std::uint64_t& size, std::uint64_t& compressed,
                 std::uint64_t& header) {
  if (size != kSeeZip64 && compressed != kSeeZip64 && header != kSeeZip64) return;
  Cursor fields(extra, file.name());
  while (fields.remaining() >= 4) {
    const auto id = fields.read<std::uint16_t>();
    const auto part = fields.take(fields.read<std::uint16_t>());
    if (id != kZip64Extra) continue;
    Cursor values(part, file.name());
    for (std::uint64_t* value : {&size, &compressed, &header})
      if (*value == kSeeZip64) *value = values.read<std::uint64_t>();
    return;
  }
}

std::string printable(std::string_view name) { return std::string(name.substr(0, 200)); }

}  // namespace

ZipArchive::ZipArchive(std::shared_ptr<const MappedFile> file) : file_(std::move(file)) {
  read_directory();
  refuse_overlaps();
  refuse_bombs();
}

void ZipArchive::read_directory() {
  const Directory directory = find_directory(*file_);
  Cursor cursor(file_->bytes().subspan(static_cast<std::size_t>(directory.offset), static_cast<std::size_t>(directory.size)),
                file_->name());
  std::uint64_t count = 0;
  for (; !cursor.at_end(); ++count) {
    require(cursor.read<std::uint32_t>() == kCentralHeader, ErrorCode::bad_data, "{}: broken zip directory: entry {} has no signature",
            file_->name(), count);
    static_cast<void>(cursor.take(4));  // versions
    const auto flags = cursor.read<std::uint16_t>();
    Member member;
    member.method = cursor.read<std::uint16_t>();
    static_cast<void>(cursor.take(4));  // time and date
    member.checksum = cursor.read<std::uint32_t>();
    member.compressed = cursor.read<std::uint32_t>();
    member.size = cursor.read<std::uint32_t>();
    const auto name_length = cursor.read<std::uint16_t>();
    const auto extra_length = cursor.read<std::uint16_t>();
    const auto comment_length = cursor.read<std::uint16_t>();
    static_cast<void>(cursor.take(8));  // volume and attributes
    member.header = cursor.read<std::uint32_t>();
    std::string name(cursor.take_text(name_length));
    apply_zip64(*file_, cursor.take(extra_length), member.size, member.compressed, member.header);
    static_cast<void>(cursor.take(comment_length));
    require((flags & kEncrypted) == 0, ErrorCode::bad_data, "{}: the member '{}' of this zip file is encrypted", file_->name(),
            printable(name));
    locate_data(name, member, directory.offset);
    if (count == 0) first_name_ = name;
    const auto [place, added] = members_.emplace(std::move(name), member);
    require(added, ErrorCode::bad_data, "{}: the zip file has two members named '{}'", file_->name(), printable(place->first));
  }
  require(count == directory.count, ErrorCode::bad_data, "{}: broken zip directory: {} entries announced, {} found", file_->name(),
          directory.count, count);
}

void ZipArchive::locate_data(const std::string& name, Member& member, std::uint64_t directory) const {
  require(member.header < directory, ErrorCode::bad_data, "{}: broken zip file: the member '{}' would start at byte {}", file_->name(),
          printable(name), member.header);
  Cursor cursor(file_->bytes().first(static_cast<std::size_t>(directory)), file_->name());
  cursor.seek(static_cast<std::size_t>(member.header));
  require(cursor.read<std::uint32_t>() == kLocalHeader, ErrorCode::bad_data, "{}: broken zip file: no member at byte {}", file_->name(),
          member.header);
  static_cast<void>(cursor.take(22));
  const auto name_length = cursor.read<std::uint16_t>();
  const auto extra_length = cursor.read<std::uint16_t>();
  require(cursor.take_text(name_length) == name, ErrorCode::bad_data, "{}: broken zip file: the member '{}' has another name at its data",
          file_->name(), printable(name));
  static_cast<void>(cursor.take(extra_length));
  member.data = cursor.position();
  require(member.compressed <= cursor.remaining(), ErrorCode::bad_data, "{}: truncated zip file: the member '{}' of {} bytes does not fit",
          file_->name(), printable(name), member.compressed);
  require(member.method != kStored || member.compressed == member.size, ErrorCode::bad_data,
          "{}: broken zip file: the stored member '{}' has two sizes, {} and {}", file_->name(), printable(name), member.compressed,
          member.size);
}

void ZipArchive::refuse_overlaps() const {
  std::vector<const Member*> order;
  order.reserve(members_.size());
  for (const auto& [name, member] : members_) order.push_back(&member);
  std::sort(order.begin(), order.end(), [](const Member* a, const Member* b) { return a->header < b->header; });
  for (std::size_t i = 1; i < order.size(); ++i)
    require(order[i - 1]->data + order[i - 1]->compressed <= order[i]->header, ErrorCode::bad_data,
            "{}: broken zip file: members overlap at byte {}", file_->name(), order[i]->header);
}

void ZipArchive::refuse_bombs() const {
  const std::uint64_t allowance = std::max<std::uint64_t>(kInflateAllowance, 4 * static_cast<std::uint64_t>(file_->bytes().size()));
  std::uint64_t inflated = 0;
  for (const auto& [name, member] : members_) {
    if (member.method == kStored) continue;
    require(member.size / kMaxDeflateRatio <= member.compressed && member.size <= allowance - inflated, ErrorCode::bad_data,
            "{}: refused as a zip bomb: its compressed members, '{}' for one, would fill more than {} bytes", file_->name(),
            printable(name), allowance);
    inflated += member.size;
  }
}

OwnedBytes ZipArchive::read(std::string_view name) const {
  const auto found = members_.find(name);
  require(found != members_.end(), ErrorCode::bad_data, "{}: the zip file has no member '{}'", file_->name(), printable(name));
  const Member& member = found->second;
  const auto stored = file_->bytes().subspan(static_cast<std::size_t>(member.data), static_cast<std::size_t>(member.compressed));
  if (member.method == kStored) return {stored, file_};
  require(member.method == kDeflated, ErrorCode::bad_data,
          "{}: the member '{}' is compressed by method {}; only stored and deflated are read", file_->name(), printable(name),
          member.method);

  const auto size = static_cast<std::size_t>(member.size);
  auto content = std::make_shared<std::vector<std::byte>>(size + 1);  // zlib wants an address even for nothing

  z_stream stream{};
  require(inflateInit2(&stream, -MAX_WBITS) == Z_OK, ErrorCode::resource, "{}: no memory to inflate '{}'", file_->name(), printable(name));
  std::size_t in = 0, out = 0;
  int status = Z_OK;
  constexpr std::size_t kStep = std::numeric_limits<uInt>::max() / 2;
  while (status == Z_OK) {  // zlib counts in 32 bits
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(stored.data() + in));
    stream.avail_in = static_cast<uInt>(std::min(kStep, stored.size() - in));
    stream.next_out = reinterpret_cast<Bytef*>(content->data() + out);
    stream.avail_out = static_cast<uInt>(std::min(kStep, size - out));
    const uInt offered_in = stream.avail_in, offered_out = stream.avail_out;
    status = inflate(&stream, Z_NO_FLUSH);
    in += offered_in - stream.avail_in;
    out += offered_out - stream.avail_out;
  }
  inflateEnd(&stream);
  require(status == Z_STREAM_END && in == stored.size() && out == size, ErrorCode::bad_data, "{}: the deflated member '{}' is damaged",
          file_->name(), printable(name));
  const uLong checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content->data()), size);
  require(checksum == member.checksum, ErrorCode::bad_data, "{}: the checksum of the member '{}' is wrong", file_->name(), printable(name));
  return {std::span<const std::byte>(*content).first(size), content};
}

}  // namespace albert::formats
