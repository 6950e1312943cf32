// albert tokenize: text to token ids.
#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <mutex>

#include "albert/json_text.h"
#include "albert/threads.h"
#include "albert/tokenizer.h"
#include "command.h"
#include "common.h"
#include "failure.h"
#include "run_rows.h"
#include "sampling.h"
#include "token_view.h"
#include "tokenizer_flags.h"

namespace cli {
namespace {

using albert::Encoding;
using albert::Json;
using albert::Outcome;

/// [a, b, ...] with `append` writing each item. Long texts have many tokens: no Json value is made for each.
template <class Items, class Append>
void append_list(std::string& out, const Items& items, const Append& append) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ", ";
    first = false;
    append(out, item);
  }
  out += ']';
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_integers(std::string& out, const std::vector<std::int32_t>& values) { append_list(out, values, append_integer); }

/// Which members the object of a row has.
struct Members {
  bool fast = true;
  bool offsets = true;
  bool type_ids = true;
  bool special_tokens_mask = true;
  bool attention_mask = false;
  bool length = false;
  bool word_ids = false;
  bool sequence_ids = false;
  bool overflow = false;

  Members(const ReturnFlags& flags, const albert::CallOptions& call, bool is_fast)
      : fast(is_fast),
        offsets(is_fast && flags.offsets_mapping.value_or(true)),
        type_ids(flags.token_type_ids.value_or(true)),
        special_tokens_mask(flags.special_tokens_mask.value_or(true)),
        attention_mask(flags.attention_mask.value_or(call.padding != albert::PaddingStrategy::do_not_pad)),
        length(flags.length),
        word_ids(flags.word_ids),
        sequence_ids(flags.sequence_ids),
        overflow(call.return_overflowing_tokens) {}
};

/// Indices where -1 stands for none.
void append_indices(std::string& out, const std::vector<std::int32_t>& values) {
  append_list(out, values, [](std::string& text, std::int32_t value) { text += value < 0 ? "null" : std::to_string(value); });
}

void append_json(std::string& out, const Encoding& encoding, const Members& members) {
  out += "{\"ids\": ";
  append_integers(out, encoding.input_ids);
  out += ", \"tokens\": ";
  append_list(out, encoding.tokens, [](std::string& text, const std::string& token) { albert::append_json_string(text, token, false); });
  if (members.offsets) {
    out += ", \"offsets\": ";
    append_list(out, encoding.offsets, [](std::string& text, const albert::Offsets& offsets) {
      text += '[';
      append_integer(text, offsets.start);
      text += ", ";
      append_integer(text, offsets.end);
      text += ']';
    });
  }
  const auto integers = [&](bool wanted, std::string_view name, const std::vector<std::int32_t>& values) {
    if (!wanted) return;
    out.append(", \"").append(name).append("\": ");
    append_integers(out, values);
  };
  integers(members.type_ids, "type_ids", encoding.token_type_ids);
  integers(members.special_tokens_mask, "special_tokens_mask", encoding.special_tokens_mask);
  integers(members.attention_mask, "attention_mask", encoding.attention_mask);
  if (members.length) out += ", \"length\": " + std::to_string(encoding.size());
  if (members.word_ids) {
    out += ", \"word_ids\": ";
    append_indices(out, encoding.word_ids);
  }
  if (members.sequence_ids) {
    out += ", \"sequence_ids\": ";
    append_indices(out, encoding.sequence_ids);
  }
  if (members.overflow && members.fast) {
    out += ", \"overflowing\": ";
    Members of_window = members;
    of_window.overflow = false;
    append_list(out, encoding.overflowing, [&](std::string& text, const Encoding& window) { append_json(text, window, of_window); });
  } else if (members.overflow) {
    out += ", \"overflowing_tokens\": ";
    append_integers(out, encoding.overflowing_tokens);
    out += ", \"num_truncated_tokens\": ";
    append_integer(out, encoding.num_truncated_tokens);
  }
  out += '}';
}

std::string show(const albert::TextInput& input, const Encoding& encoding) {
  std::string tokens, ids;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    const std::string token = one_line(encoding.tokens[i]), id = std::to_string(encoding.input_ids[i]);
    const std::size_t width = std::max(width_of(token), id.size());
    tokens.append(i == 0 ? "" : " ").append(padded(token, width));
    ids.append(i == 0 ? "" : " ").append(padded(id, width));
  }
  const std::string text = input.text_pair ? input.text + " | " + *input.text_pair : input.text;
  return one_line(text) + "\n  " + tokens + "\n  " + ids + "\n";
}

/// The segmentations of a text with their scores: a line each below it, or a JSON list.
std::string list_segmentations(const std::vector<albert::Segmentation>& segmentations, const std::string& text, bool json,
                               const Style& style) {
  std::string out = json ? "[" : style.strong(one_line(text)) + "\n";
  for (const auto& [tokens, ids, score] : segmentations) {
    if (json) {
      Json::Array list(tokens.begin(), tokens.end());
      out += out.size() > 1 ? ", {\"ids\": " : "{\"ids\": ";
      append_integers(out, ids);
      out += ", \"tokens\": " + albert::dump_json(list, {.indent = -1, .sort_keys = false, .ensure_ascii = false});
      out += ", \"score\": " + albert::dump_json(score) + "}";
    } else {
      fmt::format_to(std::back_inserter(out), "  {:9.3f} ", score);
      for (const std::string& token : tokens) out += " " + style.accent(one_line(token));
      out += '\n';
    }
  }
  return out + (json ? "]\n" : "");
}

Encoding encode_one(const albert::Tokenizer& tokenizer, const albert::TextInput& input, const albert::CallOptions& call) {
  return input.text_pair ? tokenizer(input.text, *input.text_pair, call) : tokenizer(input.text, call);
}
Encoding encode_one(const albert::Tokenizer& tokenizer, const albert::ItemArgument& input, const albert::CallOptions& call) {
  return std::move(tokenizer.encode_batch(std::span(&input, 1), call, 1).front());
}

void pad_together(const albert::Tokenizer& tokenizer, std::vector<Outcome<Encoding>>& outcomes, const albert::CallOptions& call) {
  std::vector<Encoding> encodings;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i].ok()) continue;
    encodings.push_back(std::move(outcomes[i]).value());
    places.push_back(i);
  }
  tokenizer.pad(encodings, call);
  for (std::size_t k = 0; k < places.size(); ++k) outcomes[places[k]] = std::move(encodings[k]);
}

/// All inputs together; one by one when one of them is refused, or, where there are draws, rows between them were.
/// `rows`: their numbers in the input, which say the draws.
template <class Input>
std::vector<Outcome<Encoding>> encode(const albert::Tokenizer& tokenizer, const std::vector<Input>& inputs, const albert::CallOptions& call,
                                      int threads, const SamplingOptions& sampling, const std::vector<std::uint64_t>& rows) {
  std::vector<Outcome<Encoding>> encodings;
  const bool without_gaps = rows.empty() || rows.back() - rows.front() + 1 == rows.size();
  if (without_gaps || !sampling.draws()) {
    if (!rows.empty()) sampling.start_at(rows.front());
    try {
      for (auto& encoding : tokenizer.encode_batch(inputs, call, threads)) encodings.emplace_back(std::move(encoding));
      return encodings;
    } catch (const albert::Error&) {
      encodings.clear();
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    sampling.start_at(rows[i]);
    try {
      encodings.emplace_back(encode_one(tokenizer, inputs[i], call));
    } catch (const albert::Error& error) {
      encodings.emplace_back(error);
    }
  }
  if (call.padding == albert::PaddingStrategy::longest) pad_together(tokenizer, encodings, call);
  return encodings;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

/// The words of a row, and the text to show for them.
std::pair<albert::ItemArgument, albert::TextInput> words_of(const Row& row) {
  const std::vector<std::string> words = row.texts("text");
  albert::ItemArgument item{words, std::nullopt};
  albert::TextInput shown{joined(words), std::nullopt};
  if (const Json* pair = row.fields.find("text_pair"); pair != nullptr && !pair->is_null()) {
    const std::vector<std::string> second = row.texts("text_pair");
    // As with texts, no words are no second text.
    if (!second.empty()) item.text_pair = second;
    shown.text_pair = joined(second);
  }
  return {std::move(item), std::move(shown)};
}

}  // namespace

int tokenize(const Arguments& arguments) {
  std::optional<std::string> model, text_pair;
  std::int64_t threads = 0;
  bool no_special_tokens = false, words = false, split_special_tokens = false;
  TokenizerChoice choice;
  TokenizerChanges changes;
  CallFlags flags;
  ReturnFlags returned;
  RowOptions rows;
  SamplingOptions sampling;
  Options options("tokenize", "Shows the tokens of texts and their ids.", "[TEXT...]");
  options.text("--text-pair", text_pair, "TEXT", "the second text");
  flags.declare_all(options);
  options.heading("more of the call");
  options.flag("--no-add-special-tokens", no_special_tokens, "without [CLS] and [SEP]");
  options.flag("--is-split-into-words", words, "a text is a list of words; the arguments are one text's");
  changes.declare_sides(options);
  options.flag("--split-special-tokens", split_special_tokens, "special tokens in a text are text (slow)");
  returned.declare(options);
  options.heading("sampling");
  sampling.declare(options);
  options.heading("tokenizer");
  options.text("--model", model, "PATH|ID", "model directory or file, or a hub id in the hub cache");
  choice.declare(options);
  changes.declare_tokens(options);
  options.integer("--threads", threads, "N", "0: one a core");
  options.heading("rows and results");
  rows.declare(options, {"text", "text_pair"});
  options.positionals(rows.input.arguments);
  options.example("albert tokenize --json \"The wind was cold.\"");
  if (!options.parse(arguments)) return 0;

  rows.constant("text_pair", text_pair);
  albert::CallOptions call = flags.as_given();
  call.add_special_tokens = !no_special_tokens;
  call.is_split_into_words = words;
  if (words && sampling.lists_segmentations()) throw Failure(Exit::usage, "--nbest is for texts, not for --is-split-into-words");
  if (words && !rows.input.arguments.empty()) {
    const Json list = Json::Array(rows.input.arguments.begin(), rows.input.arguments.end());
    rows.input.arguments = {albert::dump_json(list)};
  }
  const auto tokenizer = load_tokenizer(model, choice, sampling.overrides(choice));
  sampling.use(*tokenizer);
  if (split_special_tokens) {
    if (tokenizer->is_fast()) throw Failure(Exit::usage, "--split-special-tokens is for the slow tokenizer: add --slow");
    call.split_special_tokens = true;
  }
  returned.check(*tokenizer);
  changes.apply(*tokenizer);
  const Members members(returned, call, tokenizer->is_fast());
  WarnOnce warn_once;
  std::mutex warning;
  // Small windows, one a thread; larger ones, one after the other, where draws are taken in order; larger ones also where
  // rows are padded to the longest of those read together.
  const bool large = sampling.draws() || call.padding == albert::PaddingStrategy::longest;
  const int all = threads > 0 ? static_cast<int>(std::min<std::int64_t>(threads, 1024)) : albert::usable_cores();
  const WindowPlan plan{.threads = sampling.draws() ? 1 : all,
                        .rows = large ? std::size_t{1024} : std::size_t{256},
                        .bytes = std::size_t{1} << (large ? 20 : 16),
                        .adapt = false};
  const auto answer_window = [&](std::span<const Row> window, const Style& style) {
    std::vector<Outcome<Answer>> answers;
    std::vector<albert::TextInput> inputs;
    std::vector<albert::ItemArgument> items;  // with --is-split-into-words
    std::vector<std::size_t> places;
    std::vector<std::uint64_t> numbers;
    numbers.reserve(window.size());
    for (std::size_t i = 0; i < window.size(); ++i) {
      answers.emplace_back(Answer());
      try {
        if (words) {
          auto [item, shown] = words_of(window[i]);
          items.push_back(std::move(item));
          inputs.push_back(std::move(shown));
          places.push_back(i);
          numbers.push_back(window[i].index);
          continue;
        }
        albert::TextInput input{window[i].text("text"), window[i].optional_text("text_pair")};
        if (sampling.lists_segmentations()) {
          if (input.text_pair) throw albert::Error(albert::ErrorCode::value, "--nbest is for single texts, this row has a text_pair");
          answers.back() = Answer(list_segmentations(sampling.segmentations(input.text), input.text, rows.json, style));
          continue;
        }
        // One text with an empty second one is a single text to the fast tokenizer's call.
        if (tokenizer->is_fast() && input.text_pair && input.text_pair->empty()) input.text_pair.reset();
        inputs.push_back(std::move(input));
        places.push_back(i);
        numbers.push_back(window[i].index);
      } catch (const albert::Error& error) {
        answers.back() = error;
      }
    }
    const int inside = sampling.draws() ? all : 1;
    auto encodings =
        words ? encode(*tokenizer, items, call, inside, sampling, numbers) : encode(*tokenizer, inputs, call, inside, sampling, numbers);
    for (std::size_t k = 0; k < encodings.size(); ++k) {
      auto& answer = answers[places[k]];
      if (encodings[k].ok() && !encodings[k].value().warnings.empty()) {
        const std::lock_guard lock(warning);
        warn_once(encodings[k].value().warnings);
      }
      if (!encodings[k].ok()) {
        answer = encodings[k].error();
      } else if (rows.json) {
        std::string line;
        constexpr std::size_t kBytesOfToken = 64;
        line.reserve((encodings[k].value().size() + 2) * kBytesOfToken);
        append_json(line, encodings[k].value(), members);
        line += '\n';
        answer = Answer(std::move(line));
      } else if (style.columns() == 0) {
        answer = Answer(show(inputs[k], encodings[k].value()));
      } else {
        Encoding shown = std::move(encodings[k]).value();
        if (words) shown.offsets.clear();  // they count from the start of a word
        answer = Answer(view_tokens(*tokenizer, inputs[k], shown, style));
      }
    }
    return answers;
  };
  run_rows(rows, answer_window, plan);
  return 0;
}

}  // namespace cli
