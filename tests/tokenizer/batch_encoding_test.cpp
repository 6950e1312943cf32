// BatchEncoding in a caller's hands: forms of fields, tensors, warnings, mappings, what is refused.
#include "albert/batch_encoding.h"

#include <gtest/gtest.h>

#include "albert/error.h"
#include "albert/tokenizer.h"

namespace albert {
namespace {

const std::string model_directory = std::string(ALBERT_SOURCE_DIR) + "/models/albert-mini-en";

ErrorCode code_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::internal;
}

TEST(BatchEncoding, OneTextIsFlatAndABatchHasRows) {
  const auto fast = AlbertTokenizerFast::from_pretrained(model_directory);
  const BatchEncoding one = fast->call("The wind was cold.", "It was dark.", {.return_length = true});
  EXPECT_EQ(one.ints("input_ids").size(), one.ints("attention_mask").size());
  EXPECT_EQ(one.ints("length").front(), static_cast<std::int64_t>(one.ints("input_ids").size()));
  EXPECT_EQ(one.n_sequences(), 2);
  EXPECT_EQ(code_of([&] { return one.rows("input_ids"); }), ErrorCode::type);
  EXPECT_EQ(code_of([&] { return one.ints("labels"); }), ErrorCode::key);

  const BatchEncoding batch = fast->call(std::vector<std::string>{"a", "b c"}, {.return_offsets_mapping = true});
  ASSERT_EQ(batch.rows("input_ids").size(), 2u);
  EXPECT_EQ(dump_json(*batch.to_json().find("offset_mapping")), "[[[0, 0], [0, 1], [0, 0]], [[0, 0], [0, 1], [1, 3], [0, 0]]]");
}

TEST(BatchEncoding, TensorsNeedRowsOfOneLength) {
  const auto slow = AlbertTokenizer::from_pretrained(model_directory);
  const std::vector<std::string> texts{"a", "b c"};
  EXPECT_EQ(code_of([&] { return slow->call(texts, {.return_tensors = DType::i64}); }), ErrorCode::value);
  const BatchEncoding padded = slow->call(texts, {.padding = PaddingStrategy::longest, .return_tensors = DType::i32});
  EXPECT_EQ(padded.tensor("input_ids").shape(), (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(padded.tensor("attention_mask").dtype(), DType::i32);
  EXPECT_EQ(slow->call("a", {.return_tensors = DType::i64}).tensor("input_ids").shape(), (std::vector<std::int64_t>{1, 3}));
}

TEST(BatchEncoding, OtherFieldsOfACallerStayAsTheyAre) {
  const auto slow = AlbertTokenizer::from_pretrained(model_directory);
  const BatchEncoding encoded({{"input_ids", std::vector<BatchEncoding::Ints>{{2, 3}, {2}}},
                               {"name", Json(Json::Array{"x", "y"})},
                               {"score", Json(Json::Array{0.5, 1})}});
  const BatchEncoding padded = slow->pad(encoded);
  EXPECT_EQ(dump_json(padded.to_json()),
            R"({"input_ids": [[2, 3], [2, 0]], "name": ["x", "y"], "score": [0.5, 1], "attention_mask": [[1, 1], [1, 0]]})");
  EXPECT_EQ(code_of([&] { return slow->pad(encoded, {.return_tensors = DType::i64}); }), ErrorCode::value);
  BatchEncoding numbers = padded;
  numbers.set("name", 7);
  numbers.convert_to_tensors();
  EXPECT_EQ(numbers.tensor("score").dtype(), DType::f32);
  EXPECT_EQ(numbers.tensor("name").rank(), 0);
}

TEST(BatchEncoding, HugeLengthsAreRefused) {
  for (const bool fast : {false, true}) {
    const auto tokenizer = Tokenizer::from_pretrained(model_directory, fast);
    const CallOptions most{.padding = PaddingStrategy::max_length, .max_length = std::int64_t{1} << 40};
    EXPECT_EQ(code_of([&] { return tokenizer->call("a", most); }), ErrorCode::resource);
    const CallOptions multiple{.padding = PaddingStrategy::longest, .pad_to_multiple_of = std::numeric_limits<std::int64_t>::max()};
    EXPECT_EQ(code_of([&] { return tokenizer->call("a", multiple); }), ErrorCode::resource);
    EXPECT_EQ(code_of([&] {
                return tokenizer->pad(BatchEncoding({{"input_ids", BatchEncoding::Ints{1}}}),
                                      {.padding = PaddingStrategy::max_length, .max_length = std::int64_t{1} << 40});
              }),
              ErrorCode::resource);
  }
}

TEST(BatchEncoding, LogsOnceWhatTheReferenceLogs) {
  const auto fast = AlbertTokenizerFast::from_pretrained(model_directory, Json(Json::Object{{"model_max_length", 4}}));
  const std::vector<std::string> texts{"the cold wind", "the cold cold wind"};
  EXPECT_EQ(fast->call(texts).warnings().size(), 1u);
  EXPECT_EQ(fast->call(texts, {.verbose = false}).warnings().size(), 0u);
  EXPECT_EQ((*fast)("the cold wind").warnings.size(), 1u);
  EXPECT_TRUE((*fast)("a").warnings.empty());
}

TEST(BatchEncoding, NegativeRowsCountFromTheEndWhereTheReferencesDo) {
  const auto fast = AlbertTokenizerFast::from_pretrained(model_directory);
  const BatchEncoding batch = fast->call(std::vector<std::string>{"a", "b c"});
  EXPECT_EQ(batch.tokens(-1), batch.tokens(1));
  EXPECT_EQ(batch.char_to_token(-1, 0, 0), 1);
  EXPECT_EQ(code_of([&] { return batch.token_to_word(-1, 0); }), ErrorCode::key);
  EXPECT_EQ(code_of([&] { return batch.tokens(2); }), ErrorCode::index);
  EXPECT_EQ(code_of([&] { return batch.char_to_token(0, -1, 0); }), ErrorCode::value);
  const auto slow = AlbertTokenizer::from_pretrained(model_directory);
  EXPECT_EQ(code_of([&] { return slow->call("a").tokens(); }), ErrorCode::value);
  EXPECT_EQ(code_of([&] { return slow->call("a").encoding(0); }), ErrorCode::key);
}

TEST(BatchEncoding, OffsetsOfNoTokensHaveNoThirdAxis) {
  const auto fast = Tokenizer::from_pretrained(model_directory);
  CallOptions options{.add_special_tokens = false, .return_tensors = DType::i64, .return_offsets_mapping = true};
  EXPECT_EQ(fast->call("", options).tensor("offset_mapping").shape(), (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(fast->call("a", options).tensor("offset_mapping").shape(), (std::vector<std::int64_t>{1, 1, 2}));
}

TEST(BatchEncoding, IsIndexedAndSlicedAsInPython) {
  using Rows = std::vector<BatchEncoding::Ints>;
  const std::vector<std::string> texts{"a", "b c", "the cold wind"};
  for (const bool fast : {false, true}) {
    const auto tokenizer = Tokenizer::from_pretrained(model_directory, fast);
    const BatchEncoding batch = tokenizer->call(texts, {.return_length = true});
    const Rows& ids = batch.rows("input_ids");
    EXPECT_EQ(batch.slice(1, {}).rows("input_ids"), (Rows{ids[1], ids[2]}));
    EXPECT_EQ(batch.slice(-2, -1).rows("input_ids"), (Rows{ids[1]}));
    EXPECT_EQ(batch.slice({}, 99).to_json(), batch.to_json());
    EXPECT_TRUE(batch.slice(2, 1).rows("input_ids").empty());
    EXPECT_EQ(batch.slice(1, 2).encodings().size(), fast ? 1u : 0u);
    EXPECT_EQ(std::get<Rows>(batch["input_ids"]), ids);
    const BatchEncoding tensors = tokenizer->call(texts, {.padding = PaddingStrategy::longest, .return_tensors = DType::i64});
    const Tensor part = tensors.slice(-1, {}).tensor("input_ids");
    EXPECT_EQ(part.shape(), (std::vector<std::int64_t>{1, tensors.tensor("input_ids").dim(1)}));
    EXPECT_TRUE(std::ranges::equal(part.values<std::int64_t>(), ids[2]));
    const BatchEncoding single = tokenizer->call("the cold wind");
    EXPECT_EQ(single.slice(0, 1).ints("input_ids"), (BatchEncoding::Ints{single.ints("input_ids")[0]}));
    EXPECT_EQ(code_of([&] { return batch["x"]; }), ErrorCode::key);
    if (fast) {
      EXPECT_EQ(batch[-1].tokens, batch.tokens(2));
      EXPECT_EQ(batch.slice(1, {}).tokens(0), batch.tokens(1));
    } else {
      EXPECT_EQ(code_of([&] { return batch[0]; }), ErrorCode::key);
      EXPECT_EQ(code_of([&] { return tokenizer->call("a", {.return_length = true}).slice(0, 1); }), ErrorCode::type);
    }
  }
}

TEST(BatchEncoding, OlderNamesOfPaddingAndTruncationStandIn) {
  const auto tokenizer = Tokenizer::from_pretrained(model_directory);
  const std::vector<std::string> texts{"a", "the cold wind"};
  const BatchEncoding longest = tokenizer->call(texts, {.pad_to_max_length = true});
  EXPECT_EQ(longest.rows("input_ids")[0].size(), longest.rows("input_ids")[1].size());
  EXPECT_EQ(longest.warnings().size(), 1u);
  const BatchEncoding seven =
      tokenizer->call("a", {.truncation = TruncationStrategy::longest_first, .max_length = 7, .pad_to_max_length = true});
  EXPECT_EQ(seven.ints("input_ids").size(), 7u);
  const CallOptions cut{.max_length = 4, .padding_by_name = true, .truncation_strategy = TruncationStrategy::only_first};
  EXPECT_EQ(tokenizer->call("the cold cold wind", cut).ints("input_ids").size(), 4u);
  const CallOptions both{.padding = PaddingStrategy::longest, .pad_to_max_length = true};
  EXPECT_EQ(tokenizer->call("a", both).warnings().size(), 1u);
}

TEST(BatchEncoding, ModelInputNamesSayWhatIsReturned) {
  const Json names = Json::Object{{"model_input_names", Json::Array{"input_ids", "attention_mask"}}};
  for (const bool fast : {false, true}) {
    const auto tokenizer = Tokenizer::from_pretrained(model_directory, fast, names);
    EXPECT_EQ(dump_json(tokenizer->call("a").to_json()), R"({"input_ids": [2, 19, 3], "attention_mask": [1, 1, 1]})");
    EXPECT_NE(tokenizer->call("a", {.return_token_type_ids = true}).find("token_type_ids"), nullptr);
  }
}

}  // namespace
}  // namespace albert
