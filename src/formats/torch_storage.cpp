// Tensors over storages: bounds, strides, byte order, sharing.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "base/check.h"
#include "formats/element_type.h"
#include "formats/torch_pickle.h"

namespace albert::formats {
namespace {

// Copies may exceed the file (a tensor expanded by stride 0), but not without bound.
constexpr std::uint64_t kCopyAllowance = 256ULL << 20U;

std::uint64_t extent(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// One past the last element that a non-empty tensor touches, or null on overflow.
std::optional<std::uint64_t> reach(const TorchTensor& tensor) {
  std::uint64_t last = tensor.offset;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    std::uint64_t step = 0;
    if (__builtin_mul_overflow(extent(tensor.shape[axis]) - 1, extent(tensor.strides[axis]), &step) ||
        __builtin_add_overflow(last, step, &last))
      return std::nullopt;
  }
  return last == ~std::uint64_t{0} ? std::nullopt : std::optional(last + 1);
}

// The stride of an axis of one element does not matter.
bool is_contiguous(const TorchTensor& tensor) {
  std::uint64_t expected = 1;
  for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
    if (tensor.shape[axis] == 1) continue;
    if (extent(tensor.strides[axis]) != expected) return false;
    expected *= extent(tensor.shape[axis]);
  }
  return true;
}

void gather(const TorchTensor& tensor, const std::byte* source, std::byte* target) {
  const std::size_t width = size_of(tensor.dtype);
  const std::size_t rank = tensor.shape.size();
  std::vector<std::int64_t> index(rank, 0);
  std::uint64_t position = 0;  // in elements, of the storage
  for (;;) {
    std::memcpy(target, source + position * width, width);
    target += width;
    std::size_t axis = rank;
    for (;; --axis) {
      if (axis == 0) return;
      if (++index[axis - 1] < tensor.shape[axis - 1]) {
        position += extent(tensor.strides[axis - 1]);
        break;
      }
      position -= extent(tensor.strides[axis - 1]) * extent(tensor.shape[axis - 1] - 1);
      index[axis - 1] = 0;
    }
  }
}

void reverse_elements(Tensor& tensor) {
  const std::size_t width = size_of(tensor.dtype());
  std::byte* data = tensor.mutable_data();
  for (std::size_t at = 0; at < tensor.bytes(); at += width) std::reverse(data + at, data + at + width);
}

}  // namespace

NamedTensors bind_storages(const TorchPickle& pickle, const std::vector<OwnedBytes>& contents, std::string_view what, bool swap_bytes) {
  std::uint64_t allowance = kCopyAllowance;
  for (const OwnedBytes& content : contents) allowance += 2 * content.bytes.size();

  NamedTensors result;
  result.others = pickle.others;
  result.tensors.reserve(pickle.tensors.size());
  using Place = std::tuple<std::size_t, std::uint64_t, DType, std::vector<std::int64_t>, std::vector<std::int64_t>>;
  std::map<Place, std::vector<std::size_t>> places;
  for (const auto& [name, tensor] : pickle.tensors) {
    const TorchStorage& storage = pickle.storages[tensor.storage];
    const OwnedBytes& content = contents[storage.key];
    const std::uint64_t width = size_of(tensor.dtype);
    const std::uint64_t storage_width = size_of(storage.dtype);
    require(storage.count <= content.bytes.size() / storage_width, ErrorCode::bad_data,
            "{}: the storage of '{}' should hold {} elements of {} bytes, the file has {} bytes of it", what, name, storage.count,
            storage_width, content.bytes.size());
    const auto bytes = byte_size(tensor.dtype, tensor.shape);
    require(bytes.has_value(), ErrorCode::bad_data, "{}: the size of '{}' overflows", what, name);
    const std::uint64_t part = storage.view_count * storage_width;
    if (*bytes > 0) {
      const auto end = reach(tensor);
      require(end && *end <= part / width, ErrorCode::bad_data, "{}: '{}' reaches past its storage of {} bytes", what, name, part);
    }
    Tensor value;
    auto& rows =
        places[{storage.key, storage.view_begin * storage_width + tensor.offset * width, tensor.dtype, tensor.shape, tensor.strides}];
    if (*bytes == 0) {
      value = Tensor(tensor.dtype, tensor.shape);
    } else if (!rows.empty()) {
      value = result.tensors[rows.front()].second;
    } else {
      const std::byte* start = content.bytes.data() + storage.view_begin * storage_width;
      const bool view = is_contiguous(tensor) && !swap_bytes;
      if (!view || reinterpret_cast<std::uintptr_t>(start) % width != 0) {
        require(*bytes <= allowance, ErrorCode::bad_data, "{}: refused: the strided tensors of this file would fill more than {} bytes",
                what, allowance);
        allowance -= *bytes;
      }
      if (view) {
        value = view_or_copy(tensor.dtype, tensor.shape, start + tensor.offset * width, content.owner);
      } else {
        // Gathered into raw bytes first, so that view_or_copy's care for booleans applies here too.
        value = Tensor(tensor.dtype, tensor.shape);
        gather(tensor, start + tensor.offset * width, value.mutable_data());
        if (swap_bytes) reverse_elements(value);
        if (tensor.dtype == DType::boolean) {
          const auto owner = std::make_shared<Tensor>(value);
          value = view_or_copy(tensor.dtype, tensor.shape, owner->data(), owner);
        }
      }
    }
    if (*bytes > 0) rows.push_back(result.tensors.size());
    result.tensors.emplace_back(name, std::move(value));
  }
  for (const auto& [place, rows] : places) {
    if (rows.size() < 2) continue;
    std::vector<std::string> group;
    for (const std::size_t row : rows) group.push_back(result.tensors[row].first);
    result.shared.push_back(std::move(group));
  }
  return result;
}

}  // namespace albert::formats
