#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include "albert/model.h"
#include "model/architecture.h"
#include "model/heads/heads.h"
#include "model/parameters.h"
#include "model/record.h"

namespace albert {

struct AlbertPreTrainedModel::Impl {
  Impl(Architecture architecture, const AlbertConfig& config, Parameters parameters, const BuildOptions& options);
  Impl(const Impl& other);

  Architecture architecture;
  Parameters parameters;
  std::shared_ptr<const Device> device;
  std::uint64_t seed = 0;
  bool training = false;
  const std::shared_ptr<RecordingPool> recordings = std::make_shared<RecordingPool>();

  [[nodiscard]] const AlbertConfig& config() const noexcept { return *current_config.load(); }
  void set_config(AlbertConfig config) const;

  /// What the labels of a sequence classifier mean. The first call that has labels decides for all
  /// later ones and writes it into the configuration, unless `remember` is false.
  [[nodiscard]] ProblemType problem_type(const Tensor& labels, bool remember) const;
  [[nodiscard]] ForwardSettings settings_of(const ModelInputs& inputs, const ForwardOptions& options, bool remember) const;
  [[nodiscard]] ModelOutput run(const Parameters& with, const ModelInputs& inputs, const ForwardOptions& options, bool remember) const;
  [[nodiscard]] Recording record(const Parameters& with, const ModelInputs& inputs, const RecordOptions& options, bool remember) const;

  /// Ties the decoder to the word table as the configuration asks, and fits the bias to it.
  void tie();

 private:
  // Readers of config() on other threads keep the version that they have.
  mutable std::mutex config_mutex;
  mutable std::deque<AlbertConfig> configs;
  mutable std::atomic<const AlbertConfig*> current_config{nullptr};
};

/// `given` as the values of `table`: itself when it has the same rows and ties. Error{key|value}.
[[nodiscard]] Parameters conform(const std::vector<ParameterSpec>& table, const Parameters& given);

}  // namespace albert
