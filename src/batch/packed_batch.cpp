#include "batch/packed_batch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/element.h"

namespace albert {
namespace {

using Shape = std::vector<std::int64_t>;

/// A tensor seen as [rows, columns] by the usual broadcasting rules.
class Broadcast {
 public:
  Broadcast(const char* name, const Tensor& tensor, std::int64_t rows, std::int64_t columns) : tensor_(tensor) {
    const auto& shape = tensor.shape();
    const auto extent = [&](std::size_t from_end) { return shape.size() > from_end ? shape[shape.size() - 1 - from_end] : 1; };
    const bool fits = shape.size() <= 2 && (extent(0) == columns || extent(0) == 1) && (extent(1) == rows || extent(1) == 1);
    require(fits, ErrorCode::value, "{}: expected shape {}, got {}", name, to_string(Shape{rows, columns}), to_string(shape));
    column_step_ = extent(0) == 1 ? 0 : 1;
    row_step_ = extent(1) == 1 ? 0 : extent(0);
  }
  [[nodiscard]] std::int64_t index(std::int64_t row, std::int64_t column) const { return row * row_step_ + column * column_step_; }
  [[nodiscard]] std::int64_t integer(std::int64_t row, std::int64_t column) const { return integer_at(tensor_, index(row, column)); }
  [[nodiscard]] double number(std::int64_t row, std::int64_t column) const { return number_at(tensor_, index(row, column)); }

 private:
  const Tensor& tensor_;
  std::int64_t row_step_ = 0, column_step_ = 0;
};

/// Multiple choice flattens all axes before the last `kept` ones; where there are none it makes one.
Tensor flatten(const char* name, const Tensor& tensor, std::int64_t kept) {
  require(tensor.rank() >= kept, ErrorCode::index, "{}: expected {} axes or more, got {}", name, kept, to_string(tensor.shape()));
  Shape shape{1};
  for (std::int64_t axis = 0; axis < tensor.rank() - kept; ++axis) shape[0] *= tensor.dim(axis);
  for (std::int64_t axis = tensor.rank() - kept; axis < tensor.rank(); ++axis) shape.push_back(tensor.dim(axis));
  return tensor.reshape(shape);
}

class Packer {
 public:
  Packer(const ModelInputs& inputs, const BatchRules& rules, PackedBatch& batch) : inputs_(inputs), rules_(rules), batch_(batch) {}

  void pack(Padding padding, const Tensor* token_labels) {
    read_shape();
    read_mask();
    const bool packed = padding == Padding::packed && may_drop(token_labels);
    read_tokens(packed);
    if (packed && out_of_range_)
      read_tokens(false);  // Flax: the NaN of a masked token reaches the others
    else if (packed)
      batch_.mask.clear();
  }

 private:
  [[nodiscard]] bool flax() const { return rules_.flavor == Flavor::flax; }
  [[nodiscard]] Tensor flattened(const char* name, const Tensor& tensor, std::int64_t kept = 1) const {
    return rules_.multiple_choice ? flatten(name, tensor, kept) : tensor;
  }

  void read_shape() {
    const auto& ids = inputs_.input_ids;
    const auto& embeds = inputs_.inputs_embeds;
    require(!(embeds && flax()), ErrorCode::type, "inputs_embeds: the Flax classes have no such argument");
    require(!(ids && embeds), ErrorCode::value, "input_ids and inputs_embeds: expected one of them, got both");
    require(ids || embeds, rules_.multiple_choice ? ErrorCode::key : ErrorCode::value,
            "input_ids or inputs_embeds: expected one of them, got none");
    const std::int64_t inner = ids ? 1 : 2;  // axes of one row
    const Tensor& given = ids ? *ids : *embeds;
    if (rules_.multiple_choice) {
      require(given.rank() >= inner + 1, ErrorCode::index, "multiple choice: expected [batch, choices, sequence{}], got {}",
              ids ? "" : ", embedding", to_string(given.shape()));
      batch_.choices = given.dim(1);
    } else {
      batch_.choices = 0;
    }
    words_ = flattened(ids ? "input_ids" : "inputs_embeds", given, inner);
    // The reference looks for padding in the columns of the ids before it looks at their shape.
    const bool no_columns = ids && words_.rank() == 1 && !inputs_.attention_mask && rules_.flavor == Flavor::pytorch;
    require(words_.rank() == inner + 1, no_columns ? ErrorCode::index : ErrorCode::value, "{}: expected {} axes, got {}",
            ids ? "input_ids" : "inputs_embeds", inner + 1, to_string(given.shape()));
    batch_.rows = words_.dim(0);
    batch_.sequence = words_.dim(1);
    require(batch_.sequence > 0, ErrorCode::index, "input: the sequences are empty (shape {})", to_string(given.shape()));
    require(batch_.rows * batch_.sequence < std::numeric_limits<std::int32_t>::max(), ErrorCode::resource,
            "input: {} tokens in one batch are more than 2^31", batch_.rows * batch_.sequence);
    if (embeds)
      require(words_.dim(2) == rules_.embedding_size, ErrorCode::value, "inputs_embeds: expected [{}, {}, {}], got {}", batch_.rows,
              batch_.sequence, rules_.embedding_size, to_string(words_.shape()));
  }

  void read_mask() {
    batch_.mask.clear();
    batch_.mask_per_query = false;
    if (!inputs_.attention_mask) return;
    Tensor mask = flattened("attention_mask", *inputs_.attention_mask);
    const std::int64_t rows = batch_.rows, width = batch_.sequence;
    if (rules_.flavor == Flavor::tensorflow) {
      require(mask.size() == rows * width, ErrorCode::value, "attention_mask: expected {} elements, got shape {}", rows * width,
              to_string(mask.shape()));
      mask = mask.reshape({rows, width});
    }
    batch_.mask_per_query = mask.rank() == 3;
    require(mask.rank() >= (flax() ? 1 : 2) && mask.rank() <= 3, ErrorCode::value, "attention_mask: expected {} or [batch, {}, {}], got {}",
            to_string(Shape{rows, width}), width, width, to_string(mask.shape()));
    if (batch_.mask_per_query) {
      require((mask.dim(0) == rows || mask.dim(0) == 1) && (mask.dim(1) == width || mask.dim(1) == 1) && mask.dim(2) == width,
              ErrorCode::value, "attention_mask: expected {}, got {}", to_string(Shape{rows, width, width}), to_string(mask.shape()));
      const std::int64_t row_step = mask.dim(0) == 1 ? 0 : mask.dim(1) * width;
      const std::int64_t query_step = mask.dim(1) == 1 ? 0 : width;
      batch_.mask.reserve(static_cast<std::size_t>(rows * width * width));
      for (std::int64_t b = 0; b < rows; ++b)
        for (std::int64_t l = 0; l < width; ++l)
          for (std::int64_t m = 0; m < width; ++m) append_mask(number_at(mask, b * row_step + l * query_step + m));
    } else {
      const Broadcast view("attention_mask", mask, rows, width);
      batch_.mask.reserve(static_cast<std::size_t>(rows * width));
      for (std::int64_t b = 0; b < rows; ++b)
        for (std::int64_t m = 0; m < width; ++m) append_mask(view.number(b, m));
    }
    // A mask of ones adds nothing.
    if (std::all_of(batch_.mask.begin(), batch_.mask.end(), [](double value) { return value == 1; })) batch_.mask.clear();
  }

  void append_mask(double value) {
    // Flax turns the mask into int32 and asks for > 0.
    batch_.mask.push_back(flax() ? (std::trunc(value) > 0 ? 1 : 0) : value);
  }

  /// Whether leaving masked tokens out gives what the exact computation gives for the rest.
  [[nodiscard]] bool may_drop(const Tensor* token_labels) const {
    if (batch_.mask.empty() || batch_.mask_per_query) return false;
    for (std::int64_t b = 0; b < batch_.rows; ++b)
      if (batch_.mask[static_cast<std::size_t>(b * batch_.sequence)] != 1) return false;  // also: at least one token a row
    for (std::int64_t i = 0; i < batch_.rows * batch_.sequence; ++i) {
      const double keep = batch_.mask[static_cast<std::size_t>(i)];
      if (keep == 1) continue;
      if (keep != 0) return false;
      if (token_labels != nullptr && i < token_labels->size() && integer_at(*token_labels, i) != -100) return false;
      if (inputs_.inputs_embeds && !finite_row(i)) return false;  // 0 * NaN reaches the others
    }
    return true;
  }

  [[nodiscard]] bool finite_row(std::int64_t slot) const {
    for (std::int64_t i = 0; i < rules_.embedding_size; ++i)
      if (!std::isfinite(number_at(words_, slot * rules_.embedding_size + i))) return false;
    return true;
  }

  void read_tokens(bool packed) {
    choose_tokens(packed);
    read_words();
    read_types();
    read_positions();
  }

  void choose_tokens(bool packed) {
    batch_.offsets.assign(1, 0);
    batch_.slots.clear();
    batch_.padded.clear();
    batch_.longest = 0;
    for (std::int64_t b = 0; b < batch_.rows; ++b) {
      for (std::int64_t m = 0; m < batch_.sequence; ++m) {
        const std::int64_t slot = b * batch_.sequence + m;
        if (packed && batch_.mask[static_cast<std::size_t>(slot)] == 0) continue;
        batch_.slots.push_back(static_cast<std::int32_t>(m));
        if (packed) batch_.padded.push_back(static_cast<std::int32_t>(slot));
      }
      const auto end = static_cast<std::int32_t>(batch_.slots.size());
      batch_.longest = std::max(batch_.longest, end - batch_.offsets.back());
      batch_.offsets.push_back(end);
    }
  }

  /// Calls visit(row, column) for each token that was kept.
  template <class Visit>
  void for_each_token(Visit visit) const {
    for (std::int64_t b = 0; b < batch_.rows; ++b)
      for (std::int32_t t = batch_.offsets[static_cast<std::size_t>(b)]; t < batch_.offsets[static_cast<std::size_t>(b) + 1]; ++t)
        visit(b, batch_.slots[static_cast<std::size_t>(t)]);
  }

  void check_integers(const char* name, const Tensor& tensor) const {
    require(flax() || tensor.dtype() == DType::i64 || tensor.dtype() == DType::i32, ErrorCode::type, "{}: expected int64 or int32, got {}",
            name, to_string(tensor.dtype()));
  }

  /// An index into a table of `size` rows. Flax counts negative ones from the end and reads NaN
  /// (-1 here) outside; the others refuse.
  std::int32_t index(const char* name, std::int64_t value, std::int64_t size) {
    if (flax()) {
      if (value < 0 && value >= -size) value += size;
      if (value >= 0 && value < size) return static_cast<std::int32_t>(value);
      out_of_range_ = true;
      return -1;
    }
    require(value >= 0 && value < size, ErrorCode::index, "{}: {} is out of range, expected within [0, {})", name, value, size);
    return static_cast<std::int32_t>(value);
  }

  void read_words() {
    batch_.ids.clear();
    batch_.embeds.reset();
    if (inputs_.inputs_embeds) {
      require(is_floating(words_.dtype()), ErrorCode::type, "inputs_embeds: expected floating point, got {}", to_string(words_.dtype()));
      batch_.embeds = words_;
      return;
    }
    check_integers("input_ids", words_);
    // Every id is looked up by the reference, those of masked tokens too.
    for (std::int64_t i = 0; i < words_.size(); ++i) (void)index("input_ids", integer_at(words_, i), rules_.vocab_size);
    for_each_token([&](std::int64_t b, std::int64_t m) {
      batch_.ids.push_back(index("input_ids", integer_at(words_, b * batch_.sequence + m), rules_.vocab_size));
    });
  }

  void read_types() {
    batch_.types.clear();
    if (!inputs_.token_type_ids) {
      require(rules_.flavor != Flavor::pytorch || batch_.sequence <= rules_.max_positions, ErrorCode::value,
              "input: {} tokens a row are more than max_position_embeddings {}", batch_.sequence, rules_.max_positions);
      require(flax() || rules_.type_vocab_size > 0, ErrorCode::index, "token_type_ids: 0 is out of range, the segment table is empty");
      batch_.types.assign(static_cast<std::size_t>(batch_.tokens()), 0);
      return;
    }
    read_rows("token_type_ids", *inputs_.token_type_ids, rules_.type_vocab_size, batch_.types);
  }

  void read_positions() {
    batch_.positions.clear();
    if (rules_.positions == BatchRules::Positions::relative)
      require(batch_.sequence <= rules_.max_positions, ErrorCode::index, "input: {} tokens a row are more than max_position_embeddings {}",
              batch_.sequence, rules_.max_positions);
    if (rules_.positions != BatchRules::Positions::table) return;
    if (!inputs_.position_ids) {
      const auto code = rules_.flavor == Flavor::pytorch ? ErrorCode::value : ErrorCode::index;
      require(flax() || batch_.sequence <= rules_.max_positions, code, "input: {} tokens a row are more than max_position_embeddings {}",
              batch_.sequence, rules_.max_positions);
      out_of_range_ = out_of_range_ || batch_.sequence > rules_.max_positions;
      for_each_token([&](std::int64_t, std::int64_t m) { add_row(batch_.positions, index("position_ids", m, rules_.max_positions)); });
      return;
    }
    read_rows("position_ids", *inputs_.position_ids, rules_.max_positions, batch_.positions);
  }

  /// The rows of a table of `limit` rows that the tokens ask for; those that masked tokens ask for are checked too.
  void read_rows(const char* name, const Tensor& argument, std::int64_t limit, std::vector<std::int32_t>& rows) {
    const Tensor wanted = flattened(name, argument);
    check_integers(name, wanted);
    const Broadcast view(name, wanted, batch_.rows, batch_.sequence);
    for (std::int64_t i = 0; i < wanted.size(); ++i) (void)index(name, integer_at(wanted, i), limit);
    for_each_token([&](std::int64_t b, std::int64_t m) { add_row(rows, index(name, view.integer(b, m), limit)); });
  }

  /// Appends a segment or position row; NaN in one of them makes the whole token NaN.
  void add_row(std::vector<std::int32_t>& rows, std::int32_t row) {
    if (row < 0) batch_.ids[rows.size()] = -1;
    rows.push_back(std::max(row, 0));
  }

  const ModelInputs& inputs_;
  const BatchRules& rules_;
  PackedBatch& batch_;
  Tensor words_;               ///< input_ids or inputs_embeds, flattened
  bool out_of_range_ = false;  ///< a Flax index outside its table was met
};

}  // namespace

void pack_batch(const ModelInputs& inputs, const BatchRules& rules, Padding padding, const Tensor* token_labels, PackedBatch& batch) {
  Packer(inputs, rules, batch).pack(padding, token_labels);
}

template <class T>
T mask_bias(double mask, Flavor flavor) {
  const T lowest = std::numeric_limits<T>::lowest();
  switch (flavor) {
    case Flavor::pytorch:
      return (T{1} - static_cast<T>(mask)) * lowest;
    case Flavor::tensorflow:
      return (T{1} - static_cast<T>(mask)) * T{-10000};
    case Flavor::flax:
      return mask > 0 ? T{0} : lowest;
  }
  return 0;
}

template float mask_bias<float>(double, Flavor);
template double mask_bias<double>(double, Flavor);

}  // namespace albert
