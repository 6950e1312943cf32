#include "formats/torch_pickle.h"

#include <simdjson.h>

#include <array>
#include <map>
#include <optional>

#include "base/check.h"
#include "formats/pickle.h"

namespace albert::formats {
namespace {

using Kind = PickleValue::Kind;
using Value = PickleValue;

constexpr std::uint64_t kMaxExtent = 1ULL << 62U;
constexpr std::size_t kMaxRank = 64;
constexpr int kMaxNesting = 64;

// What the globals are, and the tags of objects made from them.
enum Global : std::uint32_t {
  ordered_dict,
  rebuild_tensor,
  rebuild_tensor_v2,
  rebuild_tensor_v3,
  rebuild_parameter,
  plain_value,
  storage_class,
  dtype_name
};
enum Tag : std::uint32_t { storage_tag, tensor_tag, opaque_tag };

struct ElementName {
  std::string_view storage, dtype;
  DType type;
};
constexpr std::array<ElementName, 13> kElements = {{
    {"BoolStorage", "bool", DType::boolean},
    {"ByteStorage", "uint8", DType::u8},
    {"CharStorage", "int8", DType::i8},
    {"ShortStorage", "int16", DType::i16},
    {"", "uint16", DType::u16},
    {"HalfStorage", "float16", DType::f16},
    {"BFloat16Storage", "bfloat16", DType::bf16},
    {"IntStorage", "int32", DType::i32},
    {"", "uint32", DType::u32},
    {"FloatStorage", "float32", DType::f32},
    {"DoubleStorage", "float64", DType::f64},
    {"LongStorage", "int64", DType::i64},
    {"", "uint64", DType::u64},
}};

Value global(Global id, std::uint64_t detail = 0) {
  Value value;
  value.kind = Kind::global;
  value.count = id;
  value.index = detail;
  return value;
}

std::string excerpt(std::string_view text) {
  const std::string_view part = text.substr(0, 100);
  return simdjson::validate_utf8(part.data(), part.size()) ? std::string(part) : std::string("(not text)");
}

class TorchOwner final : public PickleOwner {
 public:
  TorchOwner(TorchPickle& pickle, std::string_view what) : pickle_(pickle), what_(what) {}

  Value find_global(std::string_view module, std::string_view name) override {
    if (module == "collections" && name == "OrderedDict") return global(ordered_dict);
    if (module == "torch._utils") {
      if (name == "_rebuild_tensor") return global(rebuild_tensor);
      if (name == "_rebuild_tensor_v2") return global(rebuild_tensor_v2);
      if (name == "_rebuild_tensor_v3") return global(rebuild_tensor_v3);
      if (name == "_rebuild_parameter" || name == "_rebuild_parameter_with_state") return global(rebuild_parameter);
    }
    if (module == "torch" && (name == "Size" || name == "device")) return global(plain_value);
    if ((module == "torch" || module == "torch.storage") && (name == "UntypedStorage" || name == "_UntypedStorage"))
      return global(storage_class, static_cast<std::uint64_t>(DType::u8));
    if (module == "torch" || module == "torch.cuda") {
      for (const ElementName& element : kElements) {
        if (name == element.storage) return global(storage_class, static_cast<std::uint64_t>(element.type));
        if (module == "torch" && name == element.dtype) return global(dtype_name, static_cast<std::uint64_t>(element.type));
      }
      if (name.ends_with("Storage"))
        fail(ErrorCode::not_implemented,
             "{}: tensors of type {} are not read; expected bool, integers, float16, bfloat16, float32 or float64", what_, excerpt(name));
    }
    fail(ErrorCode::bad_data, "{}: refused: the pickle asks for {}.{}, which has no place in a weight file (save the state dict alone)",
         what_, excerpt(module), excerpt(name));
  }

  Value call(PickleHeap& heap, const Value& callable, std::span<const Value> arguments) override {
    if (!callable.is(Kind::global)) malformed("a call of something that is no function");
    switch (callable.count) {
      case ordered_dict:
        return make_ordered_dict(heap, arguments);
      case rebuild_tensor:
      case rebuild_tensor_v2:
      case rebuild_tensor_v3:
        return make_tensor(heap, callable.count, arguments);
      case rebuild_parameter:
        if (arguments.empty() || !is_object(arguments[0], tensor_tag)) malformed("a parameter without a tensor");
        return arguments[0];
      case plain_value:
        return Value::make_object(opaque_tag, 0);
      default:
        malformed("a call of a type");
    }
  }

  Value persistent_load(PickleHeap& heap, const Value& id) override {
    if (!id.is(Kind::tuple)) malformed("a persistent id that is no tuple");
    const std::span<const Value> parts = heap.tuple(id);
    if (parts.size() < 5 || !parts[0].is_text("storage") || !parts[1].is(Kind::global) || parts[1].count != storage_class ||
        !parts[2].is(Kind::text))
      malformed("a persistent id that names no storage");
    TorchStorage storage;
    storage.dtype = static_cast<DType>(parts[1].index);
    storage.count = natural(parts[4]);
    storage.view_count = storage.count;
    const auto [place, added] = key_index_.try_emplace(parts[2].view(), pickle_.keys.size());
    if (added) pickle_.keys.emplace_back(parts[2].view());
    storage.key = place->second;
    if (parts.size() > 5 && parts[5].is(Kind::tuple)) {  // legacy: a part of a storage
      const std::span<const Value> view = heap.tuple(parts[5]);
      if (view.size() != 3) malformed("a storage view without key, offset and size");
      storage.view_begin = natural(view[1]);
      storage.view_count = natural(view[2]);
      if (storage.view_begin > storage.count || storage.view_count > storage.count - storage.view_begin)
        malformed("a storage view past its storage");
    }
    heap.charge(sizeof(TorchStorage) + parts[2].count);
    pickle_.storages.push_back(storage);
    return Value::make_object(storage_tag, pickle_.storages.size() - 1);
  }

  [[nodiscard]] const TorchTensor* tensor(const Value& value) const {
    return is_object(value, tensor_tag) ? &tensors_[value.index] : nullptr;
  }

 private:
  [[noreturn]] void malformed(std::string_view reason) const { fail(ErrorCode::bad_data, "{}: malformed pickle: {}", what_, reason); }

  static bool is_object(const Value& value, Tag tag) { return value.is(Kind::object) && value.count == tag; }

  std::uint64_t natural(const Value& value) const {
    if (!value.is(Kind::integer) || value.integer < 0 || static_cast<std::uint64_t>(value.integer) > kMaxExtent)
      malformed("a size or offset that is no natural number");
    return static_cast<std::uint64_t>(value.integer);
  }

  std::vector<std::int64_t> extents(PickleHeap& heap, const Value& value) const {
    if (!value.is(Kind::tuple) || value.count > kMaxRank) malformed("a shape or stride that is no short tuple");
    std::vector<std::int64_t> result;
    result.reserve(value.count);
    for (const Value& item : heap.tuple(value)) result.push_back(static_cast<std::int64_t>(natural(item)));
    return result;
  }

  // OrderedDict() or OrderedDict([[key, value], ...]).
  Value make_ordered_dict(PickleHeap& heap, std::span<const Value> arguments) const {
    const Value dict = heap.make_dict();
    if (arguments.empty()) return dict;
    const Value source = arguments[0];
    if (source.is(Kind::dict)) {
      heap.charge(2 * sizeof(Value) * heap.dict(source).size());
      heap.dict(dict) = heap.dict(source);
      return dict;
    }
    if (!source.is(Kind::list)) malformed("an OrderedDict of something that is no list");
    const PickleHeap::Items& items = heap.list(source);
    heap.charge(2 * sizeof(Value) * items.size());
    PickleHeap::Pairs& pairs = heap.dict(dict);
    for (const Value& item : items) {
      const bool list = item.is(Kind::list);
      if (!list && !item.is(Kind::tuple)) malformed("an OrderedDict item that is no pair");
      const std::span<const Value> pair = list ? std::span<const Value>(heap.list(item)) : heap.tuple(item);
      if (pair.size() != 2) malformed("an OrderedDict item that is no pair");
      pairs.emplace_back(pair[0], pair[1]);
    }
    return dict;
  }

  // _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks), v3 with a dtype behind them.
  Value make_tensor(PickleHeap& heap, std::uint32_t form, std::span<const Value> arguments) {
    if (arguments.size() < (form == rebuild_tensor_v3 ? 7U : 4U) || !is_object(arguments[0], storage_tag))
      malformed("a tensor without a storage");
    TorchTensor tensor;
    tensor.storage = arguments[0].index;
    tensor.dtype = pickle_.storages[tensor.storage].dtype;
    if (form == rebuild_tensor_v3) {
      if (!arguments[6].is(Kind::global) || arguments[6].count != dtype_name) malformed("a tensor without a dtype");
      tensor.dtype = static_cast<DType>(arguments[6].index);
    }
    tensor.offset = natural(arguments[1]);
    tensor.shape = extents(heap, arguments[2]);
    tensor.strides = extents(heap, arguments[3]);
    if (tensor.shape.size() != tensor.strides.size()) malformed("a tensor whose shape and strides differ in length");
    heap.charge(sizeof(TorchTensor) + 16 * tensor.shape.size());
    tensors_.push_back(std::move(tensor));
    return Value::make_object(tensor_tag, tensors_.size() - 1);
  }

  TorchPickle& pickle_;
  std::string_view what_;
  std::vector<TorchTensor> tensors_;
  std::map<std::string_view, std::size_t> key_index_;
};

std::string_view python_type(const Value& value) {
  switch (value.kind) {
    case Kind::none:
      return "NoneType";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
    case Kind::big_integer:
      return "int";
    case Kind::real:
      return "float";
    case Kind::text:
      return "str";
    case Kind::bytes:
      return "bytes";
    case Kind::tuple:
      return "tuple";
    case Kind::list:
      return "list";
    case Kind::dict:
      return "dict";
    default:
      return "object";
  }
}

// Walks dicts inside dicts in order, keys joined by '.'; a repeated key keeps its last value.
class Flattener {
 public:
  Flattener(const TorchOwner& owner, PickleHeap& heap, TorchPickle& pickle, std::string_view what)
      : owner_(owner), heap_(heap), pickle_(pickle), what_(what) {}

  void visit(const std::string& name, const Value& value, int depth) {
    heap_.charge(64 + name.size());
    if (const TorchTensor* tensor = owner_.tensor(value)) {
      heap_.charge(sizeof(TorchTensor) + 16 * tensor->shape.size());
      const auto [place, added] = rows_.try_emplace(name, pickle_.tensors.size());
      if (added)
        pickle_.tensors.emplace_back(name, *tensor);
      else
        pickle_.tensors[place->second].second = *tensor;
      return;
    }
    if (!value.is(Kind::dict)) return;
    require(depth < kMaxNesting, ErrorCode::bad_data, "{}: malformed pickle: dicts nested more than {} deep", what_, kMaxNesting);
    heap_.charge(sizeof(Value) * heap_.dict(value).size());  // a dict may be met again and again through the memo
    for (const auto& [key, item] : heap_.dict(value)) {
      std::string part;
      if (key.is(Kind::text))
        part = key.view();
      else if (key.is(Kind::integer))
        part = std::to_string(key.integer);
      else
        continue;
      if (!owner_.tensor(item) && !item.is(Kind::dict) && depth > 0) continue;
      require(simdjson::validate_utf8(part.data(), part.size()), ErrorCode::bad_data, "{}: malformed pickle: a name that is not UTF-8",
              what_);
      if (depth == 0 && !owner_.tensor(item)) {
        heap_.charge(128 + part.size());
        pickle_.others.emplace_back(part, python_type(item));
      }
      visit(depth == 0 ? part : name + "." + part, item, depth + 1);
    }
  }

 private:
  const TorchOwner& owner_;
  PickleHeap& heap_;
  TorchPickle& pickle_;
  std::string_view what_;
  std::map<std::string, std::size_t> rows_;
};

}  // namespace

TorchPickle read_torch_pickle(Cursor& cursor, std::string_view what) {
  TorchPickle pickle;
  TorchOwner owner(pickle, what);
  PickleHeap heap(what);
  const Value root = PickleMachine(cursor, heap, owner, what).run();
  require(root.is(Kind::dict), ErrorCode::bad_data, "{}: a dict of names and tensors was expected in this pickle", what);
  Flattener(owner, heap, pickle, what).visit("", root, 0);
  return pickle;
}

}  // namespace albert::formats
