// WordPiece: the lines of a vocab.txt, the greedy match, the choice of the class, hostile files.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "albert/bert_tokenizer.h"
#include "albert/error.h"
#include "base/file.h"
#include "base/file_source.h"
#include "tokenizer/arguments.h"
#include "tokenizer/tokenizer_json.h"
#include "tokenizer/wordpiece.h"

namespace albert {
namespace {

using Strings = std::vector<std::string>;

std::shared_ptr<const MappedFile> memory(const std::string& text, const std::string& name) {
  static std::vector<std::unique_ptr<std::string>> kept;
  kept.push_back(std::make_unique<std::string>(text));
  return MappedFile::from_memory(std::as_bytes(std::span(*kept.back())), name);
}

MemorySource source_of(const std::vector<std::pair<std::string, std::string>>& files) {
  MemorySource::Files held;
  for (const auto& [name, text] : files) held[name] = memory(text, name);
  return {"(memory)", std::move(held)};
}

const std::string small_vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able\n,\n\u4E2D\nhello\n##s\n";

std::unique_ptr<Tokenizer> bert(const std::string& vocabulary, bool fast, const std::string& config = "{}") {
  const auto files = source_of({{"vocab.txt", vocabulary}, {"tokenizer_config.json", config}});
  TokenizerArguments arguments = load_tokenizer_arguments(files, {}, fast, "vocab.txt");
  if (fast) return std::make_unique<BertTokenizerFast>(std::move(arguments));
  return std::make_unique<BertTokenizer>(std::move(arguments));
}

TEST(WordPieceVocabulary, ReadsLinesAsPythonDoes) {
  const auto texts = [](std::string_view text) {
    const auto vocabulary = WordPieceVocabulary::from_lines(text, "vocab.txt", "##");
    std::vector<std::pair<std::string, std::uint32_t>> out;
    vocabulary.for_each([&](std::string_view entry, std::uint32_t id) { out.emplace_back(entry, id); });
    return out;
  };
  using Texts = std::vector<std::pair<std::string, std::uint32_t>>;
  EXPECT_EQ(texts(""), (Texts{}));
  EXPECT_EQ(texts("\n"), (Texts{{"", 0}}));
  EXPECT_EQ(texts("a\nb\r\nc\rd"), (Texts{{"a", 0}, {"b", 1}, {"c", 2}, {"d", 3}}));
  EXPECT_EQ(texts("a\r\r\nb\n"), (Texts{{"a", 0}, {"", 1}, {"b", 2}}));
  EXPECT_EQ(texts(" a \n\u2028\x0B\n"), (Texts{{" a ", 0}, {"\u2028\x0B", 1}}));
  EXPECT_EQ(texts("a\nb\na\nc"), (Texts{{"b", 1}, {"a", 2}, {"c", 3}}));  // the last one counts
  EXPECT_EQ(texts("\xEF\xBB\xBF"
                  "a"),
            (Texts{{"\xEF\xBB\xBF"
                    "a",
                    0}}));
  EXPECT_EQ(WordPieceVocabulary::from_lines("a\nb\na\n", "vocab.txt", "##").size(), 2u);
  EXPECT_EQ(WordPieceVocabulary::from_lines("a\nb\na\n", "vocab.txt", "##").find_id(0), std::nullopt);
  EXPECT_EQ(WordPieceVocabulary::from_lines("a\nb\na\n", "vocab.txt", "##").find_id(2), "a");
  EXPECT_EQ(WordPieceVocabulary::from_lines("x\ny\nx\n", "vocab.txt", "##").lines(), "y\nx\n");
}

TEST(WordPieceVocabulary, RefusesWhatIsNoText) {
  for (const std::string_view bytes : {"a\n\xFF\n", "\xE2\x82", "\xED\xA0\x80\n", "\xC0\xAF"})
    EXPECT_THROW((void)WordPieceVocabulary::from_lines(bytes, "vocab.txt", "##"), Error);
}

TEST(WordPieceVocabulary, HoldsManyAndLongLines) {
  std::string many;
  for (int i = 0; i < 1'000'000; ++i) many += "\n";
  EXPECT_EQ(WordPieceVocabulary::from_lines(many, "vocab.txt", "##").size(), 1u);
  EXPECT_THROW((void)WordPieceVocabulary::from_lines(std::string(std::size_t{1} << 24, '\n'), "vocab.txt", "##"), Error);
  const std::string line(1'000'000, 'a');
  const auto vocabulary = WordPieceVocabulary::from_lines(line + "\n##a\n", "vocab.txt", "##");
  EXPECT_EQ(vocabulary.find(line), 0u);
  const std::string with_nul("x\0y\nx\n", 6);
  const auto odd = WordPieceVocabulary::from_lines(with_nul, "vocab.txt", "##");
  EXPECT_EQ(odd.find(std::string_view("x\0y", 3)), 0u);
  EXPECT_EQ(odd.find("x"), 1u);
  EXPECT_EQ(odd.lines(), with_nul);
}

TEST(WordPieceModel, CutsGreedilyOrNotAtAll) {
  const WordPieceModel model(WordPieceVocabulary::from_lines("[UNK]\na\nab\n##c\n##cd\n##\u00e9", "vocab.txt", "##"), "[UNK]", 6);
  const auto cut = [&](std::string_view text) {
    FastModel::Workspace workspace;
    std::vector<FastModel::Token> tokens;
    model.segment(text, workspace, tokens);
    Strings out;
    for (const auto& token : tokens) out.push_back(fmt::format("{}:{}-{}", *model.find_id(token.id), token.begin, token.end));
    return out;
  };
  EXPECT_EQ(cut("abcd"), (Strings{"ab:0-2", "##cd:2-4"}));
  EXPECT_EQ(cut("acc\u00e9"), (Strings{"a:0-1", "##c:1-2", "##c:2-3", "##\u00e9:3-5"}));
  EXPECT_EQ(cut("abb"), (Strings{"[UNK]:0-3"}));  // ab, then nothing: the whole word
  EXPECT_EQ(cut("accccc"), (Strings{"a:0-1", "##c:1-2", "##c:2-3", "##c:3-4", "##c:4-5", "##c:5-6"}));
  EXPECT_EQ(cut("acccccc"), (Strings{"[UNK]:0-7"}));
  const WordPieceModel without(WordPieceVocabulary::from_lines("a\n", "vocab.txt", "##"), "[UNK]");
  FastModel::Workspace workspace;
  std::vector<FastModel::Token> tokens;
  EXPECT_THROW(without.segment("b", workspace, tokens), Error);
}

TEST(WordPieceModel, IsReadWhateverTheClassAndWrittenAgain) {
  const auto fast = bert(small_vocabulary, true);
  const auto folder = std::filesystem::temp_directory_path() / ("albert_wordpiece_" + std::to_string(::getpid()));
  fast->save_pretrained(folder.string());
  const std::string json(MappedFile::open((folder / "tokenizer.json").string())->text());
  EXPECT_EQ(write_tokenizer_json(*read_tokenizer_json(json, "tokenizer.json")), json);
  const AlbertTokenizerFast albert((folder / "tokenizer.json").string());
  EXPECT_EQ(albert("Unaffable, hellos").tokens, (*fast)("Unaffable, hellos").tokens);
  EXPECT_TRUE(albert.marks_subwords());
  std::filesystem::remove_all(folder);
}

TEST(BertTokenizer, TokenizesInBothForms) {
  const Strings expected{"[CLS]", "un", "##aff", "##able", ",", "\u4E2D", "hello", "##s", "[UNK]", "[MASK]", "[SEP]"};
  for (const bool fast : {false, true}) {
    const auto tokenizer = bert(small_vocabulary, fast);
    EXPECT_EQ((*tokenizer)("Unaff\u00e1ble,\u4E2Dhellos xyz[MASK]").tokens, expected) << fast;
    EXPECT_EQ(tokenizer->vocab_size(), 12);
    EXPECT_EQ(tokenizer->decode((*tokenizer)("unaffable, hellos").input_ids, true), "unaffable, hellos");
    EXPECT_EQ(tokenizer->marks_subwords(), fast);
  }
  EXPECT_EQ(bert(small_vocabulary, false)->decode(std::vector<std::int32_t>{5, 99}), "un [UNK]");
}

TEST(BertTokenizer, AddsSpecialTokensThatTheVocabularyLacks) {
  for (const bool fast : {false, true}) {
    const auto tokenizer = bert("[UNK]\na\n##b\n", fast);
    EXPECT_EQ((*tokenizer)("ab").input_ids, (std::vector<std::int32_t>{5, 1, 2, 3})) << fast;
    EXPECT_EQ(tokenizer->size(), 7);
  }
  // An unknown word is an error when [UNK] is no entry, as in the reference's fast form; the slow one has the added token.
  EXPECT_THROW((void)(*bert("a\n", true))("b"), Error);
  EXPECT_EQ((*bert("a\n", false))("b").input_ids, (std::vector<std::int32_t>{4, 1, 2}));
  EXPECT_THROW((void)bert("a\n", false, R"({"never_split": ["b"]})")->operator()("b"), Error);
}

TEST(AutoTokenizer, FollowsTheFiles) {
  const auto chosen = [](const std::vector<std::pair<std::string, std::string>>& more, bool use_fast) {
    auto files = more;
    files.emplace_back("vocab.txt", small_vocabulary);
    return load_tokenizer(source_of(files), use_fast)->provenance();
  };
  using Files = std::vector<std::pair<std::string, std::string>>;
  const Files by_config{{"tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer"})"}};
  EXPECT_EQ(chosen(by_config, true), "BertTokenizerFast by tokenizer_class of tokenizer_config.json, from vocab.txt");
  EXPECT_EQ(chosen(by_config, false), "BertTokenizer by tokenizer_class of tokenizer_config.json, from vocab.txt");
  const Files by_model{{"config.json", R"({"model_type": "albert", "tokenizer_class": "BertTokenizerFast"})"}};
  EXPECT_EQ(chosen(by_model, false), "BertTokenizerFast by tokenizer_class of config.json, from vocab.txt");
  // model_type albert looks for a spiece.model, which is not there.
  EXPECT_THROW((void)chosen({{"config.json", R"({"model_type": "albert"})"}}, true), Error);
  EXPECT_THROW((void)chosen({}, true), Error);
  EXPECT_THROW((void)chosen({{"tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizer"})"}}, true), Error);
}

TEST(AutoTokenizer, LoadsATokenizerJsonWithoutAClass) {
  const auto files = source_of({{"tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]"})"},
                                {"tokenizer.json", R"({"pre_tokenizer": {"type": "BertPreTokenizer"},
      "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
      "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "un": 4, "##able": 5}}})"}});
  for (const bool use_fast : {true, false}) {
    const auto tokenizer = load_tokenizer(files, use_fast);
    EXPECT_EQ(tokenizer->provenance(), "PreTrainedTokenizerFast by tokenizer_class of tokenizer_config.json, from tokenizer.json");
    EXPECT_EQ((*tokenizer)("unable", "x").input_ids, (std::vector<std::int32_t>{2, 4, 5, 3, 1, 3}));
    EXPECT_EQ(tokenizer->num_special_tokens_to_add(true), 3);
    // Outside of a call no special tokens are known.
    EXPECT_EQ(tokenizer->build_inputs_with_special_tokens(std::vector<std::int32_t>{4}, {{5}}), (std::vector<std::int32_t>{4, 5}));
    EXPECT_EQ(tokenizer->create_token_type_ids_from_sequences(std::vector<std::int32_t>{4}, {{5}}), (std::vector<std::int32_t>{0, 1}));
    EXPECT_EQ(tokenizer->special_token_id("pad"), 0);
    EXPECT_EQ(tokenizer->special_token("cls"), std::nullopt);
    const std::string folder = (std::filesystem::temp_directory_path() / fmt::format("albert_plain_{}", ::getpid())).string();
    EXPECT_EQ(tokenizer->save_pretrained(folder).size(), 3u);
    EXPECT_EQ((*Tokenizer::from_pretrained(folder))("unable").input_ids, (std::vector<std::int32_t>{2, 4, 5, 3}));
    EXPECT_THROW((void)tokenizer->save_pretrained(folder, {.legacy_format = true}), Error);
    std::filesystem::remove_all(folder);
  }
  EXPECT_THROW((void)load_tokenizer(files, true, Json(Json::Object{{"from_slow", true}})), Error);
  EXPECT_THROW((void)load_tokenizer(source_of(
                   {{"tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast"})"}, {"vocab.txt", small_vocabulary}})),
               Error);
}

// Any bytes in the place of the vocabulary either load or are refused with an Error; what loads also tokenizes.
TEST(BertTokenizer, TakesOrRefusesBrokenVocabularies) {
  std::mt19937 random(7);
  int loaded = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::string bytes = small_vocabulary;
    for (int change = 0; change < 1 + trial % 5; ++change) {
      const std::size_t at = random() % bytes.size();
      if (trial % 3 == 0)
        bytes[at] = static_cast<char>(random() % 256);
      else if (trial % 3 == 1)
        bytes.erase(at, 1 + random() % 7);
      else
        bytes.insert(at, std::string(1 + random() % 3, "\r\n\0#\xE4"[random() % 5]));
      if (bytes.empty()) bytes = "\n";
    }
    for (const bool fast : {false, true}) {
      try {
        const auto tokenizer = bert(bytes, fast);
        (void)(*tokenizer)("Unaffable, hello [MASK] \u4E2D\u0301");
        ++loaded;
      } catch (const Error&) {
      }
    }
  }
  EXPECT_GT(loaded, 50);
}

}  // namespace
}  // namespace albert
