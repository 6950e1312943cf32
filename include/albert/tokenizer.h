// Text to ids and back: AlbertTokenizer (SentencePiece) and AlbertTokenizerFast (tokenizer.json).
//
// Both give the ids, pieces and masks of the reference's classes of the same names, quirks
// included; only the fast form has offsets and word ids, as there. Text is UTF-8; bytes that are
// not are read as U+FFFD, as Python's bytes.decode("utf-8", "replace") does. Offsets count code
// points. Objects are safe to share between threads while no token is being added.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "albert/batch_encoding.h"
#include "albert/export.h"
#include "albert/json.h"
#include "albert/tensor.h"

namespace albert {
struct EncodeRequest;
class FastClass;
class SlowModel;
struct TokenizerArguments;
struct TokenizerState;
}  // namespace albert

namespace ALBERT_API albert {

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
  /// The strategy was given by its name, not as true or false: then max_length alone does not mean truncation, and
  /// nothing warns that "longest" ignores it.
  bool padding_by_name = false;
  bool is_split_into_words = false;            ///< a list of texts is one text's words
  std::optional<bool> split_special_tokens{};  ///< slow only: special tokens in the text are text; null: the tokenizer's setting
  bool verbose = true;                         ///< false: without most warnings
  /// Deprecated in the reference, which warns of it: "max_length" when there is a maximum, else "longest", where padding is not given.
  bool pad_to_max_length = false;
  std::optional<TruncationStrategy> truncation_strategy{};  ///< deprecated likewise: in place of a truncation that is not given

  // Which fields a BatchEncoding has; an Encoding has all.
  std::optional<DType> return_tensors{};        ///< fields as tensors of this type (the reference's "pt": i64, "tf": i32)
  std::optional<bool> return_token_type_ids{};  ///< null: when model_input_names has it
  std::optional<bool> return_attention_mask{};  ///< null: when model_input_names has it
  bool return_special_tokens_mask = false;
  bool return_offsets_mapping = false;  ///< fast only
  bool return_length = false;
};

/// The arguments of the reference's pad.
struct PadOptions {
  PaddingStrategy padding = PaddingStrategy::longest;
  std::optional<std::int64_t> max_length{};
  std::optional<std::int64_t> pad_to_multiple_of{};
  std::optional<bool> return_attention_mask{};
  std::optional<DType> return_tensors{};  ///< null: tensors when tensors came in
  bool padding_by_name = false;           ///< as in CallOptions
  bool verbose = true;
};

/// What a call takes where the reference takes a str, a list of str or a list of lists of str.
using TextArgument = std::variant<std::string, std::vector<std::string>, std::vector<std::vector<std::string>>>;
/// One text: its characters, its words (with is_split_into_words) or tokens (without; slow only), its ids (slow only).
using SequenceArgument = std::variant<std::string, std::vector<std::string>, std::vector<std::int32_t>>;
/// One input of a batch. A list without a pair and without is_split_into_words is a text and its pair.
struct ItemArgument {
  SequenceArgument text{};
  std::optional<SequenceArgument> text_pair{};
};
/// The texts of a call; the target's ids become the field "labels".
struct CallTexts {
  std::optional<TextArgument> text{};
  std::optional<TextArgument> text_pair{};
  std::optional<TextArgument> text_target{};
  std::optional<TextArgument> text_pair_target{};
};

/// What truncate_sequences leaves and cuts off.
struct TruncatedSequences {
  std::vector<std::int32_t> ids{};
  std::optional<std::vector<std::int32_t>> pair_ids{};
  std::vector<std::int32_t> overflowing_tokens{};
  std::vector<std::string> warnings{};  ///< what the reference would log
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
  /// The same for every form of text; with is_split_into_words for lists of words.
  [[nodiscard]] std::vector<Encoding> encode_batch(std::span<const ItemArgument> items, const CallOptions& options = {},
                                                   int threads = 0) const;
  /// Words that were split beforehand (is_split_into_words), and a second text of such words if given.
  [[nodiscard]] Encoding encode_words(std::span<const std::string> words, const CallOptions& options = {}) const;
  [[nodiscard]] Encoding encode_words(std::span<const std::string> words, std::span<const std::string> words_pair,
                                      const CallOptions& options = {}) const;
  /// The reference's call: one text or a batch, with or without second texts, and its dictionary. Without
  /// is_split_into_words a list is a batch, and a list in a batch a text and its pair; with it a list is one text's
  /// words. Error{value|type|index|not_implemented} as the reference's exceptions.
  [[nodiscard]] BatchEncoding call(const TextArgument& text, const CallOptions& options = {}) const;
  [[nodiscard]] BatchEncoding call(const TextArgument& text, const TextArgument& text_pair, const CallOptions& options = {}) const;
  [[nodiscard]] BatchEncoding call(const CallTexts& texts, const CallOptions& options = {}) const;
  [[nodiscard]] BatchEncoding encode_plus(const SequenceArgument& text, const std::optional<SequenceArgument>& text_pair = {},
                                          const CallOptions& options = {}) const;
  [[nodiscard]] BatchEncoding batch_encode_plus(std::span<const ItemArgument> items, const CallOptions& options = {}) const;
  /// The ids alone (of the first window).
  [[nodiscard]] std::vector<std::int32_t> encode(const SequenceArgument& text, const std::optional<SequenceArgument>& text_pair = {},
                                                 const CallOptions& options = {}) const;
  /// Ids to model inputs: truncated by the slow form's rules in both forms, specials added, padded.
  [[nodiscard]] BatchEncoding prepare_for_model(std::span<const std::int32_t> ids,
                                                const std::optional<std::vector<std::int32_t>>& pair_ids = {},
                                                const CallOptions& options = {}, bool prepend_batch_axis = false) const;
  /// The slow form's truncation. When a text has no more than `num_tokens_to_remove` tokens nothing is removed.
  [[nodiscard]] TruncatedSequences truncate_sequences(std::vector<std::int32_t> ids, std::optional<std::vector<std::int32_t>> pair_ids = {},
                                                      std::int64_t num_tokens_to_remove = 0,
                                                      TruncationStrategy strategy = TruncationStrategy::longest_first,
                                                      std::int64_t stride = 0) const;
  /// The pieces of a text, without specials; an unknown piece is its own characters.
  [[nodiscard]] virtual std::vector<std::string> tokenize(std::string_view text) const = 0;

  // --- ids to text ---
  /// `clean_up` null: the tokenizer's own setting. Slow: Error{index} for an id out of range; fast skips it.
  /// `spaces_between_special_tokens` false: no blank around an added token that is no special one (slow only).
  [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool skip_special_tokens = false, std::optional<bool> clean_up = {},
                                   bool spaces_between_special_tokens = true) const;
  [[nodiscard]] std::vector<std::string> batch_decode(std::span<const std::vector<std::int32_t>> sequences,
                                                      bool skip_special_tokens = false, std::optional<bool> clean_up = {},
                                                      bool spaces_between_special_tokens = true) const;
  [[nodiscard]] virtual std::string convert_tokens_to_string(std::span<const std::string> tokens) const = 0;

  // --- vocabulary ---
  [[nodiscard]] virtual std::int32_t convert_token_to_id(std::string_view token) const = 0;        ///< the unknown id when it is not there
  [[nodiscard]] virtual std::optional<std::int32_t> find_token(std::string_view token) const = 0;  ///< exactly that text, or null
  [[nodiscard]] virtual std::string convert_id_to_token(std::int32_t id) const = 0;                ///< Error{index}
  [[nodiscard]] std::vector<std::int32_t> convert_tokens_to_ids(std::span<const std::string> tokens) const;
  /// An id out of range: slow Error{index}; fast null, Error{value} when it is negative.
  [[nodiscard]] std::vector<std::optional<std::string>> convert_ids_to_tokens(std::span<const std::int32_t> ids,
                                                                              bool skip_special_tokens = false) const;
  [[nodiscard]] std::map<std::string, std::int32_t> get_vocab() const;        ///< added tokens included
  [[nodiscard]] std::map<std::string, std::int32_t> get_added_vocab() const;  ///< specials included
  [[nodiscard]] virtual std::int64_t vocab_size() const noexcept = 0;         ///< without added tokens
  [[nodiscard]] virtual std::int64_t size() const noexcept = 0;               ///< with them (Python's len)
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
  [[nodiscard]] Json special_tokens_map() const;                      ///< {"cls_token": "[CLS]", …} of the roles that are set, as texts

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
  /// 1 where build_inputs_with_special_tokens puts specials; or, with already_has_special_tokens, as special_tokens_mask.
  /// Error{value} for a pair that has them already; the fast form knows only the latter: Error{not_implemented}.
  [[nodiscard]] std::vector<std::int32_t> get_special_tokens_mask(std::span<const std::int32_t> ids,
                                                                  const std::optional<std::vector<std::int32_t>>& pair_ids = {},
                                                                  bool already_has_special_tokens = false) const;
  /// [CLS] A [SEP] and [CLS] A [SEP] B [SEP]. Error{value} without such tokens.
  [[nodiscard]] virtual std::vector<std::int32_t> build_inputs_with_special_tokens(
      std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids = {}) const;
  /// 0 for the first text and its specials, 1 for the second and its.
  [[nodiscard]] virtual std::vector<std::int32_t> create_token_type_ids_from_sequences(
      std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids = {}) const;
  [[nodiscard]] std::int64_t max_len_single_sentence() const;  ///< model_max_length without the special tokens; 1e18 for "none"
  [[nodiscard]] std::int64_t max_len_sentences_pair() const;
  /// The fields that a model wants, the main one first: which a call returns unless told otherwise.
  [[nodiscard]] const std::vector<std::string>& model_input_names() const noexcept;
  void set_model_input_names(std::vector<std::string> names);
  [[nodiscard]] std::int64_t model_max_length() const noexcept;  ///< 1e18 stands for "none"
  void set_model_max_length(std::int64_t length) noexcept;
  [[nodiscard]] Side padding_side() const noexcept;
  void set_padding_side(Side side) noexcept;
  [[nodiscard]] Side truncation_side() const noexcept;
  void set_truncation_side(Side side) noexcept;
  /// Pads every encoding to one length (options.padding, max_length, pad_to_multiple_of). Error{value} without a pad token.
  void pad(std::span<Encoding> encodings, const CallOptions& options) const;
  /// Pads one encoding, or the rows of a batch: the main input, attention_mask (made when absent), token_type_ids and
  /// special_tokens_mask; other fields stay as they are. Error{value|key|index|type}.
  [[nodiscard]] BatchEncoding pad(BatchEncoding encoded, const PadOptions& options = {}) const;
  /// Stacks single encodings into a batch (the fields of the first; Error{key} where another lacks one) and pads it.
  [[nodiscard]] BatchEncoding pad(std::span<const BatchEncoding> encoded, const PadOptions& options = {}) const;

  /// Writes the tokenizer's files as the reference does; returns the paths that it returns. Error{io|value}.
  std::vector<std::string> save_pretrained(const std::string& directory, const SaveOptions& options = {}) const;

  /// Why this class and these files were chosen, for `albert info`.
  [[nodiscard]] const std::string& provenance() const noexcept;

 protected:
  explicit Tokenizer(const TokenizerArguments& arguments, std::string class_name);
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  using EntryVisitor = std::function<void(std::string_view text, std::int32_t id)>;

  // What the forms do differently. `options` are resolved: lengths are known, strategies are consistent.
  [[nodiscard]] virtual Encoding encode_unpadded(const EncodeRequest& request, const CallOptions& options) const = 0;
  [[nodiscard]] virtual std::string decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens,
                                                   bool spaces_between_special_tokens) const = 0;
  /// Writes all but tokenizer_config.json and special_tokens_map.json; returns the paths.
  [[nodiscard]] virtual std::vector<std::string> save_files(const std::string& directory, const SaveOptions& options) const = 0;
  /// Calls visit(text, id) for the entries of the vocabulary, by id.
  virtual void for_each_entry(const EntryVisitor& visit) const = 0;

  std::unique_ptr<TokenizerState> state_;  // what both forms share: roles, sides, init arguments

 private:
  [[nodiscard]] Encoding encode_one(EncodeRequest request, const CallOptions& options) const;
  // Each request's encoding, padded together. `resolved` as encode_unpadded has it.
  [[nodiscard]] std::vector<Encoding> encode_requests(std::span<const EncodeRequest> requests, const CallOptions& resolved,
                                                      int threads) const;
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
  [[nodiscard]] std::string decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens,
                                           bool spaces_between_special_tokens) const override;
  [[nodiscard]] std::vector<std::string> save_files(const std::string& directory, const SaveOptions& options) const override;
  void for_each_entry(const EntryVisitor& visit) const override;

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
  [[nodiscard]] std::string decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens,
                                           bool spaces_between_special_tokens) const override;
  [[nodiscard]] std::vector<std::string> save_files(const std::string& directory, const SaveOptions& options) const override;
  void for_each_entry(const EntryVisitor& visit) const override;

 private:
  struct Impl;
  explicit FastTokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A tokenizer.json that belongs to no class (the reference's class of the same name): its roles are those that the
/// init arguments give, and there is no slow form.
class PreTrainedTokenizerFast final : public FastTokenizer {
 public:
  /// From a tokenizer.json. `init_arguments`: an object with the reference's constructor arguments.
  /// Error{not_found|bad_data|type|value}, Error{not_implemented} for components this form does not have.
  explicit PreTrainedTokenizerFast(const std::string& tokenizer_file, const Json& init_arguments = {});
  /// What a loader found (src/tokenizer/arguments.h). Error{value} without a tokenizer.json.
  explicit PreTrainedTokenizerFast(TokenizerArguments&& arguments);

  /// From the files of a directory, whatever class they name.
  static std::unique_ptr<PreTrainedTokenizerFast> from_pretrained(const std::string& directory, const Json& overrides = {});

  /// One behind the other: this class knows of no special tokens to put around them. A call uses those of the file.
  [[nodiscard]] std::vector<std::int32_t> build_inputs_with_special_tokens(
      std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids = {}) const override;
  [[nodiscard]] std::vector<std::int32_t> create_token_type_ids_from_sequences(
      std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids = {}) const override;
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
