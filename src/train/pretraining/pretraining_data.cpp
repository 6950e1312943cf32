#include <algorithm>
#include <optional>
#include <utility>

#include "albert/pretraining.h"
#include "base/check.h"
#include "base/random.h"
#include "train/pretraining/epoch_plan.h"
#include "train/pretraining/ngram_masking.h"
#include "train/pretraining/token_store.h"
#include "train/pretraining/vocabulary.h"

namespace albert {
namespace {

using Ids = std::vector<std::int32_t>;

/// Removes tokens until both fit, each time from the longer, from its front or its end.
void truncate_pair(Ids& first, Ids& second, std::size_t room, UniformSequence& random) {
  std::size_t fronts[2] = {0, 0}, ends[2] = {first.size(), second.size()};
  while (ends[0] - fronts[0] + ends[1] - fronts[1] > room) {
    const int longer = ends[0] - fronts[0] > ends[1] - fronts[1] ? 0 : 1;
    if (random.next() < 0.5) {
      ++fronts[longer];
    } else {
      --ends[longer];
    }
  }
  const auto cut = [](Ids& ids, std::size_t front, std::size_t end) {
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(end), ids.end());
    ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(front));
  };
  cut(first, fronts[0], ends[0]);
  cut(second, fronts[1], ends[1]);
}

/// Where a sentence is divided: at the beginning of a word, if it has a second one.
std::size_t division(const Ids& ids, const MaskingVocabulary& vocabulary, UniformSequence& random) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 1; i < ids.size(); ++i)
    if (vocabulary.starts_word[static_cast<std::size_t>(ids[i])]) starts.push_back(i);
  if (starts.empty()) return 1 + static_cast<std::size_t>(draw_below(random, static_cast<std::int64_t>(ids.size()) - 1));
  return starts[static_cast<std::size_t>(draw_below(random, static_cast<std::int64_t>(starts.size())))];
}

void check(const ExampleOptions& options) {
  require(options.max_length >= 5, ErrorCode::value, "max_length: expected 5 or more tokens, got {}", options.max_length);
  require(options.short_seq_prob >= 0 && options.short_seq_prob <= 1, ErrorCode::value, "short_seq_prob: expected 0 to 1, got {}",
          options.short_seq_prob);
  const auto& masking = options.masking;
  require(masking.masked_lm_prob > 0 && masking.masked_lm_prob <= 1, ErrorCode::value,
          "masked_lm_prob: expected above 0, at most 1, got {}", masking.masked_lm_prob);
  require(masking.ngram >= 1 && masking.ngram <= 512, ErrorCode::value, "ngram: expected 1 to 512, got {}", masking.ngram);
  require(masking.max_predictions >= 0, ErrorCode::value, "max_predictions: expected 0 (no limit) or more, got {}",
          masking.max_predictions);
}

}  // namespace

struct PretrainingData::Impl {
  TokenStore store;
  MaskingVocabulary vocabulary;
  ExampleOptions options;
  std::int64_t held_out_every = 0;
  std::optional<std::pair<std::int64_t, EpochPlan>> plan;
  std::optional<EpochPlan> held_out;

  const EpochPlan& plan_of(std::int64_t epoch) {
    require(epoch >= 0, ErrorCode::index, "epoch: expected 0 or more, got {}", epoch);
    if (!plan || plan->first != epoch)
      plan.emplace(epoch, EpochPlan(store, options, held_out_every, EpochPlan::Part::training, static_cast<std::uint64_t>(epoch)));
    return plan->second;
  }

  const EpochPlan& held_out_plan() {
    if (!held_out) held_out.emplace(store, options, held_out_every, EpochPlan::Part::held_out, 0);
    return *held_out;
  }

  [[nodiscard]] PretrainingExample make(const EpochPlan& from, std::int64_t index, std::uint64_t stream) const {
    require(index >= 0 && index < from.size(), ErrorCode::index, "example {} of {}", index, from.size());
    const Chunk& chunk = from.chunk(index);
    UniformSequence random(options.seed, stream);
    const auto first = static_cast<std::int64_t>(chunk.first_sentence), last = first + chunk.sentences;
    Ids segments[2];
    if (chunk.first_part == 0) {
      store.append(first, last, segments[0]);
      const std::size_t at = division(segments[0], vocabulary, random);
      segments[1].assign(segments[0].begin() + static_cast<std::ptrdiff_t>(at), segments[0].end());
      segments[0].resize(at);
    } else {
      store.append(first, first + chunk.first_part, segments[0]);
      store.append(first + chunk.first_part, last, segments[1]);
    }
    PretrainingExample example;
    example.sentence_order_label = random.next() < 0.5 ? 1 : 0;
    if (example.sentence_order_label == 1) std::swap(segments[0], segments[1]);
    truncate_pair(segments[0], segments[1], static_cast<std::size_t>(options.max_length - 3), random);
    auto& ids = example.input_ids;
    ids.reserve(segments[0].size() + segments[1].size() + 3);
    ids.push_back(vocabulary.cls);
    for (const auto& segment : segments) {
      ids.insert(ids.end(), segment.begin(), segment.end());
      ids.push_back(vocabulary.sep);
    }
    example.token_type_ids.assign(segments[0].size() + 2, 0);
    example.token_type_ids.resize(ids.size(), 1);
    example.labels = mask_ngrams(ids, vocabulary, options.masking, random);
    return example;
  }
};

PretrainingData::PretrainingData(const std::string& path, const Tokenizer& tokenizer, const ExampleOptions& options,
                                 std::int64_t held_out_every) {
  check(options);
  require(held_out_every >= 0 && held_out_every != 1, ErrorCode::value, "held_out_every: expected 0 or at least 2, got {}", held_out_every);
  impl_ = std::make_unique<Impl>(
      Impl{TokenStore::open(path, store_vocabulary(tokenizer)), masking_vocabulary(tokenizer), options, held_out_every, {}, {}});
}

PretrainingData::~PretrainingData() = default;

std::int64_t PretrainingData::documents() const noexcept { return impl_->store.documents(); }
std::int64_t PretrainingData::sentences() const noexcept { return impl_->store.sentences(); }
std::int64_t PretrainingData::tokens() const noexcept { return impl_->store.tokens(); }
std::int64_t PretrainingData::size(std::int64_t epoch) { return impl_->plan_of(epoch).size(); }
std::int64_t PretrainingData::held_out_size() { return impl_->held_out_plan().size(); }

std::int64_t PretrainingData::length(std::int64_t epoch, std::int64_t index) {
  const auto& plan = impl_->plan_of(epoch);
  require(index >= 0 && index < plan.size(), ErrorCode::index, "example {} of {}", index, plan.size());
  const Chunk& chunk = plan.chunk(index);
  const auto first = static_cast<std::int64_t>(chunk.first_sentence);
  return std::min(impl_->options.max_length, impl_->store.length(first, first + chunk.sentences) + 3);
}

PretrainingExample PretrainingData::example(std::int64_t epoch, std::int64_t index) {
  const auto& plan = impl_->plan_of(epoch);
  return impl_->make(plan, index, random_stream(RandomUse::example, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index)));
}

PretrainingExample PretrainingData::held_out_example(std::int64_t index) {
  return impl_->make(impl_->held_out_plan(), index, random_stream(RandomUse::held_out, 0, static_cast<std::uint64_t>(index)));
}

ModelInputs collate(std::span<const PretrainingExample> examples, std::int32_t pad_token_id) {
  std::size_t longest = 0;
  for (const auto& example : examples) longest = std::max(longest, example.input_ids.size());
  const auto rows = static_cast<std::int64_t>(examples.size()), columns = static_cast<std::int64_t>(longest);
  const std::size_t cells = examples.size() * longest;
  std::vector<std::int64_t> ids(cells, pad_token_id), types(cells, 0), mask(cells, 0), labels(cells, -100), order;
  for (std::size_t row = 0; row < examples.size(); ++row) {
    const auto& example = examples[row];
    const auto at = static_cast<std::ptrdiff_t>(row * longest);
    std::copy(example.input_ids.begin(), example.input_ids.end(), ids.begin() + at);
    std::copy(example.token_type_ids.begin(), example.token_type_ids.end(), types.begin() + at);
    std::copy(example.labels.begin(), example.labels.end(), labels.begin() + at);
    std::fill_n(mask.begin() + at, example.input_ids.size(), 1);
    order.push_back(example.sentence_order_label);
  }
  ModelInputs inputs;
  inputs.input_ids = Tensor::from<std::int64_t>({rows, columns}, ids);
  inputs.token_type_ids = Tensor::from<std::int64_t>({rows, columns}, types);
  inputs.attention_mask = Tensor::from<std::int64_t>({rows, columns}, mask);
  inputs.labels = Tensor::from<std::int64_t>({rows, columns}, labels);
  inputs.sentence_order_label = Tensor::from<std::int64_t>({rows}, order);
  return inputs;
}

}  // namespace albert
