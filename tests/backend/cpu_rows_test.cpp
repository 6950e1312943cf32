// Row operations, losses and the division into blocks.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <span>

#include "cpu_testing.h"

namespace albert::backend {
namespace {

class CpuRows : public testing::TestWithParam<std::string> {};

TEST_P(CpuRows, Embeds) {
  const RefBackend<double> ref;
  for (const std::int64_t width : {1, 5, 32, 67, 128})
    for (const bool with_positions : {true, false})
      for (const bool with_ids : {true, false})
        for (const bool position_first : {true, false}) {
          const std::int64_t rows = 300, vocabulary = 40;
          const auto word = random_floats(vocabulary * width, 1), type = random_floats(2 * width, 2),
                     position = random_floats(30 * width, 3);
          const auto embeds = random_floats(rows * width, 4);
          const auto word64 = widen(word), type64 = widen(type), position64 = widen(position), embeds64 = widen(embeds);
          std::vector<std::int32_t> ids, types, positions;
          for (std::int32_t i = 0; i < rows; ++i) {
            ids.push_back(i % 7 == 3 ? -1 : (i * 13) % 40);
            types.push_back(i % 2);
            positions.push_back(i % 30);
          }
          const TestLayerNorm norm(width, 8);
          const Dropout dropout{with_positions ? 0.25 : 0.0, 3, 4, 77};
          const auto fill = [&](auto& arguments, const auto& w, const auto& t, const auto& p, const auto& e) {
            arguments.rows = rows;
            arguments.width = width;
            arguments.ids = with_ids ? ids.data() : nullptr;
            arguments.embeds = with_ids ? nullptr : e.data();
            arguments.types = types.data();
            arguments.positions = positions.data();
            arguments.word_table = w.data();
            arguments.type_table = t.data();
            arguments.position_table = with_positions ? p.data() : nullptr;
            arguments.position_before_type = position_first;
            arguments.dropout = dropout;
          };
          EmbedArguments<double> a64;
          fill(a64, word64, type64, position64, embeds64);
          a64.layer_norm = norm.f64();
          EmbedArguments<float> a32;
          fill(a32, word, type, position, embeds);
          a32.layer_norm = norm.f32();
          std::vector<double> want(static_cast<std::size_t>(rows * width));
          ref.embed(a64, want.data());
          if (with_ids && width > 30) {  // row 3 is one of NaN; what dropout takes of it is zero
            const auto row = std::span(want).subspan(static_cast<std::size_t>(3 * width), static_cast<std::size_t>(width));
            const auto zeros = std::count(row.begin(), row.end(), 0.0);
            EXPECT_EQ(zeros > 0, dropout.active());
            EXPECT_EQ(std::count_if(row.begin(), row.end(), [](double x) { return std::isnan(x); }), width - zeros);
          }
          std::vector<float> one;
          for (const auto& backend : backends_of(GetParam())) {
            std::vector<float> got(want.size());
            backend->embed(a32, got.data());
            // A single column, or two equal ones, has no variance: nothing but rounding error is left to scale up.
            if (width > 1) expect_close(got, want, 1e-4, "width " + std::to_string(width));
            if (one.empty()) one = got;
            expect_same(got, one, "threads");
          }
        }
}

TEST_P(CpuRows, NormalizesAndDrops) {
  const RefBackend<double> ref;
  for (const std::int64_t width : {2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 128, 768, 1001}) {
    const std::int64_t rows = 60;
    std::vector<float> x = random_floats(rows * width, 1);
    for (std::int64_t i = 0; i < width; ++i) x[static_cast<std::size_t>(width + i)] += 100;  // a row far from zero
    x[static_cast<std::size_t>(5 * width)] = std::nanf("");
    const std::vector<double> x64 = widen(x);
    const TestLayerNorm norm(width, 8);
    std::vector<double> want(x.size());
    ref.layer_norm(x64.data(), rows, width, norm.f64(), want.data());
    const Dropout dropout{0.4, 9, 2, 31};
    std::vector<double> dropped64 = x64;
    ref.dropout(dropped64.data(), rows, width, dropout);
    std::vector<float> one;
    for (const auto& backend : backends_of(GetParam())) {
      std::vector<float> got(x.size()), dropped = x;
      backend->layer_norm(x.data(), rows, width, norm.f32(), got.data());
      expect_close(got, want, 1e-3 / static_cast<double>(width) + 2e-5, "width " + std::to_string(width));
      if (one.empty()) one = got;
      expect_same(got, one, "threads");
      backend->dropout(dropped.data(), rows, width, dropout);
      expect_close(dropped, dropped64, 1e-6, "dropout");
      backend->layer_norm(x.data(), rows, width, norm.f32(), x.data() == nullptr ? nullptr : dropped.data());
      expect_same(dropped, one, "over another array");
    }
  }
}

TEST_P(CpuRows, MovesRows) {
  const auto backend = make_backend(GetParam(), 2);
  const std::vector<float> x{0, 1, 10, 11, 20, 21};
  const std::vector<std::int32_t> indices{2, 0, 2};
  std::vector<float> out(6);
  backend->gather_rows(x.data(), 2, indices, out.data());
  expect_same(out, {20, 21, 0, 1, 20, 21}, "gather");
  const std::vector<std::int32_t> places{2, 0};
  out.assign(6, -1);
  backend->scatter_rows(x.data(), 2, places, out.data());
  expect_same(out, {10, 11, -1, -1, 0, 1}, "scatter");
}

TEST_P(CpuRows, Losses) {
  const RefBackend<double> ref;
  for (const std::int64_t classes : {1, 2, 3, 17, 1000, 30000}) {
    const std::int64_t rows = classes > 10000 ? 5 : 40;
    std::vector<float> logits = random_floats(rows * classes, 5, 6);
    std::vector<std::int64_t> targets;
    for (std::int64_t r = 0; r < rows; ++r) targets.push_back(r % 4 == 1 ? -100 : (r * 7919) % classes);
    std::vector<double> want(static_cast<std::size_t>(rows));
    const ClassificationLoss loss64 = ref.cross_entropy(widen(logits).data(), rows, classes, targets, -100, want.data());
    for (const auto& backend : backends_of(GetParam())) {
      std::vector<float> got(want.size(), 3.0F);
      const ClassificationLoss loss = backend->cross_entropy(logits.data(), rows, classes, targets, -100, got.data());
      EXPECT_NEAR(loss.sum, loss64.sum, 2e-7 * std::abs(loss64.sum) + 1e-7 * static_cast<double>(rows));
      EXPECT_EQ(loss.count, loss64.count);
      expect_close(got, want, 3e-7, std::to_string(classes) + " classes");
    }
  }
  const auto backend = make_backend(GetParam(), 1);
  const std::vector<float> z{-200, -1, 0, 3, 500}, y{0, 1, 0.5F, 1, 1};
  EXPECT_DOUBLE_EQ(backend->binary_cross_entropy(z.data(), y.data(), 5), ref.binary_cross_entropy(widen(z).data(), widen(y).data(), 5));
  EXPECT_DOUBLE_EQ(backend->mean_squared_error(z.data(), y.data(), 5), ref.mean_squared_error(widen(z).data(), widen(y).data(), 5));
  const ClassificationLoss none = backend->cross_entropy(z.data(), 0, 5, {}, -100, nullptr);
  EXPECT_EQ(none.count, 0);
}

TEST_P(CpuRows, BlocksCoverEveryItemOnce) {
  for (const auto& backend : backends_of(GetParam()))
    for (const std::vector<std::int32_t>& lengths : {std::vector<std::int32_t>{},
                                                     {5},
                                                     {0, 0},
                                                     {300, 1, 1},
                                                     {9, 9, 9, 9},
                                                     std::vector<std::int32_t>(100, 31),
                                                     std::vector<std::int32_t>(3, 512)}) {
      std::vector<std::int32_t> cost{0};
      for (const std::int32_t length : lengths) cost.push_back(cost.back() + length);
      std::vector<std::atomic<int>> seen(lengths.size());
      backend->for_each_block(cost, [&](std::int32_t first, std::int32_t last, const Backend<float>& inner) {
        EXPECT_LT(first, last);
        for (std::int32_t i = first; i < last; ++i) ++seen[static_cast<std::size_t>(i)];
        const float one = 1;
        const LinearWeights<float> part{&one, nullptr, 1};
        float y = 0;
        inner.linear(&one, 1, 1, *inner.pack({&part, 1}, 1), Activation::none, &y, 1);
        EXPECT_EQ(y, 1);
      });
      for (const auto& count : seen) EXPECT_EQ(count, 1);
    }
}

INSTANTIATE_TEST_SUITE_P(Machine, CpuRows, testing::ValuesIn(machine_instruction_sets()));

}  // namespace
}  // namespace albert::backend
