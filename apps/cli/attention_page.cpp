#include "attention_page.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "albert/json.h"
#include "albert/version.h"
#include "failure.h"
#include "interrupt.h"

namespace cli {
namespace {

using albert::Json;

/// The code point at `at` and its length in bytes; U+FFFD of one byte for what is not UTF-8.
std::pair<char32_t, std::size_t> decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  static constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return {0xFFFD, 1};
  char32_t point = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {0xFFFD, 1};
    point = point << 6U | (byte(i) & 0x3FU);
  }
  if (point < kSmallest[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return {0xFFFD, 1};
  return {point, length};
}

/// Base64 as it comes; finish() adds the padding.
class Base64 {
 public:
  void add(std::uint32_t byte) {
    bits_ = bits_ << 8U | byte;
    if (++count_ == 3) emit(4);
  }
  std::string finish() {
    const auto left = count_;
    if (left > 0) {
      for (auto i = left; i < 3; ++i) bits_ <<= 8U;
      emit(left + 1);
      text_.append(3 - left, '=');
    }
    return std::move(text_);
  }

 private:
  void emit(std::size_t digits) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < digits; ++i) text_ += kDigits[bits_ >> (18 - 6 * i) & 63U];
    bits_ = 0;
    count_ = 0;
  }
  std::string text_;
  std::uint32_t bits_ = 0;
  std::size_t count_ = 0;
};

std::string stored(const AttentionPicture::Layer& layer, WeightStorage storage) {
  Base64 text;
  for (const float weight : layer.weights.values<float>()) {
    if (!(weight >= 0 && weight <= 1.001F))
      throw Failure(Exit::bad_data, fmt::format("layer {}: expected weights between 0 and 1, got {}", layer.label, weight));
    const float bounded = std::min(weight, 1.0F);
    if (storage == WeightStorage::bits16) {
      const auto number = static_cast<std::uint32_t>(std::lround(65535 * bounded));
      text.add(number & 255U);
      text.add(number >> 8U);
    } else {
      text.add(static_cast<std::uint32_t>(std::lround(255 * std::sqrt(bounded))));
    }
  }
  return text.finish();
}

/// JSON that may stand inside a script element: ASCII, and none of the characters that markup knows.
std::string script_json(const Json& value) {
  std::string out;
  for (const char c : albert::dump_json(value)) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::int64_t heads_of(const AttentionPicture::Layer& layer) { return layer.weights.dim(1); }

Json page_data(const AttentionPicture& picture, WeightStorage storage) {
  Json::Array layers;
  for (const auto& layer : picture.layers) {
    Json shared;  // the first of the layers that have the same weights
    for (const auto& group : picture.groups)
      if (group.size() > 1 && group.front() <= layer.number && layer.number <= group.back()) shared = group.front();
    layers.emplace_back(Json::Object{{"label", layer.label}, {"shared", shared}, {"heads", heads_of(layer)}});
  }
  return Json::Object{{"tokens", Json::Array(picture.tokens.begin(), picture.tokens.end())},
                      {"special", Json::Array(picture.special.begin(), picture.special.end())},
                      {"second", picture.second ? Json(*picture.second) : Json()},
                      {"bits", static_cast<std::int64_t>(storage)},
                      {"layers", std::move(layers)}};
}

std::string counted(std::int64_t count, const std::string& noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string facts(const AttentionPicture& picture) {
  std::int64_t fewest = heads_of(picture.layers.front()), most = fewest;
  for (const auto& layer : picture.layers) {
    fewest = std::min(fewest, heads_of(layer));
    most = std::max(most, heads_of(layer));
  }
  std::int64_t layers = 1, all = 0;
  for (std::size_t i = 1; i < picture.layers.size(); ++i) layers += picture.layers[i].number != picture.layers[i - 1].number ? 1 : 0;
  for (const auto& group : picture.groups) all += static_cast<std::int64_t>(group.size());
  const std::string of = layers < all ? fmt::format(" (of {})", all) : "";
  const std::string heads = fewest == most ? counted(most, "head") : fmt::format("{} to {} heads", fewest, most);
  return fmt::format("{}{} × {}, {}.", counted(layers, "layer"), of, heads,
                     counted(static_cast<std::int64_t>(picture.tokens.size()), "token"));
}

std::string sharing(const AttentionPicture& picture) {
  constexpr const char* kWhy = " What a head looks at still differs from layer to layer, because each reads what the one before it wrote.";
  std::string sets;
  for (const auto& group : picture.groups)
    if (group.size() > 1) sets += fmt::format("{}{} to {}", sets.empty() ? "" : ", ", group.front() + 1, group.back() + 1);
  if (sets.empty()) return picture.groups.size() > 1 ? "Every layer has weights of its own." : "";
  const std::string which = picture.groups.size() == 1 ? "all layers are one layer, applied again and again"
                                                       : "layers on one rail (" + sets + ") are one layer, applied again";
  return "ALBERT shares weights: " + which + "." + kWhy;
}

/// The start of a text, for the title: one line, without the marks that turn the direction of writing.
std::string title_text(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out;
  std::size_t points = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = decode(text, at);
    const auto character = text.substr(at, length);
    at += length;
    if ((point >= 0x200E && point <= 0x200F) || (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069)) continue;
    if (++points > kLongest) return out + "…";
    out += point == '\n' || point == '\r' || point == '\t' ? " " : character;
  }
  return out;
}

std::string rounding(WeightStorage storage) {
  if (storage == WeightStorage::bits16) return "Weights are stored in 16 bits: each within 0.00001 of what the model computed.";
  return "Weights are stored as square roots in 8 bits: a weight of 50 % within 0.3, of 10 % within 0.13, of 1 % within 0.04.";
}

/// A template with {{name}} replaced, once: what is put in is not searched again.
template <class Value>
void fill(std::string_view page, Output& output, const Value& value_of) {
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t open = page.find("{{", at);
    const std::size_t close = open == std::string_view::npos ? open : page.find("}}", open);
    if (close == std::string_view::npos) return output.write(page.substr(at));
    output.write(page.substr(at, open - at));
    value_of(page.substr(open + 2, close - open - 2));
    at = close + 2;
  }
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = decode(text, at);
    const auto character = text.substr(at, length);
    at += length;
    switch (point) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
      case '\t':
        out += character;
        break;
      case 0x7F:
        out += "␡";
        break;
      default:
        if (point < 0x20) {
          out += "\xE2\x90";  // U+2400 + point
          out += static_cast<char>(0x80U + point);
        } else if (point == 0xFFFD || (point >= 0x80 && point < 0xA0) || (point & 0xFFFEU) == 0xFFFE ||
                   (point >= 0xFDD0 && point < 0xFDF0)) {
          out += "\xEF\xBF\xBD";
        } else {
          out += character;
        }
    }
  }
  return out;
}

WeightStorage storage_for(std::int64_t weights) {
  constexpr std::int64_t kFine = std::int64_t{4} << 20, kMost = std::int64_t{48} << 20;
  if (weights <= kFine) return WeightStorage::bits16;
  if (weights <= kMost) return WeightStorage::bits8;
  throw Failure(Exit::bad_data, fmt::format("a page holds at most {} weights, here are {} (layers × heads × tokens × tokens): "
                                            "show fewer layers with --layers, or fewer tokens with --max-length",
                                            kMost, weights));
}

void write_attention_page(const AttentionPicture& picture, Output& output) {
  std::int64_t weights = 0;
  for (const auto& layer : picture.layers) weights += layer.weights.size();
  const WeightStorage storage = storage_for(weights);
  const auto length_of = [](const std::string& text) { return text.size() > 160 ? " class=\"long\"" : ""; };
  fill(attention_page_part("page.html"), output, [&](std::string_view name) {
    if (name == "version") return output.write(albert::version());
    if (name == "style") return output.write(attention_page_part("page.css"));
    if (name == "script") return output.write(attention_page_part("page.js"));
    if (name == "title")
      return output.write(html_text(title_text(picture.text)) + " – attention in " + html_text(title_text(picture.model)));
    if (name == "model") return output.write(html_text(picture.model));
    if (name == "length") return output.write(length_of(picture.text));
    if (name == "text") return output.write(html_text(picture.text));
    if (name == "facts") return output.write(facts(picture));
    if (name == "sharing") return output.write(sharing(picture));
    if (name == "rounding") return output.write(rounding(storage));
    if (name == "pair") {
      if (!picture.text_pair) return;
      const char* style = *length_of(*picture.text_pair) != '\0' ? "pair long" : "pair";
      return output.write(fmt::format("  <p class=\"{}\" dir=\"auto\">{}</p>\n", style, html_text(*picture.text_pair)));
    }
    if (name == "data") {
      output.write("<script type=\"application/json\" id=\"page-data\">" + script_json(page_data(picture, storage)) + "</script>\n");
      for (std::size_t i = 0; i < picture.layers.size(); ++i) {
        check_interrupt();
        output.write(fmt::format("<script type=\"text/plain\" id=\"layer-{}\">{}</script>\n", i, stored(picture.layers[i], storage)));
      }
      return;
    }
    throw Failure(Exit::internal, "the page asks for the unknown part '" + std::string(name) + "'");
  });
}

}  // namespace cli
