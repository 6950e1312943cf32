#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/check.h"
#include "base/cursor.h"
#include "formats/element_type.h"
#include "formats/pickle.h"
#include "formats/torch_file.h"
#include "formats/torch_pickle.h"

namespace albert::formats {
namespace {

constexpr int kOldestVersion = 1, kNewestVersion = 10;  // of the zip form, as torch 2.1 reads it
constexpr std::int64_t kLegacyProtocol = 1001;
constexpr std::string_view kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";  // 0x1950a86a20f9469cfc6c

std::string_view as_text(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// A pickle of plain data: the legacy form's preamble and key list.
class PlainOwner final : public PickleOwner {
 public:
  explicit PlainOwner(std::string_view what) : what_(what) {}
  PickleValue find_global(std::string_view, std::string_view) override { refuse(); }
  PickleValue call(PickleHeap&, const PickleValue&, std::span<const PickleValue>) override { refuse(); }
  PickleValue persistent_load(PickleHeap&, const PickleValue&) override { refuse(); }

 private:
  [[noreturn]] void refuse() const { fail(ErrorCode::bad_data, "{}: malformed pickle: plain data was expected", what_); }
  std::string_view what_;
};

PickleValue read_plain(Cursor& cursor, PickleHeap& heap, std::string_view what) {
  PlainOwner owner(what);
  return PickleMachine(cursor, heap, owner, what).run();
}

}  // namespace

NamedTensors read_torch_zip(const std::shared_ptr<const MappedFile>& file) {
  const std::string& what = file->name();
  const ZipArchive archive(file);
  const std::size_t slash = archive.first_name().find('/');
  require(slash != std::string::npos, ErrorCode::bad_data, "{}: a zip file, but not one of torch.save: its members are not in a folder",
          what);
  const std::string top = archive.first_name().substr(0, slash + 1);
  require(!archive.contains(top + "constants.pkl"), ErrorCode::not_implemented,
          "{}: a TorchScript archive (torch.jit.save); expected a state dict written by torch.save", what);
  require(archive.contains(top + "data.pkl"), ErrorCode::bad_data, "{}: a zip file, but not one of torch.save: no {}data.pkl in it", what,
          top);

  const std::string version_name = archive.contains(top + ".data/version") ? ".data/version" : "version";
  require(archive.contains(top + version_name), ErrorCode::bad_data, "{}: the torch file has no version record", what);
  const OwnedBytes version_record = archive.read(top + version_name);
  const std::string_view version_text = as_text(version_record.bytes);
  int version = 0;
  std::from_chars(version_text.data(), version_text.data() + version_text.size(), version);
  require(version >= kOldestVersion && version <= kNewestVersion, ErrorCode::bad_data,
          "{}: version {} of the torch file format; {} to {} are read", what, version, kOldestVersion, kNewestVersion);

  bool big_endian = false;
  if (archive.contains(top + "byteorder")) {
    const OwnedBytes order = archive.read(top + "byteorder");
    big_endian = as_text(order.bytes) == "big";
    require(big_endian || as_text(order.bytes) == "little", ErrorCode::bad_data, "{}: the torch file's byteorder is neither little nor big",
            what);
  }

  const OwnedBytes pickle_bytes = archive.read(top + "data.pkl");
  Cursor cursor(pickle_bytes.bytes, what);
  const TorchPickle pickle = read_torch_pickle(cursor, what);
  std::vector<OwnedBytes> contents;
  contents.reserve(pickle.keys.size());
  for (const std::string& key : pickle.keys) contents.push_back(archive.read(top + "data/" + key));
  return bind_storages(pickle, contents, what, big_endian);
}

NamedTensors read_torch_legacy(const std::shared_ptr<const MappedFile>& file) {
  const std::string& what = file->name();
  Cursor cursor(file->bytes(), what);
  PickleHeap heap(what);
  const PickleValue magic = read_plain(cursor, heap, what);
  require(magic.is(PickleValue::Kind::big_integer) && magic.view() == kLegacyMagic, ErrorCode::bad_data,
          "{}: a pickle, but not one of torch.save: its magic number is missing", what);
  const PickleValue protocol = read_plain(cursor, heap, what);
  require(protocol.is(PickleValue::Kind::integer) && protocol.integer == kLegacyProtocol, ErrorCode::bad_data,
          "{}: a torch file of a protocol other than {}", what, kLegacyProtocol);
  const PickleValue system = read_plain(cursor, heap, what);
  require(system.is(PickleValue::Kind::dict), ErrorCode::bad_data, "{}: malformed torch file: no system information", what);
  for (const auto& [key, value] : heap.dict(system))
    require(!key.is_text("little_endian") || !value.is(PickleValue::Kind::boolean) || value.integer != 0, ErrorCode::not_implemented,
            "{}: a torch file of a big-endian machine", what);

  const TorchPickle pickle = read_torch_pickle(cursor, what);
  const PickleValue keys = read_plain(cursor, heap, what);
  require(keys.is(PickleValue::Kind::list), ErrorCode::bad_data, "{}: malformed torch file: no list of storages", what);

  std::map<std::string_view, const TorchStorage*> known;
  for (const TorchStorage& storage : pickle.storages) known.emplace(pickle.keys[storage.key], &storage);
  std::vector<OwnedBytes> contents(pickle.keys.size());
  for (const PickleValue& key : heap.list(keys)) {
    const auto found = key.is(PickleValue::Kind::text) ? known.find(key.view()) : known.end();
    require(found != known.end(), ErrorCode::bad_data, "{}: malformed torch file: a storage that no tensor names", what);
    const TorchStorage& storage = *found->second;
    const auto count = cursor.read<std::uint64_t>();
    require(count == storage.count, ErrorCode::bad_data, "{}: the storage '{}' holds {} elements, {} were announced", what,
            pickle.keys[storage.key], count, storage.count);
    const std::uint64_t width = size_of(storage.dtype);
    require(count <= cursor.remaining() / width, ErrorCode::bad_data, "{}: truncated: the storage '{}' of {} elements does not fit", what,
            pickle.keys[storage.key], count);
    contents[storage.key] = {cursor.take(count * width), file};
  }
  return bind_storages(pickle, contents, what);
}

}  // namespace albert::formats
