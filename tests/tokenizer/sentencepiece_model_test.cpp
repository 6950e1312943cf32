#include "tokenizer/sentencepiece_model.h"

#include <gtest/gtest.h>

#include <cstring>

#include "albert/error.h"
#include "tokenizer/darts.h"

namespace albert {
namespace {

// Just enough of the protobuf wire format to write models.
std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
std::string bytes(int field, std::string_view value) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(value.size()) + std::string(value);
}
std::string number(int field, std::uint64_t value) { return varint(static_cast<std::uint64_t>(field) << 3) + varint(value); }
std::string real(int field, float value) {
  std::string out = varint(static_cast<std::uint64_t>(field) << 3 | 5);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
  return out;
}
std::string piece(std::string_view text, float score, int type) {
  return bytes(1, bytes(1, text) + real(2, score) + number(3, static_cast<std::uint64_t>(type)));
}

std::shared_ptr<const SentencePieceModel> parse(const std::string& data) {
  return SentencePieceModel::parse(MappedFile::from_memory(std::as_bytes(std::span(data)), "spiece.model"));
}

TEST(SentencePieceModel, ReadsFieldsAndDefaults) {
  const std::string data = piece("<unk>", 0, 2) + bytes(1, bytes(1, "\u2581a") + real(2, -1.5f)) +
                           bytes(2, number(3, 1) + number(40, 7) + bytes(44, "??") + bytes(99, "ignored")) +
                           bytes(3, bytes(1, "nmt_nfkc") + number(4, 0));
  const auto model = parse(data);
  ASSERT_EQ(model->pieces.size(), 2u);
  EXPECT_EQ(model->pieces[0].type, PieceType::unknown);
  EXPECT_EQ(model->pieces[1].text, "\u2581a");
  EXPECT_EQ(model->pieces[1].score, -1.5f);
  EXPECT_EQ(model->pieces[1].type, PieceType::normal);
  EXPECT_EQ(model->unk_id, 7);
  EXPECT_EQ(model->unk_surface, "??");
  EXPECT_EQ(model->normalizer_name, "nmt_nfkc");
  EXPECT_TRUE(model->add_dummy_prefix);
  EXPECT_FALSE(model->remove_extra_whitespaces);
  EXPECT_FALSE(model->byte_fallback);
}

TEST(SentencePieceModel, RefusesWhatIsNoModel) {
  const std::string unk = piece("<unk>", 0, 2);
  EXPECT_THROW(parse(""), Error);
  EXPECT_THROW(parse("hello, this is text"), Error);
  EXPECT_THROW(parse(piece("a", 0, 1)), Error);                           // no unknown piece
  EXPECT_THROW(parse(unk + piece("b", 0, 2)), Error);                     // two of them
  EXPECT_THROW(parse(unk + piece("", 0, 1)), Error);                      // empty
  EXPECT_THROW(parse(unk + piece("a", 0, 1) + piece("a", 1, 1)), Error);  // repeated
  EXPECT_THROW(parse(unk + piece("\xFF", 0, 1)), Error);                  // not UTF-8
  EXPECT_THROW(parse(unk + piece("a", NAN, 1)), Error);
  const std::string good = unk + piece("a", -1, 1) + bytes(3, bytes(1, "identity"));
  for (std::size_t cut = 1; cut < good.size(); ++cut) {
    // Cut anywhere: an error, or a model of the whole messages before the cut; never a crash.
    try {
      EXPECT_LE(parse(good.substr(0, cut))->pieces.size(), 2u);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_data);
    }
  }
}

TEST(SentencePieceModel, ReadsFlagsToTheLastByteOfTheFile) {
  const std::string unk = piece("<unk>", 0, 2);
  const std::pair<int, int> flags[] = {{2, 35}, {3, 3}, {3, 4}, {3, 5}};  // (message, field)
  for (const auto& [message, field] : flags) {
    const auto with = [&, message = message, field = field](std::string_view value) {
      return unk + bytes(message, varint(static_cast<std::uint64_t>(field) << 3) + std::string(value));
    };
    for (const std::string_view cut : {std::string_view(""), std::string_view("\x80"), std::string_view("\xFF\xFF")}) {
      try {
        (void)parse(with(cut));
        ADD_FAILURE() << "flag " << field << " without its end was read";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::bad_data);
      }
    }
    const auto read = [&, field = field](std::string_view value) {
      const auto model = parse(with(value));
      return field == 35  ? model->byte_fallback
             : field == 3 ? model->add_dummy_prefix
             : field == 4 ? model->remove_extra_whitespaces
                          : model->escape_whitespaces;
    };
    EXPECT_TRUE(read("\1")) << field;
    EXPECT_FALSE(read(std::string_view("\0", 1))) << field;
    EXPECT_FALSE(read(std::string_view("\x80\0", 2))) << field << ": a zero of two bytes";
    EXPECT_TRUE(read("\x82\1")) << field;
  }
}

TEST(CharacterMap, ChecksItsBounds) {
  EXPECT_TRUE(CharacterMap("").empty());
  EXPECT_THROW(CharacterMap("abc"), Error);
  EXPECT_THROW(CharacterMap(std::string_view("\xFF\xFF\xFF\xFFzzzz", 8)), Error);  // longer than the blob
  EXPECT_THROW(CharacterMap(std::string_view("\4\0\0\0zzzzab", 10)), Error);       // strings without an end
  // Every blob of pseudo-random units must be walked without reading outside (the sanitizers watch).
  for (std::uint32_t seed = 1; seed < 2000; ++seed) {
    std::string blob(4 + 4 * 64 + 5, '\0');
    const std::uint32_t size = 4 * 64;
    std::memcpy(blob.data(), &size, 4);
    std::uint32_t state = seed;
    for (std::size_t i = 4; i + 1 < blob.size(); ++i)
      blob[i] = static_cast<char>((state = state * 1664525u + 1013904223u) >> (seed % 3 ? 24 : 29));
    const CharacterMap map(blob);
    for (int byte = 0; byte < 256; ++byte) {
      const std::string text(20, static_cast<char>(byte));
      EXPECT_LE(map.longest(text).length, text.size());
      EXPECT_LE(map.shortest(text).length, map.longest(text).length);
    }
  }
}

}  // namespace
}  // namespace albert
