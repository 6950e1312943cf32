// Attention over ragged batches: masks, relative terms, head mask, dropout, probabilities.
#include <numeric>

#include "cpu_testing.h"

namespace albert::backend {
namespace {

constexpr float kHide = -3.4028234663852886e38F;

enum class Mask { none, per_key, per_query };

struct Case {
  std::string name;
  std::vector<std::int32_t> lengths{1, 40, 7, 65};
  std::int64_t heads = 3, head_size = 16;
  Mask mask = Mask::none;
  RelativeTerms relative = RelativeTerms::none;
  bool scale_query_first = false, head_mask = false, dropout_shared = false;
  double softmax_offset = 0, p = 0;
};

template <class T>
struct Result {
  std::vector<T> context, probabilities;
};

template <class T>
std::vector<T> convert(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

template <class T>
Result<T> run(const Backend<T>& backend, const Case& c) {
  std::vector<std::int32_t> offsets{0}, slots;
  std::size_t squares = 0;
  for (const std::int32_t length : c.lengths) {
    offsets.push_back(offsets.back() + length);
    squares += static_cast<std::size_t>(length) * static_cast<std::size_t>(length);
    for (std::int32_t i = 0; i < length; ++i) slots.push_back(i + (i > 3 ? 2 : 0));  // two tokens were dropped after the fourth
  }
  const std::int64_t tokens = offsets.back(), width = c.heads * c.head_size, stride = 3 * width + 5, positions = 80;
  const std::vector<T> qkv = convert<T>(random_floats(tokens * stride, 1));
  const std::vector<T> table = convert<T>(random_floats((2 * positions - 1) * c.head_size, 2));
  const std::vector<T> head_mask = convert<T>(random_floats(static_cast<std::int64_t>(c.lengths.size()) * c.heads, 3));
  std::vector<T> mask_values;
  std::vector<const T*> mask;
  const std::size_t rows = c.mask == Mask::per_query ? 70 : 1;
  for (std::size_t b = 0; b < c.lengths.size(); ++b)
    for (std::size_t i = 0; i < 70 * rows; ++i)
      mask_values.push_back(b == 1 || (i + b) % 3 == 1 ? static_cast<T>(kHide) : static_cast<T>(0));  // sequence 1 is hidden altogether
  for (std::size_t b = 0; b < c.lengths.size(); ++b) mask.push_back(b == 2 ? nullptr : mask_values.data() + b * 70 * rows);

  Result<T> result{std::vector<T>(static_cast<std::size_t>(tokens * (width + 3)), 77),
                   std::vector<T>(squares * static_cast<std::size_t>(c.heads))};
  std::vector<T*> probabilities;
  T* next = result.probabilities.data();
  for (const std::int32_t length : c.lengths) {
    probabilities.push_back(next);
    next += c.heads * length * length;
  }
  AttentionArguments<T> a;
  a.sequences = {offsets, c.lengths.empty() ? 0 : *std::max_element(c.lengths.begin(), c.lengths.end())};
  a.heads = c.heads;
  a.head_size = c.head_size;
  a.query = qkv.data();
  a.key = qkv.data() + width;
  a.value = qkv.data() + 2 * width;
  a.row_stride = stride;
  a.scale_query_first = c.scale_query_first;
  if (c.mask != Mask::none) a.mask = mask;
  a.mask_per_query = c.mask == Mask::per_query;
  a.relative = c.relative;
  a.relative_table = table.data();
  a.max_positions = positions;
  a.slots = slots.data();
  a.softmax_offset = c.softmax_offset;
  a.dropout = {c.p, 21, 6, 500};
  a.dropout_shared = c.dropout_shared;
  if (c.head_mask) {
    a.head_mask = head_mask.data();
    a.head_mask_strides[0] = c.heads;
    a.head_mask_strides[1] = 1;
  }
  Result<T> bare = result;
  backend.attention(a, bare.context.data(), width + 3);
  a.probabilities = probabilities;
  backend.attention(a, result.context.data(), width + 3);
  EXPECT_EQ(bare.context == result.context || c.lengths.empty() || std::isnan(bare.context[0]), true)
      << "asking for the probabilities changes the context";
  return result;
}

std::vector<Case> cases() {
  std::vector<Case> list;
  list.push_back({.name = "plain"});
  list.push_back({.name = "odd head size", .head_size = 13, .mask = Mask::per_key});
  list.push_back({.name = "one dimension", .heads = 1, .head_size = 1});
  list.push_back({.name = "long", .lengths = {1, 2, 3, 64}, .heads = 1, .head_size = 64, .mask = Mask::per_query});
  list.push_back({.name = "longer than a depth block", .lengths = {401}, .heads = 2, .head_size = 20});
  list.push_back({.name = "masked", .mask = Mask::per_key});
  list.push_back({.name = "masked per query", .mask = Mask::per_query});
  list.push_back({.name = "relative key", .mask = Mask::per_key, .relative = RelativeTerms::key});
  list.push_back({.name = "relative key query", .head_size = 19, .relative = RelativeTerms::key_query});
  list.push_back({.name = "query scaled first", .mask = Mask::per_key, .scale_query_first = true});
  list.push_back({.name = "offset", .mask = Mask::per_key, .softmax_offset = 1e-9});
  list.push_back({.name = "head mask and dropout", .mask = Mask::per_key, .head_mask = true, .p = 0.2});
  list.push_back({.name = "shared dropout", .dropout_shared = true, .p = 0.5});
  list.push_back({.name = "empty sequences", .lengths = {0, 5, 0}});
  list.push_back({.name = "nothing", .lengths = {}});
  return list;
}

class CpuAttention : public testing::TestWithParam<std::string> {};

TEST_P(CpuAttention, AgreesWithReference) {
  for (const Case& c : cases()) {
    const Result<double> want = run<double>(RefBackend<double>(), c);
    Result<float> one;
    for (const auto& backend : backends_of(GetParam())) {
      const Result<float> got = run<float>(*backend, c);
      expect_close(got.context, want.context, 3e-6, c.name + ", context");
      expect_close(got.probabilities, want.probabilities, 2e-6, c.name + ", probabilities");
      if (one.context.empty()) one = got;
      expect_same(got.context, one.context, c.name + ", threads");
    }
  }
}

TEST_P(CpuAttention, SpreadsNan) {
  const auto backend = make_backend(GetParam(), 1);
  std::vector<float> qkv = random_floats(9 * 3 * 4, 1);
  qkv[12 + 4] = std::nanf("");  // the key of token 1
  const std::vector<std::int32_t> offsets{0, 4, 9};
  AttentionArguments<float> a;
  a.sequences = {offsets, 5};
  a.heads = 1;
  a.head_size = 4;
  a.query = qkv.data();
  a.key = qkv.data() + 4;
  a.value = qkv.data() + 8;
  a.row_stride = 12;
  std::vector<float> context(9 * 4);
  backend->attention(a, context.data(), 4);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_TRUE(std::isnan(context[i])) << i;
  for (std::size_t i = 16; i < 36; ++i) EXPECT_TRUE(std::isfinite(context[i])) << i;
}

TEST_P(CpuAttention, SequencesDoNotDependOnTheirNeighbours) {
  const auto backends = backends_of(GetParam());
  const std::int64_t d = 24, heads = 2, stride = 3 * d * heads;
  const std::vector<std::int32_t> all{0, 30, 31, 120, 125}, alone{0, 89};
  const std::vector<float> qkv = random_floats(125 * stride, 4);
  const auto context = [&](const Backend<float>& backend, const std::vector<std::int32_t>& offsets, std::int64_t first) {
    AttentionArguments<float> a;
    a.sequences = {offsets, 89};
    a.heads = heads;
    a.head_size = d;
    a.query = qkv.data() + first * stride;
    a.key = a.query + d * heads;
    a.value = a.key + d * heads;
    a.row_stride = stride;
    std::vector<float> out(static_cast<std::size_t>(offsets.back() * d * heads));
    backend.attention(a, out.data(), d * heads);
    return out;
  };
  const std::vector<float> whole = context(*backends[3], all, 0);
  expect_same(context(*backends[0], alone, 31), {whole.begin() + 31 * d * heads, whole.begin() + 120 * d * heads}, "sequence 2 alone");
}

INSTANTIATE_TEST_SUITE_P(Machine, CpuAttention, testing::ValuesIn(machine_instruction_sets()));

}  // namespace
}  // namespace albert::backend
