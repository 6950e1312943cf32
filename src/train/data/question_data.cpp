// Questions with their contexts and answers: SQuAD's files, or rows.
#include <unordered_set>

#include "base/check.h"
#include "tokenizer/utf8.h"
#include "train/data/fields.h"

namespace albert {
namespace {

constexpr std::size_t kMostJson = std::size_t{512} << 20;

class QuestionReader {
 public:
  explicit QuestionReader(const DataOptions& options) : options_(options), budget_(options.most_bytes) {}

  QuestionData read() {
    data_.places = DataPlaces(options_.files);
    for (std::uint32_t file = 0; file < options_.files.size(); ++file) {
      const std::string format = data::format_of(options_, options_.files[file]);
      if (format == "jsonl" || format == "ndjson" || format == "csv" || format == "tsv") {
        read_rows(file);
      } else {
        read_squad(file);
      }
    }
    return std::move(data_);
  }

 private:
  void add(QuestionExample example, const std::string& place) {
    if (!ids_.insert(example.id).second) fail(ErrorCode::bad_data, "{}: the id '{}' stands for two questions", place, example.id);
    if (example.answers.empty()) data_.may_be_unanswerable = true;
    budget_.take(sizeof(QuestionExample) + example.question.size() + 4 * data::size_of(example.id));
    for (const std::string& answer : example.answers) budget_.take(data::size_of(answer) + sizeof(std::int64_t));
    data_.examples.push_back(std::move(example));
  }

  // One answer: {"text", "answer_start"} or a text.
  void add_answer(QuestionExample& example, const Json& answer, const std::string& place) {
    if (answer.is_string()) {
      example.answers.push_back(answer.as_string());
      return;
    }
    const Json* text = answer.find("text");
    if (text == nullptr || !text->is_string())
      fail(ErrorCode::bad_data, "{}: an answer must be a text or an object with 'text', got {}", place, answer.type_name());
    example.answers.push_back(text->as_string());
    if (const Json* start = answer.find("answer_start")) add_start(example, *start, place);
  }

  static void add_start(QuestionExample& example, const Json& start, const std::string& place) {
    if (!start.is_integer() || start.big_integer() != nullptr || start.as_int() < 0)
      fail(ErrorCode::bad_data, "{}: 'answer_start' must be a whole number from 0, got {}", place,
           start.is_number() ? dump_json(start) : std::string(start.type_name()));
    example.answer_starts.push_back(start.as_int());
  }

  void add_answers(QuestionExample& example, const Json& answers, const std::string& place) {
    if (answers.is_array()) {
      for (const Json& answer : answers.as_array()) add_answer(example, answer, place);
    } else if (const Json* texts = answers.find("text"); texts != nullptr && texts->is_array()) {
      for (const Json& text : texts->as_array()) add_answer(example, text, place);
      if (const Json* starts = answers.find("answer_start"); starts != nullptr && starts->is_array())
        for (const Json& start : starts->as_array()) add_start(example, start, place);
    } else {
      add_answer(example, answers, place);
    }
    if (!example.answer_starts.empty() && example.answer_starts.size() != example.answers.size())
      fail(ErrorCode::bad_data, "{}: expected a start for each answer, got {} starts and {} answers", place, example.answer_starts.size(),
           example.answers.size());
  }

  static const Json& member(const Json& object, std::string_view name, std::string_view kind, const std::string& place) {
    const Json* found = object.find(name);
    if (found == nullptr || found->type_name() != kind)
      fail(ErrorCode::bad_data, "{}: expected '{}' ({}), got {}", place, name, kind == "list" ? "a list" : "a text",
           found != nullptr ? found->type_name() : "none");
    return *found;
  }

  void read_squad(std::uint32_t file) {
    const std::string& path = options_.files[file];
    ByteStream stream(data::open(options_, path));
    std::string text;
    bool too_long = false;
    for (; stream.get_line(text, kMostJson, too_long); text += '\n')
      require(!too_long, ErrorCode::resource, "{} holds more than {} MiB of JSON: give the questions as JSON lines", stream.name(),
              kMostJson >> 20);
    const std::string& name = stream.name();
    const Json root = [&] {
      try {
        return parse_json(text);
      } catch (const Error& error) {
        throw Error(error.code(), name + ": " + error.what() + " (expected SQuAD's JSON; JSON lines end in .jsonl)");
      }
    }();
    text = {};
    if (const Json* version = root.find("version"); version != nullptr && version->is_string())
      data_.may_be_unanswerable = data_.may_be_unanswerable || version->as_string().find("2.") != std::string::npos;
    std::int64_t number = 0;
    for (const Json& article : member(root, "data", "list", name).as_array())
      for (const Json& paragraph : member(article, "paragraphs", "list", name).as_array()) {
        const auto context = std::make_shared<const std::string>(member(paragraph, "context", "str", name).as_string());
        budget_.take(data::size_of(*context));
        for (const Json& qa : member(paragraph, "qas", "list", name).as_array()) {
          ++number;
          const std::string place = name + ", question " + std::to_string(number);
          QuestionExample example;
          example.place = {file, number};
          const Json* id = qa.find("id");
          example.id = id != nullptr && id->is_string() ? id->as_string() : std::to_string(number);
          example.question = member(qa, "question", "str", place).as_string();
          example.context = context;
          // Without answers it is a question of a test set; with is_impossible there may be plausible ones beside them.
          if (const Json* answers = qa.find("answers")) add_answers(example, *answers, place);
          add(std::move(example), place);
        }
      }
  }

  void read_rows(std::uint32_t file) {
    const DataOptions one = data::only(options_, options_.files[file]);
    data::DataRows rows(one, data::question_fields());
    std::shared_ptr<const std::string> context;
    while (rows.next()) {
      QuestionExample example;
      example.place = {file, rows.place().line};
      const std::string place = data_.places.name(example.place);
      example.id = rows.find("id") != nullptr ? rows.text("id") : std::to_string(data_.examples.size() + 1);
      example.question = rows.text("question");
      std::string text = rows.text("context");
      if (!context || *context != text) {
        context = std::make_shared<const std::string>(std::move(text));
        budget_.take(data::size_of(*context));
      }
      example.context = context;
      if (const Json* answers = rows.find("answers")) add_cell(example, *answers, place);
      add(std::move(example), place);
    }
  }

  // A cell of a table holds JSON, or the answer itself (none when it is empty).
  void add_cell(QuestionExample& example, const Json& answers, const std::string& place) {
    if (!answers.is_string()) return add_answers(example, answers, place);
    const std::string& text = answers.as_string();
    if (text.empty()) return;
    if (text.front() == '{' || text.front() == '[') {
      const auto parsed = [&]() -> std::optional<Json> {
        try {
          return parse_json(text);
        } catch (const Error&) {
          return {};  // an answer that begins so
        }
      }();
      if (parsed) return add_answers(example, *parsed, place);
    }
    example.answers.push_back(text);
  }

  const DataOptions& options_;
  data::Budget budget_;
  QuestionData data_;
  std::unordered_set<std::string> ids_;
};

}  // namespace

QuestionData read_question_data(const DataOptions& options) { return QuestionReader(options).read(); }

}  // namespace albert
