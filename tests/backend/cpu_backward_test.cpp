// Every backward of the cpu backend against that of the ref backend in double, on shapes that fit no tile.
#include <algorithm>

#include "cpu_testing.h"

namespace albert::backend {
namespace {

class CpuBackward : public testing::TestWithParam<std::string> {};

template <class T>
std::vector<T> as(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

/// Runs `compute` on the law and on every number of threads: close to the law, and the same bits on all.
template <class Compute>
void expect_law(const std::string& isa, const std::string& what, double tolerance, const Compute& compute) {
  const RefBackend<double> ref;
  const std::vector<std::vector<double>> want = compute(static_cast<const Backend<double>&>(ref));
  std::vector<std::vector<float>> one;
  for (const auto& backend : backends_of(isa)) {
    const std::vector<std::vector<float>> got = compute(*backend);
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      expect_close(got[i], want[i], tolerance, what + ", result " + std::to_string(i));
      if (!one.empty()) expect_same(got[i], one[i], what + ", threads, result " + std::to_string(i));
    }
    if (one.empty()) one = got;
  }
}

TEST_P(CpuBackward, Activations) {
  for (int a = 0; a <= static_cast<int>(Activation::tanh); ++a)
    expect_law(GetParam(), "activation " + std::to_string(a), 2e-6, [&]<class T>(const Backend<T>& backend) {
      const std::int64_t rows = 40, width = 700, stride = 705;
      std::vector<float> x = random_floats(rows * stride, 1, 3);
      for (int i = 0; i < 600; ++i) x[static_cast<std::size_t>(i)] = static_cast<float>(i - 300) * 0.5F + 0.01F;
      std::vector<T> before = as<T>(x), dy = as<T>(random_floats(rows * stride, 2));
      backend.activation_backward(static_cast<Activation>(a), before.data(), rows, width, stride, dy.data());
      return std::vector<std::vector<T>>{dy};
    });
}

TEST_P(CpuBackward, ActivationsAtTheirCorners) {
  const auto backend = make_backend(GetParam(), 1);
  const std::vector<float> x{0, 6, 7, -1};
  for (const auto& [activation, want] : std::vector<std::pair<Activation, std::vector<float>>>{
           {Activation::relu, {0, 1, 1, 0}}, {Activation::relu6, {0, 0, 0, 0}}, {Activation::relu2, {0, 12, 14, 0}}}) {
    std::vector<float> dy(4, 1.0F);
    backend->activation_backward(activation, x.data(), 1, 4, 4, dy.data());
    expect_same(dy, want, "corners");
  }
}

TEST_P(CpuBackward, LinearKeepsWhatTheActivationIsAppliedTo) {
  for (const auto& [rows, in, out] : std::vector<std::array<std::int64_t, 3>>{{1, 5, 7}, {2, 40, 300}, {130, 60, 97}}) {
    const auto shape = std::to_string(rows) + " rows, " + std::to_string(in) + " -> " + std::to_string(out);
    expect_law(GetParam(), shape, 3e-6, [rows = rows, in = in, out = out]<class T>(const Backend<T>& backend) {
      const auto weight = as<T>(random_floats(out * in, 1, 0.2)), bias = as<T>(random_floats(out, 2)),
                 x = as<T>(random_floats(rows * in, 3));
      const LinearWeights<T> part{weight.data(), bias.data(), out};
      const auto packed = backend.pack({&part, 1}, in);
      std::vector<T> y(static_cast<std::size_t>(rows * (out + 3)), T{5}), before(y), alone(y);
      backend.linear(x.data(), rows, in, *packed, Activation::gelu, y.data(), out + 3, before.data());
      backend.linear(x.data(), rows, in, *packed, Activation::gelu, alone.data(), out + 3);
      EXPECT_EQ(y, alone);
      return std::vector<std::vector<T>>{y, before};
    });
  }
}

TEST_P(CpuBackward, Linear) {
  for (const auto& [rows, in, out] : std::vector<std::array<std::int64_t, 3>>{{1, 1, 3},
                                                                              {3, 17, 11},
                                                                              {7, 130, 64},
                                                                              {2, 5, 801},
                                                                              {150, 33, 50},
                                                                              {300, 49, 100},
                                                                              {1700, 20, 30},
                                                                              {97, 768, 100},
                                                                              {40, 100, 1000}})
    for (const std::int64_t padding : {0, 3}) {
      const auto shape = std::to_string(rows) + " rows, " + std::to_string(in) + " -> " + std::to_string(out);
      expect_law(GetParam(), shape, 4e-6, [rows = rows, in = in, out = out, padding]<class T>(const Backend<T>& backend) {
        const std::int64_t x_stride = in + padding, dy_stride = out + padding;
        const std::int64_t a = out / 3, b = out / 2 - a, c = out - a - b;
        const auto weight = as<T>(random_floats(out * in, 1, 0.2)), x = as<T>(random_floats(rows * x_stride, 2));
        const auto dy = as<T>(random_floats(rows * dy_stride, 3)), residual = as<T>(random_floats(rows * x_stride, 4));
        const LinearWeights<T> parts[] = {
            {weight.data(), nullptr, a}, {weight.data() + a * in, nullptr, b}, {weight.data() + (a + b) * in, nullptr, c}};
        const auto packed = backend.pack_backward(parts, in);
        std::vector<T> dx(static_cast<std::size_t>(rows * x_stride), T{9}), inplace = residual, apart = dx;
        backend.linear_backward(dy.data(), rows, dy_stride, *packed, nullptr, dx.data(), x_stride);
        backend.linear_backward(dy.data(), rows, dy_stride, *packed, inplace.data(), inplace.data(), x_stride);
        backend.linear_backward(dy.data(), rows, dy_stride, *packed, residual.data(), apart.data(), x_stride);
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t i = 0; i < in; ++i)
            EXPECT_EQ(inplace[static_cast<std::size_t>(r * x_stride + i)], apart[static_cast<std::size_t>(r * x_stride + i)]);
        std::vector<T> dweight(weight.size(), T{1}), dbias(static_cast<std::size_t>(out), T{2});
        const LinearGradients<T> gradients[] = {{dweight.data(), dbias.data(), a},
                                                {dweight.data() + a * in, nullptr, b},
                                                {dweight.data() + (a + b) * in, dbias.data() + a + b, c}};
        backend.linear_backward_weights(x.data(), rows, x_stride, in, dy.data(), dy_stride, gradients);
        return std::vector<std::vector<T>>{dx, inplace, dweight, dbias};
      });
    }
}

TEST_P(CpuBackward, TakesEmptyExtents) {
  const auto backend = make_backend(GetParam(), 2);
  const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
  const LinearWeights<float> none{numbers.data(), nullptr, 0};
  std::vector<float> dx{7, 7, 7}, residual{1, 2, 3};
  backend->linear_backward(numbers.data(), 1, 0, *backend->pack_backward({&none, 1}, 3), nullptr, dx.data(), 3);
  expect_same(dx, {0, 0, 0}, "nothing comes back");
  backend->linear_backward(numbers.data(), 1, 0, *backend->pack_backward({&none, 1}, 3), residual.data(), dx.data(), 3);
  expect_same(dx, residual, "the residual alone");
  std::vector<float> bias{1, 1}, weight;
  const LinearGradients<float> narrow{weight.data(), bias.data(), 2};
  backend->linear_backward_weights(numbers.data(), 2, 0, 0, numbers.data(), 2, {&narrow, 1});
  expect_same(bias, {5, 7}, "in == 0");
  backend->linear_backward_weights(numbers.data(), 0, 0, 0, numbers.data(), 2, {&narrow, 1});
  expect_same(bias, {5, 7}, "no rows");
}

TEST_P(CpuBackward, LayerNorm) {
  for (const auto& [rows, width] : std::vector<std::array<std::int64_t, 2>>{{1, 1}, {3, 7}, {64, 48}, {65, 131}, {500, 100}})
    expect_law(GetParam(), std::to_string(rows) + "x" + std::to_string(width), 1e-5,
               [rows = rows, width = width]<class T>(const Backend<T>& backend) {
                 const auto gamma = as<T>(random_floats(width, 1)), beta = as<T>(random_floats(width, 2)),
                            x = as<T>(random_floats(rows * width, 3));
                 const LayerNormWeights<T> weights{gamma.data(), beta.data(), 1e-5, false};
                 const auto dy = as<T>(random_floats(rows * width, 4));
                 std::vector<T> dx(dy.size()), inplace = dy, dgamma(gamma.size(), T{1}), dbeta(gamma.size(), T{2}), more(gamma.size());
                 backend.layer_norm_backward(x.data(), rows, width, weights, dy.data(), dx.data(), {dgamma.data(), dbeta.data()});
                 backend.layer_norm_backward(x.data(), rows, width, weights, inplace.data(), inplace.data(), {more.data(), more.data()});
                 EXPECT_EQ(dx, inplace);
                 return std::vector<std::vector<T>>{dx, dgamma, dbeta};
               });
}

TEST_P(CpuBackward, LinearAddLayerNormKeepsItsSums) {
  for (const double p : {0.0, 0.3})
    for (const auto& [rows, in, out] : std::vector<std::array<std::int64_t, 3>>{{1, 7, 5}, {17, 400, 64}, {230, 31, 47}})
      expect_law(GetParam(), std::to_string(rows) + " rows", 4e-6,
                 [rows = rows, in = in, out = out, p]<class T>(const Backend<T>& backend) {
                   const auto weight = as<T>(random_floats(out * in, 1, 0.1)), bias = as<T>(random_floats(out, 2)),
                              x = as<T>(random_floats(rows * in, 3));
                   const auto gamma = as<T>(random_floats(out, 4)), residual = as<T>(random_floats(rows * out, 5));
                   const LinearWeights<T> part{weight.data(), bias.data(), out};
                   std::vector<T> y(static_cast<std::size_t>(rows * out)), sums(y), alone(y);
                   const LayerNormWeights<T> norm{gamma.data(), bias.data(), 1e-5, false};
                   const auto packed = backend.pack({&part, 1}, in);
                   backend.linear_add_layer_norm(x.data(), rows, in, *packed, residual.data(), norm, {p, 1, 2, 3}, y.data(), sums.data());
                   backend.linear_add_layer_norm(x.data(), rows, in, *packed, residual.data(), norm, {p, 1, 2, 3}, alone.data());
                   EXPECT_EQ(y, alone);
                   return std::vector<std::vector<T>>{y, sums};
                 });
}

TEST_P(CpuBackward, Embed) {
  for (const double p : {0.0, 0.3})
    for (const bool given : {false, true})
      expect_law(GetParam(), "embed", 1e-5, [&]<class T>(const Backend<T>& backend) {
        const std::int64_t rows = 300, width = 37;
        std::vector<std::int32_t> ids, types, positions;
        for (std::int32_t r = 0; r < rows; ++r) {
          ids.push_back(r * 7 % 23);
          types.push_back(r % 2);
          positions.push_back(r % 40);
        }
        const auto words = as<T>(random_floats(23 * width, 1)), type_table = as<T>(random_floats(2 * width, 2));
        const auto position_table = as<T>(random_floats(40 * width, 3)), gamma = as<T>(random_floats(width, 4));
        const auto dout = as<T>(random_floats(rows * width, 5)), embeds = as<T>(random_floats(rows * width, 6));
        EmbedArguments<T> a;
        a.rows = rows;
        a.width = width;
        if (given)
          a.embeds = embeds.data();
        else
          a.ids = ids.data();
        a.types = types.data();
        a.positions = positions.data();
        a.word_table = words.data();
        a.type_table = type_table.data();
        a.position_table = position_table.data();
        a.layer_norm = {gamma.data(), gamma.data(), 1e-5, false};
        a.dropout = {p, 1, 2, 30};
        std::vector<T> dwords(words.size()), dtypes(type_table.size()), dpositions(position_table.size()), dgamma(gamma.size()),
            dbeta(gamma.size()), dembeds(embeds.size());
        EmbedGradients<T> gradients;
        (given ? gradients.embeds : gradients.word_table) = (given ? dembeds : dwords).data();
        gradients.pad_id = 4;
        gradients.type_table = dtypes.data();
        gradients.position_table = dpositions.data();
        gradients.layer_norm = {dgamma.data(), dbeta.data()};
        backend.embed_backward(a, dout.data(), gradients);
        return std::vector<std::vector<T>>{dwords, dtypes, dpositions, dgamma, dbeta, dembeds};
      });
}

struct AttentionCase {
  std::string name;
  std::int64_t head_size = 16;
  RelativeTerms relative = RelativeTerms::none;
  bool mask = false, scale_query_first = false, head_mask = false, dropout_shared = false, given = false, no_context = false;
  double p = 0;
};

TEST_P(CpuBackward, Attention) {
  const AttentionCase cases[] = {{"plain"},
                                 {"wide", 100},
                                 {"narrow, mask", 3, RelativeTerms::none, true},
                                 {"query scaled", 64, RelativeTerms::none, true, true},
                                 {"key", 16, RelativeTerms::key, true},
                                 {"key_query", 16, RelativeTerms::key_query},
                                 {"dropout and head mask", 16, RelativeTerms::none, false, false, true, false, false, false, 0.3},
                                 {"shared dropout", 16, RelativeTerms::none, false, true, false, true, false, false, 0.3},
                                 {"probabilities", 16, RelativeTerms::none, true, false, false, false, true},
                                 {"probabilities alone", 16, RelativeTerms::key_query, true, false, true, false, true, true, 0.2}};
  for (const auto& c : cases)
    expect_law(GetParam(), c.name, 2e-5, [&]<class T>(const Backend<T>& backend) {
      const std::vector<std::int32_t> offsets{0, 1, 60, 67, 177};
      std::vector<std::int32_t> slots;
      std::int64_t squares = 0;
      for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
        for (std::int32_t i = 0; i < offsets[b + 1] - offsets[b]; ++i) slots.push_back(i + (i > 3 ? 2 : 0));
        squares += static_cast<std::int64_t>(offsets[b + 1] - offsets[b]) * (offsets[b + 1] - offsets[b]);
      }
      const std::int64_t tokens = offsets.back(), heads = 3, width = heads * c.head_size, stride = 3 * width + 5, positions = 120;
      const std::int64_t context_stride = width + 3;
      const auto qkv = as<T>(random_floats(tokens * stride, 1)), table = as<T>(random_floats((2 * positions - 1) * c.head_size, 2));
      const auto head_mask = as<T>(random_floats(4 * heads, 3)), dcontext = as<T>(random_floats(tokens * context_stride, 4));
      const auto dprobabilities = as<T>(random_floats(squares * heads, 5));
      std::vector<T> hidden(110);
      for (std::size_t i = 0; i < hidden.size(); ++i) hidden[i] = i % 3 == 1 ? static_cast<T>(-3.4028234663852886e38F) : T{0};
      const std::vector<const T*> mask(4, hidden.data());
      std::vector<const T*> drows;
      const T* next = dprobabilities.data();
      for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
        drows.push_back(next);
        next += heads * (offsets[b + 1] - offsets[b]) * (offsets[b + 1] - offsets[b]);
      }
      AttentionArguments<T> a;
      a.sequences = {offsets, 110};
      a.heads = heads;
      a.head_size = c.head_size;
      a.query = qkv.data();
      a.key = qkv.data() + width;
      a.value = qkv.data() + 2 * width;
      a.row_stride = stride;
      a.scale_query_first = c.scale_query_first;
      if (c.mask) a.mask = mask;
      a.relative = c.relative;
      a.relative_table = table.data();
      a.max_positions = positions;
      a.slots = slots.data();
      a.dropout = {c.p, 3, 4, 50};
      a.dropout_shared = c.dropout_shared;
      if (c.head_mask) {
        a.head_mask = head_mask.data();
        a.head_mask_strides[0] = heads;
        a.head_mask_strides[1] = 1;
      }
      std::vector<T> dqkv(qkv.size()), dtable(table.size(), T{1});
      AttentionGradients<T> gradients;
      if (c.given) gradients.probabilities = drows;
      gradients.query = dqkv.data();
      gradients.key = dqkv.data() + width;
      gradients.value = dqkv.data() + 2 * width;
      gradients.row_stride = stride;
      gradients.relative_table = dtable.data();
      backend.attention_backward(a, c.no_context ? nullptr : dcontext.data(), context_stride, gradients);
      return std::vector<std::vector<T>>{dqkv, dtable};
    });
}

TEST_P(CpuBackward, MovedRowsAndLosses) {
  expect_law(GetParam(), "rows", 1e-6, []<class T>(const Backend<T>& backend) {
    const auto x = as<T>(random_floats(40 * 33, 1));
    auto out = as<T>(random_floats(60 * 33, 2)), sum = as<T>(random_floats(40 * 33, 3));
    std::vector<std::int32_t> indices;
    for (std::int32_t i = 0; i < 40; ++i) indices.push_back((i * 7 + 3) % 60);
    backend.add_rows(x.data(), 33, indices, out.data());
    backend.add(x.data(), 40 * 33, sum.data());
    return std::vector<std::vector<T>>{out, sum};
  });
  for (const auto& [rows, classes] : std::vector<std::array<std::int64_t, 2>>{{1, 1}, {3, 2}, {40, 1003}})
    expect_law(GetParam(), "losses", 2e-6, [rows = rows, classes = classes]<class T>(const Backend<T>& backend) {
      const auto logits = as<T>(random_floats(rows * classes, 1, 4)), wanted = as<T>(random_floats(rows * classes, 2));
      const auto dlosses = as<T>(random_floats(rows, 3));
      std::vector<std::int64_t> targets;
      for (std::int64_t r = 0; r < rows; ++r) targets.push_back(r % 3 == 1 ? -100 : r * 17 % classes);
      std::vector<T> crossed(logits.size()), inplace = logits, binary(logits.size()), squared(logits.size());
      backend.cross_entropy_backward(logits.data(), rows, classes, targets, -100, dlosses.data(), crossed.data());
      backend.cross_entropy_backward(inplace.data(), rows, classes, targets, -100, dlosses.data(), inplace.data());
      EXPECT_EQ(inplace, crossed);
      backend.binary_cross_entropy_backward(logits.data(), wanted.data(), rows * classes, 2.5, binary.data());
      backend.mean_squared_error_backward(logits.data(), wanted.data(), rows * classes, 2.5, squared.data());
      return std::vector<std::vector<T>>{crossed, binary, squared};
    });
}

INSTANTIATE_TEST_SUITE_P(Machine, CpuBackward, testing::ValuesIn(machine_instruction_sets()));

}  // namespace
}  // namespace albert::backend
