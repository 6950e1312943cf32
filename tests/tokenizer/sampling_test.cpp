// sp_model_kwargs: segmentations drawn at random, the n best, what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "albert/error.h"
#include "albert/tokenizer.h"
#include "base/file.h"
#include "tokenizer/sentencepiece.h"

namespace albert {
namespace {

const std::string model_file = std::string(ALBERT_SOURCE_DIR) + "/models/albert-mini-en/spiece.model";
const std::string text = "the windmill, 2,000 feet";

ErrorCode error_of(const std::string& arguments, bool when_made) {
  try {
    const AlbertTokenizer tokenizer(model_file, Json::Object{{"sp_model_kwargs", parse_json(arguments)}});
    if (when_made) return ErrorCode::internal;
    (void)tokenizer.tokenize(text);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

std::string joined(const std::vector<std::string>& tokens) {
  std::string all;
  for (const std::string& token : tokens) all += token + ' ';
  return all;
}

TEST(Sampling, DrawsTheSameForASeedOnAnyNumberOfThreads) {
  AlbertTokenizer tokenizer(model_file, parse_json(R"({"sp_model_kwargs": {"enable_sampling": true, "alpha": 0.3}})"));
  std::vector<TextInput> inputs;
  for (int i = 0; i < 300; ++i) inputs.push_back({text + " and what is in a name, " + std::to_string(i) + text + text + text + text, text});
  tokenizer.set_sampling_seed(7);
  const auto alone = tokenizer.encode_batch(inputs, {}, 1);
  tokenizer.set_sampling_seed(7);
  const auto together = tokenizer.encode_batch(inputs, {}, 4);
  for (std::size_t i = 0; i < inputs.size(); ++i) EXPECT_EQ(alone[i].input_ids, together[i].input_ids);
  // One by one, and from the middle on.
  tokenizer.set_sampling_seed(7, 200);
  EXPECT_EQ(tokenizer(inputs[200].text, *inputs[200].text_pair).input_ids, alone[200].input_ids);
  EXPECT_EQ(tokenizer(inputs[201].text, *inputs[201].text_pair).input_ids, alone[201].input_ids);
  tokenizer.set_sampling_seed(8);
  EXPECT_NE(tokenizer.encode_batch(inputs, {}, 1)[0].input_ids, alone[0].input_ids);
}

TEST(Sampling, VariesWithoutASeed) {
  const auto tokenizer = std::make_unique<AlbertTokenizer>(
      model_file, parse_json(R"({"sp_model_kwargs": {"enable_sampling": true, "nbest_size": 64, "alpha": 0.1}})"));
  std::map<std::string, int> seen;
  for (int i = 0; i < 200; ++i) ++seen[joined(tokenizer->tokenize(text))];
  EXPECT_GT(seen.size(), 10u);
}

TEST(Sampling, DrawsFromTheBestWithTheirProbabilities) {
  AlbertTokenizer tokenizer(model_file, parse_json(R"({"sp_model_kwargs": {"enable_sampling": true, "nbest_size": 6, "alpha": 0.25}})"));
  tokenizer.set_sampling_seed(3);
  const std::string word = "windmills";
  std::map<std::string, double> expected, seen;
  double sum = 0;
  for (const auto& [tokens, ids, score] : tokenizer.nbest_encode(word, 6)) sum += expected[joined(tokens)] = std::exp(0.25 * score);
  ASSERT_EQ(expected.size(), 6u);
  constexpr int draws = 100'000;
  for (int i = 0; i < draws; ++i) ++seen[joined(tokenizer.tokenize(word))];
  double chi_square = 0;
  for (const auto& [tokens, weight] : expected) {
    const double mean = draws * weight / sum;
    chi_square += (seen[tokens] - mean) * (seen[tokens] - mean) / mean;
  }
  EXPECT_EQ(seen.size(), 6u);
  EXPECT_LT(chi_square, 36);  // 5 degrees of freedom: once in a million
}

TEST(Sampling, ViterbiFindsThePathThatTheLatticeDoes) {
  const SentencePieceProcessor processor(SentencePieceModel::parse(MappedFile::open(model_file)));
  for (const std::string line :
       {"the wind was cold .", "unbelievably (so) they-say \"2,000\" £5", "☃ caf\u00e9 \u4e2d\u6587 x", "aaaaaaaaaaaaaaaaaaaaaa"}) {
    const std::string normalized = processor.normalize(line);
    std::vector<SentencePieceProcessor::EncodedPiece> pieces;
    processor.encode_best(line, pieces);
    const Lattice lattice = processor.lattice(normalized);
    const auto best = processor.encode_n_best(line, 1);
    ASSERT_EQ(best.size(), 1u);
    ASSERT_EQ(best[0].pieces.size(), pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) EXPECT_EQ(best[0].pieces[i].text, pieces[i].text);
    EXPECT_EQ(lattice.best().score, best[0].score);
  }
}

TEST(Sampling, ReversesAndNamesTheUnknownPiece) {
  const AlbertTokenizer plain(model_file);
  auto tokens = plain.tokenize("☃ the wind");
  const AlbertTokenizer named(model_file, parse_json(R"({"sp_model_kwargs": {"emit_unk_piece": true, "reverse": true}})"));
  std::reverse(tokens.begin(), tokens.end());
  ASSERT_EQ(tokens[tokens.size() - 2], "☃");
  tokens[tokens.size() - 2] = "<unk>";
  EXPECT_EQ(named.tokenize("☃ the wind"), tokens);
}

TEST(Sampling, RefusesWhatTheReferenceRefuses) {
  for (const char* arguments : {R"({"foo": 1})", R"({"enable_sampling": 1})", R"({"reverse": null})", R"({"nbest_size": "x"})",
                                R"({"nbest_size": 2.0})", R"({"alpha": "x"})", R"([])"})
    EXPECT_EQ(error_of(arguments, true), ErrorCode::type) << arguments;
  for (const char* arguments : {R"({"enable_sampling": true, "nbest_size": 0})", R"({"enable_sampling": true, "nbest_size": 1})",
                                R"({"enable_sampling": true, "nbest_size": 513})", R"({"enable_sampling": true, "nbest_size": null})",
                                R"({"enable_sampling": true, "alpha": null})", R"({"enable_sampling": true, "alpha": 1e39})",
                                R"({"add_bos": true})", R"({"add_eos": true})"}) {
    EXPECT_EQ(error_of(arguments, true), ErrorCode::internal) << arguments;  // made, as in the reference
    EXPECT_EQ(error_of(arguments, false), ErrorCode::value) << arguments;
  }
  EXPECT_EQ(error_of(R"({"nbest_size": null})", false), ErrorCode::type);
  EXPECT_EQ(error_of(R"({"num_threads": "a"})", false), ErrorCode::value);
}

}  // namespace
}  // namespace albert
