// Labelled data: files of the usual forms, read into examples for evaluation and training.
//
// CSV, TSV, JSON lines, CoNLL columns and SQuAD's JSON, plain or compressed (.gz, .zst, .xz). Columns
// are found by the names that GLUE, SWAG, SQuAD and the reference's guides use, or as DataOptions::renames
// says. A table whose first row holds none of the names that the task reads has no header: its columns are
// called "1", "2", ... Errors are Error{bad_data} with the file, the line, what was expected and what is there.
//
//   const auto data = albert::read_text_data({.files = {"dev.tsv"}});
//   const auto ids = albert::match_labels(data.labels, data.places, config);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "albert/byte_stream.h"
#include "albert/config.h"
#include "albert/export.h"
#include "albert/metrics.h"
#include "albert/pipelines.h"

namespace ALBERT_API albert {

/// Where examples come from.
struct DataOptions {
  std::vector<std::string> files{};                            ///< "-" is standard input
  std::optional<std::string> format{};                         ///< jsonl, csv, tsv, conll, squad, text; null: by the file's name
  std::vector<std::pair<std::string, std::string>> renames{};  ///< a field, and the column (name, or number from 1) that holds it
  std::optional<char> label_separator{};                       ///< a label cell holds several, with this between them
  std::size_t most_bytes = std::size_t{1} << 30;               ///< Error{resource} when the examples take more memory, about
  std::function<std::unique_ptr<ByteSource>(const std::string& path)> open{};  ///< null: open_bytes
};

/// Where an example stands.
struct DataPlace {
  std::uint32_t file = 0;  ///< index into DataPlaces
  std::int64_t line = 0;   ///< from 1; of SQuAD's JSON the number of the question
};

/// The files of a data set, to name a place of theirs.
class DataPlaces {
 public:
  explicit DataPlaces(std::vector<std::string> files = {}) : files_(std::move(files)) {}
  [[nodiscard]] std::string name(DataPlace place) const;  ///< "FILE, line 7"
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }

 private:
  std::vector<std::string> files_;
};

/// The distinct labels of a data set, as they are written, in the order in which they were found.
class LabelTable {
 public:
  /// The index of a label, which is added when it is new.
  std::int32_t intern(std::string_view label, DataPlace place);
  [[nodiscard]] std::int32_t size() const noexcept { return static_cast<std::int32_t>(names_.size()); }
  [[nodiscard]] const std::string& name(std::int32_t label) const { return names_.at(static_cast<std::size_t>(label)); }
  [[nodiscard]] DataPlace first_place(std::int32_t label) const { return places_.at(static_cast<std::size_t>(label)); }

 private:
  std::vector<std::string> names_;
  std::vector<DataPlace> places_;
  std::unordered_map<std::string, std::int32_t> index_;
};

/// The label set that a table gives. Whole numbers from 0 give every number up to the largest, other
/// numbers stand by size, texts by code point.
[[nodiscard]] std::vector<std::string> label_set(const LabelTable& labels);

/// The model's id of each label of the table: by name where the model (id2label, label2id) has all of them, or by
/// number where all are whole numbers below num_labels. Error{bad_data} names the first that does not fit.
[[nodiscard]] std::vector<std::int32_t> match_labels(const LabelTable& labels, const DataPlaces& places, const AlbertConfig& config);
/// Each label as a number. Error{bad_data}.
[[nodiscard]] std::vector<double> label_numbers(const LabelTable& labels, const DataPlaces& places);

// --- texts and pairs, with a class, several classes or a number ---

struct TextExample {
  TextInput input{};
  std::vector<std::int32_t> labels{};  ///< indices into the table; one, or any number when the data has lists
  DataPlace place{};
};

/// What the labels look like.
enum class LabelKind { classes, several, numbers };

struct TextData {
  std::vector<TextExample> examples{};
  LabelTable labels{};
  LabelKind kind = LabelKind::classes;  ///< several: some label is a list; numbers: some is a fraction, and all are numbers
  DataPlaces places{};
};

/// Fields: text (sentence, sentence1, premise, question1, question ...), text_pair (sentence2, hypothesis, question2,
/// context ...; a question beside a sentence has the sentence for its pair), label (labels, score, category, intent, class,
/// gold_label, target ...). A table without a header is CoLA's (4 columns) or STS-B's (7 or more). A row without a label is an error where
/// labels are required.
enum class LabelNeed { required, optional, none };
[[nodiscard]] TextData read_text_data(const DataOptions& options, LabelNeed need);
[[nodiscard]] inline TextData read_text_data(const DataOptions& options, bool labelled = true) {
  return read_text_data(options, labelled ? LabelNeed::required : LabelNeed::none);
}

// --- words with tags ---

struct TokenExample {
  std::vector<std::string> words{};
  std::vector<std::int32_t> tags{};  ///< indices into the table
  DataPlace place{};
};

struct TokenData {
  std::vector<TokenExample> examples{};
  LabelTable labels{};
  DataPlaces places{};
};

/// CoNLL columns (tab or blanks between them, an empty line between sentences; tokens in the first column and tags in
/// the last unless renamed), or rows with the fields tokens (words) and tags (ner_tags, pos_tags, chunk_tags, labels), lists
/// or texts with blanks between the words.
[[nodiscard]] TokenData read_token_data(const DataOptions& options);

/// Tags that name the same entities in another scheme: iob1, iob2 or bioes. They are read leniently.
[[nodiscard]] Tags convert_tags(const Tags& tags, TagScheme scheme);
/// match_labels for tags; those that do not fit as they are, but do in another scheme, are converted.
void match_tags(TokenData& data, const AlbertConfig& config);

// --- questions ---

struct QuestionExample {
  std::string id{};
  std::string question{};
  std::shared_ptr<const std::string> context{};  ///< shared by the questions of a paragraph
  std::vector<std::string> answers{};            ///< none: it cannot be answered
  std::vector<std::int64_t> answer_starts{};     ///< code points; as many as answers, or none when they are not given
  DataPlace place{};
};

struct QuestionData {
  std::vector<QuestionExample> examples{};
  bool may_be_unanswerable = false;  ///< some question has no answer, or the file calls itself version 2
  DataPlaces places{};
};

/// SQuAD's JSON (1.1 and 2.0), or rows with id, question, context and answers ({"text": [...], "answer_start": [...]}, a list of
/// {"text", "answer_start"}, or a text). Error{bad_data} for two questions with one id.
[[nodiscard]] QuestionData read_question_data(const DataOptions& options);

// --- choices ---

struct ChoiceExample {
  MultipleChoiceInput input{};
  std::int32_t label = 0;  ///< of the choices, from 0
  DataPlace place{};
};

struct ChoiceData {
  std::vector<ChoiceExample> examples{};
  DataPlaces places{};
};

/// Fields: text (sent1, context, ctx, question, prompt), sent2 (put before every choice), choices (endings, a list) or
/// choice0, choice1, ... (ending0, ...), label (answer, answerKey: a number from 0, a letter from A, or the choice itself). A table
/// without a header is CODAH's: a category, the text, the choices, the label.
[[nodiscard]] ChoiceData read_choice_data(const DataOptions& options);

/// The names that read_..._data() of a task knows, for help and for --field; empty for a task that has none.
[[nodiscard]] std::vector<std::string> data_fields(std::string_view task);

}  // namespace ALBERT_API albert
