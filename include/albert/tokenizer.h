// Text to ids and back: AlbertTokenizer (SentencePiece) and AlbertTokenizerFast (tokenizer.json).
//
// Both give the ids, pieces and masks of the reference's classes of the same names, quirks
// included; only the fast form has offsets and word ids, as there. Text is UTF-8; bytes that are
// not are read as U+FFFD, as Python's bytes.decode("utf-8", "replace") does. Offsets count code
// points. Objects are safe to share between threads while no token is being added.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "albert/export.h"
#include "albert/json.h"

namespace albert {
struct EncodeRequest;
class FastClass;
class SlowModel;
struct TokenizerArguments;
struct TokenizerState;
}  // namespace albert

namespace ALBERT_API albert {

/// A half-open range of code points of the original text; (0, 0) for specials and padding.
struct Offsets {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  bool operator==(const Offsets&) const = default;
};

/// One tokenised input: all vectors have the same length (the fast-only ones are empty for the slow form).
struct Encoding {
  std::vector<std::int32_t> input_ids{};
  std::vector<std::int32_t> token_type_ids{};
  std::vector<std::int32_t> attention_mask{};       ///< 1 token, 0 padding
  std::vector<std::int32_t> special_tokens_mask{};  ///< 1 for specials that were added, and padding
  std::vector<std::string> tokens{};
  std::vector<Offsets> offsets{};                  ///< fast only
  std::vector<std::int32_t> word_ids{};            ///< fast only; -1: none
  std::vector<std::int32_t> sequence_ids{};        ///< 0 first text, 1 second; -1: special or padding
  std::vector<Encoding> overflowing{};             ///< fast: further windows, when asked for
  std::vector<std::int32_t> overflowing_tokens{};  ///< slow: ids cut off, when asked for
  std::int64_t num_truncated_tokens = 0;           ///< slow, with overflowing_tokens
  [[nodiscard]] std::size_t size() const noexcept { return input_ids.size(); }
};

/// A token that is cut out of the text before the model sees it.
struct AddedToken {
  std::string content{};
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
  bool normalized = true;
  bool special = false;
  bool operator==(const AddedToken&) const = default;
};

enum class PaddingStrategy { do_not_pad, longest, max_length };
enum class TruncationStrategy { do_not_truncate, longest_first, only_first, only_second };
enum class Side { left, right };

/// The arguments of the reference's tokenizer call, with its defaults.
struct CallOptions {
  bool add_special_tokens = true;
  PaddingStrategy padding = PaddingStrategy::do_not_pad;
  std::optional<TruncationStrategy> truncation{};  ///< null: longest_first when max_length is given without padding, else none
  std::optional<std::int64_t> max_length{};
  std::int64_t stride = 0;
  std::optional<std::int64_t> pad_to_multiple_of{};
  bool return_overflowing_tokens = false;
};

/// A text or a pair of texts.
struct TextInput {
  std::string text{};
  std::optional<std::string> text_pair{};
};

/// A token to add: a plain text (not normalized when it is special, normalized otherwise) or an
/// AddedToken whose flags are kept.
using TokenArgument = std::variant<std::string, AddedToken>;

/// The arguments of the reference's save_pretrained.
struct SaveOptions {
  std::optional<bool> legacy_format{};  ///< fast: null both forms, false tokenizer.json alone, true the slow form's files alone
  std::string filename_prefix{};        ///< put before every file name, with a "-"
};

/// What both forms have in common (the reference's PreTrainedTokenizerBase).
class Tokenizer {
 public:
  virtual ~Tokenizer();

  /// Chooses the class from the files of a directory as the reference's AutoTokenizer does (use_fast
  /// asks for the fast form where there is one). `overrides` are keyword arguments. Error{not_found|bad_data|value|type}.
  static std::unique_ptr<Tokenizer> from_pretrained(const std::string& directory, bool use_fast = true, const Json& overrides = {});

  [[nodiscard]] virtual bool is_fast() const noexcept = 0;
  [[nodiscard]] const std::string& class_name() const noexcept;

  // --- text to ids ---
  [[nodiscard]] Encoding operator()(std::string_view text, const CallOptions& options = {}) const;
  [[nodiscard]] Encoding operator()(std::string_view text, std::string_view text_pair, const CallOptions& options = {}) const;
  /// One encoding an input, in order; work is spread over `threads` (0: one a core).
  [[nodiscard]] std::vector<Encoding> encode_batch(std::span<const TextInput> inputs, const CallOptions& options = {},
                                                   int threads = 0) const;
  /// Words that were split beforehand (is_split_into_words), and a second text of such words if given.
  [[nodiscard]] Encoding encode_words(std::span<const std::string> words, const CallOptions& options = {}) const;
  [[nodiscard]] Encoding encode_words(std::span<const std::string> words, std::span<const std::string> words_pair,
                                      const CallOptions& options = {}) const;
  /// The pieces of a text, without specials; an unknown piece is its own characters.
  [[nodiscard]] virtual std::vector<std::string> tokenize(std::string_view text) const = 0;

  // --- ids to text ---
  /// `clean_up` null: the tokenizer's own setting. Slow: Error{index} for an id out of range; fast skips it.
  [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool skip_special_tokens = false,
                                   std::optional<bool> clean_up = {}) const;
  [[nodiscard]] virtual std::string convert_tokens_to_string(std::span<const std::string> tokens) const = 0;

  // --- vocabulary ---
  [[nodiscard]] virtual std::int32_t convert_token_to_id(std::string_view token) const = 0;        ///< the unknown id when it is not there
  [[nodiscard]] virtual std::optional<std::int32_t> find_token(std::string_view token) const = 0;  ///< exactly that text, or null
  [[nodiscard]] virtual std::string convert_id_to_token(std::int32_t id) const = 0;                ///< Error{index}
  [[nodiscard]] virtual std::int64_t vocab_size() const noexcept = 0;                              ///< without added tokens
  [[nodiscard]] virtual std::int64_t size() const noexcept = 0;                                    ///< with them (Python's len)
  /// Tokens that were added, with their ids, by id (specials included).
  [[nodiscard]] virtual std::vector<std::pair<std::int32_t, AddedToken>> added_tokens() const = 0;
  /// Whether the model marks tokens that go on within a word with a prefix (a fast form with WordPiece).
  [[nodiscard]] virtual bool marks_subwords() const noexcept { return false; }

  // --- special tokens, by role: "bos", "eos", "unk", "sep", "pad", "cls", "mask" ---
  [[nodiscard]] std::optional<AddedToken> special_token(std::string_view role) const;  ///< Error{key} for another name
  [[nodiscard]] std::optional<std::int32_t> special_token_id(std::string_view role) const;
  [[nodiscard]] std::vector<AddedToken> additional_special_tokens() const;
  [[nodiscard]] std::vector<std::int32_t> all_special_ids() const;    ///< in the order of all_special_tokens
  [[nodiscard]] std::vector<std::string> all_special_tokens() const;  ///< unique: roles in the order above, then the additional ones

  // --- changes (no other thread may use the object meanwhile) ---
  /// Adds tokens; one that is in the vocabulary keeps its id. Returns how many were new, as the reference counts them.
  virtual std::int64_t add_tokens(const std::vector<TokenArgument>& tokens, bool special_tokens = false) = 0;
  /// Gives roles to tokens and adds them. The role "additional_special_tokens" may occur several times: together a list
  /// that replaces the present one, or extends it. Error{key} for an unknown role.
  std::int64_t add_special_tokens(const std::vector<std::pair<std::string, TokenArgument>>& roles,
                                  bool replace_additional_special_tokens = true);

  // --- sequence building ---
  [[nodiscard]] virtual std::int64_t num_special_tokens_to_add(bool pair) const = 0;
  /// 1 at every id of a special token (get_special_tokens_mask with already_has_special_tokens).
  [[nodiscard]] std::vector<std::int32_t> special_tokens_mask(std::span<const std::int32_t> ids) const;
  [[nodiscard]] std::int64_t model_max_length() const noexcept;  ///< 1e18 stands for "none"
  void set_model_max_length(std::int64_t length) noexcept;
  [[nodiscard]] Side padding_side() const noexcept;
  void set_padding_side(Side side) noexcept;
  [[nodiscard]] Side truncation_side() const noexcept;
  void set_truncation_side(Side side) noexcept;
  /// Pads every encoding to one length (options.padding, max_length, pad_to_multiple_of). Error{value} without a pad token.
  void pad(std::span<Encoding> encodings, const CallOptions& options) const;

  /// Writes the tokenizer's files as the reference does; returns the paths that it returns. Error{io|value}.
  std::vector<std::string> save_pretrained(const std::string& directory, const SaveOptions& options = {}) const;

  /// Why this class and these files were chosen, for `albert info`.
  [[nodiscard]] const std::string& provenance() const noexcept;

 protected:
  explicit Tokenizer(const TokenizerArguments& arguments, std::string class_name);
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // What the forms do differently. `options` are resolved: lengths are known, strategies are consistent.
  [[nodiscard]] virtual Encoding encode_unpadded(const EncodeRequest& request, const CallOptions& options) const = 0;
  [[nodiscard]] virtual std::string decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens) const = 0;
  /// Writes all but tokenizer_config.json and special_tokens_map.json; returns the paths.
  [[nodiscard]] virtual std::vector<std::string> save_files(const std::string& directory, const SaveOptions& options) const = 0;

  std::unique_ptr<TokenizerState> state_;  // what both forms share: roles, sides, init arguments

 private:
  [[nodiscard]] Encoding encode_one(EncodeRequest request, const CallOptions& options) const;
};

/// One of the ways to cut a text into pieces.
struct Segmentation {
  std::vector<std::string> tokens{};
  std::vector<std::int32_t> ids{};
  double score = 0;  ///< log probability by the SentencePiece model
};

/// A slow form (the reference's PreTrainedTokenizer): a vocabulary file and the Python-side rules around it.
class SlowTokenizer : public Tokenizer {
 public:
  ~SlowTokenizer() override;

  [[nodiscard]] bool is_fast() const noexcept override { return false; }
  [[nodiscard]] std::vector<std::string> tokenize(std::string_view text) const override;
  [[nodiscard]] std::string convert_tokens_to_string(std::span<const std::string> tokens) const override;
  [[nodiscard]] std::int32_t convert_token_to_id(std::string_view token) const override;
  [[nodiscard]] std::optional<std::int32_t> find_token(std::string_view token) const override;
  [[nodiscard]] std::string convert_id_to_token(std::int32_t id) const override;
  [[nodiscard]] std::int64_t vocab_size() const noexcept override;
  [[nodiscard]] std::int64_t size() const noexcept override;
  [[nodiscard]] std::vector<std::pair<std::int32_t, AddedToken>> added_tokens() const override;
  std::int64_t add_tokens(const std::vector<TokenArgument>& tokens, bool special_tokens = false) override;
  [[nodiscard]] std::int64_t num_special_tokens_to_add(bool pair) const override;

 protected:
  /// `model`: what the class does in its own way (src/tokenizer/slow_model.h).
  SlowTokenizer(const TokenizerArguments& arguments, std::string class_name, std::unique_ptr<SlowModel> model);
  [[nodiscard]] const SlowModel& model() const noexcept;

  [[nodiscard]] Encoding encode_unpadded(const EncodeRequest& request, const CallOptions& options) const override;
  [[nodiscard]] std::string decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens) const override;
  [[nodiscard]] std::vector<std::string> save_files(const std::string& directory, const SaveOptions& options) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A fast form (the reference's PreTrainedTokenizerFast): the components of a tokenizer.json, or the same derived from
/// the slow form's vocabulary.
///
/// As in the reference, the truncation and padding of the last call are kept and written into the
/// tokenizer.json of a later save_pretrained.
class FastTokenizer : public Tokenizer {
 public:
  ~FastTokenizer() override;

  [[nodiscard]] bool is_fast() const noexcept override { return true; }
  [[nodiscard]] std::vector<std::string> tokenize(std::string_view text) const override;
  [[nodiscard]] std::string convert_tokens_to_string(std::span<const std::string> tokens) const override;
  [[nodiscard]] std::int32_t convert_token_to_id(std::string_view token) const override;
  [[nodiscard]] std::optional<std::int32_t> find_token(std::string_view token) const override;
  [[nodiscard]] std::string convert_id_to_token(std::int32_t id) const override;
  [[nodiscard]] std::int64_t vocab_size() const noexcept override;
  [[nodiscard]] std::int64_t size() const noexcept override;
  [[nodiscard]] std::vector<std::pair<std::int32_t, AddedToken>> added_tokens() const override;
  [[nodiscard]] bool marks_subwords() const noexcept override;
  /// Error{value}: a normalized token of which normalisation leaves nothing.
  std::int64_t add_tokens(const std::vector<TokenArgument>& tokens, bool special_tokens = false) override;
  [[nodiscard]] std::int64_t num_special_tokens_to_add(bool pair) const override;

 protected:
  /// `description`: what the class does in its own way (src/tokenizer/fast_class.h).
  FastTokenizer(TokenizerArguments&& arguments, const FastClass& description);

  [[nodiscard]] Encoding encode_unpadded(const EncodeRequest& request, const CallOptions& options) const override;
  [[nodiscard]] std::string decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens) const override;
  [[nodiscard]] std::vector<std::string> save_files(const std::string& directory, const SaveOptions& options) const override;

 private:
  struct Impl;
  explicit FastTokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The slow form around a SentencePiece model file.
///
/// With the init argument sp_model_kwargs {"enable_sampling": true, "nbest_size": N, "alpha": A} every call draws its
/// segmentation at random: from the N best (2 to 512) or, with a negative N, from all of them, with probability
/// proportional to exp(A * score). The other keys are reverse, emit_unk_piece, add_bos and add_eos. What encoding
/// cannot follow is Error{value} there.
class AlbertTokenizer final : public SlowTokenizer {
 public:
  /// From a SentencePiece model file. `init_arguments`: an object with the reference's constructor arguments
  /// (do_lower_case, remove_space, keep_accents, cls_token, …). Error{not_found|bad_data|type|value}.
  explicit AlbertTokenizer(const std::string& vocab_file, const Json& init_arguments = {});
  /// What a loader found (src/tokenizer/arguments.h).
  explicit AlbertTokenizer(TokenizerArguments&& arguments);

  /// From the files of a directory, whatever class they name, or from a model file alone.
  static std::unique_ptr<AlbertTokenizer> from_pretrained(const std::string& path, const Json& overrides = {});

  /// Makes the draws reproducible: input `first_draw` from now on takes the numbers of that stream of the seed, the next
  /// input those of the next, on any number of threads. Without this call the seed is a random one.
  void set_sampling_seed(std::uint64_t seed, std::uint64_t first_draw = 0);
  /// The best segmentations of a text, best first: up to `nbest_size` of them (1 to 1024). As the reference's
  /// sp_model.NBestEncode(preprocess_text(text)): cleaned and lower-cased, but no added token is cut out and numbers may
  /// keep their comma.
  [[nodiscard]] std::vector<Segmentation> nbest_encode(std::string_view text, std::int64_t nbest_size) const;
};

/// The fast form: a tokenizer.json, or the same derived from a SentencePiece model.
class AlbertTokenizerFast final : public FastTokenizer {
 public:
  /// From a tokenizer.json. `init_arguments`: an object with the reference's constructor arguments.
  /// Error{not_found|bad_data|type|value}, Error{not_implemented} for components this form does not have.
  explicit AlbertTokenizerFast(const std::string& tokenizer_file, const Json& init_arguments = {});
  /// What a loader found (src/tokenizer/arguments.h): the tokenizer.json if there is one, else the SentencePiece model.
  explicit AlbertTokenizerFast(TokenizerArguments&& arguments);

  /// From the files of a directory, whatever class they name.
  static std::unique_ptr<AlbertTokenizerFast> from_pretrained(const std::string& directory, const Json& overrides = {});
};

}  // namespace ALBERT_API albert
