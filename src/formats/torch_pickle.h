// The pickles of torch.save: a state dict as names and descriptions of tensors.
//
// Only the names a weight file needs are known: OrderedDict, the tensor rebuilders, the storage
// classes, Size, device and the dtypes. Any other global - os.system, a class of the user - is
// refused. Nested dicts (a training checkpoint) give names joined by '.'; of values that are no
// tensors the name and the type are kept.
// Source: torch/_utils.py, torch/serialization.py.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cursor.h"
#include "formats/named_tensors.h"
#include "formats/zip_archive.h"

namespace albert::formats {

/// One storage as a persistent id names it.
struct TorchStorage {
  std::size_t key = 0;  // into TorchPickle::keys
  DType dtype = DType::u8;
  std::uint64_t count = 0;                       // elements of the whole storage
  std::uint64_t view_begin = 0, view_count = 0;  // the part that is meant, in elements
};

struct TorchTensor {
  std::size_t storage = 0;  // into TorchPickle::storages
  DType dtype = DType::f32;
  std::uint64_t offset = 0;  // elements from the start of the storage's part
  std::vector<std::int64_t> shape, strides;
};

struct TorchPickle {
  std::vector<std::string> keys;  // of storages, in order of appearance
  std::vector<TorchStorage> storages;
  std::vector<std::pair<std::string, TorchTensor>> tensors;
  std::vector<std::pair<std::string, std::string>> others;  // as in NamedTensors
};

/// Reads the state dict at `cursor`. Error{bad_data}; Error{not_implemented} for element types
/// that this program has not (complex, quantised).
[[nodiscard]] TorchPickle read_torch_pickle(Cursor& cursor, std::string_view what);

/// Tensors over the storages' bytes (contents[i] belongs to keys[i]). Contiguous ones are views.
/// Strides and offsets are checked against the storage; `swap_bytes` for a big-endian file.
[[nodiscard]] NamedTensors bind_storages(const TorchPickle& pickle, const std::vector<OwnedBytes>& contents, std::string_view what,
                                         bool swap_bytes = false);

}  // namespace albert::formats
