// Pre-training data: sentences, the token store, the plan of an epoch and the masking.
#include "albert/pretraining.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "albert/error.h"
#include "albert/safetensors.h"
#include "train/pretraining/epoch_plan.h"
#include "train/pretraining/ngram_masking.h"
#include "train/pretraining/token_store.h"
#include "train/pretraining/vocabulary.h"

namespace {

using namespace albert;

constexpr TokenStoreVocabulary kVocabulary{1000, 77};

/// Tests run side by side: each has files of its own.
std::string scratch(const std::string& name) {
  return testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name() + "-" + name;
}

/// Documents of sentences of the given lengths; token k of the corpus is 10 + k % 900.
std::string write_store(const std::string& name, const std::vector<std::vector<int>>& documents,
                        const TokenStoreVocabulary& vocabulary = kVocabulary) {
  const std::string path = scratch(name);
  TokenStoreWriter writer(path, vocabulary);
  std::int32_t next = 0;
  for (const auto& document : documents) {
    for (const int length : document) {
      std::vector<std::int32_t> ids(static_cast<std::size_t>(length));
      for (auto& id : ids) id = 10 + next++ % 900;
      writer.add_sentence(ids);
    }
    writer.end_document();
  }
  writer.commit();
  return path;
}

TEST(SplitSentences, CutsWhereASentenceEnds) {
  using List = std::vector<std::string>;
  EXPECT_EQ(split_sentences("One. Two! Three? Four"), (List{"One.", "Two!", "Three?", "Four"}));
  EXPECT_EQ(split_sentences("He said \"Go.\" Then he left."), (List{"He said \"Go.\"", "Then he left."}));
  EXPECT_EQ(split_sentences("Mr. Smith met Dr. J. Doe. They spoke."), (List{"Mr. Smith met Dr. J. Doe.", "They spoke."}));
  EXPECT_EQ(split_sentences("It cost 3.50 pounds. e.g. this one."), (List{"It cost 3.50 pounds. e.g. this one."}));
  EXPECT_EQ(split_sentences("Wait... What? (Yes.) No."), (List{"Wait...", "What?", "(Yes.)", "No."}));
  EXPECT_EQ(split_sentences("So did I. And you."), (List{"So did I.", "And you."}));
  EXPECT_EQ(split_sentences("\u6771\u4eac\u3002\u5927\u962a\u3002"), (List{"\u6771\u4eac\u3002", "\u5927\u962a\u3002"}));
  EXPECT_EQ(split_sentences("  \n "), List{});
  EXPECT_EQ(split_sentences(""), List{});
}

TEST(SplitSentences, LosesNothingButBlanksAndKeepsAllShort) {
  std::mt19937 random(1);
  const std::vector<std::string> parts{"word", " ", ". ", "! ", "?\" ", "Mr. ", "\u3002", "\u2026 ", "X", "7", "\n", "\u00E9", "(", ")"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < round * 12; ++i) text += parts[random() % (round % 3 == 0 ? 1 : parts.size())];
    std::string joined, expected;
    for (const auto& sentence : split_sentences(text)) {
      EXPECT_LE(sentence.size(), 2000U);
      EXPECT_FALSE(sentence.empty());
      joined += sentence;
    }
    const auto without_blanks = [](const std::string& from) {
      std::string to;
      std::copy_if(from.begin(), from.end(), std::back_inserter(to), [](char c) { return c != ' ' && c != '\n'; });
      return to;
    };
    EXPECT_EQ(without_blanks(joined), without_blanks(text));
  }
}

TEST(TokenStore, GivesBackWhatWasWritten) {
  for (const std::int64_t size : {std::int64_t{1000}, std::int64_t{100000}}) {
    const TokenStoreVocabulary vocabulary{size, 5};
    const std::string path = scratch("store");
    {
      TokenStoreWriter writer(path, vocabulary);
      writer.end_document();
      writer.add_sentence(std::vector<std::int32_t>{1, 2, 3});
      writer.add_sentence({});
      writer.add_sentence(std::vector<std::int32_t>{static_cast<std::int32_t>(size - 1)});
      writer.end_document();
      writer.end_document();
      writer.add_sentence(std::vector<std::int32_t>{7});
      EXPECT_THROW(writer.add_sentence(std::vector<std::int32_t>{static_cast<std::int32_t>(size)}), Error);
      EXPECT_THROW(writer.add_sentence(std::vector<std::int32_t>{-1}), Error);
      EXPECT_FALSE(std::filesystem::exists(path + "x"));
      writer.commit();
      EXPECT_EQ(writer.documents(), 2);
    }
    const auto store = TokenStore::open(path, vocabulary);
    EXPECT_EQ(store.documents(), 2);
    EXPECT_EQ(store.sentences(), 3);
    EXPECT_EQ(store.tokens(), 5);
    EXPECT_EQ(store.first_sentence(1), 2);
    std::vector<std::int32_t> ids;
    store.append(0, 3, ids);
    EXPECT_EQ(ids, (std::vector<std::int32_t>{1, 2, 3, static_cast<std::int32_t>(size - 1), 7}));
    EXPECT_THROW((void)TokenStore::open(path, {size, 6}), Error);
  }
}

TEST(TokenStore, RefusesBrokenFiles) {
  const auto offsets = [](std::vector<std::int64_t> values) {
    return Tensor::from<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
  };
  const Tensor tokens = Tensor::from<std::uint16_t>({4}, std::vector<std::uint16_t>{1, 2, 3, 999});
  const std::map<std::string, std::string> metadata{{"vocabulary", "000000000000004d"}};
  const std::string path = scratch("broken");
  const auto refused = [&](const TensorList& tensors) {
    save_safetensors(path, tensors, metadata);
    EXPECT_THROW((void)TokenStore::open(path, kVocabulary), Error);
  };
  save_safetensors(path, {{"tokens", tokens}, {"sentence_offsets", offsets({0, 2, 4})}, {"document_offsets", offsets({0, 2})}}, metadata);
  EXPECT_NO_THROW((void)TokenStore::open(path, kVocabulary));
  refused({{"tokens", tokens}, {"sentence_offsets", offsets({0, 2, 5})}, {"document_offsets", offsets({0, 2})}});
  refused({{"tokens", tokens}, {"sentence_offsets", offsets({0, 3, 2, 4})}, {"document_offsets", offsets({0, 3})}});
  refused({{"tokens", tokens}, {"sentence_offsets", offsets({1, 2, 4})}, {"document_offsets", offsets({0, 2})}});
  refused({{"tokens", tokens}, {"sentence_offsets", offsets({0, 2, 4})}, {"document_offsets", offsets({0, 1})}});
  refused({{"tokens", tokens}, {"sentence_offsets", offsets({})}, {"document_offsets", offsets({0, 2})}});
  refused({{"tokens", tokens}, {"sentence_offsets", offsets({0, 2, 4})}});
  refused({{"tokens", Tensor(DType::f32, {4})}, {"sentence_offsets", offsets({0, 2, 4})}, {"document_offsets", offsets({0, 2})}});
  const TokenStoreVocabulary smaller{900, 77};
  save_safetensors(path, {{"tokens", tokens}, {"sentence_offsets", offsets({0, 2, 4})}, {"document_offsets", offsets({0, 2})}}, metadata);
  const auto store = TokenStore::open(path, smaller);
  std::vector<std::int32_t> ids;
  EXPECT_THROW(store.append(0, 2, ids), Error);
  EXPECT_THROW((void)TokenStore::open(scratch("absent"), kVocabulary), Error);
}

TEST(EpochPlan, CutsEveryDocumentWholeAndInOrder) {
  std::mt19937 random(3);
  std::vector<std::vector<int>> documents;
  for (int d = 0; d < 40; ++d) {
    documents.emplace_back();
    for (unsigned s = 0; s < 1 + random() % 60; ++s) documents.back().push_back(2 + static_cast<int>(random() % 40));
  }
  const auto store = TokenStore::open(write_store("plan", documents), kVocabulary);
  ExampleOptions options;
  options.max_length = 64;
  options.short_seq_prob = 0.5;
  std::set<std::uint64_t> held_out_sentences;
  for (const auto part : {EpochPlan::Part::held_out, EpochPlan::Part::training}) {
    const EpochPlan plan(store, options, 4, part, 3), again(store, options, 4, part, 3), other(store, options, 4, part, 4);
    std::vector<Chunk> chunks;
    bool differs = plan.size() != other.size();
    for (std::int64_t i = 0; i < plan.size(); ++i) {
      chunks.push_back(plan.chunk(i));
      EXPECT_EQ(plan.chunk(i).first_sentence, again.chunk(i).first_sentence);
      differs = differs || plan.chunk(i).first_sentence != other.chunk(i).first_sentence;
    }
    EXPECT_TRUE(differs);
    EXPECT_FALSE(
        std::is_sorted(chunks.begin(), chunks.end(), [](const Chunk& a, const Chunk& b) { return a.first_sentence < b.first_sentence; }));
    std::sort(chunks.begin(), chunks.end(), [](const Chunk& a, const Chunk& b) { return a.first_sentence < b.first_sentence; });
    std::size_t next = 0;
    std::int64_t shorter = 0;
    for (std::int64_t document = 0; document < store.documents(); ++document) {
      if ((document % 4 == 0) != (part == EpochPlan::Part::held_out)) continue;
      std::int64_t sentence = store.first_sentence(document);
      while (sentence < store.first_sentence(document + 1)) {
        ASSERT_LT(next, chunks.size());
        const Chunk& chunk = chunks[next++];
        EXPECT_EQ(static_cast<std::int64_t>(chunk.first_sentence), sentence);
        sentence += chunk.sentences;
        EXPECT_LE(sentence, store.first_sentence(document + 1));
        EXPECT_TRUE(chunk.sentences == 1 ? chunk.first_part == 0 : chunk.first_part >= 1 && chunk.first_part < chunk.sentences);
        shorter +=
            sentence < store.first_sentence(document + 1) && store.length(static_cast<std::int64_t>(chunk.first_sentence), sentence) < 61;
      }
    }
    EXPECT_EQ(next, chunks.size());
    EXPECT_TRUE(part == EpochPlan::Part::held_out || shorter > 20);
  }
}

MaskingVocabulary plain_vocabulary() {
  MaskingVocabulary vocabulary;
  vocabulary.starts_word.assign(1000, true);
  vocabulary.special.assign(1000, false);
  for (std::size_t id = 0; id < 10; ++id) vocabulary.special[id] = true;
  for (std::size_t id = 500; id < 1000; ++id) vocabulary.starts_word[id] = false;
  vocabulary.cls = 2;
  vocabulary.sep = 3;
  vocabulary.mask = 4;
  return vocabulary;
}

TEST(MaskNgrams, KeepsItsBudgetAndItsShares) {
  const auto vocabulary = plain_vocabulary();
  MaskingOptions options;
  UniformSequence random(9, 1);
  std::mt19937 words(2);
  std::int64_t predicted = 0, masked = 0, kept = 0, tokens = 0, budget = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::int32_t> ids{2};
    for (int i = 0; i < 60; ++i) ids.push_back(static_cast<std::int32_t>(10 + words() % 700));
    ids.push_back(3);
    for (int i = 0; i < 40; ++i) ids.push_back(static_cast<std::int32_t>(10 + words() % 700));
    ids.push_back(3);
    const auto before = ids;
    const auto labels = mask_ngrams(ids, vocabulary, options, random);
    std::int64_t here = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (labels[i] == -100) {
        ASSERT_EQ(ids[i], before[i]);
        continue;
      }
      ++here;
      ASSERT_EQ(labels[i], before[i]);
      ASSERT_FALSE(vocabulary.special[static_cast<std::size_t>(before[i])]);
      if (ids[i] == vocabulary.mask) ++masked;
      if (ids[i] == before[i]) ++kept;
      ASSERT_TRUE(ids[i] == vocabulary.mask || !vocabulary.special[static_cast<std::size_t>(ids[i])]);
      // The tokens of a word go together.
      ASSERT_TRUE(vocabulary.starts_word[static_cast<std::size_t>(before[i])] || before[i - 1] < 10 || labels[i - 1] != -100);
    }
    ASSERT_LE(here, 15);  // round(0.15 * 103)
    budget += 15;
    predicted += here;
    tokens += static_cast<std::int64_t>(ids.size());
  }
  EXPECT_GT(static_cast<double>(predicted), 0.97 * static_cast<double>(budget));
  EXPECT_NEAR(static_cast<double>(masked) / static_cast<double>(predicted), 0.8, 0.01);
  EXPECT_NEAR(static_cast<double>(kept) / static_cast<double>(predicted), 0.1, 0.01);
}

TEST(MaskNgrams, DrawsLengthsByTheirInverse) {
  // A text far longer than what is predicted: runs of masked words are then single draws.
  const auto vocabulary = plain_vocabulary();
  MaskingOptions options;
  options.masked_lm_prob = 0.001;
  options.max_predictions = 3;
  std::map<bool, std::array<int, 4>> runs;
  for (const bool longer : {false, true}) {
    options.favor_longer_ngram = longer;
    UniformSequence random(5, longer);
    for (int round = 0; round < 4000; ++round) {
      std::vector<std::int32_t> ids(4000, 20);
      const auto labels = mask_ngrams(ids, vocabulary, options, random);
      std::size_t first = 0;
      while (labels[first] == -100) ++first;
      std::size_t length = 0;
      while (first + length < labels.size() && labels[first + length] != -100) ++length;
      // The first draw is not always the leftmost run; a lone run of three is.
      if (std::count_if(labels.begin(), labels.end(), [](std::int64_t label) { return label != -100; }) == 3)
        ++runs[longer][std::min<std::size_t>(length, 3)];
    }
  }
  // Three alone come as one draw of three (2/11), or in parts.
  EXPECT_NEAR(runs[false][3] / 4000.0, 2.0 / 11, 0.03);
  EXPECT_NEAR(runs[true][3] / 4000.0, 6.0 / 11, 0.03);
}

TEST(MaskNgrams, IsAFunctionOfItsNumbers) {
  const auto vocabulary = plain_vocabulary();
  std::vector<std::int32_t> one(100, 30), two(100, 30);
  UniformSequence first(1, 2), second(1, 2);
  EXPECT_EQ(mask_ngrams(one, vocabulary, {}, first), mask_ngrams(two, vocabulary, {}, second));
  EXPECT_EQ(one, two);
  std::vector<std::int32_t> specials(20, 2);
  UniformSequence random(1, 3);
  const auto labels = mask_ngrams(specials, vocabulary, {}, random);
  EXPECT_EQ(std::count(labels.begin(), labels.end(), -100), 20);
}

class EmbeddedTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    if (embedded_model().empty()) GTEST_SKIP() << "this build has no embedded model";
    tokenizer_ = Tokenizer::from_pretrained(embedded_model());
  }

  std::string write(const std::string& name, int documents) {
    const std::string path = scratch(name);
    TokenStoreWriter writer(path, store_vocabulary(*tokenizer_));
    CallOptions plain;
    plain.add_special_tokens = false;
    for (int d = 0; d < documents; ++d) {
      for (int s = 0; s < 3 + d % 9; ++s)
        writer.add_sentence(
            (*tokenizer_)("The wind of day " + std::to_string(d) + " was unbelievably cold, and night " + std::to_string(s) + " came.",
                          plain)
                .input_ids);
      writer.end_document();
    }
    writer.commit();
    return path;
  }

  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(EmbeddedTokenizer, GivesWordStartsAndSpecials) {
  const auto vocabulary = masking_vocabulary(*tokenizer_);
  const auto starts = [&](const char* piece) {
    return vocabulary.starts_word[static_cast<std::size_t>(tokenizer_->convert_token_to_id(piece))];
  };
  EXPECT_TRUE(starts("\u2581the"));
  EXPECT_FALSE(starts("ing"));
  EXPECT_TRUE(starts("."));
  EXPECT_TRUE(starts("7"));
  EXPECT_TRUE(vocabulary.special[static_cast<std::size_t>(vocabulary.mask)]);
  EXPECT_FALSE(vocabulary.special[static_cast<std::size_t>(tokenizer_->convert_token_to_id("\u2581the"))]);
}

TEST_F(EmbeddedTokenizer, MakesExamplesThatDependOnTheSeedAlone) {
  const std::string path = write("examples", 60);
  ExampleOptions options;
  options.max_length = 48;
  PretrainingData data(path, *tokenizer_, options, 10), later(path, *tokenizer_, options, 10);
  ASSERT_GT(data.size(0), 60);
  EXPECT_GT(data.held_out_size(), 3);
  // Another object, asked in another order.
  for (std::int64_t epoch : {2, 0}) {
    ASSERT_EQ(data.size(epoch), later.size(epoch));
    for (std::int64_t i = data.size(epoch); i-- > 0;) {
      const auto a = data.example(epoch, i), b = later.example(epoch, i);
      EXPECT_EQ(a.input_ids, b.input_ids);
      EXPECT_EQ(a.labels, b.labels);
      EXPECT_EQ(a.sentence_order_label, b.sentence_order_label);
    }
  }
  std::int64_t swapped = 0, predicted = 0;
  for (std::int64_t i = 0; i < data.size(1); ++i) {
    const auto example = data.example(1, i);
    ASSERT_LE(example.input_ids.size(), 48U);
    ASSERT_EQ(example.token_type_ids.size(), example.input_ids.size());
    ASSERT_EQ(example.labels.size(), example.input_ids.size());
    EXPECT_EQ(example.input_ids.front(), 2);
    EXPECT_EQ(example.input_ids.back(), 3);
    EXPECT_EQ(std::count(example.input_ids.begin(), example.input_ids.end(), 3), 2);
    EXPECT_EQ(example.token_type_ids.front(), 0);
    EXPECT_EQ(example.token_type_ids.back(), 1);
    const auto boundary = std::find(example.input_ids.begin(), example.input_ids.end(), 3) - example.input_ids.begin();
    EXPECT_EQ(std::count(example.token_type_ids.begin(), example.token_type_ids.end(), 0), boundary + 1);
    EXPECT_GT(boundary, 1);
    EXPECT_LT(boundary + 2, static_cast<std::ptrdiff_t>(example.input_ids.size()));
    swapped += example.sentence_order_label;
    predicted += std::count_if(example.labels.begin(), example.labels.end(), [](std::int64_t label) { return label != -100; });
  }
  EXPECT_NEAR(static_cast<double>(swapped) / static_cast<double>(data.size(1)), 0.5, 0.15);
  EXPECT_GT(predicted, data.size(1));
  EXPECT_THROW((void)data.example(0, data.size(0)), Error);
  EXPECT_THROW((void)data.example(-1, 0), Error);
}

TEST_F(EmbeddedTokenizer, CollatesToAPaddedBatch) {
  PretrainingData data(write("batch", 20), *tokenizer_, {}, 0);
  const std::vector<PretrainingExample> examples{data.example(0, 0), data.example(0, 1), data.example(0, 2)};
  const auto inputs = collate(examples, 0);
  const auto columns = static_cast<std::size_t>(inputs.input_ids->dim(1));
  for (std::size_t row = 0; row < 3; ++row) {
    const std::size_t length = examples[row].input_ids.size();
    for (std::size_t i = 0; i < columns; ++i) {
      const bool inside = i < length;
      const std::size_t cell = row * columns + i;
      EXPECT_EQ(inputs.attention_mask->values<std::int64_t>()[cell], inside ? 1 : 0);
      EXPECT_EQ(inputs.input_ids->values<std::int64_t>()[cell], inside ? examples[row].input_ids[i] : 0);
      EXPECT_EQ(inputs.labels->values<std::int64_t>()[cell], inside ? examples[row].labels[i] : -100);
    }
    EXPECT_EQ(inputs.sentence_order_label->values<std::int64_t>()[row], examples[row].sentence_order_label);
  }
}

TEST_F(EmbeddedTokenizer, RefusesOptionsOutOfRange) {
  const std::string path = write("options", 3);
  const auto refused = [&](const auto& change) {
    ExampleOptions options;
    change(options);
    EXPECT_THROW(PretrainingData(path, *tokenizer_, options), Error);
  };
  refused([](ExampleOptions& options) { options.max_length = 4; });
  refused([](ExampleOptions& options) { options.short_seq_prob = 1.5; });
  refused([](ExampleOptions& options) { options.masking.masked_lm_prob = 0; });
  refused([](ExampleOptions& options) { options.masking.ngram = 0; });
  refused([](ExampleOptions& options) { options.masking.max_predictions = -1; });
  EXPECT_THROW(PretrainingData(path, *tokenizer_, {}, 1), Error);
  EXPECT_THROW(PretrainingData(write_store("foreign", {{3, 4}}), *tokenizer_, {}), Error);
}

TEST_F(EmbeddedTokenizer, ReadsTextFilesAndFolders) {
  const std::string folder = scratch("texts");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/inner");
  const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(folder + "/" + name) << text; };
  write("b.txt", "The wind was cold. The\nnight came.\n\nA new paragraph!\n");
  write("a.jsonl", "{\"text\": \"One day. Two days.\"}\n\n{\"text\": \"\"}\n{\"text\": \"Three.\", \"id\": 7}");
  write("inner/c.md", "");
  write(".hidden", "Not this.");
  write("lines", "first sentence. still the first\nsecond\n\n\nother document");
  const auto sentences = [&](const std::vector<std::string>& paths, TextFormat format = TextFormat::automatic) {
    const std::string path = scratch("built");
    TokenStoreOptions options;
    options.format = format;
    options.threads = 2;
    const auto statistics = build_token_store(paths, *tokenizer_, path, options);
    const auto store = TokenStore::open(path, store_vocabulary(*tokenizer_));
    EXPECT_EQ(statistics.documents, store.documents());
    EXPECT_EQ(statistics.tokens, store.tokens());
    std::vector<std::vector<std::string>> documents;
    for (std::int64_t d = 0; d < store.documents(); ++d) {
      documents.emplace_back();
      for (std::int64_t s = store.first_sentence(d); s < store.first_sentence(d + 1); ++s) {
        std::vector<std::int32_t> ids;
        store.append(s, s + 1, ids);
        documents.back().push_back(tokenizer_->decode(ids));
      }
    }
    return documents;
  };
  using Documents = std::vector<std::vector<std::string>>;
  EXPECT_EQ(sentences({folder + "/b.txt"}), (Documents{{"the wind was cold.", "the night came.", "a new paragraph!"}}));
  EXPECT_EQ(sentences({folder + "/a.jsonl"}), (Documents{{"one day.", "two days."}, {"three."}}));
  EXPECT_EQ(sentences({folder + "/lines"}, TextFormat::lines),
            (Documents{{"first sentence. still the first", "second"}, {"other document"}}));
  std::filesystem::remove(folder + "/lines");
  EXPECT_EQ(sentences({folder}),
            (Documents{{"one day.", "two days."}, {"three."}, {"the wind was cold.", "the night came.", "a new paragraph!"}}));
  EXPECT_THROW((void)sentences({folder + "/inner"}), Error);
  EXPECT_THROW((void)sentences({folder + "/absent"}), Error);
  write("bad.jsonl", "{\"text\": 3}\n");
  EXPECT_THROW((void)sentences({folder + "/bad.jsonl"}), Error);
  TokenStoreOptions stopped;
  stopped.observer = [](const TokenStoreStatistics&) { return true; };
  write("long.txt", std::string(3 << 20, 'a'));
  std::filesystem::remove(scratch("built"));
  EXPECT_THROW((void)build_token_store(std::vector<std::string>{folder + "/long.txt"}, *tokenizer_, scratch("built"), stopped), Error);
  EXPECT_FALSE(std::filesystem::exists(scratch("built")));
}

}  // namespace
