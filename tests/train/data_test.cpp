// Labelled data from files of the usual forms, and what is said of files that are none.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "albert/datasets.h"
#include "albert/error.h"

namespace albert {
namespace {

class DataTest : public testing::Test {
 protected:
  DataTest() : folder_(testing::TempDir() + "albert_data_" + std::to_string(::getpid())) { std::filesystem::create_directories(folder_); }
  ~DataTest() override { std::filesystem::remove_all(folder_); }

  DataOptions file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
    DataOptions options;
    options.files = {folder_ + "/" + name};
    return options;
  }

  std::string folder_;
};

template <class Body>
std::string refusal(ErrorCode code, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

std::vector<std::string> names(const LabelTable& table, const std::vector<std::int32_t>& labels) {
  std::vector<std::string> names;
  for (const std::int32_t label : labels) names.push_back(table.name(label));
  return names;
}

using Strings = std::vector<std::string>;

AlbertConfig config_with(const Strings& labels) {
  std::map<std::int64_t, std::string> id2label;
  for (std::size_t i = 0; i < labels.size(); ++i) id2label[static_cast<std::int64_t>(i)] = labels[i];
  AlbertConfig config;
  config.set("num_labels", Json(labels.size()));
  config.set_id2label(id2label);
  config.set("label2id", Json());
  return config;
}

TEST_F(DataTest, TextsByTheNamesOfTheirColumns) {
  auto data = read_text_data(file("a.csv", "text,category\r\n\"A, b\nc\",x\r\nd,y\r\n"));
  ASSERT_EQ(data.examples.size(), 2U);
  EXPECT_EQ(data.examples[0].input.text, "A, b\nc");
  EXPECT_EQ(data.examples[0].place.line, 2);
  EXPECT_EQ(data.examples[1].place.line, 4);
  EXPECT_EQ(names(data.labels, data.examples[1].labels), Strings{"y"});
  EXPECT_EQ(data.kind, LabelKind::classes);

  data = read_text_data(file("a.tsv", "sentence1\tsentence2\tlabel\na \"b\tc\t1\n"));
  EXPECT_EQ(data.examples[0].input.text, "a \"b");
  EXPECT_EQ(data.examples[0].input.text_pair, "c");

  data = read_text_data(file("a.jsonl", "{\"question\": \"q\", \"sentence\": \"s\", \"label\": true}\n"));
  EXPECT_EQ(data.examples[0].input.text, "q");
  EXPECT_EQ(data.examples[0].input.text_pair, "s");
  EXPECT_EQ(data.labels.name(0), "1");

  auto options = file("b.csv", "number,words\n3,hello\n");
  options.renames = {{"text", "words"}, {"label", "number"}};
  data = read_text_data(options);
  EXPECT_EQ(data.examples[0].input.text, "hello");
  EXPECT_EQ(data.labels.name(0), "3");
}

TEST_F(DataTest, TablesWithoutHeader) {
  auto data = read_text_data(file("cola.tsv", "gj04\t1\t\tThe sailors rode.\ngj04\t0\t*\tThe car honked.\n"));
  ASSERT_EQ(data.examples.size(), 2U);
  EXPECT_EQ(data.examples[1].input.text, "The car honked.");
  EXPECT_EQ(data.labels.name(1), "0");

  data = read_text_data(file("sts.tsv", "g\tf\ty\t1\t5.000\tA\tB\ng\tf\ty\t2\t4.750\tC\tD\tlicence\tmore\n"));
  ASSERT_EQ(data.examples.size(), 2U);
  EXPECT_EQ(data.examples[1].input.text_pair, "D");
  EXPECT_EQ(data.kind, LabelKind::numbers);
  EXPECT_EQ(label_numbers(data.labels, data.places), (std::vector<double>{5, 4.75}));

  auto options = file("mine.csv", "yes,one\nno,two\n");
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_text_data(options); }).find("mine.csv, line 1: no text: expected a column text"),
            std::string::npos);
  options.renames = {{"label", "1"}, {"text", "2"}};
  EXPECT_EQ(read_text_data(options).examples.at(1).input.text, "two");
}

TEST_F(DataTest, SeveralLabels) {
  auto data = read_text_data(file("a.jsonl", "{\"text\": \"t\", \"labels\": [\"a\", \"b\"]}\n{\"text\": \"u\", \"labels\": []}\n"));
  EXPECT_EQ(data.kind, LabelKind::several);
  EXPECT_EQ(data.examples[0].labels.size(), 2U);
  EXPECT_TRUE(data.examples[1].labels.empty());
  auto options = file("a.csv", "text,label\nt,a | b\nu,\n");
  options.label_separator = '|';
  data = read_text_data(options);
  EXPECT_EQ(names(data.labels, data.examples[0].labels), (Strings{"a", "b"}));
  EXPECT_TRUE(data.examples[1].labels.empty());
}

TEST_F(DataTest, LabelSetsHaveAnOrder) {
  const auto set = [](const Strings& labels) {
    LabelTable table;
    for (const auto& label : labels) table.intern(label, {});
    return label_set(table);
  };
  EXPECT_EQ(set({"b", "a", "c"}), (Strings{"a", "b", "c"}));
  EXPECT_EQ(set({"10", "9", "2", "0"}), (Strings{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}));
  EXPECT_EQ(set({"1000000", "3"}), (Strings{"3", "1000000"}));
  EXPECT_EQ(set({"-1", "1"}), (Strings{"-1", "1"}));
  EXPECT_EQ(set({"10", "9", "x"}), (Strings{"10", "9", "x"}));
  EXPECT_EQ(set({}), Strings{});
}

TEST_F(DataTest, LabelsMatchTheModels) {
  const auto match = [&](const std::string& labels, const AlbertConfig& config) {
    std::string rows = "text\tlabel\n";
    for (const char c : labels) rows += std::string("t\t") + c + "\n";
    const auto data = read_text_data(file("m.tsv", rows));
    return match_labels(data.labels, data.places, config);
  };
  const auto config = config_with({"b", "a", "1"});
  EXPECT_EQ(match("ab", config), (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(match("1a", config), (std::vector<std::int32_t>{2, 1}));
  EXPECT_EQ(match("10", config), (std::vector<std::int32_t>{1, 0}));  // not all are names: all are numbers
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)match("abx", config); })
                .find("m.tsv, line 4: the label 'x' is none of the model's 3 labels (b, a, 1)"),
            std::string::npos);
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)match("023", config); }).find("line 4: the label '3'"), std::string::npos);
}

TEST_F(DataTest, ConllColumns) {
  auto data = read_token_data(file("a.conll", "\xEF\xBB\xBF#BREAKING\tO\r\nEU\tB-ORG\r\n\t\r\n\r\n# id = 1\nBonn\tI-LOC\n"));
  ASSERT_EQ(data.examples.size(), 2U);
  EXPECT_EQ(data.examples[0].words, (Strings{"#BREAKING", "EU"}));
  EXPECT_EQ(names(data.labels, data.examples[0].tags), (Strings{"O", "B-ORG"}));
  EXPECT_EQ(data.examples[1].words, Strings{"Bonn"});
  EXPECT_EQ(data.examples[1].place.line, 6);

  data = read_token_data(file("b.txt", "-DOCSTART- -X- O O\n\nEU NNP  I-NP I-ORG\n# x I-NP O\n"));
  ASSERT_EQ(data.examples.size(), 1U);
  EXPECT_EQ(data.examples[0].words, (Strings{"EU", "#"}));
  EXPECT_EQ(names(data.labels, data.examples[0].tags), (Strings{"I-ORG", "O"}));

  auto options = file("c.tsv", "1\tEU\tB-ORG\tx\n");
  options.renames = {{"tokens", "2"}, {"tags", "3"}};
  data = read_token_data(options);
  EXPECT_EQ(data.examples[0].words, Strings{"EU"});
  EXPECT_NE(
      refusal(ErrorCode::bad_data, [&] { (void)read_token_data(file("d.conll", "a\tO\nb\n")); }).find("d.conll, line 2: expected a word"),
      std::string::npos);
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_token_data(file("e.conll", "a\t\n")); }).find("the tag is empty"),
            std::string::npos);
}

TEST_F(DataTest, TokenRows) {
  auto data = read_token_data(file("a.jsonl", "{\"tokens\": [\"a\", \"b\"], \"ner_tags\": [0, 3]}\n{\"tokens\": [], \"ner_tags\": []}\n"));
  ASSERT_EQ(data.examples.size(), 1U);
  EXPECT_EQ(names(data.labels, data.examples[0].tags), (Strings{"0", "3"}));
  data = read_token_data(file("a.csv", "tokens,tags\na b,O B-x\n\"[\"\"a b\"\"]\",\"[\"\"O\"\"]\"\n"));
  EXPECT_EQ(data.examples[0].words, (Strings{"a", "b"}));
  EXPECT_EQ(data.examples[1].words, Strings{"a b"});
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_token_data(file("b.jsonl", "{\"tokens\": [\"a\"], \"ner_tags\": []}\n")); })
                .find("as many tags as words, got 0 and 1"),
            std::string::npos);
}

TEST_F(DataTest, TagsInAnotherScheme) {
  const Tags iob1{"I-P", "I-P", "B-P", "O", "I-L", "I-P"};
  EXPECT_EQ(convert_tags(iob1, TagScheme::iob2), (Tags{"B-P", "I-P", "B-P", "O", "B-L", "B-P"}));
  EXPECT_EQ(convert_tags(iob1, TagScheme::bioes), (Tags{"B-P", "E-P", "S-P", "O", "S-L", "S-P"}));
  EXPECT_EQ(convert_tags(convert_tags(iob1, TagScheme::bioes), TagScheme::iob1), iob1);
  auto data = read_token_data(file("a.conll", "a\tS-P\nb\tB-P\nc\tE-P\n"));
  match_tags(data, config_with({"O", "B-P", "I-P"}));
  EXPECT_EQ(data.examples[0].tags, (std::vector<std::int32_t>{1, 1, 2}));
  data = read_token_data(file("a.conll", "a\tB-X\n"));
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { match_tags(data, config_with({"O", "B-P", "I-P"})); }).find("'B-X'"), std::string::npos);
}

TEST_F(DataTest, Squad) {
  const std::string text = R"({"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": "A b.", "qas": [)"
                           R"({"id": "1", "question": "q", "answers": [{"text": "b", "answer_start": 2}], "is_impossible": false},)"
                           R"({"id": "2", "question": "r", "answers": [], "is_impossible": true}]}]}]})";
  auto data = read_question_data(file("a.json", text));
  ASSERT_EQ(data.examples.size(), 2U);
  EXPECT_TRUE(data.may_be_unanswerable);
  EXPECT_EQ(data.examples[0].answers, Strings{"b"});
  EXPECT_EQ(data.examples[0].answer_starts, std::vector<std::int64_t>{2});
  EXPECT_EQ(data.examples[0].context, data.examples[1].context);

  data =
      read_question_data(file("a.jsonl", R"({"id": "x", "question": "q", "context": "c", "answers": {"text": ["a"], "answer_start": [0]}})"
                                         "\n"
                                         R"({"question": "q", "context": "c", "answers": ["a", "b"]})"
                                         "\n"));
  EXPECT_EQ(data.examples[0].id, "x");
  EXPECT_EQ(data.examples[1].id, "2");
  EXPECT_EQ(data.examples[1].answers, (Strings{"a", "b"}));
  EXPECT_FALSE(data.may_be_unanswerable);
  data = read_question_data(file("a.csv", "question,context,answer\nq,c,[1] a\nr,c,\n"));
  EXPECT_EQ(data.examples[0].answers, Strings{"[1] a"});
  EXPECT_TRUE(data.examples[1].answers.empty());

  for (const char* bad :
       {"[]", "{", R"({"data": 1})", R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"question": 1}]}]}]})",
        R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "q", "answers": [{"text": "a", "answer_start": -1}]}]}]}]})"})
    refusal(ErrorCode::bad_data, [&] { (void)read_question_data(file("b.json", bad)); });
  EXPECT_NE(
      refusal(
          ErrorCode::bad_data,
          [&] {
            (void)read_question_data(file(
                "c.json",
                R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1", "question": "q"}, {"id": "1", "question": "r"}]}]}]})"));
          })
          .find("c.json, question 2: the id '1' stands for two questions"),
      std::string::npos);
}

TEST_F(DataTest, Choices) {
  auto data = read_choice_data(file("swag.csv", "sent1,sent2,ending0,ending1,label\nA man.,He,runs.,sits.,1\n"));
  EXPECT_EQ(data.examples[0].input.text, "A man.");
  EXPECT_EQ(data.examples[0].input.choices, (Strings{"He runs.", "He sits."}));
  EXPECT_EQ(data.examples[0].label, 1);
  data = read_choice_data(file("codah.tsv", "o\tI am\ta\tb\tc\td\t3\n"));
  EXPECT_EQ(data.examples[0].input.choices, (Strings{"a", "b", "c", "d"}));
  EXPECT_EQ(data.examples[0].label, 3);
  data = read_choice_data(file("a.jsonl", R"({"ctx": "t", "endings": ["x", "y"], "label": "B"})"
                                          "\n"
                                          R"({"text": "t", "choices": ["x", "y"], "label": "x"})"
                                          "\n"));
  EXPECT_EQ(data.examples[0].label, 1);
  EXPECT_EQ(data.examples[1].label, 0);
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_choice_data(file("b.jsonl", R"({"text": "t", "choices": ["x"], "label": 1})")); })
                .find("b.jsonl, line 1: expected the right one of 1 choices, from 0 to 0, got '1'"),
            std::string::npos);
}

TEST_F(DataTest, WhatIsNoData) {
  EXPECT_TRUE(read_text_data(file("empty.csv", "")).examples.empty());
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_text_data(file("a.csv", "text,label\nx\n")); }).find("a.csv, line 2"),
            std::string::npos);
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_text_data(file("a.csv", "text,label\nx,\n")); }).find("the label is empty"),
            std::string::npos);
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_text_data(file("a.csv", "text,note\nx,y\n")); })
                .find("no label: expected a column label, labels"),
            std::string::npos);
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)read_text_data(file("a.jsonl", "{\"text\": 1, \"label\": {}}\n")); }).find("got dict"),
            std::string::npos);
  DataOptions absent;
  absent.files = {folder_ + "/absent.csv"};
  refusal(ErrorCode::not_found, [&] { (void)read_text_data(absent); });
  auto small = file("big.csv", "text,label\n" + std::string(1000, 'x') + ",1\n");
  small.most_bytes = 500;
  refusal(ErrorCode::resource, [&] { (void)read_text_data(small); });
}

}  // namespace
}  // namespace albert
