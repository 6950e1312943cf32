// Pickles by hand: what is read, what is refused, and that refusing is quick.
#include <fmt/format.h>

#include "formats/torch_pickle.h"
#include "test_files.h"

namespace albert::formats {
namespace {

template <class T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string text(const std::string& value) { return std::string("X").append(raw(static_cast<std::uint32_t>(value.size()))).append(value); }
std::string integer(std::int64_t value) { return std::string("\x8a\x08") += raw(value); }
std::string tuple(const std::vector<std::int64_t>& values) {
  std::string out = "(";
  for (const std::int64_t value : values) out += integer(value);
  return out + "t";
}
std::string storage(std::int64_t count, const std::string& type = "FloatStorage") {
  return std::string("(") + text("storage") + "ctorch\n" + type + "\n" + text("0") + text("cpu") + integer(count) + "tQ";
}
std::string tensor(const std::string& from, std::int64_t offset, const std::vector<std::int64_t>& shape,
                   const std::vector<std::int64_t>& strides) {
  return std::string("ctorch._utils\n_rebuild_tensor_v2\n(") + from + integer(offset) + tuple(shape) + tuple(strides) + "\x89" +
         "ccollections\nOrderedDict\n)RtR";
}
std::string dict(const std::string& items) { return std::string("\x80\x02}(").append(items).append("u."); }

TorchPickle parse(const std::string& bytes) {
  Cursor cursor(std::as_bytes(std::span(bytes)), "test");
  return read_torch_pickle(cursor, "test");
}

std::string parse_error(const std::string& bytes) {
  try {
    static_cast<void>(parse(bytes));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// Binds the pickle to one storage of eight floats 0 ... 7.
NamedTensors bound(const std::string& bytes) {
  static const std::vector<float> values = {0, 1, 2, 3, 4, 5, 6, 7};
  return bind_storages(parse(bytes), {{std::as_bytes(std::span(values)), nullptr}}, "test");
}

std::string bind_error(const std::string& bytes) {
  try {
    static_cast<void>(bound(bytes));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_data);
    return error.what();
  }
  return "";
}

std::vector<float> floats(const Tensor& value) {
  const auto values = value.values<float>();
  return {values.begin(), values.end()};
}

TEST(TorchPickle, HonoursOffsetsAndStrides) {
  const NamedTensors content =
      bound(dict(text("a") + tensor(storage(8), 1, {2, 3}, {3, 1}) + text("b") + tensor(storage(8), 7, {3}, {0}) + text("c") +
                 tensor(storage(8), 0, {2, 2, 2}, {1, 2, 4}) + text("d") + tensor(storage(8), 8, {0}, {1})));
  EXPECT_EQ(floats(*content.find("a")), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(floats(*content.find("b")), (std::vector<float>{7, 7, 7}));
  EXPECT_EQ(floats(*content.find("c")), (std::vector<float>{0, 4, 2, 6, 1, 5, 3, 7}));
  EXPECT_EQ(content.find("d")->size(), 0);
}

TEST(TorchPickle, TheLastOfARepeatedNameCounts) {
  const NamedTensors content = bound(dict(text("a") + tensor(storage(8), 1, {1}, {1}) + text("a") + tensor(storage(8), 2, {1}, {1})));
  ASSERT_EQ(content.tensors.size(), 1U);
  EXPECT_EQ(floats(content.tensors[0].second), (std::vector<float>{2}));
}

TEST(TorchPickle, ChecksBounds) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 61U;
  for (const std::string& bad : {
           tensor(storage(8), 0, {9}, {1}),
           tensor(storage(8), 8, {1}, {1}),
           tensor(storage(8), 0, {2, 4}, {5, 1}),
           tensor(storage(9), 0, {1}, {1}),
           tensor(storage(8), 0, {kHuge, 16}, {0, 0}),
           tensor(storage(8), kHuge, {2}, {kHuge}),
           tensor(storage(8), 0, {3, 3}, {kHuge, kHuge}),
           tensor(storage(8), 0, {1LL << 31U}, {0}),
           tensor(storage(kHuge), 0, {1}, {1}),
           tensor(storage(8, "DoubleStorage"), 0, {1}, {1}),
       })
    EXPECT_NE(bind_error(dict(text("a") + bad)), "") << bad;
  for (const std::string& bad : {
           tensor(storage(8), -1, {1}, {1}),
           tensor(storage(8), 0, {-1}, {1}),
           tensor(storage(8), 0, {1}, {-1}),
           tensor(storage(8), 0, {1, 1}, {1}),
           tensor(storage(-1), 0, {1}, {1}),
           tensor("N", 0, {1}, {1}),
           tensor(storage(8), 0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1)),
       })
    EXPECT_NE(parse_error(dict(text("a") + bad)), "") << bad;
}

TEST(TorchPickle, CallsNothing) {
  for (const char* const name : {"os\nsystem\n", "posix\nsystem\n", "builtins\neval\n", "subprocess\nPopen\n", "torch\nload\n",
                                 "torch.nn.modules.linear\nLinear\n"}) {
    std::string call = "c";
    call.append(name).append("(").append(text("echo hacked")).append("tR");
    EXPECT_NE(parse_error(dict(text("a").append(call))).find("refused"), std::string::npos) << name;
    EXPECT_NE(parse_error(std::string("\x80\x02").append(call).append(".")).find("refused"), std::string::npos) << name;
  }
  EXPECT_NE(parse_error("\x80\x04\x8c\x02os\x8c\x06system\x93."), "");
  EXPECT_NE(parse_error(std::string("\x80\x02") + text("os") + "i.").find("opcode"), std::string::npos);
  EXPECT_NE(parse_error("cos\nsystem\n").find("os.system"), std::string::npos);
  EXPECT_NE(parse_error(dict(text("a") + "ctorch\nComplexFloatStorage\n")).find("ComplexFloatStorage"), std::string::npos);
}

TEST(TorchPickle, SurvivesCyclesAndDepth) {
  // A dict inside itself, through the memo.
  EXPECT_NE(parse_error(std::string("\x80\x02}q") + std::string(1, '\0') + text("a") + "h" + std::string(1, '\0') + "s.").find("nested"),
            std::string::npos);
  // A list inside itself is no tensor and of no interest; the dict around it is read.
  EXPECT_EQ(parse_error(std::string("\x80\x02}") + text("a") + "]q" + std::string(1, '\1') + "h" + std::string(1, '\1') + "as."), "");
  // Ten dicts, each holding the next a hundred times: 10^20 paths.
  std::string bomb = std::string("\x80\x02}q") + std::string(1, '\0');
  for (int level = 0; level < 10; ++level) {
    bomb += std::string("}q") + std::string(1, static_cast<char>(level + 1)) + "(";
    for (int i = 0; i < 100; ++i) bomb += text(std::to_string(i)) + "h" + std::string(1, static_cast<char>(level));
    bomb += "u";
  }
  EXPECT_NE(parse_error(bomb + "."), "");
  // One large dict met many times.
  std::string wide = std::string("\x80\x02}q") + std::string(1, '\0') + "(";
  for (int i = 0; i < 100000; ++i) wide += std::string("K\1N");
  wide += "u0}(";
  for (int i = 0; i < 100000; ++i) wide += std::string("J") + raw(static_cast<std::int32_t>(i)) + "h" + std::string(1, '\0');
  EXPECT_NE(parse_error(wide + "u."), "");
  // Deep nesting of every kind of container.
  const std::string end = ".";
  EXPECT_EQ(parse_error(std::string("\x80\x02}") + text("a") + ")" + std::string(2000000, '\x85') + "s" + end), "");
  EXPECT_NE(parse_error(std::string("\x80\x02") + std::string(9000000, '(') + end), "");
  EXPECT_NE(parse_error(std::string("\x80\x02") + std::string(9000000, ']') + end), "");
  EXPECT_NE(parse_error(std::string("\x80\x02") + std::string(9000000, '}') + end), "");
  std::string nested = "\x80\x02";
  for (int i = 0; i < 100000; ++i) nested += std::string("}") + text("a");
  EXPECT_NE(parse_error(nested + "}" + std::string(100000, 's') + end).find("nested"), std::string::npos);
}

TEST(TorchPickle, RefusesMalformedStacks) {
  for (const std::string& bad : std::vector<std::string>{"",
                                                         ".",
                                                         "\x80",
                                                         "\x80\x09.",
                                                         "N",
                                                         "t.",
                                                         "u.",
                                                         "e.",
                                                         "s.",
                                                         "a.",
                                                         "R.",
                                                         "b.",
                                                         "Q.",
                                                         "0.",
                                                         "2.",
                                                         std::string("h") + std::string(1, '\0') + ".",
                                                         std::string("q") + std::string(1, '\0') + ".",
                                                         "\x85.",
                                                         "NN\x87.",
                                                         "}(Nu.",
                                                         "}(NNNu.",
                                                         "N(NNu.",
                                                         "N(Ne.",
                                                         "](NNu.",
                                                         "}NN(s.",
                                                         "(N.",
                                                         "](N.",
                                                         "X\xff\xff\xff\xff"
                                                         "a.",
                                                         std::string("\x8d") + std::string(8, '\xff') + ".",
                                                         std::string("\x95") + std::string(8, '\xff') + ".",
                                                         std::string("\x8b") + std::string(4, '\xff') + ".",
                                                         "I12x\n.",
                                                         "L\n.",
                                                         "Fx\n.",
                                                         "I999999999999999999999\n.",
                                                         "gx\n.",
                                                         std::string("c") + std::string(10000, 'a') + "\nb\n.",
                                                         "N.",
                                                         "K\1.",
                                                         "ccollections\nOrderedDict\n(NtR.",
                                                         "ccollections\nOrderedDict\n(](NetR.",
                                                         "ccollections\nOrderedDict\nNR.",
                                                         "ctorch\nFloatStorage\n)R.",
                                                         "NQ.",
                                                         ")Q.",
                                                         text("storage") + "Q.",
                                                         "(NNNNNtQ.",
                                                         std::string("(") + text("storage") + "NNNNtQ.",
                                                         "P1\n.",
                                                         "}N\x92.",
                                                         "\x97."})
    EXPECT_NE(parse_error(bad), "") << bad;
}

}  // namespace
}  // namespace albert::formats
