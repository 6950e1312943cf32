// albert evaluate: how well a model, or predictions, agree with labelled data.
#include "albert/evaluation.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "command.h"
#include "common.h"
#include "evaluation_table.h"
#include "failure.h"
#include "interrupt.h"
#include "log.h"
#include "output.h"
#include "raw_input.h"
#include "suggest.h"
#include "terminal.h"

namespace cli {
namespace {

using albert::Evaluation;
using albert::Json;

double parse_share(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1))
    throw Failure(Exit::usage, "expected a number from 0 to 1, got '" + text + "'");
  return value;
}

struct Settings {
  std::vector<std::string> positionals;
  ModelOptions model;
  TokenizerChoice tokenizer;
  albert::DataOptions data;
  std::vector<std::string> renames;
  std::optional<std::string> predictions, no_answer_probabilities, save_predictions, output, positive_label;
  std::optional<double> no_answer_threshold;
  std::vector<std::string> metrics;
  bool json = false;
  bool confusion = false;
  albert::EvaluationOptions options;

  [[nodiscard]] const std::string& task() const { return positionals.front(); }
};

std::string task_list() {
  std::string list;
  for (const auto task : albert::evaluation_tasks()) (list += list.empty() ? "" : ", ") += task;
  return list;
}

void declare(Options& options, Settings& settings) {
  auto& evaluation = settings.options;
  options.list("--data", settings.data.files, "FILE", "labelled data; - is standard input (repeatable)");
  options.list("--field", settings.renames, "NAME=COLUMN", "the column (its name, or number from 1) that holds a field");
  options.list("--metric", settings.metrics, "NAME", "print this metric alone (repeatable)");
  options.text("--predictions", settings.predictions, "FILE", "score these instead of running a model");
  options.flag("--json", settings.json, "one JSON object");
  options.text("--output", settings.output, "FILE", "write here instead of standard output").says_what_is_written();
  options.exclusive({"--model", "--predictions"});
  options.exclusive({"--predictions", "--save-predictions"});
  options.heading("examples");
  options.text("--data-format", settings.data.format, "csv|tsv|jsonl|conll|squad|text", "by the file's name when not given");
  options.value(
      "--label-separator",
      [&](const std::string& text) {
        if (text.size() != 1) throw Failure(Exit::usage, "expected one character, got '" + text + "'");
        settings.data.label_separator = text.front();
      },
      "C", "a label cell holds several labels");
  options.integer("--max-length", evaluation.max_length, "N", "tokens of a row; longer ones are cut", 1);
  options.integer("--batch-tokens", evaluation.batch_tokens, "N", "tokens in one call of the model", 1);
  options.integer("--batch-size", evaluation.batch_size, "N", "examples whose mean loss counts together (8)", 1);
  options.value("--threshold", [&](const std::string& text) { evaluation.threshold = parse_share(text); }, "P", "of several labels (0.5)");
  options.text("--positive-label", settings.positive_label, "NAME", "of two labels, the one that f1 is about");
  options
      .value(
          "--tag-scheme", [&](const std::string& text) { evaluation.tag_scheme = albert::tag_scheme_from_string(text); },
          "lenient|iob1|iob2|ioe1|ioe2|bioes|bilou", "entities as seqeval reads them, or strictly by a scheme")
      .accepts({"iobes"})
      .in_any_case();
  options.heading("results");
  options.text("--save-predictions", settings.save_predictions, "FILE", "write the model's predictions").says_what_is_written();
  options.flag("--confusion-matrix", settings.confusion, "how often each class was taken for each");
  options.heading("question answering");
  options.integer("--doc-stride", evaluation.question_answering.doc_stride, "N", "");
  options.integer("--max-seq-len", evaluation.question_answering.max_seq_len, "N", "", 1);
  options.integer("--max-answer-len", evaluation.question_answering.max_answer_len, "N", "", 1);
  options.value("--no-answer-threshold", [&](const std::string& text) { settings.no_answer_threshold = parse_share(text); }, "P", "");
  options.text("--no-answer-probabilities", settings.no_answer_probabilities, "FILE", "");
  options.heading("masked language modelling");
  options.integer("--block-size", evaluation.block_size, "N", "");
  options.value("--mlm-probability", [&](const std::string& text) { evaluation.mlm_probability = parse_share(text); }, "P", "");
  options.value(
      "--seed", [&](const std::string& text) { evaluation.seed = static_cast<std::uint64_t>(parse_integer(text, "the seed")); }, "N", "");
  options.heading("model");
  settings.model.declare(options);
  settings.tokenizer.declare(options);
  options.positionals(settings.positionals);
  options.example(R"(albert evaluate text-classification --data - --data-format csv <<< $'text,label\nHow old must I be?,age_limit')");
}

void check(Settings& settings) {
  if (settings.positionals.size() != 1) throw Failure(Exit::usage, "expected one task: " + task_list());
  std::string& task = settings.positionals.front();
  if (task == "masked-language-modeling") task = "masked-language-modelling";
  std::vector<std::string> tasks;
  for (const auto name : albert::evaluation_tasks()) tasks.emplace_back(name);
  if (std::find(tasks.begin(), tasks.end(), task) == tasks.end())
    throw Failure(Exit::usage, "unknown task: " + task + did_you_mean(task, tasks) + "\nexpected " + task_list());
  if (settings.data.files.empty()) throw Failure(Exit::usage, "--data is missing: the labelled data");
  const std::string format = settings.data.format.value_or("");
  if (format == "conll" && task != "token-classification") throw Failure(Exit::usage, "--data-format conll is for token-classification");
  if (format == "squad" && task != "question-answering") throw Failure(Exit::usage, "--data-format squad is for question-answering");
  const auto fields = albert::data_fields(task);
  for (const auto& rename : settings.renames) settings.data.renames.push_back(parse_rename(rename, fields));
  if (settings.predictions && (task == "masked-language-modelling" || task == "sentence-order" || task == "fill-mask"))
    throw Failure(Exit::usage, "--predictions is not for " + task);
  if (settings.no_answer_probabilities && !settings.predictions)
    throw Failure(Exit::usage, "--no-answer-probabilities is for --predictions: a model has its own");
  settings.data.open = [](const std::string& path) { return std::make_unique<RawInput>(path); };
}

albert::DataOptions file_of(const std::string& path) {
  albert::DataOptions options;
  options.files = {path};
  options.open = [](const std::string& name) { return std::make_unique<RawInput>(name); };
  return options;
}

Evaluation score_answers(const Settings& settings) {
  const auto data = albert::read_question_data(settings.data);
  const auto answers = albert::read_answer_texts(file_of(*settings.predictions));
  albert::NoAnswerProbabilities probabilities;
  if (settings.no_answer_probabilities) probabilities = albert::read_no_answer_probabilities(file_of(*settings.no_answer_probabilities));
  Evaluation result;
  result.metrics = albert::answer_metrics(data, answers, data.may_be_unanswerable, probabilities,
                                          settings.no_answer_threshold.value_or(1.0), &result.warnings);
  return result;
}

/// The predictions of a file beside the data.
Evaluation score(const Settings& settings) {
  const std::string& task = settings.task();
  if (task == "question-answering") return score_answers(settings);
  const auto predictions = file_of(*settings.predictions);
  if (task == "text-classification")
    return albert::score_text_predictions(albert::read_text_data(settings.data), albert::read_predictions(predictions), settings.options,
                                          settings.positive_label.value_or(""));
  if (task == "token-classification")
    return albert::score_tag_predictions(albert::read_token_data(settings.data), albert::read_tag_predictions(predictions),
                                         settings.options);
  return albert::score_choice_predictions(albert::read_choice_data(settings.data), albert::read_predictions(predictions));
}

/// The data through a model.
Evaluation run(const Settings& settings, const albert::EvaluationOptions& options) {
  const std::string& task = settings.task();
  const std::string path = resolve_model(settings.model.model);
  log(Level::debug, "the model is " + path);
  albert::PipelineOptions loading;
  loading.device = settings.model.make_device();
  loading.use_fast = settings.tokenizer.use_fast();
  using Need = albert::LabelNeed;
  // Data that cannot be read are told before the model is loaded.
  const auto evaluate = [&](const auto& data, const auto& with) {
    const albert::TaskModel loaded = albert::load_task_model(task, path, loading);
    return with(*loaded.model, *loaded.tokenizer, data, options);
  };
  if (task == "text-classification") return evaluate(albert::read_text_data(settings.data), albert::evaluate_text_classification);
  if (task == "token-classification") return evaluate(albert::read_token_data(settings.data), albert::evaluate_token_classification);
  if (task == "question-answering") return evaluate(albert::read_question_data(settings.data), albert::evaluate_question_answering);
  if (task == "multiple-choice") return evaluate(albert::read_choice_data(settings.data), albert::evaluate_multiple_choice);
  if (task == "sentence-order") return evaluate(albert::read_text_data(settings.data, Need::optional), albert::evaluate_sentence_order);
  if (task == "fill-mask") return evaluate(albert::read_text_data(settings.data), albert::evaluate_fill_mask);
  return evaluate(albert::read_text_data(settings.data, Need::none), albert::evaluate_masked_language);
}

Evaluation run_with_progress(const Settings& settings) {
  const DeferInterrupts defer;
  Progress progress("examples");
  albert::EvaluationOptions options = settings.options;
  options.no_answer_threshold = settings.no_answer_threshold.value_or(options.no_answer_threshold);
  options.keep_predictions = settings.save_predictions.has_value();
  options.progress = [&](std::size_t done, std::size_t total) {
    progress.update(static_cast<std::int64_t>(done), static_cast<double>(done) / static_cast<double>(total));
    check_interrupt();
  };
  return in_stage(Stage::data, [&] { return run(settings, options); });
}

/// SQuAD's {"id": "answer"}, or a JSON line an example.
void save_predictions(const Settings& settings, const Evaluation& result) {
  Output output(settings.save_predictions);
  if (settings.task() == "question-answering" && !settings.save_predictions->ends_with(".jsonl")) {
    Json::Object answers;
    for (const Json& prediction : result.predictions)
      answers.emplace_back(prediction.find("id")->as_string(), *prediction.find("prediction_text"));
    output.write(json_line(std::move(answers)));
  } else {
    for (const Json& prediction : result.predictions) output.write(json_line(prediction));
  }
  output.commit();
}

/// Only the metrics that were asked for. Failure{usage}.
Json chosen_metrics(const Settings& settings, const Json& metrics) {
  if (settings.metrics.empty()) return metrics;
  std::vector<std::string> names;
  for (const auto& [name, value] : metrics.as_object()) names.push_back(name);
  Json chosen = Json::Object{};
  for (const std::string& name : settings.metrics) {
    const Json* value = metrics.find(name);
    if (value == nullptr) {
      std::string list;
      for (const auto& one : names) (list += list.empty() ? "" : ", ") += one;
      throw Failure(Exit::usage,
                    "--metric: " + settings.task() + " has no '" + name + "'" + did_you_mean(name, names) + "\nexpected " + list);
    }
    chosen.set(name, *value);
  }
  return chosen;
}

}  // namespace

int evaluate(const Arguments& arguments) {
  Settings settings;
  Options options("evaluate", "Measures a model, or predictions, on labelled data.", "TASK");
  declare(options, settings);
  if (!options.parse(arguments)) return 0;
  check(settings);

  Evaluation result = settings.predictions ? in_stage(Stage::data, [&] { return score(settings); }) : run_with_progress(settings);
  for (const auto& warning : result.warnings) warn(warning);
  if (settings.save_predictions) save_predictions(settings, result);
  Json metrics = chosen_metrics(settings, result.metrics);
  if (settings.confusion) metrics.set("confusion_matrix", confusion_matrix(result));
  Output output(settings.output);
  output.write(settings.json ? json_line(metrics) : metrics_table(metrics, Style(output.is_terminal())));
  output.commit();
  return static_cast<int>(Exit::done);
}

}  // namespace cli
