// One command for each pipeline: rows to inputs, results to JSON or to text for people.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "albert/pipelines.h"
#include "common.h"
#include "failure.h"
#include "log.h"
#include "output.h"
#include "run_rows.h"

namespace cli {

/// "all" or a whole number, for --top-k. Failure{usage}.
[[nodiscard]] std::int64_t parse_top_k(const std::string& text);
/// A text with its labels below it.
[[nodiscard]] std::string show_labels(const std::string& text, const std::vector<albert::LabelScore>& labels, const Style& style);
/// A text, or two with a bar between.
[[nodiscard]] std::string show_texts(const albert::TextInput& input);
/// The fields text and, when there, text_pair.
[[nodiscard]] albert::TextInput text_input(const Row& row);

/// Loads the pipeline, checks the task's options, and answers every row.
/// `input`: Row -> P::Input. `show`: (P::Input, P::Result, Style) -> the text for people.
template <class P, class MakeInput, class Show>
int run_task(const ModelOptions& model, const TokenizerChoice& tokenizer, const RowOptions& rows, const typename P::Options& options,
             const MakeInput& input, const Show& show) {
  albert::PipelineOptions settings;
  settings.device = model.make_device();
  settings.use_fast = tokenizer.use_fast();
  const std::string path = resolve_model(model.model);
  log(Level::debug, "the model is " + path);
  const P pipeline = in_stage(Stage::data, [&] { return P::from_pretrained(path, settings); });
  log(Level::debug, "the model is loaded");
  for (const auto& warning : in_stage(Stage::options, [&] { return pipeline.check(options); })) warn(warning);

  run_rows(rows, [&](std::span<const Row> window, const Style& style) {
    // A row that gives no input keeps its error; the others are answered together.
    std::vector<albert::Outcome<Answer>> answers;
    std::vector<typename P::Input> inputs;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < window.size(); ++i) {
      answers.emplace_back(Answer());
      try {
        inputs.push_back(input(window[i]));
        places.push_back(i);
      } catch (const albert::Error& error) {
        answers.back() = error;
      }
    }
    // Texts are long beside the numbers they show: each is made when it is written, while the next
    // window computes.
    struct Answered {
      std::vector<typename P::Input> inputs;
      std::vector<albert::Outcome<typename P::Result>> results;
    };
    auto results = pipeline.run(std::span<const typename P::Input>(inputs), options);
    const auto answered = std::make_shared<const Answered>(Answered{std::move(inputs), std::move(results)});
    for (std::size_t k = 0; k < answered->results.size(); ++k) {
      auto& answer = answers[places[k]];
      if (!answered->results[k].ok()) {
        answer = answered->results[k].error();
        continue;
      }
      answer = Answer([answered, k, &rows, &options, &show, style] {
        const auto& result = answered->results[k].value();
        return rows.json ? json_line(P::to_json(result, options)) : show(answered->inputs[k], result, style);
      });
    }
    return answers;
  });
  return static_cast<int>(Exit::done);
}

}  // namespace cli
