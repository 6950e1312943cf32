// The seven classes on top of the encoder: logits and losses, one file a class.
#pragma once

#include "model/losses.h"
#include "model/pass.h"

namespace albert {

enum class ProblemType { none, regression, single_label_classification, multi_label_classification };

template <class T>
struct HeadArguments {
  const Pass<T>& pass;
  const ModelInputs& inputs;
  const T* sequence;                        ///< [M, H], the encoder's result
  ProblemType problem = ProblemType::none;  ///< sequence classification: how labels are read
  bool legacy_loss = false;                 ///< TensorFlow's tf_legacy_loss
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

/// logits [M, V] = decoder(LayerNorm(act(dense(sequence))))
template <class T>
void mlm_logits(const Pass<T>& pass, const T* sequence, T* logits);

/// logits [rows, C] = classifier(dropout(x [rows, H])); x is overwritten when dropout is on.
template <class T>
void classify(const Pass<T>& pass, T* x, std::int64_t rows, T* logits);

// Each appends the fields of its class, loss first, logits after.
template <class T>
void base_model(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
void pre_training(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
void masked_lm(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
void sequence_classification(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
void multiple_choice(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
void token_classification(const HeadArguments<T>& arguments, ModelOutput& output);
template <class T>
void question_answering(const HeadArguments<T>& arguments, ModelOutput& output);

}  // namespace albert
