// Predictions from files, in the forms in which programs write them, beside the right ones.
#include <charconv>
#include <cmath>

#include "train/data/data_rows.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

constexpr std::size_t kMostBytes = std::size_t{512} << 20;
constexpr std::size_t kLongestLine = std::size_t{4} << 20;

const std::string& only_file(const DataOptions& options) {
  require(options.files.size() == 1, ErrorCode::value, "expected one file of predictions, got {}", options.files.size());
  return options.files.front();
}

std::string text_of_file(const DataOptions& options) {
  ByteStream stream(data::open(options, only_file(options)));
  std::string text;
  bool too_long = false;
  for (; stream.get_line(text, kMostBytes, too_long); text += '\n')
    require(!too_long, ErrorCode::resource, "{} holds more than {} MiB", stream.name(), kMostBytes >> 20);
  return text;
}

Json object_of_file(const DataOptions& options, const char* expected) {
  const std::string& name = only_file(options);
  try {
    Json object = parse_json(text_of_file(options));
    require(object.is_object(), ErrorCode::bad_data, "expected {}, got {}", expected, object.type_name());
    return object;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_data) throw;
    throw Error(ErrorCode::bad_data, name + ": " + error.what());
  }
}

void check_count(std::size_t predictions, std::size_t examples) {
  require(predictions == examples, ErrorCode::bad_data, "expected a prediction for each of {} examples, got {}", examples, predictions);
}

[[noreturn]] void refuse(std::size_t i, const char* expected, const Json& got) {
  fail(ErrorCode::bad_data, "prediction {}: expected {}, got {}", i + 1, expected, got.type_name());
}

/// What stands for the label in an object of a pipeline, or the value itself.
const Json* label_member(const Json* value) {
  for (const char* name : {"label", "prediction", "labels"})
    if (const Json* found = value->find(name)) return found;
  return value;
}

std::string one_label(std::size_t i, const Json& prediction) {
  const Json& first = prediction.is_array() && !prediction.as_array().empty() ? prediction.as_array().front() : prediction;
  const auto label = data::label_text(*label_member(&first));
  if (!label) refuse(i, "a label, or an object or list of a pipeline with labels", prediction);
  return *label;
}

std::vector<std::string> label_list(std::size_t i, const Json& prediction, double threshold) {
  const Json& value = *label_member(&prediction);
  if (!value.is_array()) return {one_label(i, prediction)};
  std::vector<std::string> labels;
  for (const Json& item : value.as_array()) {
    const Json* score = item.find("score");
    if (score != nullptr && score->is_number() && score->as_double() <= threshold) continue;
    labels.push_back(one_label(i, item));
  }
  return labels;
}

std::optional<double> number_in(const Json& prediction) {
  const Json& first = prediction.is_array() && !prediction.as_array().empty() ? prediction.as_array().front() : prediction;
  for (const char* name : {"score", "prediction"})
    if (const Json* found = first.find(name); found != nullptr && found->is_number()) return found->as_double();
  if (first.is_number()) return first.as_double();
  if (!first.is_string()) return {};
  const std::string& text = first.as_string();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Whether the labels are measured, not counted: some label or some prediction is a fraction, and all are numbers.
bool is_regression(const TextData& data, const std::vector<Json>& predictions) {
  if (data.kind != LabelKind::classes) return data.kind == LabelKind::numbers;
  for (std::int32_t i = 0; i < data.labels.size(); ++i)
    if (!number_in(Json(data.labels.name(i)))) return false;
  bool fraction = false;
  for (const Json& prediction : predictions) {
    if (prediction.is_object() || prediction.is_array()) return false;
    const auto number = number_in(prediction);
    if (!number) return false;
    fraction = fraction || *number != std::floor(*number);
  }
  return fraction;
}

/// The labels of data and predictions in the order of their set.
class LabelUnion {
 public:
  explicit LabelUnion(LabelTable table) : table_(std::move(table)) {}
  std::int32_t add(const std::string& label) { return table_.intern(label, {}); }
  void close() {
    set_ = label_set(table_);
    std::unordered_map<std::string, std::int32_t> places;
    for (std::size_t i = 0; i < set_.size(); ++i) places.emplace(set_[i], static_cast<std::int32_t>(i));
    for (std::int32_t i = 0; i < table_.size(); ++i) ids_.push_back(places.at(table_.name(i)));
  }
  [[nodiscard]] std::int32_t id(std::int32_t label) const { return ids_[static_cast<std::size_t>(label)]; }
  [[nodiscard]] const std::vector<std::string>& set() const { return set_; }

 private:
  LabelTable table_;
  std::vector<std::string> set_;
  std::vector<std::int32_t> ids_;
};

Tags tags_of(std::size_t i, const Json& prediction) {
  const Json* list = &prediction;
  for (const char* name : {"tags", "predictions", "prediction", "labels"})
    if (const Json* found = prediction.find(name)) list = found;
  Tags tags;
  if (list->is_string()) {
    const std::string& text = list->as_string();
    for (std::size_t end = 0, first = 0; (first = text.find_first_not_of(" \t", end)) != std::string::npos;) {
      end = std::min(text.find_first_of(" \t", first), text.size());
      tags.push_back(text.substr(first, end - first));
    }
    return tags;
  }
  if (!list->is_array()) refuse(i, "a list of tags", prediction);
  for (const Json& item : list->as_array()) {
    const auto tag = data::label_text(item);
    if (!tag) refuse(i, "a list of tags", prediction);
    tags.push_back(*tag);
  }
  return tags;
}

}  // namespace

std::vector<Json> read_predictions(const DataOptions& options) {
  ByteStream stream(data::open(options, only_file(options)));
  data::Budget budget(options.most_bytes);
  std::vector<Json> predictions;
  std::int64_t number = 0;
  bool too_long = false;
  for (std::string line; stream.get_line(line, kLongestLine, too_long); line.clear()) {
    ++number;
    require(!too_long, ErrorCode::bad_data, "{}, line {}: a line may hold 4 MiB at most", stream.name(), number);
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos) continue;
    budget.take(sizeof(Json) * 4 + line.size());
    if (line[first] != '{' && line[first] != '[' && line[first] != '"') {
      predictions.emplace_back(line.substr(first));
      continue;
    }
    try {
      predictions.push_back(parse_json(line));
    } catch (const Error& error) {
      fail(ErrorCode::bad_data, "{}, line {}: {}", stream.name(), number, error.what());
    }
  }
  return predictions;
}

std::vector<Json> read_tag_predictions(const DataOptions& options) {
  const std::string format = data::format_of(options, only_file(options));
  if (format != "conll" && format != "iob" && format != "iob2" && format != "bio" && format != "bioes") return read_predictions(options);
  const TokenData columns = read_token_data(options);
  std::vector<Json> predictions;
  for (const TokenExample& example : columns.examples) {
    Json::Array tags;
    for (const std::int32_t tag : example.tags) tags.emplace_back(columns.labels.name(tag));
    predictions.emplace_back(std::move(tags));
  }
  return predictions;
}

AnswerTexts read_answer_texts(const DataOptions& options) {
  AnswerTexts answers;
  if (const std::string format = data::format_of(options, only_file(options)); format == "jsonl" || format == "ndjson") {
    const auto rows = read_predictions(options);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Json* id = rows[i].find("id");
      const Json* text = nullptr;
      for (const char* name : {"prediction_text", "text", "answer"})
        if (text == nullptr) text = rows[i].find(name);
      if (id == nullptr || !id->is_string() || text == nullptr || !text->is_string())
        refuse(i, "an object with the texts id and prediction_text", rows[i]);
      answers.insert_or_assign(id->as_string(), text->as_string());
    }
    return answers;
  }
  const Json object = object_of_file(options, "an object of answers by the questions' ids");
  for (const auto& [id, text] : object.as_object()) {
    require(text.is_string(), ErrorCode::bad_data, "{}: the answer of {} must be a text, got {}", options.files.front(), id,
            text.type_name());
    answers.emplace(id, text.as_string());
  }
  return answers;
}

NoAnswerProbabilities read_no_answer_probabilities(const DataOptions& options) {
  NoAnswerProbabilities probabilities;
  const Json object = object_of_file(options, "an object of probabilities by the questions' ids");
  for (const auto& [id, probability] : object.as_object()) {
    require(probability.is_number() && !std::isnan(probability.as_double()), ErrorCode::bad_data,
            "{}: the probability of {} must be a number, got {}", options.files.front(), id, probability.type_name());
    probabilities.emplace_back(id, probability.as_double());
  }
  return probabilities;
}

Evaluation score_text_predictions(const TextData& data, const std::vector<Json>& predictions, const EvaluationOptions& options,
                                  const std::string& positive) {
  check_count(predictions.size(), data.examples.size());
  Evaluation result;
  if (is_regression(data, predictions)) {
    const auto values = label_numbers(data.labels, data.places);
    std::vector<double> truths, guesses;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      truths.push_back(values[static_cast<std::size_t>(data.examples[i].labels.at(0))]);
      const auto guess = number_in(predictions[i]);
      if (!guess) refuse(i, "a number", predictions[i]);
      guesses.push_back(*guess);
    }
    result.metrics = number_metrics(truths, guesses);
    return result;
  }
  LabelUnion labels(data.labels);
  std::vector<std::vector<std::int32_t>> truths, guesses;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    truths.push_back(data.examples[i].labels);
    auto& guess = guesses.emplace_back();
    if (data.kind == LabelKind::several) {
      for (const std::string& label : label_list(i, predictions[i], options.threshold)) guess.push_back(labels.add(label));
    } else {
      guess.push_back(labels.add(one_label(i, predictions[i])));
    }
  }
  labels.close();
  for (auto* lists : {&truths, &guesses})
    for (auto& list : *lists)
      for (std::int32_t& label : list) label = labels.id(label);
  result.labels = labels.set();
  if (data.kind == LabelKind::several) {
    result.metrics = label_set_metrics(truths, guesses, result.labels);
    return result;
  }
  std::vector<std::int32_t> truth, guess;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    truth.push_back(truths[i].at(0));
    guess.push_back(guesses[i].at(0));
    result.pairs.emplace_back(truth.back(), guess.back());
  }
  std::int32_t second = 1;
  if (!positive.empty()) {
    const auto found = std::find(result.labels.begin(), result.labels.end(), positive);
    require(found != result.labels.end(), ErrorCode::value, "there is no label '{}' in the data", positive);
    second = static_cast<std::int32_t>(found - result.labels.begin());
  }
  result.metrics = class_metrics(truth, guess, result.labels, second);
  return result;
}

Evaluation score_tag_predictions(const TokenData& data, const std::vector<Json>& predictions, const EvaluationOptions& options) {
  check_count(predictions.size(), data.examples.size());
  std::vector<Tags> truths, guesses;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    Tags& truth = truths.emplace_back();
    for (const std::int32_t tag : data.examples[i].tags) truth.push_back(data.labels.name(tag));
    guesses.push_back(tags_of(i, predictions[i]));
    require(guesses.back().size() == truth.size(), ErrorCode::bad_data, "prediction {}: expected {} tags ({}), got {}", i + 1, truth.size(),
            data.places.name(data.examples[i].place), guesses.back().size());
  }
  Evaluation result;
  result.metrics = tag_metrics(truths, guesses, options.tag_scheme, &result.warnings);
  return result;
}

Evaluation score_choice_predictions(const ChoiceData& data, const std::vector<Json>& predictions) {
  check_count(predictions.size(), data.examples.size());
  Evaluation result;
  std::int64_t right = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Json& first =
        predictions[i].is_array() && !predictions[i].as_array().empty() ? predictions[i].as_array().front() : predictions[i];
    const Json* choice = first.find("choice");
    const auto number = number_in(choice != nullptr ? *choice : first);
    if (!number || *number < 0 || *number != std::floor(*number) || *number > 1e6)
      refuse(i, "the number of a choice, from 0", predictions[i]);
    const auto guess = static_cast<std::int32_t>(*number);
    if (guess == data.examples[i].label) ++right;
    result.pairs.emplace_back(data.examples[i].label, guess);
  }
  const auto count = data.examples.size();
  result.metrics =
      Json::Object{{"accuracy", count == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(count)}, {"examples", count}};
  return result;
}

}  // namespace albert
