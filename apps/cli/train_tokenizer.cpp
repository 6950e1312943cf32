// albert train-tokenizer: a vocabulary from text.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "albert/bert_tokenizer.h"
#include "albert/output_file.h"
#include "albert/tokenizer.h"
#include "albert/tokenizer_training.h"
#include "command.h"
#include "common.h"
#include "compare_tokenizers.h"
#include "failure.h"
#include "interrupt.h"
#include "log.h"
#include "new_folder.h"
#include "output.h"
#include "rows.h"
#include "sentencepiece_library.h"
#include "text_lines.h"

namespace cli {
namespace {

using albert::Json;

bool yes_or_no(const std::string& text) {
  if (text == "yes" || text == "true") return true;
  if (text == "no" || text == "false") return false;
  throw Failure(Exit::usage, "expected yes or no, got '" + text + "'");
}

double coverage(const std::string& text) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = std::string::npos;
  }
  if (used != text.size() || !(value >= 0.9 && value <= 1))
    throw Failure(Exit::usage, "expected a number from 0.9 to 1, got '" + text + "'");
  return value;
}

struct Settings {
  std::vector<std::string> text;
  std::optional<std::string> output, model;
  bool force = false;
  bool lower_case = true;
  bool keep_accents = false;
  std::int64_t vocab_size = 30000;
  std::int64_t model_max_length = 512;
  std::string model_type = "unigram";
  SentencePieceTraining unigram;
  albert::WordPieceTraining wordpiece;
  InputOptions compare;
};

std::string unigram_model(const Settings& settings) {
  TextLines lines(settings.text);
  return train_sentencepiece(settings.unigram, [&](std::string& sentence) {
    std::string line;
    while (lines.next(line)) {
      // The trainer sees what SentencePiece will see in use.
      sentence = albert::preprocess_albert_text(line, {.do_lower_case = settings.lower_case, .keep_accents = settings.keep_accents});
      if (!sentence.empty()) return true;
    }
    return false;
  });
}

std::string wordpiece_vocabulary(const Settings& settings) {
  TextLines lines(settings.text);
  albert::BertWordCounter words(
      {.do_lower_case = settings.lower_case, .strip_accents = settings.keep_accents ? std::optional(false) : std::nullopt});
  for (std::string line; lines.next(line);) words.add(line);
  if (words.counts().empty()) throw Failure(Exit::bad_data, "the text has no word to learn from");
  std::string file;
  const std::vector<std::string> vocabulary = albert::train_wordpiece(words.counts(), settings.wordpiece);
  for (const std::string& token : vocabulary) file += token + "\n";
  const std::size_t wanted = settings.wordpiece.vocab_size, found = vocabulary.size();
  if (found < wanted) warn("the text gives " + std::to_string(found) + " entries, fewer than --vocab-size " + std::to_string(wanted));
  if (found > wanted)
    warn("the special tokens and the characters alone are " + std::to_string(found) + " entries, more than --vocab-size " +
         std::to_string(wanted) + "; --limit-alphabet keeps fewer characters");
  return file;
}

void train(const Settings& settings, NewFolder& folder) {
  const bool is_unigram = settings.model_type == "unigram";
  const std::string vocabulary = is_unigram ? unigram_model(settings) : wordpiece_vocabulary(settings);
  in_stage(Stage::write, [&] {
    const DeferInterrupts defer;
    const std::string& directory = folder.open();
    albert::OutputFile file(directory + (is_unigram ? "/spiece.model" : "/vocab.txt"));
    file.write(vocabulary);
    file.commit();
    Json arguments = Json::Object{{"do_lower_case", settings.lower_case}, {"model_max_length", settings.model_max_length}};
    if (is_unigram) {
      arguments.set("keep_accents", settings.keep_accents);
      (void)albert::AlbertTokenizerFast::from_pretrained(directory, arguments)->save_pretrained(directory);
    } else {
      if (settings.keep_accents) arguments.set("strip_accents", false);
      (void)albert::BertTokenizerFast::from_pretrained(directory, arguments)->save_pretrained(directory);
    }
    check_interrupt();
    folder.commit();
  });
}

/// Shows the texts of --compare and, of the rows of --input, those that are cut differently.
void compare(const std::string& tokenizer, const InputOptions& texts) {
  const TokenizerComparison comparison(tokenizer);
  for (const std::string& text : texts.arguments) print(comparison.report(comparison.cut(text)));
  if (texts.files.empty()) return;
  InputOptions input = texts;
  input.arguments.clear();
  Output output;
  RowReader reader(input);
  std::int64_t rows = 0, different = 0, before = 0, between = 0;
  for (Row row; reader.next(row); ++rows) {
    if (row.error) throw Failure(Exit::bad_data, row.place + ": " + *row.error);
    try {
      const auto cuts = comparison.cut(row.text(input.text_field));
      if (cuts.agree()) continue;
      ++different;
      before += cuts.library && *cuts.library != cuts.slow ? 1 : 0;
      between += cuts.slow != cuts.fast ? 1 : 0;
      output.write(row.place + ": " + comparison.report(cuts));
      output.end_row();
    } catch (const albert::Error& error) {
      throw Failure(exit_for(error.code(), Stage::data), row.place + ": " + error.what());
    }
  }
  const std::string library = comparison.has_library() ? "SentencePiece / slow " + std::to_string(before) + ", " : "";
  output.write(std::to_string(different) + " of " + std::to_string(rows) + " rows are cut differently: " + library + "slow / fast " +
               std::to_string(between) + "\n");
  output.commit();
}

/// Failure{usage}: a symbol that has no text, or an id already.
void check_symbols(const SentencePieceTraining& training) {
  std::set<std::string> taken = {"<pad>", "<unk>"};
  for (const auto* symbols : {&training.control_symbols, &training.user_defined_symbols})
    for (const std::string& symbol : *symbols) {
      if (symbol.empty()) throw Failure(Exit::usage, "--control-symbols, --user-defined-symbols: a symbol is empty");
      if (!taken.insert(symbol).second)
        throw Failure(Exit::usage, "--control-symbols, --user-defined-symbols: '" + symbol + "' is there twice");
    }
}

/// A number that only one kind of model has.
struct Special {
  const char* name;
  const char* metavar;
  const char* help;
  std::optional<std::int64_t> value = {};
  std::int64_t least = 0, most = 0;
};

/// Failure{usage}: an option of the other kind of model, or a number out of its range.
void check_special(std::span<const Special> mine, std::span<const Special> others, const std::string& model_type) {
  for (const Special& option : others)
    if (option.value) throw Failure(Exit::usage, std::string(option.name) + " is not for --model-type " + model_type);
  for (const Special& option : mine)
    if (option.value && *option.value > option.most)
      throw Failure(Exit::usage, std::string(option.name) + " can be at most " + std::to_string(option.most));
}

}  // namespace

int train_tokenizer(const Arguments& arguments) {
  Settings settings;
  SentencePieceTraining& unigram = settings.unigram;
  std::optional<std::string> control, user_defined;
  std::optional<double> character_coverage;
  constexpr std::int64_t most_seed = std::numeric_limits<std::uint32_t>::max();
  // The bounds of the library, or what memory can hold.
  Special of_unigram[] = {
      {.name = "--input-sentence-size",
       .metavar = "N",
       .help = "sentences drawn from the text, 0: all of it (10000000); they are held in memory",
       .most = std::int64_t{1} << 40},
      {.name = "--max-sentence-length", .metavar = "BYTES", .help = "longer lines are left out (4192)", .least = 10, .most = 1 << 20},
      {.name = "--max-piece-length", .metavar = "N", .help = "characters of a piece (16)", .least = 1, .most = 512},
      {.name = "--seed", .metavar = "N", .help = "for the sentences that are drawn (12345)", .most = most_seed},
      {.name = "--threads",
       .metavar = "N",
       .help = "of the trainer (16); another number rounds sums differently",
       .least = 1,
       .most = 128}};
  Special of_wordpiece[] = {
      {.name = "--min-frequency", .metavar = "N", .help = "pairs seen less often are not merged (2)", .most = most_seed},
      {.name = "--limit-alphabet", .metavar = "N", .help = "characters, the most frequent ones (1000)", .most = 0x110000}};
  Options options("train-tokenizer", "Trains a vocabulary on text: SentencePiece with Google's settings for ALBERT.");
  options.list("--text", settings.text, "PATH", "a file, a folder with files, or - (repeatable)");
  options.integer("--vocab-size", settings.vocab_size, "N", "pieces (30000)", 1);
  options.text("--output", settings.output, "DIR", "the new folder").says_what_is_written();
  options.flag("--force", settings.force, "write into a folder that is not empty").says_what_is_written();
  options.list("--compare", settings.compare.arguments, "TEXT", "show where the slow form, the fast form and SentencePiece differ");
  options.list("--input", settings.compare.files, "FILE", "compare every row of a file (- is standard input)");
  options.text("--model", settings.model, "PATH|ID", "compare with this tokenizer; nothing is trained");
  options.value(
      "--lowercase", [&](const std::string& text) { settings.lower_case = yes_or_no(text); }, "yes|no", "small letters only (yes)");
  options.flag("--keep-accents", settings.keep_accents, "leave accents on the letters");
  options.heading("comparing");
  options.text("--input-format", settings.compare.format, "text|jsonl|csv|tsv", "by the file's extension when not given")
      .accepts({"ndjson"});
  options.heading("training");
  options.text("--model-type", settings.model_type, "unigram|wordpiece", "the kind of vocabulary (unigram)");
  options.integer("--model-max-length", settings.model_max_length, "N", "tokens that the model takes, for tokenizer_config.json (512)", 1);
  options.heading("unigram");
  options.value(
      "--character-coverage", [&](const std::string& text) { character_coverage = coverage(text); }, "C",
      "share of the characters that get a piece, 0.9 to 1 (0.99995)");
  for (Special& option : of_unigram) options.integer(option.name, option.value, option.metavar, option.help, option.least);
  options.text("--control-symbols", control, "A,B", "pieces that no text gives ([CLS],[SEP],[MASK])");
  options.text("--user-defined-symbols", user_defined, "A,B", "always pieces of their own (brackets, quotes, - . £ €)");
  options.heading("wordpiece");
  for (Special& option : of_wordpiece) options.integer(option.name, option.value, option.metavar, option.help, option.least);
  options.exclusive({"--model", "--text"});
  options.exclusive({"--model", "--output"});
  options.example("albert train-tokenizer --text books --vocab-size 8000 --output tokenizer");
  if (!options.parse(arguments)) return 0;

  const bool compares = !settings.compare.arguments.empty() || !settings.compare.files.empty();
  if (settings.model && !compares) throw Failure(Exit::usage, "--model is for --compare TEXT or --input FILE: what to compare");
  const auto reads_standard_input = [](const std::vector<std::string>& paths) { return std::count(paths.begin(), paths.end(), "-") != 0; };
  if (reads_standard_input(settings.text) && reads_standard_input(settings.compare.files))
    throw Failure(Exit::usage, "--text - and --input - both read standard input");
  const bool is_unigram = settings.model_type == "unigram";
  if (!settings.model) {
    if (!is_unigram && settings.model_type != "wordpiece")
      throw Failure(Exit::usage, "--model-type: expected unigram or wordpiece, got '" + settings.model_type + "'");
    if (settings.text.empty()) throw Failure(Exit::usage, "--text is missing: what to learn from");
    if (!settings.output) throw Failure(Exit::usage, "--output is missing: the folder for the tokenizer");
    constexpr std::int64_t most_pieces = (1 << 24) - 2;  // what the tokenizers read
    if (settings.vocab_size > most_pieces) throw Failure(Exit::usage, "--vocab-size can be at most 16777214");
    if (is_unigram) {
      check_special(of_unigram, of_wordpiece, settings.model_type);
      unigram.vocab_size = settings.vocab_size;
      unigram.character_coverage = character_coverage.value_or(unigram.character_coverage);
      unigram.input_sentence_size = of_unigram[0].value.value_or(unigram.input_sentence_size);
      unigram.max_sentence_length = of_unigram[1].value.value_or(unigram.max_sentence_length);
      unigram.max_piece_length = of_unigram[2].value.value_or(unigram.max_piece_length);
      unigram.seed = static_cast<std::uint32_t>(of_unigram[3].value.value_or(unigram.seed));
      unigram.threads = of_unigram[4].value.value_or(unigram.threads);
      unigram.verbose = log_enabled(Level::debug) && !log_settings().json;  // its notes are text
      if (control) unigram.control_symbols = split_commas(*control);
      if (user_defined) unigram.user_defined_symbols = split_commas(*user_defined);
      check_symbols(unigram);
    } else {
      check_special(of_wordpiece, of_unigram, settings.model_type);
      if (control || user_defined || character_coverage)
        throw Failure(Exit::usage, "--control-symbols, --user-defined-symbols and --character-coverage are not for --model-type wordpiece");
      settings.wordpiece.vocab_size = static_cast<std::size_t>(settings.vocab_size);
      if (of_wordpiece[0].value) settings.wordpiece.min_frequency = static_cast<std::uint32_t>(*of_wordpiece[0].value);
      if (of_wordpiece[1].value) settings.wordpiece.limit_alphabet = static_cast<std::size_t>(*of_wordpiece[1].value);
    }
    NewFolder folder(*settings.output, settings.force);
    train(settings, folder);
    log(Level::info, "the tokenizer is in " + *settings.output);
  }
  if (compares) compare(settings.model ? tokenizer_folder(settings.model) : settings.output.value_or(""), settings.compare);
  return 0;
}

}  // namespace cli
