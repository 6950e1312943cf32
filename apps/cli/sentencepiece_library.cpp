#include "sentencepiece_library.h"

#include <exception>
#include <unordered_map>

#include "failure.h"

#if ALBERT_HAS_SENTENCEPIECE
#include <sentencepiece_trainer.h>

namespace cli {
namespace {

// A list as the library reads it: comma-separated values.
std::string csv(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out += ',';
    if (value.find_first_of(",\"\n\r") == std::string::npos) {
      out += value;
      continue;
    }
    out += '"';
    for (const char c : value) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  return out;
}

class Sentences final : public sentencepiece::SentenceIterator {
 public:
  explicit Sentences(const std::function<bool(std::string&)>& next) : next_(next) { Next(); }
  [[nodiscard]] bool done() const override { return done_; }
  void Next() override {
    // The library does not expect exceptions: one is kept and ends the text.
    try {
      done_ = !next_(value_);
    } catch (...) {
      error_ = std::current_exception();
      done_ = true;
    }
  }
  [[nodiscard]] const std::string& value() const override { return value_; }
  [[nodiscard]] sentencepiece::util::Status status() const override {
    if (error_ != nullptr) return {sentencepiece::util::StatusCode::kAborted, "the text cannot be read"};
    return {};
  }
  void rethrow() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  const std::function<bool(std::string&)>& next_;
  std::string value_;
  bool done_ = false;
  std::exception_ptr error_;
};

// A message without the place in the library's source and the condition that failed.
std::string reason(std::string message) {
  if (const std::size_t end = message.rfind("] "); message.starts_with("./") && end != std::string::npos) message.erase(0, end + 2);
  return message;
}

}  // namespace

std::string train_sentencepiece(const SentencePieceTraining& training, const std::function<bool(std::string&)>& next) {
  const std::unordered_map<std::string, std::string> arguments = {{"model_type", "unigram"},
                                                                  {"vocab_size", std::to_string(training.vocab_size)},
                                                                  {"character_coverage", std::to_string(training.character_coverage)},
                                                                  {"input_sentence_size", std::to_string(training.input_sentence_size)},
                                                                  {"shuffle_input_sentence", "true"},
                                                                  {"max_sentence_length", std::to_string(training.max_sentence_length)},
                                                                  {"max_sentencepiece_length", std::to_string(training.max_piece_length)},
                                                                  {"control_symbols", csv(training.control_symbols)},
                                                                  {"user_defined_symbols", csv(training.user_defined_symbols)},
                                                                  {"num_threads", std::to_string(training.threads)},
                                                                  {"pad_id", "0"},
                                                                  {"unk_id", "1"},
                                                                  {"bos_id", "-1"},
                                                                  {"eos_id", "-1"},
                                                                  {"minloglevel", training.verbose ? "0" : "2"}};
  sentencepiece::SetRandomGeneratorSeed(training.seed);
  Sentences sentences(next);
  std::string model;
  sentences.rethrow();
  if (sentences.done()) throw Failure(Exit::bad_data, "the text has no line to learn from");
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &sentences, &model);
  sentences.rethrow();
  if (status.ok()) return model;
  const std::string why = reason(status.error_message());
  throw Failure(Exit::bad_data, "SentencePiece cannot train on this" + (why.empty() ? "; --log-level debug shows its log" : ": " + why));
}

struct SentencePieceJudge::Impl {
  sentencepiece::SentencePieceProcessor processor;
};

SentencePieceJudge::SentencePieceJudge(const std::string& model_file) : impl_(std::make_unique<Impl>()) {
  const auto status = impl_->processor.Load(model_file);
  if (!status.ok()) throw Failure(Exit::bad_data, model_file + ": " + status.error_message());
}

SentencePieceJudge::~SentencePieceJudge() = default;

std::vector<std::string> SentencePieceJudge::encode(const std::string& text) const {
  std::vector<std::string> pieces;
  const auto status = impl_->processor.Encode(text, &pieces);
  if (!status.ok()) throw Failure(Exit::bad_data, std::string("SentencePiece: ") + status.error_message());
  return pieces;
}

double SentencePieceJudge::score(const std::vector<std::string>& pieces) const {
  double sum = 0;
  for (const std::string& piece : pieces)
    if (const int id = impl_->processor.PieceToId(piece); !impl_->processor.IsUnknown(id))
      sum += static_cast<double>(impl_->processor.GetScore(id));
  return sum;
}

bool SentencePieceJudge::is_user_defined(const std::string& piece) const {
  const auto& processor = impl_->processor;
  const int id = processor.PieceToId(piece);
  // The library does not tell; of the others only control and unknown pieces have the score 0.
  return !processor.IsUnknown(id) && !processor.IsControl(id) && !processor.IsUnused(id) && processor.GetScore(id) == 0.0F;
}

bool SentencePieceJudge::is_reserved(const std::string& piece) const {
  const auto& processor = impl_->processor;
  const int id = processor.PieceToId(piece);
  return processor.IsControl(id) || (processor.IsUnknown(id) && processor.IdToPiece(id) == piece);
}

}  // namespace cli

#else

namespace cli {
namespace {

constexpr const char* absent = "this program was built without the library SentencePiece (libsentencepiece-dev)";

}  // namespace

std::string train_sentencepiece(const SentencePieceTraining&, const std::function<bool(std::string&)>&) {
  throw Failure(Exit::failed, absent);
}

struct SentencePieceJudge::Impl {};
SentencePieceJudge::SentencePieceJudge(const std::string&) { throw Failure(Exit::failed, absent); }
SentencePieceJudge::~SentencePieceJudge() = default;
std::vector<std::string> SentencePieceJudge::encode(const std::string&) const { return {}; }
double SentencePieceJudge::score(const std::vector<std::string>&) const { return 0; }
bool SentencePieceJudge::is_user_defined(const std::string&) const { return false; }
bool SentencePieceJudge::is_reserved(const std::string&) const { return false; }

}  // namespace cli

#endif
