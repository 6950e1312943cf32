#include "run_rows.h"

#include "failure.h"
#include "interrupt.h"
#include "output.h"
#include "prompt.h"
#include "utf8.h"

namespace cli {
namespace {

/// Writes windows as they are answered.
class RowWriter {
 public:
  explicit RowWriter(const RowOptions& options) : options_(options), output_(options.output, options.append) {}

  [[nodiscard]] Output& output() noexcept { return output_; }

  void write(const AnsweredWindow& window) {
    std::size_t next = 0;
    for (const Row& row : window.rows) {
      if (row.error) {
        fail(row, *row.error, Exit::bad_data);
      } else {
        write(row, window.answers[next++]);
      }
      output_.end_row();
    }
  }

  /// Where the next run has to go on, when one can: a line to add to a message.
  [[nodiscard]] std::string resumption() const {
    if (output_.rows() == 0) return "";
    if (!output_.keeps_rows()) return "\n" + *options_.output + " was left as it was";
    const std::int64_t rows = options_.input.skip + output_.rows();
    return "\n" + std::to_string(rows) + " rows are done: --skip " + std::to_string(rows) + " goes on behind them" +
           (options_.append ? " (with --append)" : "");
  }

 private:
  void write(const Row& row, const albert::Outcome<Answer>& answer) {
    if (!answer.ok()) return fail(row, answer.error().what(), exit_for(answer.error().code(), Stage::data));
    if (const auto* text = std::get_if<std::string>(&answer.value())) return output_.write(*text);
    output_.write(in_stage(Stage::data, std::get<1>(answer.value())));
  }

  void fail(const Row& row, const std::string& message, Exit code) {
    const std::string sentence = row.place + ": " + message;
    if (!options_.keep_going || code == Exit::internal || code == Exit::interrupted) {
      output_.flush();
      throw Failure(code, sentence);
    }
    if (options_.json) {
      output_.write(json_line(albert::Json(albert::Json::Object{{"error", as_utf8(sentence)}})));
    } else {
      output_.write("error: " + one_line(sentence) + "\n");
    }
  }

  const RowOptions& options_;
  Output output_;
};

}  // namespace

void run_rows(const RowOptions& options, const AnswerRows& answer, const WindowPlan& plan) {
  if (options.append && !options.output) throw Failure(Exit::usage, "--append needs --output FILE");
  if (wants_prompt(options)) return run_prompt(options, answer);
  const DeferInterrupts defer;
  RowWriter writer(options);
  const Style style(writer.output().is_terminal());
  Progress progress("rows");
  std::int64_t count = 0;
  try {
    RowFlow flow(options.input, plan,
                 [&](std::span<const Row> rows) { return in_stage(Stage::data, [&] { return answer(rows, style); }); });
    try {
      while (auto window = flow.next()) {
        count += static_cast<std::int64_t>(window->rows.size());
        progress.update(count, window->part);
        const auto hidden = progress.hide();
        writer.write(*window);
        if (!flow.ready()) writer.output().flush();
        check_interrupt();
      }
    } catch (const Failure& failure) {
      // Rows that were answered before the input turned out damaged are not lost.
      if (failure.code() != Exit::interrupted && failure.code() != Exit::write) writer.output().flush();
      throw;
    }
    writer.output().commit();
  } catch (const Failure& failure) {
    if (failure.code() != Exit::interrupted && failure.code() != Exit::write) throw;
    throw Failure(failure.code(), failure.what() + writer.resumption());
  }
}

}  // namespace cli
