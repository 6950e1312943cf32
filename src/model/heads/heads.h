// The seven classes on top of the encoder: logits and losses, one file a class.
#pragma once

#include "model/backward_pass.h"
#include "model/losses.h"

namespace albert {

enum class ProblemType { none, regression, single_label_classification, multi_label_classification };

template <class T>
struct HeadArguments {
  const Pass<T>& pass;
  const ModelInputs& inputs;
  const T* sequence;                        ///< [M, H], the encoder's result
  ProblemType problem = ProblemType::none;  ///< sequence classification: how labels are read
  bool legacy_loss = false;                 ///< TensorFlow's tf_legacy_loss
  HeadTape<T>* tape = nullptr;              ///< what backward needs goes here
};

/// An output with one row of `width` a token: computed flat, returned padded with zeros [B, S, width].
template <class T>
class TokenOutput {
 public:
  TokenOutput(const Pass<T>& pass, std::int64_t width);
  [[nodiscard]] T* rows() noexcept { return rows_; }  ///< [M, width], to be written
  [[nodiscard]] Tensor tensor();                      ///< [B, S, width]

 private:
  const Pass<T>& pass_;
  std::int64_t width_;
  Tensor padded_;
  T* rows_;
};

/// The gradients of logits with one row a token, for the rows that have any.
template <class T>
struct TokenCotangents {
  std::vector<std::int32_t> rows;  ///< tokens, rising
  bool all = false;                ///< they are all tokens
  T* values = nullptr;             ///< [rows, width]
};

/// logits [M, V] = decoder(LayerNorm(act(dense(sequence))))
template <class T>
void mlm_logits(const HeadArguments<T>& arguments, T* logits);
/// dsequence [M, H] += the gradient that those of the logits give.
template <class T>
void mlm_logits_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, const TokenCotangents<T>& dlogits,
                         T* dsequence);

/// logits [rows, C] = classifier(dropout(x [rows, H])); x is overwritten when dropout is on.
template <class T>
void classify(const HeadArguments<T>& arguments, T* x, std::int64_t rows, T* logits);
/// dx [rows, H] is written.
template <class T>
void classify_backward(const BackwardPass<T>& backward, std::int64_t rows, const T* dlogits, T* dx);

/// What a field's own cotangent and the loss give to logits [M, width]: `labelled` are the rows of the loss, none when it
/// has no cotangent. Null values: neither gives anything, and the head is not reached.
template <class T>
[[nodiscard]] TokenCotangents<T> token_cotangents(const BackwardPass<T>& backward, std::string_view field, std::int64_t width,
                                                  const std::optional<LossRows<T>>& labelled);
/// The same for logits [rows, classes] in one piece. Null: not reached.
template <class T>
[[nodiscard]] T* logit_cotangents(const BackwardPass<T>& backward, std::string_view field, const T* logits, std::int64_t rows,
                                  std::int64_t classes, const std::optional<LossRows<T>>& labelled);

// Each appends the fields of its class, loss first, logits after. Its backward adds to dsequence [M, H] what the
// cotangents of these fields give, and returns false when they have none.
template <class T>
void base_model(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
bool base_model_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence);
template <class T>
void pre_training(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
bool pre_training_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence);
template <class T>
void masked_lm(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
bool masked_lm_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence);
template <class T>
void sequence_classification(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
bool sequence_classification_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence);
template <class T>
void multiple_choice(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
bool multiple_choice_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence);
template <class T>
void token_classification(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
bool token_classification_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence);
template <class T>
void question_answering(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
bool question_answering_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence);

}  // namespace albert
