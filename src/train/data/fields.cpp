#include "train/data/fields.h"

namespace albert {
namespace data {

std::span<const Field> text_fields() {
  static const std::vector<Field> fields{
      {"text", {"text", "sentence", "sentence1", "premise", "question1", "question", "query", "review", "#1 String"}},
      {"text_pair", {"text_pair", "sentence2", "hypothesis", "question2", "context", "passage", "#2 String"}},
      {"label",
       {"label", "labels", "score", "similarity_score", "category", "intent", "class", "gold_label", "target", "is_duplicate", "Quality"}}};
  return fields;
}

std::span<const Field> token_fields() {
  static const std::vector<Field> fields{{"tokens", {"tokens", "words"}},
                                         {"tags", {"tags", "ner_tags", "ner", "pos_tags", "chunk_tags", "labels", "label"}}};
  return fields;
}

std::span<const Field> question_fields() {
  static const std::vector<Field> fields{
      {"id", {"id", "qid"}}, {"question", {"question"}}, {"context", {"context", "paragraph"}}, {"answers", {"answers", "answer"}}};
  return fields;
}

std::span<const Field> choice_fields() {
  static const std::vector<Field> fields{{"text", {"text", "sent1", "startphrase", "context", "ctx", "question", "prompt"}},
                                         {"sent2", {"sent2"}},
                                         {"choices", {"choices", "endings", "options"}},
                                         {"choice0", {"choice0", "ending0", "option0", "answer0", "choice_0", "ending_0"}},
                                         {"label", {"label", "answer", "answerKey", "correct_answer_idx", "gold_label"}}};
  return fields;
}

}  // namespace data

std::vector<std::string> data_fields(std::string_view task) {
  std::vector<std::string> names;
  const auto add = [&](std::span<const data::Field> fields) {
    for (const data::Field& field : fields) names.emplace_back(field.name);
  };
  if (task == "text-classification" || task == "sentence-order" || task == "masked-language-modelling" || task == "fill-mask")
    add(data::text_fields());
  if (task == "token-classification") add(data::token_fields());
  if (task == "question-answering") add(data::question_fields());
  if (task == "multiple-choice") add(data::choice_fields());
  return names;
}

}  // namespace albert
