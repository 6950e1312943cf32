#include "albert/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "albert/error.h"
#include "base/half.h"

namespace {

using albert::DType;
using albert::Error;
using albert::Tensor;

TEST(Tensor, HoldsValuesAndConverts) {
  const Tensor tensor = Tensor::from<float>({2, 2}, {1.5f, -2.0f, 3.0f, 0.0f});
  EXPECT_EQ(tensor.dim(-1), 2);
  EXPECT_EQ(tensor.to(DType::i64).values<std::int64_t>()[1], -2);
  EXPECT_EQ(tensor.to(DType::boolean).values<bool>()[3], false);
  EXPECT_EQ(tensor.to(DType::f16).to(DType::f32).values<float>()[0], 1.5f);
  EXPECT_THROW(static_cast<void>(tensor.values<double>()), Error);
  EXPECT_THROW(static_cast<void>(tensor.reshape({3})), Error);
  EXPECT_THROW(static_cast<void>(tensor.dim(2)), Error);
}

TEST(Tensor, RefusesImpossibleShapes) {
  EXPECT_THROW(Tensor(DType::f32, {-1}), Error);
  EXPECT_THROW(Tensor(DType::f64, {std::int64_t{1} << 40, std::int64_t{1} << 40}), Error);
  EXPECT_THROW(Tensor::from<float>({2}, {1.0f}), Error);
}

TEST(Tensor, ViewsAreReadOnly) {
  auto owner = std::make_shared<int>(7);
  Tensor view = Tensor::view(DType::i32, {}, owner.get(), owner);
  EXPECT_EQ(view.size(), 1);
  EXPECT_THROW(static_cast<void>(view.mutable_values<std::int32_t>()), Error);
  EXPECT_EQ(view.clone().mutable_values<std::int32_t>()[0], 7);
}

TEST(Tensor, IntegerConversionClampsWhatDoesNotFit) {
  const Tensor tensor = Tensor::from<float>({3}, {1e30f, -1e30f, std::numeric_limits<float>::quiet_NaN()});
  const Tensor converted = tensor.to(DType::i32);
  const auto values = converted.values<std::int32_t>();
  EXPECT_EQ(values[0], std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(values[1], std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(values[2], 0);
}

TEST(Half, EveryFloat16SurvivesARoundTrip) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = albert::float16_to_float(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(albert::float16_to_float(albert::float_to_float16(value))));
    } else {
      ASSERT_EQ(albert::float_to_float16(value), half) << bits;
    }
  }
}

TEST(Half, RoundsToNearestEven) {
  EXPECT_EQ(albert::float_to_float16(1.0f + 0x1p-11f), albert::float_to_float16(1.0f));
  EXPECT_EQ(albert::float_to_float16(1.0f + 3 * 0x1p-11f), albert::float_to_float16(1.0f + 2 * 0x1p-10f));
  EXPECT_EQ(albert::float_to_float16(65520.0f), 0x7C00);
  EXPECT_EQ(albert::float_to_float16(65519.0f), 0x7BFF);
  EXPECT_EQ(albert::float_to_float16(0x1p-25f), 0);
  EXPECT_EQ(albert::float_to_float16(0x1.8p-25f), 1);
  EXPECT_EQ(albert::float_to_bfloat16(1.0f + 0x1p-8f), albert::float_to_bfloat16(1.0f));
  EXPECT_EQ(albert::bfloat16_to_float(albert::float_to_bfloat16(-3.0f)), -3.0f);
}

}  // namespace
