// Every backward of the ref backend against central differences of its forward, in double.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "backend/ref/ref_backend.h"
#include "base/random.h"

namespace albert::backend {
namespace {

using Numbers = std::vector<double>;

Numbers draw(std::int64_t count, std::uint64_t stream, double scale = 1) {
  Numbers values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = scale * normal(11, stream, i);
  return values;
}

double inner(const Numbers& a, const Numbers& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// `gradient` is that of `scalar` with respect to `x`, element by element.
void expect_gradient(const std::string& what, Numbers& x, const Numbers& gradient, const std::function<double()>& scalar) {
  ASSERT_EQ(x.size(), gradient.size()) << what;
  double largest = 0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  for (std::size_t i = 0; i < x.size(); ++i) {
    constexpr double kStep = 1e-4;
    const double at = x[i];
    const auto slope = [&](double step) {
      x[i] = at + step;
      const double above = scalar();
      x[i] = at - step;
      const double below = scalar();
      x[i] = at;
      return (above - below) / (2 * step);
    };
    const double numeric = (4 * slope(kStep / 2) - slope(kStep)) / 3;  // the error is of the fourth order
    ASSERT_NEAR(gradient[i], numeric, 1e-7 * std::max(1.0, largest)) << what << ", element " << i;
  }
}

const RefBackend<double> backend;

TEST(RefBackward, Activations) {
  for (int a = 0; a <= static_cast<int>(Activation::tanh); ++a) {
    const auto activation = static_cast<Activation>(a);
    const std::int64_t rows = 3, width = 40, stride = 43;
    Numbers x = draw(rows * stride, 1, 3);
    for (std::int64_t i = 0; i < 20; ++i) x[static_cast<std::size_t>(i)] = -10.31 + 1.03 * static_cast<double>(i);
    const Numbers dy = draw(rows * stride, 2);
    const Numbers one(1, 1.0);
    const LinearWeights<double> unit{one.data(), nullptr, 1};
    const auto identity = backend.pack({&unit, 1}, 1);
    Numbers dx = dy;
    backend.activation_backward(activation, x.data(), rows, width, stride, dx.data());
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = r * stride + width; i < (r + 1) * stride; ++i) {
        EXPECT_EQ(dx[static_cast<std::size_t>(i)], dy[static_cast<std::size_t>(i)]);  // beyond the width: left alone
        dx[static_cast<std::size_t>(i)] = 0;
      }
    expect_gradient("activation " + std::to_string(a), x, dx, [&] {
      Numbers y(x.size());
      backend.linear(x.data(), rows * stride, 1, *identity, activation, y.data(), 1);
      double sum = 0;
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t i = r * stride; i < r * stride + width; ++i)
          sum += y[static_cast<std::size_t>(i)] * dy[static_cast<std::size_t>(i)];
      return sum;
    });
  }
}

TEST(RefBackward, CornersOfActivationsAreAsInPyTorch) {
  Numbers x{0, 6, 7, -1}, dy(4, 1.0);
  Numbers relu = dy, relu6 = dy, relu2 = dy;
  backend.activation_backward(Activation::relu, x.data(), 1, 4, 4, relu.data());
  backend.activation_backward(Activation::relu6, x.data(), 1, 4, 4, relu6.data());
  backend.activation_backward(Activation::relu2, x.data(), 1, 4, 4, relu2.data());
  EXPECT_EQ(relu, (Numbers{0, 1, 1, 0}));
  EXPECT_EQ(relu6, (Numbers{0, 0, 0, 0}));
  EXPECT_EQ(relu2, (Numbers{0, 12, 14, 0}));
}

TEST(RefBackward, Linear) {
  const std::int64_t rows = 4, in = 5, x_stride = 6, out_stride = 9;
  const std::int64_t parts[] = {3, 2, 2};
  Numbers x = draw(rows * x_stride, 1), weight = draw(7 * in, 2), bias = draw(7, 3);
  const Numbers dy = draw(rows * out_stride, 4), residual = draw(rows * x_stride, 5);
  const auto weights = [&] {
    return std::vector<LinearWeights<double>>{{weight.data(), bias.data(), parts[0]},
                                              {weight.data() + 3 * in, nullptr, parts[1]},
                                              {weight.data() + 5 * in, bias.data() + 5, parts[2]}};
  };
  const auto scalar = [&] {
    Numbers y(static_cast<std::size_t>(rows * out_stride));
    backend.linear(x.data(), rows, x_stride, *backend.pack(weights(), in), Activation::none, y.data(), out_stride);
    return inner(y, dy);
  };
  Numbers dx(x.size()), dweight(weight.size(), 1.0), dbias(bias.size(), 2.0), onto = residual;
  const auto packed = backend.pack_backward(weights(), in);
  backend.linear_backward(dy.data(), rows, out_stride, *packed, nullptr, dx.data(), x_stride);
  backend.linear_backward(dy.data(), rows, out_stride, *packed, onto.data(), onto.data(), x_stride);
  for (std::size_t i = 0; i < onto.size(); ++i) EXPECT_NEAR(onto[i], residual[i] + dx[i], 1e-12);
  const LinearGradients<double> gradients[] = {
      {dweight.data(), dbias.data(), 3}, {dweight.data() + 3 * in, nullptr, 2}, {dweight.data() + 5 * in, dbias.data() + 5, 2}};
  backend.linear_backward_weights(x.data(), rows, x_stride, in, dy.data(), out_stride, gradients);
  for (double& d : dweight) d -= 1;  // what was there is added to
  for (double& d : dbias) d -= 2;
  EXPECT_EQ(dbias[3], 0);
  expect_gradient("x", x, dx, scalar);
  expect_gradient("weight", weight, dweight, scalar);
  expect_gradient("bias", bias, dbias, scalar);
}

TEST(RefBackward, LinearAddLayerNorm) {
  const std::int64_t rows = 3, in = 4, width = 6;
  for (const double p : {0.0, 0.4}) {
    const Dropout dropout{p, 5, 6, 70};
    Numbers x = draw(rows * in, 1), weight = draw(width * in, 2), bias = draw(width, 3), residual = draw(rows * width, 4);
    Numbers gamma = draw(width, 5), beta = draw(width, 6);
    const Numbers dout = draw(rows * width, 7);
    Numbers sums(static_cast<std::size_t>(rows * width));
    const auto norm = [&] { return LayerNormWeights<double>{gamma.data(), beta.data(), 1e-3, false}; };
    const auto scalar = [&] {
      const LinearWeights<double> part{weight.data(), bias.data(), width};
      Numbers out(sums.size());
      backend.linear_add_layer_norm(x.data(), rows, in, *backend.pack({&part, 1}, in), residual.data(), norm(), dropout, out.data(),
                                    sums.data());
      return inner(out, dout);
    };
    (void)scalar();
    const LinearWeights<double> part{weight.data(), bias.data(), width};
    Numbers dx(x.size()), dweight(weight.size()), dbias(bias.size()), dgamma(gamma.size()), dbeta(beta.size()), dresidual(sums.size());
    backend.layer_norm_backward(sums.data(), rows, width, norm(), dout.data(), dresidual.data(), {dgamma.data(), dbeta.data()});
    Numbers dproduct = dresidual;
    backend.dropout(dproduct.data(), rows, width, dropout);
    backend.linear_backward(dproduct.data(), rows, width, *backend.pack_backward({&part, 1}, in), nullptr, dx.data(), in);
    const LinearGradients<double> gradient{dweight.data(), dbias.data(), width};
    backend.linear_backward_weights(x.data(), rows, in, in, dproduct.data(), width, {&gradient, 1});
    expect_gradient("x", x, dx, scalar);
    expect_gradient("residual", residual, dresidual, scalar);
    expect_gradient("weight", weight, dweight, scalar);
    expect_gradient("bias", bias, dbias, scalar);
    expect_gradient("gamma", gamma, dgamma, scalar);
    expect_gradient("beta", beta, dbeta, scalar);
  }
}

TEST(RefBackward, Embed) {
  const std::int64_t rows = 7, width = 5;
  const std::vector<std::int32_t> ids{0, 3, 1, 3, 2, 0, 4}, types{0, 1, 1, 0, 1, 0, 0}, positions{0, 1, 2, 2, 3, 1, 0};
  for (const bool given : {false, true})
    for (const double p : {0.0, 0.3}) {
      Numbers words = draw(5 * width, 1), type_table = draw(2 * width, 2), position_table = draw(4 * width, 3);
      Numbers gamma = draw(width, 4), beta = draw(width, 5), embeds = draw(rows * width, 6);
      const Numbers dout = draw(rows * width, 7);
      const auto arguments = [&] {
        EmbedArguments<double> a;
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
        a.layer_norm = {gamma.data(), beta.data(), 1e-3, false};
        a.dropout = {p, 1, 2, 30};
        return a;
      };
      const auto scalar = [&] {
        Numbers out(dout.size());
        backend.embed(arguments(), out.data());
        return inner(out, dout);
      };
      Numbers dwords(words.size()), dtypes(type_table.size()), dpositions(position_table.size()), dgamma(gamma.size()), dbeta(beta.size()),
          dembeds(embeds.size());
      EmbedGradients<double> gradients;
      (given ? gradients.embeds : gradients.word_table) = (given ? dembeds : dwords).data();
      gradients.type_table = dtypes.data();
      gradients.position_table = dpositions.data();
      gradients.layer_norm = {dgamma.data(), dbeta.data()};
      backend.embed_backward(arguments(), dout.data(), gradients);
      expect_gradient("words", words, dwords, scalar);
      expect_gradient("embeds", embeds, dembeds, scalar);
      expect_gradient("types", type_table, dtypes, scalar);
      expect_gradient("positions", position_table, dpositions, scalar);
      expect_gradient("gamma", gamma, dgamma, scalar);
      expect_gradient("beta", beta, dbeta, scalar);
      if (given) continue;
      Numbers without(words.size());
      gradients.word_table = without.data();
      gradients.pad_id = 3;
      backend.embed_backward(arguments(), dout.data(), gradients);
      for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(without[i], i / 5 == 3 ? 0 : dwords[i]);
    }
}

struct AttentionCase {
  std::string name;
  RelativeTerms relative = RelativeTerms::none;
  bool scale_query_first = false, mask = false, mask_per_query = false, head_mask = false, dropout_shared = false, given = false;
  double p = 0;
};

TEST(RefBackward, Attention) {
  const AttentionCase cases[] = {{"plain"},
                                 {"mask", RelativeTerms::none, false, true},
                                 {"mask per query", RelativeTerms::none, true, true, true},
                                 {"key", RelativeTerms::key, false, true},
                                 {"key_query", RelativeTerms::key_query},
                                 {"head mask", RelativeTerms::none, false, false, false, true},
                                 {"dropout", RelativeTerms::none, false, false, false, false, false, false, 0.3},
                                 {"shared dropout", RelativeTerms::none, true, false, false, false, true, false, 0.3},
                                 {"probabilities", RelativeTerms::none, false, false, false, false, false, true},
                                 {"all", RelativeTerms::key_query, false, true, false, true, false, true, 0.2}};
  for (const auto& c : cases) {
    const std::vector<std::int32_t> offsets{0, 1, 5, 8}, slots{0, 0, 1, 3, 4, 0, 1, 2};
    const std::int64_t tokens = 8, heads = 2, d = 3, stride = 3 * heads * d + 2, positions = 6, context_stride = heads * d + 1;
    Numbers qkv = draw(tokens * stride, 1), table = draw((2 * positions - 1) * d, 2);
    const Numbers head_mask = draw(3 * heads, 3), dcontext = draw(tokens * context_stride, 4);
    Numbers mask_values = draw(3 * 16, 5);
    const std::vector<const double*> mask{mask_values.data(), nullptr, mask_values.data() + 16};
    Numbers probabilities(heads * (1 + 16 + 9));
    const Numbers dprobabilities = draw(heads * (1 + 16 + 9), 6);
    const std::vector<std::int64_t> places{0, heads, heads * 17};
    std::vector<double*> rows;
    std::vector<const double*> drows;
    for (const auto place : places) {
      rows.push_back(probabilities.data() + place);
      drows.push_back(dprobabilities.data() + place);
    }
    AttentionArguments<double> a;
    a.sequences = {offsets, 4};
    a.heads = heads;
    a.head_size = d;
    a.query = qkv.data();
    a.key = qkv.data() + heads * d;
    a.value = qkv.data() + 2 * heads * d;
    a.row_stride = stride;
    a.scale_query_first = c.scale_query_first;
    if (c.mask) a.mask = mask;
    a.mask_per_query = c.mask_per_query;
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
    if (c.given) a.probabilities = rows;
    const auto scalar = [&] {
      Numbers context(dcontext.size());
      backend.attention(a, context.data(), context_stride);
      return inner(context, dcontext) + (c.given ? inner(probabilities, dprobabilities) : 0);
    };
    Numbers dqkv(qkv.size()), dtable(table.size());
    AttentionGradients<double> gradients;
    if (c.given) gradients.probabilities = drows;
    gradients.query = dqkv.data();
    gradients.key = dqkv.data() + heads * d;
    gradients.value = dqkv.data() + 2 * heads * d;
    gradients.row_stride = stride;
    gradients.relative_table = dtable.data();
    backend.attention_backward(a, dcontext.data(), context_stride, gradients);
    expect_gradient(c.name + ", query, key and value", qkv, dqkv, scalar);
    expect_gradient(c.name + ", relative table", table, dtable, scalar);
  }
}

TEST(RefBackward, MovedRows) {
  const std::vector<std::int32_t> indices{4, 0, 2};
  const Numbers x{1, 2, 3, 4, 5, 6};
  Numbers out(10, 1.0);
  backend.add_rows(x.data(), 2, indices, out.data());
  EXPECT_EQ(out, (Numbers{4, 5, 1, 1, 6, 7, 1, 1, 2, 3}));
  backend.add(x.data(), 6, out.data());
  EXPECT_EQ(out, (Numbers{5, 7, 4, 5, 11, 13, 1, 1, 2, 3}));
}

TEST(RefBackward, Losses) {
  const std::int64_t rows = 4, classes = 5;
  const std::vector<std::int64_t> targets{2, -100, 0, 4};
  Numbers logits = draw(rows * classes, 1);
  const Numbers dlosses = draw(rows, 2);
  Numbers dlogits(logits.size());
  backend.cross_entropy_backward(logits.data(), rows, classes, targets, -100, dlosses.data(), dlogits.data());
  expect_gradient("cross entropy", logits, dlogits, [&] {
    Numbers losses(static_cast<std::size_t>(rows));
    (void)backend.cross_entropy(logits.data(), rows, classes, targets, -100, losses.data());
    return inner(losses, dlosses);
  });
  Numbers inplace = logits;
  backend.cross_entropy_backward(inplace.data(), rows, classes, targets, -100, dlosses.data(), inplace.data());
  EXPECT_EQ(inplace, dlogits);

  const Numbers wanted = draw(rows * classes, 3);
  backend.binary_cross_entropy_backward(logits.data(), wanted.data(), 20, 1.5, dlogits.data());
  expect_gradient("binary cross entropy", logits, dlogits,
                  [&] { return 1.5 * backend.binary_cross_entropy(logits.data(), wanted.data(), 20); });
  backend.mean_squared_error_backward(logits.data(), wanted.data(), 20, 1.5, dlogits.data());
  expect_gradient("mean squared error", logits, dlogits,
                  [&] { return 1.5 * backend.mean_squared_error(logits.data(), wanted.data(), 20); });
}

TEST(RefBackward, Gate) {
  const std::int64_t rows = 3, width = 6, stride = 8;
  Numbers x = draw(rows * stride, 1);
  const Numbers dy = draw(rows * stride, 2);
  Numbers dx = dy;
  gate_rows_backward(x.data(), rows, width, stride, dx.data());
  for (std::int64_t r = 0; r < rows; ++r) dx[static_cast<std::size_t>(r * stride + 6)] = dx[static_cast<std::size_t>(r * stride + 7)] = 0;
  expect_gradient("glu", x, dx, [&] {
    Numbers y = x;
    gate_rows(y.data(), rows, width, stride);
    double sum = 0;
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = r * stride; i < r * stride + 3; ++i) sum += y[static_cast<std::size_t>(i)] * dy[static_cast<std::size_t>(i)];
    return sum;
  });
}

}  // namespace
}  // namespace albert::backend
