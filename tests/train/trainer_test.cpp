// The training loop on a task that a tiny model learns in seconds.
#include "albert/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "albert/error.h"
#include "base/random.h"
#include "train/run/divergence.h"
#include "train/run/epoch_batches.h"
#include "train/run/run_folder.h"

namespace {

using namespace albert;

constexpr std::int64_t kExamples = 96;

/// Rows of 3 to 9 tokens; the label says whether token 7 is among them.
class Toy final : public TrainingData {
 public:
  [[nodiscard]] std::int64_t size(std::int64_t) override { return kExamples; }
  [[nodiscard]] std::int64_t length(std::int64_t, std::int64_t index) override { return 3 + index % 7; }
  [[nodiscard]] ModelInputs batch(std::int64_t, std::span<const std::int64_t> indices) override {
    std::int64_t longest = 0;
    for (const std::int64_t index : indices) longest = std::max(longest, length(0, index));
    const auto rows = static_cast<std::int64_t>(indices.size());
    std::vector<std::int64_t> ids(static_cast<std::size_t>(rows * longest), 0), mask(ids.size(), 0), labels;
    for (std::size_t row = 0; row < indices.size(); ++row) {
      const std::int64_t index = indices[row];
      for (std::int64_t i = 0; i < length(0, index); ++i) {
        const auto cell = row * static_cast<std::size_t>(longest) + static_cast<std::size_t>(i);
        ids[cell] = 8 + static_cast<std::int64_t>(uniform(5, static_cast<std::uint64_t>(index), static_cast<std::uint64_t>(i)) * 20);
        mask[cell] = 1;
      }
      if (index % 2 == 1) ids[row * static_cast<std::size_t>(longest) + static_cast<std::size_t>(1 + index % 2)] = 7;
      labels.push_back(index % 2);
    }
    ModelInputs inputs;
    inputs.input_ids = Tensor::from<std::int64_t>({rows, longest}, ids);
    inputs.attention_mask = Tensor::from<std::int64_t>({rows, longest}, mask);
    inputs.labels = Tensor::from<std::int64_t>({rows}, labels);
    return inputs;
  }
};

class ToyEvaluator final : public Evaluator {
 public:
  [[nodiscard]] Figures evaluate(const AlbertPreTrainedModel& model) override {
    EXPECT_FALSE(model.training());
    Toy data;
    std::vector<std::int64_t> all(kExamples);
    for (std::int64_t i = 0; i < kExamples; ++i) all[static_cast<std::size_t>(i)] = i;
    const auto inputs = data.batch(0, all);
    const auto output = model.forward(inputs);
    const auto logits = output.at("logits").values<float>();
    std::int64_t right = 0;
    for (std::size_t i = 0; i < all.size(); ++i) right += (logits[2 * i + 1] > logits[2 * i]) == (i % 2 == 1) ? 1 : 0;
    return {{"accuracy", static_cast<double>(right) / kExamples}, {"loss", static_cast<double>(output.at("loss").values<float>()[0])}};
  }
  [[nodiscard]] bool greater_is_better() const override { return true; }
  [[nodiscard]] EvaluationDetails details() const override {
    return {.labels = {"without", "with <7>"}, .confusion = {{3, 0}, {1, 2}}, .mistakes = {{"a & b", "with", "without", 0.5}}};
  }
};

AlbertForSequenceClassification tiny(int threads = 1, double dropout = 0.1) {
  AlbertConfig config;
  config.update(Json::Object{{"vocab_size", 30},
                             {"embedding_size", 8},
                             {"hidden_size", 16},
                             {"num_hidden_layers", 2},
                             {"num_attention_heads", 2},
                             {"intermediate_size", 24},
                             {"max_position_embeddings", 16},
                             {"hidden_dropout_prob", dropout},
                             {"attention_probs_dropout_prob", dropout},
                             {"classifier_dropout_prob", dropout}});
  return AlbertForSequenceClassification(config, {.device = make_device({.threads = threads}), .seed = 3});
}

TrainingOptions quick() {
  TrainingOptions options;
  options.epochs = 2;
  options.batch_size = 8;
  options.learning_rate = 3e-3;
  options.logging_steps = 2;
  return options;
}

std::string fresh(const std::string& name) {
  // Tests run side by side: each has folders of its own.
  const std::string path = testing::TempDir() + "/trainer-" + testing::UnitTest::GetInstance()->current_test_info()->name() + "-" + name;
  std::filesystem::remove_all(path);
  return path;
}

bool same_bits(const Parameters& a, const Parameters& b) {
  for (const auto& name : a.names())
    if (std::memcmp(a.at(name).data(), b.at(name).data(), a.at(name).bytes()) != 0) return false;
  return a.names() == b.names();
}

Parameters saved(const std::string& folder) { return AlbertForSequenceClassification::from_pretrained(folder).parameters(); }

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Trainer, LearnsAndLeavesAWholeFolder) {
  auto options = quick();
  options.epochs = 12;
  Trainer trainer(tiny(), std::make_shared<Toy>(), options);
  trainer.set_evaluator(std::make_shared<ToyEvaluator>());
  trainer.set_description({.title = "Toy <1>", .task = "text-classification", .dev_data = "toy.tsv"});
  const std::string folder = fresh("whole");
  const auto result = trainer.run(folder);
  EXPECT_EQ(result.steps, 144);
  EXPECT_EQ(trainer.total_steps(), 144);
  EXPECT_GT(result.best.front().second, 0.95);
  EXPECT_TRUE(same_bits(saved(folder + "/last"), trainer.parameters()));
  for (const char* name :
       {"best/config.json", "best/model.safetensors", "last/model.safetensors", "metrics.jsonl", "metrics.csv", "trainer_state.json",
        "report.html", "README.md", "best/README.md", "checkpoints/step-144/optimizer.safetensors"})
    EXPECT_TRUE(std::filesystem::exists(folder + "/" + name)) << name;
  EXPECT_FALSE(std::filesystem::exists(folder + "/checkpoints/step-12"));
  const std::string report = text_of(folder + "/report.html");
  EXPECT_NE(report.find("with &lt;7&gt;"), std::string::npos);
  EXPECT_NE(report.find("<path d=\"M"), std::string::npos);
  EXPECT_EQ(report.find("http"), std::string::npos);
  EXPECT_NE(text_of(folder + "/README.md").find("type: accuracy"), std::string::npos);
}

TEST(Trainer, GivesTheSameBitsOnAnyNumberOfThreadsAndOthersForAnotherSeed) {
  Trainer one(tiny(1), std::make_shared<Toy>(), quick()), two(tiny(2), std::make_shared<Toy>(), quick());
  one.run(fresh("one"));
  two.run(fresh("two"));
  EXPECT_TRUE(same_bits(one.parameters(), two.parameters()));
  auto options = quick();
  options.seed = 43;
  Trainer other(tiny(1), std::make_shared<Toy>(), options);
  other.run(fresh("other"));
  EXPECT_FALSE(same_bits(one.parameters(), other.parameters()));
}

TEST(Trainer, GoesOnBitForBitWhereverItWasStopped) {
  for (const OptimizerOptions& optimizer : {OptimizerOptions(AdamWOptions{.weight_decay = 0.01}), OptimizerOptions(LambOptions{})}) {
    auto options = quick();
    options.optimizer = optimizer;
    options.ema_decay = 0.9;
    options.save_steps = 5;
    Trainer whole(tiny(), std::make_shared<Toy>(), options);
    whole.set_evaluator(std::make_shared<ToyEvaluator>());
    const std::string reference = fresh("reference");
    whole.run(reference);
    for (const std::int64_t stop_at : {1, 7, 12, 23}) {
      const std::string folder = fresh("stopped");
      {
        Trainer stopped(tiny(), std::make_shared<Toy>(), options);
        stopped.set_evaluator(std::make_shared<ToyEvaluator>());
        stopped.set_observer([&](const TrainingEvent& event) { return event.step == stop_at; });
        const auto result = stopped.run(folder);
        EXPECT_TRUE(result.interrupted);
        EXPECT_EQ(result.steps, stop_at);
      }
      Trainer resumed(tiny(), std::make_shared<Toy>(), options);
      resumed.set_evaluator(std::make_shared<ToyEvaluator>());
      const auto result = resumed.run(folder, {.resume = true});
      EXPECT_EQ(result.steps, 24);
      EXPECT_TRUE(same_bits(resumed.parameters(), whole.parameters())) << stop_at;
      for (const char* name : {"metrics.jsonl", "metrics.csv", "last/model.safetensors", "best/model.safetensors",
                               "checkpoints/step-24/optimizer.safetensors", "checkpoints/step-24/trainer_state.json"})
        EXPECT_EQ(text_of(folder + "/" + name), text_of(reference + "/" + name)) << name << " after " << stop_at;
    }
  }
}

TEST(Trainer, AnExceptionAtAnyStepLosesNothing) {
  const auto options = [] {
    auto all = quick();
    all.save_steps = 4;
    return all;
  }();
  Trainer whole(tiny(), std::make_shared<Toy>(), options);
  whole.run(fresh("reference"));
  const std::string folder = fresh("thrown");
  std::int64_t runs = 0;
  for (std::int64_t at = 3; at < 24; at += 5, ++runs) {
    Trainer thrown(tiny(), std::make_shared<Toy>(), options);
    thrown.set_observer([&](const TrainingEvent& event) -> bool {
      if (event.step == at) throw std::runtime_error("power");
      return false;
    });
    EXPECT_THROW(thrown.run(folder, {.resume = true}), std::runtime_error);
  }
  // What a run that was killed in the middle of writing leaves.
  std::filesystem::create_directories(folder + "/checkpoints/step-24.unfinished");
  std::filesystem::create_directories(folder + "/last.unfinished");
  std::ofstream(folder + "/metrics.jsonl", std::ios::app) << "{\"step\": 99";
  Trainer resumed(tiny(), std::make_shared<Toy>(), options);
  resumed.run(folder, {.resume = true});
  EXPECT_TRUE(same_bits(resumed.parameters(), whole.parameters()));
  EXPECT_FALSE(std::filesystem::exists(folder + "/last.unfinished"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/checkpoints/step-24.unfinished"));
}

TEST(Trainer, AccumulationIsALargerBatch) {
  auto large = quick(), small = quick();
  large.batch_size = 12;
  small.batch_size = 4;
  small.gradient_accumulation_steps = 3;
  Trainer one(tiny(1, 0), std::make_shared<Toy>(), large), many(tiny(1, 0), std::make_shared<Toy>(), small);
  EXPECT_EQ(one.total_steps(), many.total_steps());
  one.run(fresh("large"));
  many.run(fresh("small"));
  for (const auto& name : one.parameters().names()) {
    const auto a = one.parameters().at(name), b = many.parameters().at(name);
    for (std::size_t i = 0; i < a.values<float>().size(); ++i) ASSERT_NEAR(a.values<float>()[i], b.values<float>()[i], 2e-3) << name;
  }
}

TEST(Trainer, GoesBackAndOnAtHalfTheRateWhenItDiverges) {
  auto options = quick();
  options.optimizer = SgdOptions{};
  options.learning_rate = 1e25;
  options.schedule = ScheduleType::constant;
  options.max_grad_norm = 0;
  options.most_rollbacks = 3;
  Trainer trainer(tiny(), std::make_shared<Toy>(), options);
  std::vector<double> rates;
  trainer.set_observer([&](const TrainingEvent& event) {
    if (event.kind == TrainingEvent::Kind::rollback) rates.push_back(event.learning_rate);
    return false;
  });
  const auto result = trainer.run(fresh("diverging"));
  EXPECT_TRUE(result.divergence.has_value());
  EXPECT_EQ(result.rollbacks, 3);
  EXPECT_EQ(rates, (std::vector<double>{5e24, 2.5e24, 1.25e24}));
}

TEST(Trainer, StopsEarly) {
  auto options = quick();
  options.learning_rate = 0;
  options.epochs = 50;
  options.early_stopping_patience = 3;
  Trainer trainer(tiny(), std::make_shared<Toy>(), options);
  trainer.set_evaluator(std::make_shared<ToyEvaluator>());
  const auto result = trainer.run(fresh("early"));
  EXPECT_TRUE(result.stopped_early);
  EXPECT_EQ(result.steps, 4 * 12);
  EXPECT_EQ(result.best_step, 12);
}

TEST(Trainer, RefusesFoldersAndOptionsThatDoNotFit) {
  const std::string folder = fresh("refused");
  Trainer trainer(tiny(), std::make_shared<Toy>(), quick());
  trainer.run(folder);
  EXPECT_THROW(trainer.run(folder), Error);
  auto options = quick();
  options.learning_rate = 1e-3;
  Trainer other(tiny(), std::make_shared<Toy>(), options);
  EXPECT_THROW(other.run(folder, {.resume = true}), Error);
  std::ofstream(folder + "/notes.txt") << "mine";
  EXPECT_EQ(other.run(folder, {.force = true}).steps, 24);
  EXPECT_TRUE(std::filesystem::exists(folder + "/notes.txt"));
  EXPECT_THROW(trainer.run("/proc/none/run"), Error);
  const auto refused = [](const auto& change) {
    auto changed = quick();
    change(changed);
    EXPECT_THROW(Trainer(tiny(), std::make_shared<Toy>(), changed), Error);
  };
  refused([](TrainingOptions& all) { all.epochs = 0; });
  refused([](TrainingOptions& all) { all.batch_size = 0; });
  refused([](TrainingOptions& all) { all.learning_rate = -1; });
  refused([](TrainingOptions& all) { all.max_grad_norm = -1; });
  refused([](TrainingOptions& all) { all.ema_decay = 1; });
  refused([](TrainingOptions& all) { all.warmup_ratio = 2; });
}

TEST(EpochBatches, CutByCountAndByTokens) {
  Toy data;
  auto options = quick();
  const EpochBatches by_count(data, options, 0), again(data, options, 0), other(data, options, 1);
  EXPECT_EQ(by_count.batches(), 12);
  std::vector<std::int64_t> seen, seen_again, seen_other;
  for (std::int64_t i = 0; i < 12; ++i) {
    EXPECT_EQ(by_count.batch(i).size(), 8U);
    seen.insert(seen.end(), by_count.batch(i).begin(), by_count.batch(i).end());
    seen_again.insert(seen_again.end(), again.batch(i).begin(), again.batch(i).end());
    seen_other.insert(seen_other.end(), other.batch(i).begin(), other.batch(i).end());
  }
  EXPECT_EQ(seen, seen_again);
  EXPECT_NE(seen, seen_other);
  std::sort(seen.begin(), seen.end());
  for (std::int64_t i = 0; i < kExamples; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
  options.batch_tokens = 20;
  options.gradient_accumulation_steps = 4;
  const EpochBatches by_tokens(data, options, 0);
  std::int64_t examples = 0;
  for (std::int64_t i = 0; i < by_tokens.batches(); ++i) {
    std::int64_t tokens = 0;
    for (const std::int64_t one : by_tokens.batch(i)) tokens += data.length(0, one);
    EXPECT_LE(tokens, 20);
    examples += static_cast<std::int64_t>(by_tokens.batch(i).size());
  }
  EXPECT_EQ(examples, kExamples);
  EXPECT_EQ(by_tokens.updates(), (by_tokens.batches() + 3) / 4);
}

TEST(Divergence, ToleratesNoiseAndNoticesALossThatComesBack) {
  DivergenceDetector noisy, returning, copied;
  for (int i = 0; i < 400; ++i) {
    const double noise = 0.3 * normal(1, 2, static_cast<std::uint64_t>(i));
    EXPECT_FALSE(noisy.add(0.7 + 0.3 * std::max(0.0, 1.0 - i / 100.0) + noise, 1.0)) << i;
  }
  std::optional<std::string> told;
  int at = 0;
  for (; at < 400 && !told; ++at) {
    told = returning.add(at < 100 ? 2.0 - 0.015 * at : 2.1, 1.0);
    if (at == 100) copied.load(returning.state());
  }
  EXPECT_TRUE(told.has_value());
  EXPECT_LT(at, 140);
  EXPECT_EQ(copied.state().size(), 3U + 32U);
  EXPECT_TRUE(DivergenceDetector().add(std::nan(""), 1.0).has_value());
  EXPECT_TRUE(DivergenceDetector().add(1.0, INFINITY).has_value());
}

}  // namespace
