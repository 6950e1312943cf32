#include "albert/error.h"

#include <gtest/gtest.h>

namespace {

TEST(Error, CarriesItsCodeAndSentence) {
  const albert::Error error(albert::ErrorCode::bad_data, "truncated");
  EXPECT_EQ(error.code(), albert::ErrorCode::bad_data);
  EXPECT_STREQ(error.what(), "truncated");
  EXPECT_EQ(albert::to_string(error.code()), "bad_data");
}

}  // namespace
