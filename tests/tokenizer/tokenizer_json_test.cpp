// tokenizer.json: writing back byte for byte, and files that are wrong or mean harm.
#include "tokenizer/tokenizer_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "albert/error.h"
#include "albert/json.h"
#include "base/file.h"

namespace albert {
namespace {

constexpr std::string_view small = R"({"version":"1.0","added_tokens":[{"id":0,"content":"<unk>","single_word":false,"lstrip":false,
  "rstrip":false,"normalized":false,"special":true}],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,
  "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["a",-1.5],["ab",-2]]}})";

Json changed(std::string_view path, const std::string& value) {
  Json document = parse_json(small);
  Json* at = &document;
  std::size_t dot;
  while ((dot = path.find('.')) != path.npos) {
    at = at->find(path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  at->set(path, parse_json(value));
  return document;
}

void expect_refused(const std::string& text, ErrorCode code, std::string_view part_of_message = "") {
  try {
    (void)read_tokenizer_json(text, "file");
    ADD_FAILURE() << "accepted: " << text.substr(0, 300);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what() << "\n" << text.substr(0, 300);
    EXPECT_NE(std::string_view(error.what()).find(part_of_message), std::string_view::npos) << error.what();
  }
}

std::vector<std::string> tokens(const FastPipeline& pipeline, std::string_view text) {
  return pipeline.finish(pipeline.encode({.text = text}), nullptr, true, {}, false).tokens;
}

TEST(TokenizerJson, WritesThePublishedFileBack) {
  const char* assets = std::getenv("ALBERT_ASSETS");
  const std::string path =
      (assets ? std::string(assets) : ALBERT_SOURCE_DIR "/../shared/assets") + "/tokenizers/albert-base-v2/tokenizer.json";
  if (!is_file(path)) GTEST_SKIP() << path << " is not there (ALBERT_ASSETS)";
  const auto file = MappedFile::open(path);
  EXPECT_TRUE(write_tokenizer_json(*read_tokenizer_json(file->text(), path)) == file->text());
}

TEST(TokenizerJson, ReadsScoresAsTheReferenceDoes) {
  const Json rows = parse_json(MappedFile::open(ALBERT_SOURCE_DIR "/tests/golden/fast_tokenizer/scores.json")->text());
  std::string vocab;
  for (const Json& row : rows.as_array())
    vocab += fmt::format("{}[\"t{}\",{}]", vocab.empty() ? "" : ",", &row - rows.as_array().data(), dump_json(row.as_array()[0]));
  const auto pipeline =
      read_tokenizer_json(R"({"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,
          "model":{"type":"Unigram","unk_id":0,"vocab":[)" +
                              vocab + "]}}",
                          "scores");
  const Json written = parse_json(write_tokenizer_json(*pipeline));
  const auto& entries = written.find("model")->find("vocab")->as_array();
  ASSERT_EQ(entries.size(), rows.as_array().size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    EXPECT_EQ(entries[i].as_array()[1].as_double(), rows.as_array()[i].as_array()[1].as_double()) << dump_json(rows.as_array()[i]);
}

TEST(TokenizerJson, WritesEveryComponentBack) {
  const std::string pretty = R"({
  "version": "1.0",
  "truncation": {
    "direction": "Left",
    "max_length": 7,
    "strategy": "OnlySecond",
    "stride": 2
  },
  "padding": {
    "strategy": {
      "Fixed": 9
    },
    "direction": "Left",
    "pad_to_multiple_of": 8,
    "pad_id": 3,
    "pad_type_id": 1,
    "pad_token": "é\"\\\u0001"
  },
  "added_tokens": [],
  "normalizer": {
    "type": "Sequence",
    "normalizers": [
      {
        "type": "Replace",
        "pattern": {
          "Regex": "\\s+"
        },
        "content": " "
      },
      {
        "type": "Strip",
        "strip_left": true,
        "strip_right": false
      },
      {
        "type": "Prepend",
        "prepend": "▁"
      },
      {
        "type": "NFC"
      },
      {
        "type": "NFKD"
      },
      {
        "type": "Nmt"
      },
      {
        "type": "StripAccents"
      },
      {
        "type": "Lowercase"
      },
      {
        "type": "Sequence",
        "normalizers": []
      }
    ]
  },
  "pre_tokenizer": {
    "type": "Sequence",
    "pretokenizers": [
      {
        "type": "WhitespaceSplit"
      },
      {
        "type": "Metaspace",
        "replacement": "▁",
        "add_prefix_space": false
      }
    ]
  },
  "post_processor": {
    "type": "TemplateProcessing",
    "single": [
      {
        "Sequence": {
          "id": "A",
          "type_id": 4
        }
      }
    ],
    "pair": [
      {
        "Sequence": {
          "id": "B",
          "type_id": 0
        }
      },
      {
        "SpecialToken": {
          "id": "x",
          "type_id": 2
        }
      },
      {
        "Sequence": {
          "id": "A",
          "type_id": 1
        }
      }
    ],
    "special_tokens": {
      "x": {
        "id": "x",
        "ids": [
          1,
          2
        ],
        "tokens": [
          "a",
          "ab"
        ]
      }
    }
  },
  "decoder": {
    "type": "Metaspace",
    "replacement": "▁",
    "add_prefix_space": false
  },
  "model": {
    "type": "Unigram",
    "unk_id": null,
    "vocab": [
      [
        "a",
        -1.5
      ],
      [
        "b",
        1e-7
      ],
      [
        "c",
        0.00001
      ],
      [
        "d",
        1e16
      ],
      [
        "e",
        -1234567890123456.0
      ],
      [
        "f",
        -0.0
      ],
      [
        "g",
        -8.123456789012345e-300
      ]
    ],
    "byte_fallback": true
  }
})";
  EXPECT_EQ(write_tokenizer_json(*read_tokenizer_json(pretty, "file")), pretty);
}

TEST(TokenizerJson, ReadsAndWritesBertProcessing) {
  // One text for both tokens: the ids are what counts.
  const Json processor = parse_json(R"({"type":"BertProcessing","sep":["x",1],"cls":["x",2]})");
  const auto pipeline = read_tokenizer_json(dump_json(changed("post_processor", dump_json(processor))), "file");
  Encoding second = pipeline->encode({.text = "ab"});
  const Encoding pair = pipeline->finish(pipeline->encode({.text = "a"}), &second, true, {}, false);
  EXPECT_EQ(pair.input_ids, (std::vector<std::int32_t>{2, 1, 1, 2, 1}));
  EXPECT_EQ(pair.token_type_ids, (std::vector<std::int32_t>{0, 0, 0, 1, 1}));
  EXPECT_EQ(pair.special_tokens_mask, (std::vector<std::int32_t>{1, 0, 1, 0, 1}));
  EXPECT_EQ(pair.sequence_ids, (std::vector<std::int32_t>{-1, 0, -1, 1, -1}));
  EXPECT_EQ(tokens(*pipeline, "a"), (std::vector<std::string>{"x", "a", "x"}));
  EXPECT_EQ(*parse_json(write_tokenizer_json(*pipeline)).find("post_processor"), processor);
}

TEST(TokenizerJson, ReadsWhatNewerVersionsWrite) {
  const auto pipeline = read_tokenizer_json(
      dump_json(changed("pre_tokenizer", R"({"type":"Metaspace","replacement":"_","prepend_scheme":"always","split":true})")), "file");
  EXPECT_EQ(tokens(*pipeline, "a"), (std::vector<std::string>{"_", "a"}));
  expect_refused(dump_json(changed("pre_tokenizer", R"({"type":"Metaspace","replacement":"_","prepend_scheme":"first"})")),
                 ErrorCode::not_implemented, "first");
}

TEST(TokenizerJson, NamesWhatItDoesNotSupport) {
  const auto refused = [](std::string_view path, const std::string& value, std::string_view name) {
    expect_refused(dump_json(changed(path, value)), ErrorCode::not_implemented, name);
  };
  refused("model", R"({"type":"BPE","vocab":{},"merges":[]})", "BPE");
  refused("model", R"({"vocab":{"a":0},"merges":[]})", "Unigram");
  refused("normalizer", R"({"type":"ByteLevel"})", "ByteLevel");
  refused("normalizer", R"({"type":"Replace","pattern":{"Regex":"(a|b)+"},"content":""})", "(a|b)+");
  refused("normalizer", R"({"type":"Replace","pattern":{"String":""},"content":"x"})", "empty");
  refused("pre_tokenizer", R"({"type":"ByteLevel"})", "ByteLevel");
  refused("post_processor", R"({"type":"RobertaProcessing"})", "RobertaProcessing");
  refused("decoder", R"({"type":"Sequence","decoders":[]})", "Sequence");
}

TEST(TokenizerJson, RefusesWrongFiles) {
  const auto wrong = [](std::string_view path, const std::string& value) {
    expect_refused(dump_json(changed(path, value)), ErrorCode::bad_data);
  };
  for (const std::string_view text : {"", "{", "null", "[]", "7", "{}", "\xff", "{\"model\":null}", R"({"model":{"type":"Unigram"}})"})
    expect_refused(std::string(text), ErrorCode::bad_data);
  for (const std::string_view value : {"7", "\"x\"", "[]", "{}", "true", R"({"type":7})", R"({"type":"Sequence"})"})
    for (const std::string_view name : {"normalizer", "pre_tokenizer", "post_processor", "model"})
      if (name != "post_processor" || value.find("Sequence") == value.npos)
        if (name != "model" || value.find("Sequence") == value.npos) wrong(name, std::string(value));
  wrong("version", "\"2.0\"");
  wrong("version", "1");
  wrong("model.unk_id", "3");
  wrong("model.unk_id", "-1");
  wrong("model.unk_id", "0.5");
  wrong("model.byte_fallback", "\"yes\"");
  wrong("model.vocab", R"([["a"]])");
  wrong("model.vocab", R"([["a",1,2]])");
  wrong("model.vocab", R"([["a",null]])");
  wrong("model.vocab", R"([["a","1"]])");
  wrong("model.vocab", R"([[1,1]])");
  wrong("model.vocab", R"([["a\u0000b",1]])");
  wrong("model.vocab", R"({"a":1})");
  wrong("truncation", R"({"max_length":-1,"strategy":"LongestFirst","stride":0})");
  wrong("truncation", R"({"max_length":1,"strategy":"Longest","stride":0})");
  wrong("padding", R"({"strategy":"Fixed","direction":"Right","pad_id":0,"pad_type_id":0,"pad_token":""})");
  wrong("added_tokens", R"({"a":1})");
  wrong("added_tokens", R"([{"id":0}])");
  wrong("added_tokens", R"([{"id":0,"content":7}])");
  wrong("normalizer", R"({"type":"Precompiled","precompiled_charsmap":"AAA"})");
  wrong("normalizer", R"({"type":"Precompiled","precompiled_charsmap":"////////"})");
  wrong("pre_tokenizer", R"({"type":"Metaspace","replacement":"ab","add_prefix_space":true})");
  wrong("post_processor",
        R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}})");
  wrong("post_processor", R"({"type":"TemplateProcessing","single":[{"Sequence":{"id":"B","type_id":0}}],"pair":[],"special_tokens":{}})");
  wrong("post_processor", R"({"type":"BertProcessing"})");
  for (const std::string_view sep : {"[\"a\"]", "[\"a\",-1]", "[\"a\",\"b\"]", "[1,\"a\"]", "[\"a\",1,2]", "[\"a\",2147483648]", "\"a\""})
    wrong("post_processor", fmt::format(R"({{"type":"BertProcessing","sep":{},"cls":["a",1]}})", sep));
  // NaN is no JSON; a score that overflows is refused with it.
  std::string text(small);
  text.replace(text.find("-1.5"), 4, "NaN ");
  expect_refused(text, ErrorCode::bad_data);
  text = small;
  text.replace(text.find("-1.5"), 4, "1e999");
  expect_refused(text, ErrorCode::bad_data);
  // Every prefix of a good file.
  for (std::size_t length = 0; length < small.size() - 1; ++length)
    expect_refused(std::string(small.substr(0, length)), ErrorCode::bad_data);
}

TEST(TokenizerJson, SurvivesDepthAndSize) {
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += "[";
  expect_refused(nested, ErrorCode::bad_data);
  std::string normalizers = R"({"type":"NFC"})";
  for (int i = 0; i < 3000; ++i) normalizers = R"({"type":"Sequence","normalizers":[)" + normalizers + "]}";
  std::string text(small);
  text.replace(text.find("\"normalizer\":null"), 17, "\"normalizer\":" + normalizers);
  expect_refused(text, ErrorCode::bad_data);
}

TEST(TokenizerJson, MissingPartsAreLeftOut) {
  const auto pipeline = read_tokenizer_json(R"({"model":{"vocab":[["a",-1],["a",-3],["",0]]}})", "file");
  EXPECT_EQ(tokens(*pipeline, "aa"), (std::vector<std::string>{"a", "a"}));
  EXPECT_EQ(pipeline->find_token("a"), 1u);  // of repeated texts the last counts
  EXPECT_EQ(pipeline->find_token(""), 2u);
  EXPECT_EQ(pipeline->size(), 2u);
  EXPECT_THROW(tokens(*pipeline, "b"), Error);  // no unknown id
  EXPECT_TRUE(tokens(*read_tokenizer_json(R"({"model":{"vocab":[]}})", "file"), "").empty());
}

}  // namespace
}  // namespace albert
