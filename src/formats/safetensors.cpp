#include "formats/safetensors.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "albert/json.h"
#include "base/check.h"
#include "base/cursor.h"
#include "formats/element_type.h"

namespace albert::formats {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the reference's limit
constexpr std::size_t kMaxDepth = 128;             // of its JSON parser
constexpr std::size_t kMaxRank = 1024;             // ours: axes of one tensor

struct Entry {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

[[noreturn]] void invalid(const MappedFile& file, std::string_view rule, const std::string& detail) {
  fail(ErrorCode::bad_data, "{}: not a valid safetensors file: {}: {}", file.name(), rule, detail);
}

std::string short_name(std::string_view name) { return std::string(name.substr(0, 200)); }

std::uint64_t natural(const MappedFile& file, std::string_view name, dom::element value) {
  std::uint64_t number = 0;
  if (value.get_uint64().get(number) != simdjson::SUCCESS)
    invalid(file, "InvalidHeaderDeserialization", fmt::format("tensor '{}': a natural number was expected", short_name(name)));
  return number;
}

dom::array array_field(const MappedFile& file, std::string_view name, std::string_view field, dom::element value) {
  dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS)
    invalid(file, "InvalidHeaderDeserialization", fmt::format("tensor '{}': {} must be a list", short_name(name), field));
  return array;
}

// One entry {"dtype": ..., "shape": [...], "data_offsets": [begin, end]}; other fields are ignored.
Entry read_entry(const MappedFile& file, std::string_view name, dom::element value) {
  dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS)
    invalid(file, "InvalidHeaderDeserialization",
            fmt::format("tensor '{}' is described by something else than an object", short_name(name)));
  Entry entry;
  bool has_dtype = false, has_shape = false, has_offsets = false;
  for (const auto field : object) {
    if (field.key == "dtype") {
      std::string_view text;
      std::optional<DType> dtype;
      if (field.value.get_string().get(text) == simdjson::SUCCESS) dtype = dtype_from_safetensors(text);
      if (!dtype)
        invalid(
            file, "InvalidHeaderDeserialization",
            fmt::format("tensor '{}': unknown dtype '{}', expected one of BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64",
                        short_name(name), short_name(text)));
      entry.dtype = *dtype;
      has_dtype = true;
    } else if (field.key == "shape") {
      const dom::array extents = array_field(file, name, "shape", field.value);
      if (extents.size() > kMaxRank)
        invalid(file, "InvalidHeaderDeserialization", fmt::format("tensor '{}': more than {} axes", short_name(name), kMaxRank));
      entry.shape.clear();
      for (const dom::element extent : extents) {
        const std::uint64_t size = natural(file, name, extent);
        if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
          invalid(file, "ValidationOverflow", fmt::format("tensor '{}': an extent of {}", short_name(name), size));
        entry.shape.push_back(static_cast<std::int64_t>(size));
      }
      has_shape = true;
    } else if (field.key == "data_offsets") {
      const dom::array offsets = array_field(file, name, "data_offsets", field.value);
      if (offsets.size() != 2)
        invalid(file, "InvalidHeaderDeserialization", fmt::format("tensor '{}': data_offsets must hold two numbers", short_name(name)));
      entry.begin = natural(file, name, offsets.at(0).value());
      entry.end = natural(file, name, offsets.at(1).value());
      has_offsets = true;
    }
  }
  if (!has_dtype || !has_shape || !has_offsets)
    invalid(file, "InvalidHeaderDeserialization",
            fmt::format("tensor '{}': missing field {}", short_name(name),
                        !has_dtype   ? "dtype"
                        : !has_shape ? "shape"
                                     : "data_offsets"));
  return entry;
}

void read_metadata(const MappedFile& file, dom::element value, std::map<std::string, std::string>& metadata) {
  if (value.is_null()) return;
  dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) invalid(file, "InvalidHeaderDeserialization", "__metadata__ must be an object");
  for (const auto field : object) {
    std::string_view text;
    if (field.value.get_string().get(text) != simdjson::SUCCESS)
      invalid(file, "InvalidHeaderDeserialization", fmt::format("__metadata__: the value of '{}' must be a string", short_name(field.key)));
    metadata.insert_or_assign(std::string(field.key), std::string(text));
  }
}

using Entries = std::vector<std::pair<std::string_view, Entry>>;

// In the order of their data; a repeated name keeps its last description, as in the reference.
Entries sorted_entries(const MappedFile& file, dom::object header, std::map<std::string, std::string>& metadata) {
  std::map<std::string_view, Entry> by_name;
  for (const auto field : header) {
    if (field.key == "__metadata__")
      read_metadata(file, field.value, metadata);
    else
      by_name.insert_or_assign(field.key, read_entry(file, field.key, field.value));
  }
  Entries entries(std::make_move_iterator(by_name.begin()), std::make_move_iterator(by_name.end()));
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.begin, a.second.end) < std::pair(b.second.begin, b.second.end);
  });
  return entries;
}

// Offsets without gap or overlap from 0 to the end, each as long as its tensor.
void validate(const MappedFile& file, const Entries& entries, std::uint64_t data_size) {
  std::uint64_t position = 0;
  for (const auto& [name, entry] : entries) {
    if (entry.begin != position || entry.end < entry.begin)
      invalid(file, "InvalidOffset",
              fmt::format("tensor '{}' spans bytes {} to {}, but the one before it ends at {}", short_name(name), entry.begin, entry.end,
                          position));
    const auto expected = byte_size(entry.dtype, entry.shape);
    if (!expected) invalid(file, "ValidationOverflow", fmt::format("tensor '{}': its size overflows", short_name(name)));
    if (entry.end - entry.begin != *expected)
      invalid(file, "TensorInvalidInfo",
              fmt::format("tensor '{}' needs {} bytes for its shape and dtype, but spans {}", short_name(name), *expected,
                          entry.end - entry.begin));
    position = entry.end;
  }
  if (position != data_size)
    invalid(file, "MetadataIncompleteBuffer", fmt::format("the header describes {} bytes of data, the file holds {}", position, data_size));
}

}  // namespace

NamedTensors read_safetensors(const std::shared_ptr<const MappedFile>& file) {
  Cursor cursor(file->bytes(), file->name());
  if (cursor.remaining() < 8) invalid(*file, "HeaderTooSmall", fmt::format("8 bytes expected, {} found", cursor.remaining()));
  const auto length = cursor.read<std::uint64_t>();
  if (length > kMaxHeader)
    invalid(*file, "HeaderTooLarge", fmt::format("a header of {} bytes; at most {} are allowed", length, kMaxHeader));
  if (length > cursor.remaining())
    invalid(*file, "InvalidHeaderLength", fmt::format("a header of {} bytes in a file of {}", length, file->bytes().size()));
  const std::string_view text = cursor.take_text(length);

  dom::parser parser(kMaxHeader + 1);
  dom::object header;
  simdjson::error_code error = length == 0 ? simdjson::EMPTY : parser.allocate(static_cast<std::size_t>(length), kMaxDepth);
  if (!error) error = parser.parse(text.data(), text.size()).get_object().get(header);
  if (error == simdjson::UTF8_ERROR) invalid(*file, "InvalidHeader", "the header is not UTF-8");
  if (error) invalid(*file, "InvalidHeaderDeserialization", simdjson::error_message(error));

  NamedTensors result;
  const Entries entries = sorted_entries(*file, header, result.metadata);
  const std::span<const std::byte> data = file->bytes().subspan(cursor.position());
  validate(*file, entries, data.size());
  result.tensors.reserve(entries.size());
  for (const auto& [name, entry] : entries)
    result.tensors.emplace_back(std::string(name), view_or_copy(entry.dtype, entry.shape, data.data() + entry.begin, file));
  return result;
}

void write_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<const std::pair<std::string, Tensor>*> order;
  order.reserve(tensors.size());
  for (const auto& item : tensors) order.push_back(&item);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    if (a->second.dtype() != b->second.dtype()) return a->second.dtype() > b->second.dtype();
    return a->first < b->first;
  });

  const auto quoted = [](const std::string& string) { return dump_json(Json(string), {.ensure_ascii = false}); };
  std::string header = "{";
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) header += fmt::format("{}:{},", quoted(key), quoted(value));
    header.back() = '}';
    header += ',';
  }
  std::uint64_t position = 0;
  for (const auto* item : order) {
    const Tensor& tensor = item->second;
    const std::uint64_t end = position + tensor.bytes();
    header += fmt::format("{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}},", quoted(item->first),
                          safetensors_name(tensor.dtype()), fmt::join(tensor.shape(), ","), position, end);
    position = end;
  }
  if (header.size() > 1) header.pop_back();
  header += '}';
  header.append((8 - header.size() % 8) % 8, ' ');
  require(header.size() <= kMaxHeader, ErrorCode::value, "{}: the names of {} tensors do not fit a safetensors header", path,
          tensors.size());
  std::vector<std::string_view> names;
  names.reserve(order.size());
  for (const auto* item : order) names.push_back(item->first);
  std::sort(names.begin(), names.end());
  const auto repeated = std::adjacent_find(names.begin(), names.end());
  require(repeated == names.end(), ErrorCode::value, "{}: two tensors are named '{}'", path, repeated == names.end() ? "" : *repeated);

  FileWriter writer(path);
  const std::uint64_t length = header.size();
  writer.write(std::as_bytes(std::span(&length, 1)));
  writer.write(header);
  for (const auto* item : order) writer.write(std::span(item->second.data(), item->second.bytes()));
  writer.commit();
}

}  // namespace albert::formats
