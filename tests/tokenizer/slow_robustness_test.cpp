// The slow tokenizer on bytes that are no text, on long lines and on hostile files.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "albert/error.h"
#include "albert/tokenizer.h"
#include "base/file.h"
#include "base/file_source.h"
#include "base/random.h"
#include "tokenizer/arguments.h"

namespace albert {
namespace {

const std::string model_directory = std::string(ALBERT_SOURCE_DIR) + "/models/albert-mini-en";
const std::string model_file = model_directory + "/spiece.model";

class Folder {
 public:
  explicit Folder(std::string_view name)
      : path_(std::filesystem::temp_directory_path() / ("albert_robust_" + std::string(name) + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void put(const std::string& name, std::string_view content) const { write_file((path_ / name).string(), content); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(SlowTokenizer, ReadsBytesThatAreNoTextAsReplacementCharacters) {
  const AlbertTokenizer tokenizer(model_file);
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a\xFF"
       "b",
       "a\uFFFDb"},
      {"\xE2\x82", "\uFFFD"},
      {"x \xED\xA0\x80 y", "x \uFFFD\uFFFD\uFFFD y"},
      {"[MASK]\xC0\xAF[SEP]", "[MASK]\uFFFD\uFFFD[SEP]"},
      {"\xF0\x9F[MASK]", "\uFFFD[MASK]"},
  };
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(tokenizer(bytes).input_ids, tokenizer(text).input_ids) << text;
    EXPECT_EQ(tokenizer(bytes).tokens, tokenizer(text).tokens) << text;
  }
}

TEST(SlowTokenizer, KeepsWhatFollowsANul) {
  const AlbertTokenizer tokenizer(model_file);
  const auto pieces = tokenizer.tokenize(std::string_view("the\0 cat", 8));
  ASSERT_FALSE(pieces.empty());
  EXPECT_EQ(pieces.front(), "\u2581the");
  EXPECT_EQ(pieces.back(), "\u2581cat");
}

TEST(SlowTokenizer, TakesLongLines) {
  const AlbertTokenizer tokenizer(model_file);
  for (const std::string unit : {"a", "the cat ", "[MASK]", "\u4e2d", "1,", "[", "''", "\u0301", "\xFF", " "}) {
    std::string text;
    while (text.size() < 300'000) text += unit;
    const Encoding encoding = tokenizer(text);
    EXPECT_GE(encoding.size(), 2u);
    EXPECT_EQ(encoding.size(), encoding.tokens.size());
    // Nothing is lost: a unit that is one token gives one a time.
    if (unit == "[MASK]") {
      EXPECT_EQ(encoding.size(), text.size() / 6 + 2);
    }
  }
}

TEST(SlowTokenizer, GivesTheSameOnAnyNumberOfThreads) {
  const AlbertTokenizer tokenizer(model_file);
  std::vector<TextInput> inputs;
  for (int i = 0; i < 400; ++i) {
    std::string text;
    while (text.size() < 600) text += "Row " + std::to_string(i * 7919) + ", [MASK] caf\u00e9 of the house; ";
    inputs.push_back({text, i % 3 == 0 ? std::optional<std::string>("and " + std::to_string(i)) : std::nullopt});
  }
  const CallOptions options{.padding = PaddingStrategy::longest, .truncation = TruncationStrategy::longest_first, .max_length = 100};
  const auto serial = tokenizer.encode_batch(inputs, options, 1);
  const auto parallel = tokenizer.encode_batch(inputs, options, 4);
  ASSERT_EQ(serial.size(), parallel.size());
  for (std::size_t i = 0; i < serial.size(); ++i) {
    ASSERT_EQ(serial[i].input_ids, parallel[i].input_ids);
    ASSERT_EQ(serial[i].size(), 100u);
  }
}

TEST(SlowTokenizer, EndsWellOnDamagedModels) {
  const auto original = MappedFile::open(model_file);
  const std::string_view bytes = original->text();
  int loaded = 0, refused = 0;
  for (std::uint64_t round = 0; round < 300; ++round) {
    std::string damaged(bytes);
    const auto words = philox(11, 5, round);
    if (round % 3 == 0) damaged.resize(words[0] % damaged.size());
    for (std::uint32_t k = 0; k < 1 + words[1] % 20 && !damaged.empty(); ++k) {
      const auto more = philox(12, round, k);
      // Two in three hit the normaliser's map at the end of the file or the first pieces.
      const std::size_t place = more[1] % 3 == 0   ? more[0] % damaged.size()
                                : more[1] % 3 == 1 ? damaged.size() - 1 - more[0] % std::min<std::size_t>(damaged.size(), 250'000)
                                                   : more[0] % std::min<std::size_t>(damaged.size(), 300);
      damaged[place] = static_cast<char>(more[2]);
    }
    MemorySource files("damaged", {{"spiece.model", MappedFile::from_memory(std::as_bytes(std::span(damaged)), "damaged/spiece.model")}});
    try {
      const AlbertTokenizer tokenizer(load_tokenizer_arguments(files, {}, false));
      const Encoding encoding = tokenizer("The [MASK] caf\u00e9 \uFB01 \u3000 \u2460 \U0001D6BA 2,000 \u0301 \u00a0x");
      (void)tokenizer.decode(encoding.input_ids);
      ++loaded;
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::bad_data || error.code() == ErrorCode::not_implemented) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(loaded, 10);
  EXPECT_GT(refused, 10);
}

TEST(SlowTokenizer, BoundsWhatAMapMayWrite) {
  // A map that turns "a" into 64 KiB of text, on a line of a: an error, not 64 GiB.
  std::vector<std::uint32_t> array(256, 0);
  array[0] = 128u << 10;  // the root's children lie at 128 ^ byte
  const std::uint32_t node = 128 ^ 'a';
  array[node] = static_cast<std::uint32_t>('a') | 1u << 8 | (1u << 10);  // leaf at node ^ 1
  array[node ^ 1] = 0x80000000u;                                         // value 0: the first string
  std::string map;
  const std::uint32_t size = 256 * 4;
  map.append(reinterpret_cast<const char*>(&size), 4);
  map.append(reinterpret_cast<const char*>(array.data()), size);
  map += std::string(65536, 'b') + '\0';
  const auto varint = [](std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    return out + static_cast<char>(value);
  };
  const auto field = [&](int number, std::string_view value) {
    return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(value.size()) + std::string(value);
  };
  const std::string data = field(1, field(1, "<unk>") + "\x18\x02") + field(1, field(1, "b")) + field(3, field(1, "x") + field(2, map));
  MemorySource files("hostile", {{"spiece.model", MappedFile::from_memory(std::as_bytes(std::span(data)), "hostile/spiece.model")}});
  const AlbertTokenizer tokenizer(load_tokenizer_arguments(files, {}, false));
  EXPECT_EQ(tokenizer.tokenize("a").size(), 65537u);
  try {
    (void)tokenizer.tokenize(std::string(1'000'000, 'a'));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::resource);
  }
}

TEST(BothTokenizers, RefuseAFileThatEndsWithinAMessage) {
  const auto original = MappedFile::open(model_file);
  const std::string whole(original->text());
  std::vector<std::string> cuts;
  for (std::size_t left = 1; left <= 24; ++left)
    cuts.push_back(whole.substr(0, whole.size() - left));      // the flags of the normaliser are the last
  cuts.push_back(whole + std::string("\x1A\x01\x18", 3));      // one more normaliser: a flag without its value
  cuts.push_back(whole + std::string("\x1A\x02\x18\x80", 4));  // half of its value
  cuts.push_back(whole + std::string("\x12\x02\x98\x02", 4));  // one more trainer: byte_fallback without its value
  for (const std::string& cut : cuts) {
    MemorySource files("cut", {{"spiece.model", MappedFile::from_memory(std::as_bytes(std::span(cut)), "cut/spiece.model")}});
    for (const bool fast : {false, true}) {
      try {
        if (fast) {
          const AlbertTokenizerFast tokenizer(load_tokenizer_arguments(files, {}, true));
        } else {
          const AlbertTokenizer tokenizer(load_tokenizer_arguments(files, {}, false));
        }
        ADD_FAILURE() << (fast ? "fast" : "slow") << ": " << cut.size() << " of " << whole.size() << " bytes were taken for a whole file";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::bad_data) << error.what();
      }
    }
  }
}

TEST(SlowTokenizer, RefusesBadFoldersWithAReason) {
  EXPECT_THROW(AlbertTokenizer::from_pretrained("/nonexistent/folder"), Error);
  const Folder empty("empty");
  EXPECT_THROW(AlbertTokenizer::from_pretrained(empty.path()), Error);
  const std::pair<const char*, const char*> files[] = {
      {"tokenizer_config.json", "[1, 2]"},
      {"tokenizer_config.json", "{\"cls_token\": 5}"},
      {"tokenizer_config.json", "{\"padding_side\": \"middle\"}"},
      {"tokenizer_config.json", "{\"model_max_length\": \"long\"}"},
      {"tokenizer_config.json", "{\"added_tokens_decoder\": {\"-1\": {\"content\": \"x\"}}}"},
      {"tokenizer_config.json", "{\"added_tokens_decoder\": {\"99999999999999999999\": {\"content\": \"x\"}}}"},
      {"tokenizer_config.json", "{\"added_tokens_decoder\": {\"7\": \"x\"}}"},
      {"tokenizer_config.json", "{\"additional_special_tokens\": [[]]}"},
      {"tokenizer_config.json", "{\"sp_model_kwargs\": {\"nonsense\": 1}}"},
      {"special_tokens_map.json", "{\"cls_token\": {\"lstrip\": true}}"},
      {"added_tokens.json", "{\"x\": \"y\"}"},
      {"added_tokens.json", "{\"x\": 1e300}"},
      {"added_tokens.json", "nothing"},
  };
  for (const auto& [name, content] : files) {
    const Folder folder("bad");
    folder.put("spiece.model", MappedFile::open(model_file)->text());
    folder.put(name, content);
    EXPECT_THROW(AlbertTokenizer::from_pretrained(folder.path()), Error) << name << " " << content;
  }
}

TEST(SlowTokenizer, LoadsFromMemoryAndFromAFileAlone) {
  const auto bytes = MappedFile::open(model_file);
  MemorySource files(
      "(embedded)",
      {{"spiece.model", bytes},
       {"config.json", MappedFile::from_memory(std::as_bytes(std::span("{\"model_type\": \"albert\"}", 24)), "config.json")}});
  const auto memory = load_tokenizer(files, false);
  const AlbertTokenizer alone(model_file);
  EXPECT_EQ((*memory)("Hello [MASK]").input_ids, alone("Hello [MASK]").input_ids);
  EXPECT_FALSE(memory->is_fast());
  EXPECT_NE(memory->provenance().find("model_type"), std::string::npos);
  const auto other = AlbertTokenizer::from_pretrained(model_file, parse_json("{\"do_lower_case\": false}"));
  EXPECT_NE((*other)("HELLO").input_ids, alone("HELLO").input_ids);
}

}  // namespace
}  // namespace albert
