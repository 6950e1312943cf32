// A stack machine for Python pickles that calls nothing.
//
// It builds plain data - numbers, text, tuples, lists, dicts - and hands every global name, call
// and persistent id to its owner, who knows the few that mean something. Values are 16 bytes, all
// containers live in one heap with a bound, and nothing recurses, whatever the input.
// Source: Python's pickletools (opcodes), torch/_weights_only_unpickler.py (the same idea).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cursor.h"

namespace albert::formats {

struct PickleValue {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    big_integer,  // bytes of an integer beyond 64 bits, little-endian
    text,
    bytes,  // views into the pickle
    tuple,
    list,
    dict,
    global,  // a name its owner knows
    object,  // something its owner made; `count` is the owner's tag
  };
  Kind kind = Kind::none;
  std::uint32_t count = 0;  // characters of a text, items of a tuple, tag of an object
  union {
    std::int64_t integer = 0;
    double real;
    const char* text;
    std::uint64_t index;  // of a container in the heap, of a global or an object at its owner
  };

  [[nodiscard]] std::string_view view() const noexcept { return {text, count}; }
  [[nodiscard]] bool is(Kind other) const noexcept { return kind == other; }
  [[nodiscard]] bool is_text(std::string_view expected) const noexcept { return kind == Kind::text && view() == expected; }
  static PickleValue make_object(std::uint32_t tag, std::uint64_t index) noexcept;
};

/// Containers of one pickle. Every growth is charged against a bound.
class PickleHeap {
 public:
  using Value = PickleValue;
  using Items = std::vector<Value>;
  using Pairs = std::vector<std::pair<Value, Value>>;

  explicit PickleHeap(std::string_view what) : what_(what) {}
  [[nodiscard]] std::span<const Value> tuple(const Value& value) const noexcept { return {items_.data() + value.index, value.count}; }
  [[nodiscard]] Items& list(const Value& value) noexcept { return lists_[value.index]; }
  [[nodiscard]] const Items& list(const Value& value) const noexcept { return lists_[value.index]; }
  [[nodiscard]] Pairs& dict(const Value& value) noexcept { return dicts_[value.index]; }
  [[nodiscard]] const Pairs& dict(const Value& value) const noexcept { return dicts_[value.index]; }
  [[nodiscard]] Value make_tuple(std::span<const Value> items);
  [[nodiscard]] Value make_list();
  [[nodiscard]] Value make_dict();
  /// Counts `bytes` of new memory. Error{bad_data} when all together pass the bound.
  void charge(std::uint64_t bytes);

 private:
  std::string_view what_;
  std::uint64_t charged_ = 0;
  Items items_;
  std::vector<Items> lists_;
  std::vector<Pairs> dicts_;
};

/// What a pickle's owner answers. Each may throw Error to refuse.
class PickleOwner {
 public:
  virtual ~PickleOwner() = default;
  /// A value (of kind global or object) for `module.name`.
  virtual PickleValue find_global(std::string_view module, std::string_view name) = 0;
  /// callable(*arguments); `arguments` lie in the heap and move when it makes a tuple.
  virtual PickleValue call(PickleHeap& heap, const PickleValue& callable, std::span<const PickleValue> arguments) = 0;
  virtual PickleValue persistent_load(PickleHeap& heap, const PickleValue& id) = 0;
};

class PickleMachine {
 public:
  /// `what` names the file in messages; it and the bytes behind `cursor` outlive machine and values.
  PickleMachine(Cursor& cursor, PickleHeap& heap, PickleOwner& owner, std::string_view what)
      : cursor_(cursor), heap_(heap), owner_(owner), what_(what) {}

  /// Reads one pickle up to its STOP. Error{bad_data}.
  [[nodiscard]] PickleValue run();

 private:
  using Value = PickleValue;
  bool step(std::uint8_t opcode);  // false at STOP
  void push_number(std::uint8_t opcode);
  void push_text(std::uint8_t opcode);
  void push_container(std::uint8_t opcode);
  void push_object(std::uint8_t opcode);
  void use_memo(std::uint8_t opcode);
  void push(const Value& value);
  void push_integer(std::int64_t value);
  void push_characters(Value::Kind kind, std::uint64_t count);
  [[nodiscard]] Value pop();
  [[nodiscard]] Value& top();
  [[nodiscard]] std::size_t pop_mark();  // stack height at the last MARK
  [[nodiscard]] std::span<const Value> above(std::size_t height) const { return std::span(stack_).subspan(height); }
  void append(std::size_t height);
  void set_items(std::size_t height);
  [[nodiscard]] std::string_view take_line();
  [[noreturn]] void malformed(std::string_view reason) const;

  Cursor& cursor_;
  PickleHeap& heap_;
  PickleOwner& owner_;
  std::string_view what_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::vector<Value> memo_;                     // picklers count upwards ...
  std::map<std::uint64_t, Value> sparse_memo_;  // ... but nothing makes them
};

}  // namespace albert::formats
