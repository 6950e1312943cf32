#include "run_rows.h"

#include <algorithm>
#include <chrono>

#include "failure.h"
#include "interrupt.h"
#include "output.h"
#include "utf8.h"

namespace cli {
namespace {

// Rows in a window: as many as take about a second, so that the bar moves and Ctrl-C is heard.
constexpr std::size_t kFirstWindowRows = 64;
constexpr std::size_t kFewestWindowRows = 8;
constexpr std::size_t kMostWindowRows = 1024;
constexpr std::size_t kWindowBytes = std::size_t{1} << 20;

std::size_t size_of(const Row& row) {
  std::size_t size = 0;
  if (row.fields.is_object())
    for (const auto& [name, value] : row.fields.as_object())
      if (value.is_string()) size += value.as_string().size();
  return size;
}

}  // namespace

void run_rows(const RowOptions& options, const AnswerRows& answer) {
  RowReader reader(options.input);
  Output output(options.output);
  const Style style(output.is_terminal());
  Progress progress("rows");
  std::int64_t count = 0;
  std::size_t window_rows = kFirstWindowRows;
  const auto fail_row = [&](const std::string& place, const std::string& message, Exit code) {
    const std::string sentence = place + ": " + message;
    if (!options.keep_going || code == Exit::internal || code == Exit::interrupted) {
      output.flush();
      throw Failure(code, sentence);
    }
    if (options.json) {
      output.write(json_line(albert::Json(albert::Json::Object{{"error", as_utf8(sentence)}})));
    } else {
      output.write("error: " + one_line(sentence) + "\n");
    }
  };
  for (bool more = true; more;) {
    // Good rows go to `answer`; `order` says for every row of the window whether it is one of them.
    std::vector<Row> good;
    std::vector<Row> bad;
    std::vector<bool> order;
    std::size_t bytes = 0;
    do {
      Row row;
      more = reader.next(row);
      if (!more) break;
      bytes += size_of(row);
      order.push_back(!row.error);
      (row.error ? bad : good).push_back(std::move(row));
    } while (order.size() < window_rows && bytes < kWindowBytes && reader.ready());

    const auto start = std::chrono::steady_clock::now();
    const auto answers =
        good.empty() ? std::vector<albert::Outcome<std::string>>{} : in_stage(Stage::data, [&] { return answer(good, style); });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (seconds < 0.5) window_rows = std::min(kMostWindowRows, window_rows * 2);
    if (seconds > 1.5) window_rows = std::max(kFewestWindowRows, window_rows / 2);
    count += static_cast<std::int64_t>(order.size());
    progress.update(count, reader.progress());
    const auto hidden = progress.hide();
    std::size_t next_good = 0, next_bad = 0;
    for (const bool is_good : order) {
      if (!is_good) {
        const Row& row = bad[next_bad++];
        fail_row(row.place, *row.error, Exit::bad_data);
        continue;
      }
      const auto& one = answers[next_good];
      const Row& row = good[next_good++];
      if (one.ok()) {
        output.write(one.value());
      } else {
        fail_row(row.place, one.error().what(), exit_for(one.error().code(), Stage::data));
      }
    }
    output.flush();
    check_interrupt();
  }
  output.commit();
}

}  // namespace cli
