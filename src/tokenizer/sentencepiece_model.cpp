#include "tokenizer/sentencepiece_model.h"

#include <bit>
#include <cmath>
#include <functional>
#include <protozero/pbf_reader.hpp>

#include "base/check.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

std::string_view view(protozero::pbf_reader& reader) {
  const protozero::data_view data = reader.get_view();
  return {data.data(), data.size()};
}

// A field whose wire type is not the expected one is unknown to protobuf: skipped, not an error.
bool has_type(const protozero::pbf_reader& reader, protozero::pbf_wire_type type) { return reader.wire_type() == type; }

constexpr auto varint = protozero::pbf_wire_type::varint;
constexpr auto fixed32 = protozero::pbf_wire_type::fixed32;
constexpr auto delimited = protozero::pbf_wire_type::length_delimited;

/// get_bool looks at a byte before it knows that there is one, and takes a long zero for true.
bool read_bool(protozero::pbf_reader& reader) { return reader.get_uint64() != 0; }

Piece parse_piece(protozero::pbf_reader reader) {
  Piece piece;
  while (reader.next()) {
    if (reader.tag() == 1 && has_type(reader, delimited)) {
      piece.text = view(reader);
    } else if (reader.tag() == 2 && has_type(reader, fixed32)) {
      piece.score = reader.get_float();
    } else if (reader.tag() == 3 && has_type(reader, varint)) {
      const std::int32_t type = reader.get_enum();
      // An enum value that is not known leaves the field at its default, as in protobuf 2.
      if (type >= 1 && type <= 6) piece.type = static_cast<PieceType>(type);
    } else {
      reader.skip();
    }
  }
  return piece;
}

void parse_trainer_spec(protozero::pbf_reader reader, SentencePieceModel& model) {
  while (reader.next()) {
    if (reader.tag() == 3 && has_type(reader, varint)) {
      model.model_type = reader.get_enum();
    } else if (reader.tag() == 24 && has_type(reader, varint)) {
      model.treat_whitespace_as_suffix = read_bool(reader);
    } else if (reader.tag() == 35 && has_type(reader, varint)) {
      model.byte_fallback = read_bool(reader);
    } else if (reader.tag() == 40 && has_type(reader, varint)) {
      model.unk_id = reader.get_int32();
    } else if (reader.tag() == 44 && has_type(reader, delimited)) {
      model.unk_surface = view(reader);
    } else if (reader.tag() == 46 && has_type(reader, delimited)) {
      model.bos_piece = view(reader);
    } else if (reader.tag() == 47 && has_type(reader, delimited)) {
      model.eos_piece = view(reader);
    } else {
      reader.skip();
    }
  }
}

void parse_normalizer_spec(protozero::pbf_reader reader, SentencePieceModel& model) {
  while (reader.next()) {
    if (reader.tag() == 1 && has_type(reader, delimited)) {
      model.normalizer_name = view(reader);
    } else if (reader.tag() == 2 && has_type(reader, delimited)) {
      model.precompiled_charsmap = view(reader);
    } else if (reader.tag() == 3 && has_type(reader, varint)) {
      model.add_dummy_prefix = read_bool(reader);
    } else if (reader.tag() == 4 && has_type(reader, varint)) {
      model.remove_extra_whitespaces = read_bool(reader);
    } else if (reader.tag() == 5 && has_type(reader, varint)) {
      model.escape_whitespaces = read_bool(reader);
    } else {
      reader.skip();
    }
  }
}

void check_pieces(const SentencePieceModel& model, const std::string& name) {
  constexpr std::uint32_t empty = 0xFFFFFFFF;
  require(!model.pieces.empty(), ErrorCode::bad_data, "{}: no pieces: this is not a SentencePiece model", name);
  // Ids are 24 bits wide in the tries.
  require(model.pieces.size() < (1u << 24) - 1, ErrorCode::bad_data, "{}: {} pieces are more than 16 million", name, model.pieces.size());
  // A table of ids with open addressing: a few milliseconds less than std::unordered_set at every start.
  std::vector<std::uint32_t> seen(std::bit_ceil(model.pieces.size() * 2), empty);
  const auto is_new = [&](std::size_t id) {
    const std::string_view text = model.pieces[id].text;
    for (std::size_t at = std::hash<std::string_view>{}(text) & (seen.size() - 1);; at = (at + 1) & (seen.size() - 1)) {
      if (seen[at] == empty) {
        seen[at] = static_cast<std::uint32_t>(id);
        return true;
      }
      if (model.pieces[seen[at]].text == text) return false;
    }
  };
  int unknown = 0;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const Piece& piece = model.pieces[id];
    require(!piece.text.empty(), ErrorCode::bad_data, "{}: piece {} is empty", name, id);
    require(piece.text.find('\0') == std::string_view::npos, ErrorCode::bad_data, "{}: piece {} contains a NUL byte", name, id);
    require(is_valid_utf8(piece.text), ErrorCode::bad_data, "{}: piece {} is not UTF-8", name, id);
    require(std::isfinite(piece.score), ErrorCode::bad_data, "{}: the score of piece {} is not a finite number", name, id);
    require(is_new(id), ErrorCode::bad_data, "{}: piece {} ({:?}) is there twice", name, id, piece.text);
    unknown += piece.type == PieceType::unknown;
  }
  require(unknown == 1, ErrorCode::bad_data, "{}: {} pieces of type unknown, 1 expected", name, unknown);
}

}  // namespace

std::shared_ptr<const SentencePieceModel> SentencePieceModel::parse(std::shared_ptr<const MappedFile> file) {
  auto model = std::make_shared<SentencePieceModel>();
  const std::string& name = file->name();
  try {
    protozero::pbf_reader reader(file->text().data(), file->text().size());
    while (reader.next()) {
      if (reader.tag() == 1 && has_type(reader, delimited)) {
        model->pieces.push_back(parse_piece(reader.get_message()));
      } else if (reader.tag() == 2 && has_type(reader, delimited)) {
        parse_trainer_spec(reader.get_message(), *model);
      } else if (reader.tag() == 3 && has_type(reader, delimited)) {
        parse_normalizer_spec(reader.get_message(), *model);
      } else {
        reader.skip();
      }
    }
  } catch (const protozero::exception& error) {
    fail(ErrorCode::bad_data, "{}: not a SentencePiece model file: {}", name, error.what());
  }
  check_pieces(*model, name);
  model->file = std::move(file);
  return model;
}

}  // namespace albert
