#include "tokenizer/sentencepiece_options.h"

#include <cmath>
#include <limits>
#include <string_view>

#include "base/check.h"

namespace albert {

SentencePieceOptions SentencePieceOptions::from_json(const Json& arguments) {
  require(arguments.is_object(), ErrorCode::type, "sp_model_kwargs has to be an object, not {}", arguments.type_name());
  SentencePieceOptions options;
  const std::pair<std::string_view, bool*> switches[] = {{"enable_sampling", &options.enable_sampling},
                                                         {"add_bos", &options.add_bos},
                                                         {"add_eos", &options.add_eos},
                                                         {"reverse", &options.reverse},
                                                         {"emit_unk_piece", &options.emit_unk_piece}};
  for (const auto& [key, value] : arguments.as_object()) {
    bool known = false;
    for (const auto& [name, target] : switches) {
      if (name != key) continue;
      known = true;
      require(value.is_bool(), ErrorCode::type, "sp_model_kwargs: {} has to be true or false, not {}", key, dump_json(value));
      *target = value.as_bool();
    }
    if (known) continue;
    if (key == "nbest_size") {
      options.nbest_size.reset();
      if (value.is_null()) continue;
      require(value.is_integer(), ErrorCode::type, "sp_model_kwargs: nbest_size has to be an integer, not {}", dump_json(value));
      options.nbest_size = value.as_int();
    } else if (key == "alpha") {
      options.alpha.reset();
      if (value.is_null()) continue;
      require(value.is_number(), ErrorCode::type, "sp_model_kwargs: alpha has to be a number, not {}", dump_json(value));
      options.alpha = value.as_double();
    } else if (key == "num_threads") {
      require(value.is_integer(), ErrorCode::value, "sp_model_kwargs: num_threads has to be an integer, not {}", dump_json(value));
    } else {
      // The reference loads the vocabulary over model_file and model_proto, and asks for texts whatever out_type is.
      require(key == "model_file" || key == "model_proto" || key == "out_type", ErrorCode::type,
              "sp_model_kwargs: {:?} is not known; expected enable_sampling, nbest_size, alpha, add_bos, add_eos, reverse, "
              "emit_unk_piece or num_threads",
              key);
    }
  }
  return options;
}

void SentencePieceOptions::check() const {
  const ErrorCode without = enable_sampling ? ErrorCode::value : ErrorCode::type;
  require(nbest_size.has_value(), without, "sp_model_kwargs: nbest_size has to be an integer, not null");
  require(alpha.has_value(), without, "sp_model_kwargs: alpha has to be a number, not null");
  require(std::fabs(*alpha) <= static_cast<double>(std::numeric_limits<float>::max()), ErrorCode::value,
          "sp_model_kwargs: alpha has to be a finite float32, not {}", *alpha);
  if (!enable_sampling) return;
  require(*nbest_size != 0 && *nbest_size != 1, ErrorCode::value,
          "sp_model_kwargs: enable_sampling needs an nbest_size of 2 to 512, or a negative one to draw from all segmentations, not {}",
          *nbest_size);
  require(*nbest_size <= 512, ErrorCode::value, "sp_model_kwargs: nbest_size can be at most 512, not {}", *nbest_size);
}

}  // namespace albert
