#include "train_task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "failure.h"
#include "named_config.h"

namespace cli {
namespace {

using albert::AlbertConfig;
using albert::AlbertPreTrainedModel;
using albert::DataPlaces;
using albert::LabelKind;
using albert::LabelTable;
using albert::ModelClass;
using albert::StartedModel;
using albert::StartOptions;

using TokenizerPointer = std::shared_ptr<const albert::Tokenizer>;
using DevicePointer = std::shared_ptr<const albert::Device>;

[[noreturn]] void bad_data(const std::string& message) { throw Failure(Exit::bad_data, message); }

/// The examples of some files. Failure{bad_data} when there are none.
template <class Read>
auto read_examples(const albert::DataOptions& options, const Read& read) {
  auto data = read(options);
  if (data.examples.empty()) bad_data(fmt::format("{}: there are no examples", fmt::join(options.files, ", ")));
  return std::make_shared<const decltype(data)>(std::move(data));
}

/// Those of --dev, null without.
template <class Read>
auto read_dev(const TrainSettings& settings, const Read& read) {
  using Pointer = decltype(read_examples(settings.dev, read));
  return settings.dev.files.empty() ? Pointer() : read_examples(settings.dev, read);
}

/// Makes the model that a run starts from.
class Start {
 public:
  Start(const TrainSettings& settings, ModelClass model_class, const TokenizerPointer& tokenizer, DevicePointer device)
      : model_class_(model_class), device_(std::move(device)), task_(settings.task), tokens_(tokenizer->size()) {
    if (settings.config) {
      config_ = named_config(*settings.config);
      // The embeddings are the tokenizer's, whatever size the configuration was written for.
      config_->set("vocab_size", tokens_);
    } else {
      path_ = resolve_model(settings.model.model);
    }
  }

  [[nodiscard]] StartedModel operator()(std::uint64_t seed, std::vector<std::string> labels = {}, std::string problem_type = {}) const {
    const StartOptions options{.task = task_ == "masked-language-modelling" ? "fill-mask" : task_,
                               .labels = std::move(labels),
                               .problem_type = std::move(problem_type),
                               .finetuning_task = task_,
                               .device = device_,
                               .seed = seed};
    StartedModel started =
        config_ ? albert::start_model(model_class_, *config_, options) : albert::start_model(model_class_, path_, options);
    if (tokens_ > started.model.config().vocab_size())
      bad_data(fmt::format("the tokenizer has {} tokens, the model {}: they do not belong together", tokens_,
                           started.model.config().vocab_size()));
    return started;
  }

  /// The labels that the model's own head has, where they serve: all are there by name, or as many as the data have by number.
  [[nodiscard]] std::optional<std::vector<std::string>> own_labels(const LabelTable& labels, const DataPlaces& places,
                                                                   std::size_t found) const {
    if (config_) return {};
    const StartedModel started = (*this)(0);
    for (const std::string& name : started.new_parameters)
      if (name.starts_with("classifier.")) return {};
    const AlbertConfig& config = started.model.config();
    std::vector<std::string> own;
    own.reserve(static_cast<std::size_t>(config.num_labels()));
    for (std::int64_t i = 0; i < config.num_labels(); ++i) own.push_back(config.label(i));
    bool by_name = true;
    for (std::int32_t i = 0; i < labels.size(); ++i) by_name = by_name && std::find(own.begin(), own.end(), labels.name(i)) != own.end();
    if (by_name) return own;
    if (own.size() != found) return {};
    try {
      static_cast<void>(albert::match_labels(labels, places, config));
      return own;
    } catch (const albert::Error&) {
      return {};  // other labels
    }
  }

 private:
  ModelClass model_class_;
  DevicePointer device_;
  std::string task_, path_;
  std::int64_t tokens_;
  std::optional<AlbertConfig> config_;
};

/// The label set to train: given, the model's own, or that of the data.
std::vector<std::string> labels_to_train(const TrainSettings& settings, const Start& start, const LabelTable& labels,
                                         const DataPlaces& places) {
  if (settings.labels) return split_commas(*settings.labels);
  auto found = albert::label_set(labels);
  return start.own_labels(labels, places, found.size()).value_or(found);
}

void refuse_one_class(const LabelTable& labels, const albert::DataOptions& options) {
  if (labels.size() == 1)
    bad_data(fmt::format("{}: every example has the label '{}': there is nothing to tell apart", fmt::join(options.files, ", "),
                         labels.name(0)));
}

albert::EvaluatorOptions evaluator_options(const TrainSettings& settings) {
  albert::EvaluatorOptions options{.metric = settings.metric.value_or("")};
  options.evaluation.max_length = settings.max_length;
  options.evaluation.block_size = settings.block_size;
  options.evaluation.mlm_probability = settings.mlm_probability;
  return options;
}

std::string problem_of(const TrainSettings& settings, LabelKind kind) {
  if (settings.problem_type == "regression") return "regression";
  if (settings.problem_type == "multi-label" || (!settings.problem_type && kind == LabelKind::several)) return "multi_label_classification";
  return !settings.problem_type && kind == LabelKind::numbers ? "regression" : "single_label_classification";
}

/// The evaluator of --dev, null without. A figure that does not exist is told at once, not after the first epoch.
template <class Data, class Make>
std::shared_ptr<albert::Evaluator> evaluator_of(const TrainSettings& settings, const std::shared_ptr<const Data>& dev,
                                                const AlbertPreTrainedModel& model, const Make& make) {
  if (!dev) return nullptr;
  if (settings.metric) {
    constexpr std::size_t kFew = 32;
    Data few = *dev;
    few.examples.resize(std::min(few.examples.size(), kFew));
    static_cast<void>(make(std::make_shared<const Data>(std::move(few)))->evaluate(model));
  }
  return make(dev);
}

using MakeTask = std::function<TrainTask(std::uint64_t seed)>;

MakeTask text_classification_task(const TrainSettings& settings, const TokenizerPointer& tokenizer, const DevicePointer& device) {
  const auto read = [](const albert::DataOptions& options) { return albert::read_text_data(options); };
  const auto train = read_examples(settings.train, read);
  const auto dev = read_dev(settings, read);
  const std::string problem = problem_of(settings, train->kind);
  const Start start(settings, ModelClass::sequence_classification, tokenizer, device);
  std::vector<std::string> labels{"LABEL_0"};
  if (problem != "regression") {
    if (problem == "single_label_classification") refuse_one_class(train->labels, settings.train);
    labels = labels_to_train(settings, start, train->labels, train->places);
  }
  return [=](std::uint64_t seed) {
    TrainTask task{start(seed, labels, problem), nullptr, nullptr};
    const AlbertConfig& config = task.start.model.config();
    task.data = albert::text_classification_batches(*train, *tokenizer, config,
                                                    {.max_length = settings.max_length, .threads = device->options().threads});
    if (dev && problem != "regression") static_cast<void>(albert::match_labels(dev->labels, dev->places, config));
    task.evaluator = evaluator_of(settings, dev, task.start.model, [&](const auto& data) {
      return albert::text_classification_evaluator(data, tokenizer, evaluator_options(settings));
    });
    return task;
  };
}

MakeTask token_classification_task(const TrainSettings& settings, const TokenizerPointer& tokenizer, const DevicePointer& device) {
  const auto train = read_examples(settings.train, albert::read_token_data);
  const auto dev = read_dev(settings, albert::read_token_data);
  refuse_one_class(train->labels, settings.train);
  // Rare tags may be in one of the two alone.
  LabelTable all = train->labels;
  for (std::int32_t i = 0; dev && i < dev->labels.size(); ++i) static_cast<void>(all.intern(dev->labels.name(i), {}));
  const Start start(settings, ModelClass::token_classification, tokenizer, device);
  const auto labels = labels_to_train(settings, start, all, train->places);
  return [=](std::uint64_t seed) {
    TrainTask task{start(seed, labels), nullptr, nullptr};
    task.data = albert::token_classification_batches(*train, *tokenizer, task.start.model.config(),
                                                     {.max_length = settings.max_length, .threads = device->options().threads});
    if (dev) {
      albert::TokenData tags = *dev;
      albert::match_tags(tags, task.start.model.config());
    }
    task.evaluator = evaluator_of(settings, dev, task.start.model, [&](const auto& data) {
      return albert::token_classification_evaluator(data, tokenizer, evaluator_options(settings));
    });
    return task;
  };
}

MakeTask question_answering_task(const TrainSettings& settings, const TokenizerPointer& tokenizer, const DevicePointer& device) {
  const auto train = read_examples(settings.train, albert::read_question_data);
  const auto dev = read_dev(settings, albert::read_question_data);
  const Start start(settings, ModelClass::question_answering, tokenizer, device);
  return [=](std::uint64_t seed) {
    TrainTask task{start(seed), nullptr, nullptr};
    task.data = albert::question_answering_batches(
        *train, *tokenizer, task.start.model.config(),
        {.max_length = settings.max_length, .doc_stride = settings.doc_stride, .threads = device->options().threads});
    auto options = evaluator_options(settings);
    if (settings.max_length > 0) options.evaluation.question_answering.max_seq_len = settings.max_length;
    task.evaluator = evaluator_of(settings, dev, task.start.model,
                                  [&](const auto& data) { return albert::question_answering_evaluator(data, tokenizer, options); });
    return task;
  };
}

MakeTask multiple_choice_task(const TrainSettings& settings, const TokenizerPointer& tokenizer, const DevicePointer& device) {
  const auto train = read_examples(settings.train, albert::read_choice_data);
  const auto dev = read_dev(settings, albert::read_choice_data);
  const Start start(settings, ModelClass::multiple_choice, tokenizer, device);
  return [=](std::uint64_t seed) {
    TrainTask task{start(seed), nullptr, nullptr};
    task.data = albert::multiple_choice_batches(*train, *tokenizer, task.start.model.config(),
                                                {.max_length = settings.max_length, .threads = device->options().threads});
    task.evaluator = evaluator_of(settings, dev, task.start.model, [&](const auto& data) {
      return albert::multiple_choice_evaluator(data, tokenizer, evaluator_options(settings));
    });
    return task;
  };
}

MakeTask masked_language_task(const TrainSettings& settings, const TokenizerPointer& tokenizer, const DevicePointer& device) {
  const auto read = [](const albert::DataOptions& options) { return albert::read_text_data(options, false); };
  const auto train = read_examples(settings.train, read);
  const auto dev = read_dev(settings, read);
  const Start start(settings, ModelClass::masked_lm, tokenizer, device);
  return [=](std::uint64_t seed) {
    TrainTask task{start(seed), nullptr, nullptr};
    task.data = albert::masked_language_batches(*train, *tokenizer, task.start.model.config(),
                                                {.block_size = settings.block_size,
                                                 .mlm_probability = settings.mlm_probability,
                                                 .seed = seed,
                                                 .encoding = {.max_length = settings.max_length, .threads = device->options().threads}});
    task.evaluator = evaluator_of(settings, dev, task.start.model, [&](const auto& data) {
      return albert::masked_language_evaluator(data, tokenizer, evaluator_options(settings));
    });
    return task;
  };
}

MakeTask sentence_embedding_task(const TrainSettings& settings, const TokenizerPointer& tokenizer, const DevicePointer& device) {
  const bool cosine = settings.embedding_loss == "cosine";
  const auto read = [&](const albert::DataOptions& options) { return albert::read_text_data(options, cosine); };
  const auto train = read_examples(settings.train, read);
  const auto dev = read_dev(settings, read);
  const Start start(settings, ModelClass::model, tokenizer, device);
  const albert::EmbeddingOptions embedding{.loss = cosine ? albert::EmbeddingLoss::cosine : albert::EmbeddingLoss::contrastive,
                                           .pooling = albert::pooling_from_string(settings.pooling),
                                           .scale = settings.scale,
                                           .encoding = {.max_length = settings.max_length, .threads = device->options().threads}};
  return [=](std::uint64_t seed) {
    TrainTask task{start(seed), nullptr, nullptr};
    task.data = albert::sentence_embedding_batches(*train, *tokenizer, task.start.model.config(), embedding);
    task.evaluator = evaluator_of(settings, dev, task.start.model, [&](const auto& data) {
      return albert::sentence_embedding_evaluator(data, tokenizer, embedding, evaluator_options(settings));
    });
    return task;
  };
}

}  // namespace

const std::vector<std::string>& training_tasks() {
  static const std::vector<std::string> tasks{"text-classification", "token-classification",      "question-answering",
                                              "multiple-choice",     "masked-language-modelling", "sentence-embedding"};
  return tasks;
}

std::function<TrainTask(std::uint64_t seed)> make_train_task(const TrainSettings& settings, const TokenizerPointer& tokenizer,
                                                             const DevicePointer& device) {
  return in_stage(Stage::data, [&]() -> MakeTask {
    if (settings.task == "text-classification") return text_classification_task(settings, tokenizer, device);
    if (settings.task == "token-classification") return token_classification_task(settings, tokenizer, device);
    if (settings.task == "question-answering") return question_answering_task(settings, tokenizer, device);
    if (settings.task == "multiple-choice") return multiple_choice_task(settings, tokenizer, device);
    if (settings.task == "masked-language-modelling") return masked_language_task(settings, tokenizer, device);
    return sentence_embedding_task(settings, tokenizer, device);
  });
}

}  // namespace cli
