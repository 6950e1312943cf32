#include "formats/pickle.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "base/check.h"

namespace albert::formats {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kHeapBytes = 512ULL << 20U;
constexpr std::size_t kMaxStack = 1ULL << 23U;   // values, open MARKs
constexpr std::uint64_t kMemoEntry = 64;         // bytes, about
constexpr std::uint64_t kSparseMemoEntry = 512;  // dear, for it is slow too

}  // namespace

PickleValue PickleValue::make_object(std::uint32_t tag, std::uint64_t index) noexcept {
  PickleValue value;
  value.kind = Kind::object;
  value.count = tag;
  value.index = index;
  return value;
}

void PickleHeap::charge(std::uint64_t bytes) {
  charged_ += bytes;
  require(charged_ <= kHeapBytes, ErrorCode::bad_data, "{}: refused: this pickle needs more than {} MiB besides its tensors", what_,
          kHeapBytes >> 20U);
}

PickleValue PickleHeap::make_tuple(std::span<const Value> items) {
  charge(items.size() * sizeof(Value));
  Value value;
  value.kind = Kind::tuple;
  value.count = static_cast<std::uint32_t>(items.size());
  value.index = items_.size();
  items_.insert(items_.end(), items.begin(), items.end());
  return value;
}

PickleValue PickleHeap::make_list() {
  charge(sizeof(Items));
  Value value;
  value.kind = Kind::list;
  value.index = lists_.size();
  lists_.emplace_back();
  return value;
}

PickleValue PickleHeap::make_dict() {
  charge(sizeof(Pairs));
  Value value;
  value.kind = Kind::dict;
  value.index = dicts_.size();
  dicts_.emplace_back();
  return value;
}

void PickleMachine::malformed(std::string_view reason) const {
  fail(ErrorCode::bad_data, "{}: malformed pickle near byte {}: {}", what_, cursor_.position(), reason);
}

void PickleMachine::push(const Value& value) {
  if (stack_.size() >= kMaxStack) malformed("its stack grows without end");
  stack_.push_back(value);
}

void PickleMachine::push_integer(std::int64_t integer) {
  Value value;
  value.kind = Kind::integer;
  value.integer = integer;
  push(value);
}

void PickleMachine::push_characters(Kind kind, std::uint64_t count) {
  if (count > std::numeric_limits<std::uint32_t>::max()) malformed("a string of more than 4 GiB");
  Value value;
  value.kind = kind;
  value.count = static_cast<std::uint32_t>(count);
  value.text = cursor_.take_text(count).data();
  push(value);
}

// Values below the last MARK cannot be popped: that is what a MARK protects.
PickleValue PickleMachine::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) malformed("a value is taken from an empty stack");
  const Value value = stack_.back();
  stack_.pop_back();
  return value;
}

PickleValue& PickleMachine::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) malformed("a value is used on an empty stack");
  return stack_.back();
}

std::size_t PickleMachine::pop_mark() {
  if (marks_.empty()) malformed("no mark on the stack");
  const std::size_t height = marks_.back();
  marks_.pop_back();
  return height;
}

std::string_view PickleMachine::take_line() {
  constexpr std::size_t kMaxLine = 4096;
  const std::size_t start = cursor_.position();
  std::size_t length = 0;
  while (cursor_.read_byte() != '\n')
    if (++length > kMaxLine) malformed("a line without end");
  cursor_.seek(start);
  const std::string_view line = cursor_.take_text(length);
  static_cast<void>(cursor_.read_byte());
  return line;
}

PickleValue PickleMachine::run() {
  while (step(cursor_.read_byte())) {
  }
  if (stack_.empty() || !marks_.empty()) malformed("it stops without a value");
  return stack_.back();
}

bool PickleMachine::step(std::uint8_t opcode) {
  switch (opcode) {
    case '.':  // STOP
      return false;
    case 0x80:  // PROTO
      if (cursor_.read_byte() > 5) malformed("a protocol above 5");
      return true;
    case 0x95:  // FRAME
      if (cursor_.read<std::uint64_t>() > cursor_.remaining()) malformed("a frame beyond the end");
      return true;
    case '(':  // MARK
      if (marks_.size() >= kMaxStack) malformed("its marks grow without end");
      marks_.push_back(stack_.size());
      return true;
    case '0':  // POP
      if (!marks_.empty() && marks_.back() == stack_.size())
        marks_.pop_back();
      else
        static_cast<void>(pop());
      return true;
    case '1':  // POP_MARK
      stack_.resize(pop_mark());
      return true;
    case '2':  // DUP
      push(top());
      return true;
    case 'N':
    case 0x88:
    case 0x89:
    case 'K':
    case 'M':
    case 'J':
    case 'I':
    case 'L':
    case 0x8a:
    case 0x8b:
    case 'G':
    case 'F':
      push_number(opcode);
      return true;
    case 'X':
    case 0x8c:
    case 0x8d:
    case 'U':
    case 'T':
    case 'C':
    case 'B':
    case 0x8e:
    case 0x96:
      push_text(opcode);
      return true;
    case ')':
    case 0x85:
    case 0x86:
    case 0x87:
    case 't':
    case ']':
    case 'l':
    case 'a':
    case 'e':
    case '}':
    case 'd':
    case 's':
    case 'u':
      push_container(opcode);
      return true;
    case 'q':
    case 'r':
    case 'p':
    case 0x94:
    case 'h':
    case 'j':
    case 'g':
      use_memo(opcode);
      return true;
    default:
      push_object(opcode);
      return true;
  }
}

void PickleMachine::push_number(std::uint8_t opcode) {
  Value value;
  switch (opcode) {
    case 'N':  // NONE
      return push(value);
    case 0x88:
    case 0x89:  // NEWTRUE, NEWFALSE
      value.kind = Kind::boolean;
      value.integer = opcode == 0x88;
      return push(value);
    case 'K':  // BININT1
      return push_integer(cursor_.read_byte());
    case 'M':  // BININT2
      return push_integer(cursor_.read<std::uint16_t>());
    case 'J':  // BININT
      return push_integer(cursor_.read<std::int32_t>());
    case 'I':
    case 'L': {  // INT, LONG: decimal text
      std::string_view line = take_line();
      if (opcode == 'I' && (line == "00" || line == "01")) {
        value.kind = Kind::boolean;
        value.integer = line == "01";
        return push(value);
      }
      if (line.ends_with('L')) line.remove_suffix(1);
      std::int64_t integer = 0;
      const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), integer);
      if (error != std::errc() || end != line.data() + line.size()) malformed("a decimal integer that cannot be read");
      return push_integer(integer);
    }
    case 0x8a:
    case 0x8b: {  // LONG1, LONG4: two's complement
      const std::uint64_t count = opcode == 0x8a ? cursor_.read_byte() : cursor_.read<std::uint32_t>();
      if (count > sizeof(std::int64_t)) return push_characters(Kind::big_integer, count);
      const std::string_view bytes = cursor_.take_text(count);
      std::uint64_t bits = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
      for (std::size_t i = bytes.size(); i-- > 0;) bits = (bits << 8U) | static_cast<unsigned char>(bytes[i]);
      return push_integer(static_cast<std::int64_t>(bits));
    }
    case 'F': {  // FLOAT: decimal text
      const std::string_view line = take_line();
      const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value.real);
      if (error != std::errc() || end != line.data() + line.size()) malformed("a decimal number that cannot be read");
      value.kind = Kind::real;
      return push(value);
    }
    default:  // BINFLOAT: big-endian
      value.kind = Kind::real;
      value.real = std::bit_cast<double>(__builtin_bswap64(cursor_.read<std::uint64_t>()));
      return push(value);
  }
}

void PickleMachine::push_text(std::uint8_t opcode) {
  switch (opcode) {
    case 'X':  // BINUNICODE
    case 'T':  // BINSTRING: Python 2's str
      return push_characters(Kind::text, cursor_.read<std::uint32_t>());
    case 0x8c:  // SHORT_BINUNICODE
    case 'U':   // SHORT_BINSTRING
      return push_characters(Kind::text, cursor_.read_byte());
    case 0x8d:  // BINUNICODE8
      return push_characters(Kind::text, cursor_.read<std::uint64_t>());
    case 'C':  // SHORT_BINBYTES
      return push_characters(Kind::bytes, cursor_.read_byte());
    case 'B':  // BINBYTES
      return push_characters(Kind::bytes, cursor_.read<std::uint32_t>());
    default:  // BINBYTES8, BYTEARRAY8
      return push_characters(Kind::bytes, cursor_.read<std::uint64_t>());
  }
}

void PickleMachine::append(std::size_t height) {
  const std::span<const Value> values = above(height);
  if (height == 0 || !stack_[height - 1].is(Kind::list) || (!marks_.empty() && marks_.back() >= height))
    malformed("items for something that is no list");
  heap_.charge(values.size() * sizeof(Value));
  PickleHeap::Items& list = heap_.list(stack_[height - 1]);
  list.insert(list.end(), values.begin(), values.end());
  stack_.resize(height);
}

void PickleMachine::set_items(std::size_t height) {
  const std::span<const Value> values = above(height);
  if (height == 0 || !stack_[height - 1].is(Kind::dict) || (!marks_.empty() && marks_.back() >= height))
    malformed("items for something that is no dict");
  if (values.size() % 2 != 0) malformed("a key without a value");
  heap_.charge(values.size() * sizeof(Value));
  PickleHeap::Pairs& dict = heap_.dict(stack_[height - 1]);
  for (std::size_t i = 0; i < values.size(); i += 2) dict.emplace_back(values[i], values[i + 1]);
  stack_.resize(height);
}

void PickleMachine::push_container(std::uint8_t opcode) {
  switch (opcode) {
    case ')':  // EMPTY_TUPLE
      return push(heap_.make_tuple({}));
    case 0x85:
    case 0x86:
    case 0x87: {  // TUPLE1, TUPLE2, TUPLE3
      const std::size_t count = opcode - 0x84U;
      if (stack_.size() < (marks_.empty() ? 0 : marks_.back()) + count) malformed("too few values for a tuple");
      const Value tuple = heap_.make_tuple(above(stack_.size() - count));
      stack_.resize(stack_.size() - count);
      return push(tuple);
    }
    case 't': {  // TUPLE
      const std::size_t height = pop_mark();
      const Value tuple = heap_.make_tuple(above(height));
      stack_.resize(height);
      return push(tuple);
    }
    case ']':  // EMPTY_LIST
      return push(heap_.make_list());
    case 'l':
    case 'd': {  // LIST, DICT: from the items above a mark
      const std::size_t height = pop_mark();
      if (stack_.size() >= kMaxStack) malformed("its stack grows without end");
      stack_.insert(stack_.begin() + static_cast<std::ptrdiff_t>(height), opcode == 'l' ? heap_.make_list() : heap_.make_dict());
      return opcode == 'l' ? append(height + 1) : set_items(height + 1);
    }
    case 'a':  // APPEND
      static_cast<void>(top());
      return append(stack_.size() - 1);
    case 'e':  // APPENDS
      return append(pop_mark());
    case '}':  // EMPTY_DICT
      return push(heap_.make_dict());
    case 's':  // SETITEM
      if (stack_.size() < 2) malformed("too few values for an item");
      return set_items(stack_.size() - 2);
    default:  // SETITEMS
      return set_items(pop_mark());
  }
}

void PickleMachine::use_memo(std::uint8_t opcode) {
  std::uint64_t index = 0;
  if (opcode == 'q' || opcode == 'h') {  // BINPUT, BINGET
    index = cursor_.read_byte();
  } else if (opcode == 'r' || opcode == 'j') {  // LONG_BINPUT, LONG_BINGET
    index = cursor_.read<std::uint32_t>();
  } else if (opcode == 0x94) {  // MEMOIZE
    index = memo_.size() + sparse_memo_.size();
  } else {  // PUT, GET: decimal text
    const std::string_view line = take_line();
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), index);
    if (error != std::errc() || end != line.data() + line.size()) malformed("a memo index that cannot be read");
  }
  if (opcode == 'h' || opcode == 'j' || opcode == 'g') {
    if (index < memo_.size()) return push(memo_[index]);
    const auto found = sparse_memo_.find(index);
    if (found == sparse_memo_.end()) malformed("an unknown memo index");
    return push(found->second);
  }
  const Value value = top();
  if (index < memo_.size()) {
    memo_[index] = value;
    return;
  }
  if (index == memo_.size()) {
    heap_.charge(kMemoEntry);
    memo_.push_back(value);
    sparse_memo_.erase(index);
  } else {
    heap_.charge(kSparseMemoEntry);
    sparse_memo_.insert_or_assign(index, value);
  }
}

void PickleMachine::push_object(std::uint8_t opcode) {
  switch (opcode) {
    case 'c': {  // GLOBAL
      const std::string_view module = take_line();
      return push(owner_.find_global(module, take_line()));
    }
    case 0x93: {  // STACK_GLOBAL
      const Value name = pop();
      const Value module = pop();
      if (!name.is(Kind::text) || !module.is(Kind::text)) malformed("a global name that is no text");
      return push(owner_.find_global(module.view(), name.view()));
    }
    case 'R':
    case 0x81: {  // REDUCE, NEWOBJ
      const Value arguments = pop();
      const Value callable = pop();
      if (!arguments.is(Kind::tuple)) malformed("arguments that are no tuple");
      return push(owner_.call(heap_, callable, heap_.tuple(arguments)));
    }
    case 'b':  // BUILD: the state of an object (an OrderedDict's _metadata); nothing here keeps any
      static_cast<void>(pop());
      static_cast<void>(top());
      return;
    case 'Q':  // BINPERSID
      return push(owner_.persistent_load(heap_, pop()));
    default:
      fail(ErrorCode::bad_data, "{}: refused: pickle opcode 0x{:02x} at byte {} has no place in a weight file", what_, opcode,
           cursor_.position() - 1);
  }
}

}  // namespace albert::formats
