// albert question-answering: the answer to a question, found in a context.
#include "command.h"
#include "task.h"

namespace cli {
namespace {

using albert::QuestionAnsweringPipeline;

std::string show(const albert::QuestionInput& input, const QuestionAnsweringPipeline::Result& answers, const Style& style) {
  std::string out = style.strong(one_line(input.question)) + "\n";
  for (const auto& answer : answers)
    out += "  " + short_score(answer.score) + "  " +
           (answer.answer.empty() ? style.faint("(no answer)") : style.accent(one_line(answer.answer))) +
           style.faint("  " + std::to_string(answer.start) + "-" + std::to_string(answer.end)) + "\n";
  if (answers.empty()) out += "  " + style.faint("(no answer)") + "\n";
  return out;
}

}  // namespace

int question_answering(const Arguments& arguments) {
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  albert::QuestionAnsweringOptions task;
  std::optional<std::string> question;
  std::vector<std::string> contexts;
  bool token_offsets = false;
  Options options("question-answering", "Finds the answer to a question in a context.", "[CONTEXT...]");
  options.text("--question", question, "TEXT", "what is asked");
  options.list("--context", contexts, "TEXT", "where the answer is looked for (an argument is one too)").yields_to_arguments();
  options.integer("--top-k", task.top_k, "N", "answers (default 1)", 1);
  options.integer("--doc-stride", task.doc_stride, "N", "overlap of windows (--slow: step)");
  options.integer("--max-seq-len", task.max_seq_len, "N", "tokens of a window, question included (384)", 1);
  options.integer("--max-answer-len", task.max_answer_len, "N", "tokens of an answer (15)", 1);
  options.integer("--max-question-len", task.max_question_len, "N", "tokens of a question, --slow only (64)", 1);
  options.flag("--handle-impossible-answer", task.handle_impossible_answer, "the empty answer competes too");
  options.flag("--no-align-to-words", token_offsets, "answers may start and end inside a word");
  declare_common(options, model, tokenizer, rows, {"question", "context"});
  options.positionals(rows.input.arguments);
  options.example("albert question-answering --question \"Who fell?\" --context \"A king fell.\"");
  if (!options.parse(arguments)) return 0;

  rows.input.text_field = "context";
  rows.input.arguments.insert(rows.input.arguments.begin(), contexts.begin(), contexts.end());
  rows.constant("question", question);
  task.align_to_words = !token_offsets;
  return run_task<QuestionAnsweringPipeline>(
      model, tokenizer, rows, task, [](const Row& row) { return albert::QuestionInput{row.text("question"), row.text("context")}; }, show);
}

}  // namespace cli
