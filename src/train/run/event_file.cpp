#include "train/run/event_file.h"

#include <array>
#include <protozero/pbf_writer.hpp>

namespace albert {
namespace {

/// CRC-32C (Castagnoli), a bit at a time over a table of bytes.
std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0x82F63B78U : 0U);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U; }

template <class T>
void append_little_endian(std::string& to, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) to += static_cast<char>(value >> (8 * i) & 0xFF);
}

enum EventField : std::uint32_t { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5 };
enum SummaryField : std::uint32_t { kValue = 1 };
enum ValueField : std::uint32_t { kTag = 1, kSimpleValue = 2 };

}  // namespace

std::string tf_record(std::string_view bytes) {
  std::string length, record;
  append_little_endian(length, static_cast<std::uint64_t>(bytes.size()));
  record = length;
  append_little_endian(record, masked(crc32c(length)));
  record += bytes;
  append_little_endian(record, masked(crc32c(bytes)));
  return record;
}

std::string version_event(double wall_time) {
  std::string event;
  protozero::pbf_writer writer(event);
  writer.add_double(kWallTime, wall_time);
  writer.add_string(kFileVersion, "brain.Event:2");
  return tf_record(event);
}

std::string scalar_event(double wall_time, std::int64_t step, const std::vector<std::pair<std::string, double>>& scalars) {
  std::string summary;
  for (const auto& [tag, value] : scalars) {
    std::string one;
    protozero::pbf_writer writer(one);
    writer.add_string(kTag, tag);
    writer.add_float(kSimpleValue, static_cast<float>(value));
    protozero::pbf_writer(summary).add_message(kValue, one);
  }
  std::string event;
  protozero::pbf_writer writer(event);
  writer.add_double(kWallTime, wall_time);
  writer.add_int64(kStep, step);
  writer.add_message(kSummary, summary);
  return tf_record(event);
}

}  // namespace albert
