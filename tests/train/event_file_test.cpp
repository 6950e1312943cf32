#include "train/run/event_file.h"

#include <gtest/gtest.h>

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

TEST(EventFile, ChecksRecordsWithCrc32c) {
  const std::string record = albert::tf_record("123456789");
  const std::uint32_t crc = 0xE3069283U;  // of "123456789", RFC 3720's check value
  const std::uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
  std::string end;
  for (int shift = 0; shift < 32; shift += 8) end += static_cast<char>(masked >> shift & 0xFF);
  EXPECT_EQ(record.substr(0, 8), bytes({9, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(record.substr(12), "123456789" + end);
}

TEST(EventFile, HoldsStepTagAndValue) {
  const std::string event = albert::scalar_event(1.5, 300, {{"train/loss", 0.25}, {"train/rate", 1.0}});
  EXPECT_NE(event.find("train/loss"), std::string::npos);
  EXPECT_NE(event.find(bytes({0x10, 0xAC, 0x02})), std::string::npos);        // step 300
  EXPECT_NE(event.find(bytes({0x15, 0, 0, 0x80, 0x3E})), std::string::npos);  // 0.25F
  EXPECT_NE(albert::version_event(0).find("brain.Event:2"), std::string::npos);
}

}  // namespace
