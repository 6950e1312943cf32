// Gradients of whole models: against derivatives of the ref backend in double, and against themselves.
#include "albert/gradients.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "random_model.h"

namespace albert::testing {
namespace {

std::shared_ptr<const Device> law() { return make_device({"ref", "", 0, DType::f64}); }

/// A direction in the space of all parameters and of inputs_embeds.
struct Direction {
  std::vector<std::pair<std::string, Tensor>> parameters;
  std::optional<Tensor> embeds;
};

Tensor moved(const Tensor& from, const Tensor& along, double step) {
  Tensor to = from.to(DType::f64).clone();
  for (std::int64_t i = 0; i < to.size(); ++i) to.mutable_values<double>()[static_cast<std::size_t>(i)] += step * at(along, i);
  return to;
}

Direction draw_direction(const RandomModel& drawn) {
  Direction direction;
  for (const auto& name : drawn.model->parameters().names()) {
    const Tensor value = drawn.model->parameters().at(name);
    Tensor along = drawn.draw_tensor(value.shape(), "direction " + name);
    if (name.ends_with("word_embeddings.weight")) {  // lookups of the padding row give no gradient, though the row matters
      const auto first = static_cast<std::size_t>(*drawn.config.pad_token_id() * value.dim(1));
      for (std::int64_t i = 0; i < value.dim(1); ++i) along.mutable_values<double>()[first + static_cast<std::size_t>(i)] = 0;
    }
    direction.parameters.emplace_back(name, along);
  }
  if (drawn.inputs.inputs_embeds) direction.embeds = drawn.draw_tensor(drawn.inputs.inputs_embeds->shape(), "direction");
  return direction;
}

double slope(const RandomModel& drawn, const Cotangents& cotangents, const Direction& direction, double step) {
  const auto at_step = [&](double distance) {
    std::vector<std::pair<std::string, Tensor>> parameters;
    for (const auto& [name, along] : direction.parameters)
      parameters.emplace_back(name, moved(drawn.model->parameters().at(name), along, distance));
    auto inputs = drawn.inputs;
    if (direction.embeds) inputs.inputs_embeds = moved(*inputs.inputs_embeds, *direction.embeds, distance);
    return weighted_sum(drawn.model->apply(drawn.model->parameters().with(parameters), inputs, drawn.call), cotangents);
  };
  return (at_step(step) - at_step(-step)) / (2 * step);
}

double along(const Gradients& gradients, const Direction& direction) {
  double sum = 0;
  const auto add = [&](const Tensor& gradient, const Tensor& step) {
    ASSERT_EQ(gradient.shape(), step.shape());
    for (std::int64_t i = 0; i < gradient.size(); ++i) sum += at(gradient, i) * at(step, i);
  };
  for (const auto& [name, step] : direction.parameters)
    if (gradients.contains(name)) add(gradients.at(name), step);
  if (direction.embeds && gradients.inputs_embeds()) add(*gradients.inputs_embeds(), *direction.embeds);
  return sum;
}

void expect_derivative(RandomModel& drawn, const Cotangents& cotangents) {
  RecordOptions options;
  options.forward = drawn.call;
  const auto recording = drawn.model->record(drawn.inputs, options);
  Gradients gradients(drawn.model->parameters(), DType::f64);
  recording.backward(gradients, cotangents);
  const auto direction = draw_direction(drawn);
  const double analytic = along(gradients, direction);
  double numeric = 0;
  for (const double step : {1e-4, 1e-5, 1e-6}) {  // a corner of relu within one spoils the difference: then a smaller one
    numeric = (4 * slope(drawn, cotangents, direction, step / 2) - slope(drawn, cotangents, direction, step)) / 3;
    if (std::abs(analytic - numeric) <= 1e-6 * std::max(1.0, std::abs(numeric))) return;
  }
  ADD_FAILURE() << analytic << ", expected " << numeric << " for " << drawn.what();
}

TEST(Gradients, AreTheDerivativeOfEveryClassUnderEveryOption) {
  const auto device = law();
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    RandomModel drawn(seed, device);
    expect_derivative(drawn, drawn.draw_cotangents(drawn.model->forward(drawn.inputs, drawn.call)));
    if (drawn.model_class != ModelClass::model) expect_derivative(drawn, {});
  }
}

TEST(Gradients, SeeTheMasksOfTheForward) {
  const auto device = law();
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomModel drawn(1000 + seed, device, true);
    expect_derivative(drawn, drawn.draw_cotangents(drawn.model->forward(drawn.inputs, drawn.call)));
  }
}

TEST(Gradients, FollowTheFlavor) {
  const auto device = law();
  for (const auto flavor : {Flavor::tensorflow, Flavor::flax})
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      RandomModel drawn(2000 + seed, device, seed % 2 == 0, flavor);
      const auto output = drawn.model->forward(drawn.inputs, drawn.call);
      expect_derivative(drawn, drawn.draw_cotangents(output));
      if (output.contains("loss")) expect_derivative(drawn, {});
    }
}

void expect_same(const Gradients& a, const Gradients& b, const std::string& what) {
  ASSERT_EQ(a.names(), b.names()) << what;
  for (const auto& name : a.names()) EXPECT_TRUE(same_bits(a.at(name), b.at(name))) << what << ": " << name;
  ASSERT_EQ(a.inputs_embeds().has_value(), b.inputs_embeds().has_value()) << what;
  if (a.inputs_embeds()) {
    EXPECT_TRUE(same_bits(*a.inputs_embeds(), *b.inputs_embeds())) << what << ": inputs_embeds";
  }
}

Gradients gradients_of(const RandomModel& drawn, const Cotangents& cotangents = {}, Activations activations = Activations::keep) {
  const auto recording = drawn.model->record(drawn.inputs, {drawn.call, activations});
  Gradients gradients(drawn.model->parameters(), drawn.model->device()->options().dtype);
  recording.backward(gradients, cotangents);
  return gradients;
}

TEST(Gradients, RecordingGivesTheBitsOfForward) {
  for (const auto& device : all_devices())
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      const RandomModel drawn(seed, device, seed % 2 == 0);
      for (const auto activations : {Activations::keep, Activations::recompute})
        albert::testing::expect_same(drawn.model->record(drawn.inputs, {drawn.call, activations}).output(),
                                     drawn.model->forward(drawn.inputs, drawn.call), device->description() + ", " + drawn.what());
    }
}

TEST(Gradients, AreTheSameBitsWhenBlocksRunAgain) {
  for (const auto& device : all_devices())
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      RandomModel drawn(seed, device, seed % 2 == 0);
      const auto cotangents = drawn.draw_cotangents(drawn.model->forward(drawn.inputs, drawn.call));
      expect_same(gradients_of(drawn, cotangents, Activations::keep), gradients_of(drawn, cotangents, Activations::recompute),
                  device->description() + ", " + drawn.what());
    }
}

/// A batch that is large enough for work to be shared.
RandomModel wide_model(ModelClass model_class, const std::shared_ptr<const Device>& device, const char* positions) {
  RandomModel drawn(5, device);
  drawn.model_class = model_class;
  drawn.config = small_config({{"hidden_size", 72},
                               {"embedding_size", 40},
                               {"intermediate_size", 150},
                               {"max_position_embeddings", 40},
                               {"num_hidden_layers", 2},
                               {"num_hidden_groups", 1},
                               {"inner_group_num", 1},
                               {"pad_token_id", 0},
                               {"position_embedding_type", positions},
                               {"vocab_size", 300}});
  AlbertPreTrainedModel::BuildOptions options;
  options.device = device;
  drawn.model.emplace(model_class, drawn.config, drawn_parameters(drawn.config, model_class, 3), options);
  drawn.inputs = {};
  drawn.inputs.input_ids = some_ids({9, 33});
  Tensor mask(DType::i64, {9, 33});
  for (std::int64_t i = 0; i < mask.size(); ++i)
    mask.mutable_values<std::int64_t>()[static_cast<std::size_t>(i)] = i % 33 < 5 + i / 12 ? 1 : 0;
  drawn.inputs.attention_mask = mask;
  if (model_class == ModelClass::masked_lm) drawn.inputs.labels = some_ids({9, 33}, 11);
  drawn.call = {};
  drawn.call.train = true;
  return drawn;
}

TEST(Gradients, AreTheSameBitsOnAnyNumberOfThreads) {
  for (const auto& [isa, available] : instruction_sets()) {
    if (!available) continue;
    for (const char* positions : {"absolute", "relative_key_query"}) {
      const auto one = gradients_of(wide_model(ModelClass::masked_lm, make_device({"cpu", isa, 1, DType::f32}), positions));
      for (const int threads : {2, 3, 4})
        expect_same(one, gradients_of(wide_model(ModelClass::masked_lm, make_device({"cpu", isa, threads, DType::f32}), positions)),
                    isa + ", " + std::to_string(threads) + " threads");
    }
  }
}

double relative_distance(const Gradients& a, const Gradients& b) {
  double difference = 0, whole = 0;
  EXPECT_EQ(a.names(), b.names());
  for (const auto& name : b.names())
    for (std::int64_t i = 0; i < b.at(name).size(); ++i) {
      const double x = at(a.at(name), i), y = at(b.at(name), i);
      difference += (x - y) * (x - y);
      whole += y * y;
    }
  return std::sqrt(difference / std::max(whole, 1e-300));
}

TEST(Gradients, OfEveryBackendAgree) {
  const auto exact = law();
  for (const auto& device : all_devices()) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      RandomModel drawn(seed, device, seed % 3 == 0), wanted(seed, exact, seed % 3 == 0);
      const auto cotangents = drawn.draw_cotangents(drawn.model->forward(drawn.inputs, drawn.call));
      EXPECT_LE(relative_distance(gradients_of(drawn, cotangents), gradients_of(wanted, cotangents)), 2e-5)
          << device->description() << ", " << drawn.what();
    }
    for (const char* positions : {"absolute", "relative_key_query"})
      EXPECT_LE(relative_distance(gradients_of(wide_model(ModelClass::masked_lm, device, positions)),
                                  gradients_of(wide_model(ModelClass::masked_lm, exact, positions))),
                2e-5)
          << device->description();
  }
}

TEST(Gradients, AddUpAndCanBeCleared) {
  const auto model = small_model(ModelClass::masked_lm, small_config(), law());
  ModelInputs inputs;
  inputs.input_ids = some_ids({2, 5});
  inputs.labels = some_ids({2, 5}, 3);
  const auto recording = model.record(inputs);
  Gradients once(model.parameters(), DType::f64), twice(model.parameters(), DType::f64);
  recording.backward(once);
  recording.backward(twice);
  recording.backward(twice);
  for (const auto& name : once.names())
    for (std::int64_t i = 0; i < once.at(name).size(); ++i) ASSERT_NEAR(2 * at(once.at(name), i), at(twice.at(name), i), 1e-9) << name;
  twice.clear();
  EXPECT_TRUE(twice.names().empty());
  recording.backward(twice);
  expect_same(twice, once, "after clear");
}

TEST(Gradients, AreWritableThroughTheirTensors) {
  const auto device = law();
  const auto model = small_model(ModelClass::masked_lm, small_config(), device);
  ModelInputs inputs;
  inputs.input_ids = some_ids({2, 5});
  inputs.labels = some_ids({2, 5}, 3);
  Gradients gradients(model.parameters(), DType::f64);
  model.record(inputs).backward(gradients);
  Tensor bias = gradients.at("predictions.bias");
  bias.mutable_values<double>()[0] = 42;
  EXPECT_EQ(at(gradients.at("predictions.decoder.bias"), 0), 42);  // tied: one storage under both names
  EXPECT_TRUE(same_bits(gradients.at("predictions.decoder.weight"), gradients.at("albert.embeddings.word_embeddings.weight")));
  for (const auto& name : gradients.names()) EXPECT_EQ(name.find("decoder"), std::string::npos);
  EXPECT_EQ(gradients.at("albert.embeddings.word_embeddings.weight").shape(), (std::vector<std::int64_t>{37, 12}));
}

TEST(Gradients, OfWhatIsNotUsedAreAbsent) {
  const auto device = law();
  const auto model = small_model(ModelClass::model, small_config({{"position_embedding_type", "relative_key"}}), device);
  ModelInputs inputs;
  inputs.input_ids = some_ids({2, 5});
  const auto recording = model.record(inputs);
  Gradients gradients(model.parameters(), DType::f64);
  const Tensor cotangent(DType::f64, {2, 5, 24});
  recording.backward(gradients, {{"last_hidden_state", cotangent}});
  EXPECT_FALSE(gradients.contains("pooler.weight"));
  EXPECT_FALSE(gradients.contains("embeddings.position_embeddings.weight"));
  EXPECT_TRUE(gradients.contains("encoder.albert_layer_groups.1.albert_layers.1.attention.distance_embedding.weight"));
  EXPECT_TRUE(gradients.contains("embeddings.word_embeddings.weight"));  // of zeros, but there
  expect_code(ErrorCode::key, [&] { (void)gradients.at("pooler.weight"); });
  expect_code(ErrorCode::key, [&] { (void)gradients.at("no such thing"); });

  // An early hidden state depends on the first group alone.
  ForwardOptions call;
  call.output_hidden_states = true;
  Gradients early(model.parameters(), DType::f64);
  model.record(inputs, {call, Activations::keep}).backward(early, {{"hidden_states.1", cotangent}});
  EXPECT_TRUE(early.contains("encoder.albert_layer_groups.0.albert_layers.1.ffn.weight"));
  EXPECT_FALSE(early.contains("encoder.albert_layer_groups.1.albert_layers.0.ffn.weight"));
}

TEST(Gradients, OfThePaddingRowComeFromLookupsOnceTheTableIsAnother) {
  auto model = small_model(ModelClass::model, small_config({{"pad_token_id", 10}}), law());
  ModelInputs inputs;
  inputs.input_ids = some_ids({2, 5});  // 10 is the first
  const auto row_of_padding = [&] {
    Gradients gradients(model.parameters(), DType::f64);
    model.record(inputs).backward(gradients, {{"pooler_output", golden_value(1, "cotangent", {2, 24}, 1.0)}});
    const Tensor table = gradients.at("embeddings.word_embeddings.weight");
    double sum = 0;
    for (std::int64_t i = 10 * 12; i < 11 * 12; ++i) sum += std::abs(at(table, i));
    return sum;
  };
  EXPECT_EQ(row_of_padding(), 0);
  model.resize_token_embeddings(40);
  EXPECT_GT(row_of_padding(), 0);
}

TEST(Gradients, SayWhatIsWrong) {
  const auto device = law();
  const auto model = small_model(ModelClass::masked_lm, small_config(), device);
  ModelInputs inputs;
  inputs.input_ids = some_ids({2, 5});
  const auto recording = model.record(inputs);
  Gradients gradients(model.parameters(), DType::f64), single(model.parameters()),
      other(small_model(ModelClass::masked_lm, small_config({{"hidden_size", 12}}), device).parameters(), DType::f64);
  const Tensor cotangent(DType::f64, {2, 5, 37});
  expect_code(ErrorCode::key, [&] { recording.backward(gradients); });  // no labels, no loss
  expect_code(ErrorCode::key, [&] { recording.backward(gradients, {{"pooler_output", cotangent}}); });
  expect_code(ErrorCode::key, [&] { recording.backward(gradients, {{"logits", cotangent}, {"logits", cotangent}}); });
  expect_code(ErrorCode::value, [&] { recording.backward(gradients, {{"logits", cotangent.reshape({5, 2, 37})}}); });
  expect_code(ErrorCode::type, [&] { recording.backward(gradients, {{"logits", cotangent.to(DType::i64)}}); });
  expect_code(ErrorCode::type, [&] { recording.backward(single, {{"logits", cotangent}}); });
  expect_code(ErrorCode::value, [&] { recording.backward(other, {{"logits", cotangent}}); });
  expect_code(ErrorCode::type, [&] { Gradients(model.parameters(), DType::i64); });
  EXPECT_TRUE(gradients.names().empty());
}

TEST(Gradients, OutliveTheModelAndAreIndependent) {
  const auto device = make_device({"cpu", "", 2, DType::f32});
  std::vector<Gradients> alone, together;
  std::vector<Recording> recordings;
  std::vector<RandomModel> models;
  for (std::uint64_t seed = 20; seed < 24; ++seed) models.push_back(wide_model(ModelClass::masked_lm, device, "absolute"));
  for (std::size_t i = 0; i < models.size(); ++i) {
    models[i].inputs.input_ids = some_ids({9, 33}, 5 + static_cast<std::int64_t>(i));
    alone.push_back(gradients_of(models[i]));
    together.emplace_back(models[i].model->parameters());
    recordings.push_back(models[i].model->record(models[i].inputs));
  }
  for (auto& drawn : models) drawn.model.reset();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < recordings.size(); ++i) threads.emplace_back([&, i] { recordings[i].backward(together[i]); });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < recordings.size(); ++i) expect_same(together[i], alone[i], "recording " + std::to_string(i));
}

TEST(Gradients, PlanTellsWhatBothWaysTake) {
  const auto drawn = wide_model(ModelClass::masked_lm, make_device({"cpu", "", 1, DType::f32}), "absolute");
  const auto keep = drawn.model->plan_recording(drawn.inputs, {drawn.call, Activations::keep});
  const auto again = drawn.model->plan_recording(drawn.inputs, {drawn.call, Activations::recompute});
  EXPECT_EQ(keep.keep_bytes, again.keep_bytes);
  EXPECT_EQ(keep.bytes(), keep.keep_bytes);
  EXPECT_EQ(again.bytes(), again.recompute_bytes);
  EXPECT_LT(again.bytes(), keep.bytes());
  EXPECT_EQ(drawn.model->plan_recording(drawn.inputs, {drawn.call, Activations::automatic}).activations, Activations::keep);
  const auto recording = drawn.model->record(drawn.inputs, {drawn.call, Activations::recompute});
  EXPECT_EQ(recording.plan().bytes(), again.bytes());
}

}  // namespace
}  // namespace albert::testing
