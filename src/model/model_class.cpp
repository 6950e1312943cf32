#include <array>
#include <utility>

#include "albert/model.h"
#include "base/check.h"

namespace albert {
namespace {

constexpr std::array<std::pair<ModelClass, std::string_view>, 7> kNames{{
    {ModelClass::model, "AlbertModel"},
    {ModelClass::pre_training, "AlbertForPreTraining"},
    {ModelClass::masked_lm, "AlbertForMaskedLM"},
    {ModelClass::sequence_classification, "AlbertForSequenceClassification"},
    {ModelClass::multiple_choice, "AlbertForMultipleChoice"},
    {ModelClass::token_classification, "AlbertForTokenClassification"},
    {ModelClass::question_answering, "AlbertForQuestionAnswering"},
}};

}  // namespace

std::string_view to_string(ModelClass model_class) noexcept {
  for (const auto& [value, name] : kNames)
    if (value == model_class) return name;
  return "?";
}

ModelClass model_class_from_string(std::string_view name) {
  for (const auto& [value, text] : kNames)
    if (text == name) return value;
  std::string known;
  for (const auto& [value, text] : kNames) known += fmt::format("{}{}", known.empty() ? "" : ", ", text);
  fail(ErrorCode::key, "'{}' is not a model class; expected one of {}", name, known);
}

}  // namespace albert
