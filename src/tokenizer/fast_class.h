// What the fast classes do each in their own way: defaults, the pipeline without a tokenizer.json, the vocabulary's file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tokenizer/arguments.h"
#include "tokenizer/fast_pipeline.h"

namespace albert {

class FastClass {
 public:
  virtual ~FastClass() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// The keyword arguments with the class's defaults filled in.
  [[nodiscard]] virtual Json with_defaults(Json init_kwargs) const = 0;
  /// The pipeline of the slow form with these arguments; what its constructor adds to the keyword arguments is added.
  /// Error{value} without a vocabulary file.
  [[nodiscard]] virtual std::unique_ptr<FastPipeline> derive(TokenizerArguments& arguments) const = 0;
  /// Whether there is a slow form, with files of its own.
  [[nodiscard]] virtual bool has_slow_form() const noexcept { return true; }
  /// Last step of the construction: lets the arguments change the pipeline.
  virtual void adjust(FastPipeline& /*pipeline*/, const Json& /*init_kwargs*/) const {}
  /// Writes the vocabulary's file into a directory and returns its path; null when this tokenizer cannot.
  [[nodiscard]] virtual std::optional<std::string> save_vocabulary(const std::string& directory, const std::string& prefix,
                                                                   const TokenizerArguments& arguments,
                                                                   const FastPipeline& pipeline) const = 0;
};

}  // namespace albert
