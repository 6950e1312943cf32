// pytorch_model.bin, the legacy form; and its pickle alone, over storages of the size it asks for.
#include "formats/torch_pickle.h"

#include <memory>
#include <vector>

#include "base/cursor.h"
#include "formats/torch_file.h"
#include "tensors.h"

namespace {

constexpr std::uint64_t max_storage = 1 << 16;  // bytes

void bind(const albert::formats::TorchPickle& pickle) {
  std::vector<std::uint64_t> sizes(pickle.keys.size());
  for (const auto& storage : pickle.storages) {
    fuzz::expect(storage.key < sizes.size(), "a storage has a key");
    sizes[storage.key] = std::max(sizes[storage.key], std::min(storage.count, max_storage) * 8);
  }
  std::vector<albert::formats::OwnedBytes> contents;
  for (const std::uint64_t size : sizes) {
    auto bytes = std::make_shared<std::vector<std::byte>>(std::min(size, max_storage));
    const std::span<const std::byte> view(*bytes);
    contents.push_back({view, std::move(bytes)});
  }
  fuzz::touch(albert::formats::bind_storages(pickle, contents, "input"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::accepts([&] { fuzz::touch(albert::formats::read_torch_legacy(fuzz::file_of(data, size))); });
  fuzz::accepts([&] {
    albert::Cursor cursor(std::as_bytes(std::span(data, size)), "input");
    bind(albert::formats::read_torch_pickle(cursor, "input"));
  });
  return 0;
}
