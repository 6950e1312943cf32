#include "base/memory.h"

#include <gtest/gtest.h>

#include <limits>

#include "albert/error.h"
#include "albert/tensor.h"

namespace {

using albert::available_memory;

TEST(Memory, IsWhatThisMachineCanHave) {
  EXPECT_GT(available_memory(), std::uint64_t{16} << 20);
  EXPECT_LT(available_memory(), std::uint64_t{1} << 48) << "the system does not say";
}

TEST(Memory, MoreThanThereIsIsRefused) {
  EXPECT_NO_THROW(albert::require_memory(1 << 20, "a little"));
  try {
    albert::require_memory(available_memory() * 2, "too much");
    FAIL() << "granted";
  } catch (const albert::Error& error) {
    EXPECT_EQ(error.code(), albert::ErrorCode::resource);
    EXPECT_NE(std::string(error.what()).find("too much"), std::string::npos);
  }
}

TEST(Memory, ATensorThatDoesNotFitIsRefused) {
  const auto extent = static_cast<std::int64_t>(available_memory() / 1024 * 5 / 4);
  try {
    const albert::Tensor tensor(albert::DType::u8, {extent, 1024});
    FAIL() << "granted";
  } catch (const albert::Error& error) {
    EXPECT_EQ(error.code(), albert::ErrorCode::resource);
  }
}

}  // namespace
