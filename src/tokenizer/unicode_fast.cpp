#include "tokenizer/unicode_fast.h"

#include <utf8proc.h>

#include <bit>
#include <unordered_map>

#include "tokenizer/code_ranges.h"

namespace albert::fast_unicode {
namespace {

// Marks assigned after 9.0 (or marks only since): kept by StripAccents, class 0.
constexpr CodeRange later_marks[] = {
    {0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},     {0xAFA, 0xAFF},     {0xB55, 0xB55},
    {0xC04, 0xC04},     {0xC3C, 0xC3C},     {0xCF3, 0xCF3},     {0xD00, 0xD00},     {0xD3B, 0xD3C},     {0xD81, 0xD81},
    {0xEBA, 0xEBA},     {0xECE, 0xECE},     {0x1715, 0x1715},   {0x180F, 0x180F},   {0x1ABF, 0x1ACE},   {0x1CF7, 0x1CF7},
    {0x1DF6, 0x1DFA},   {0xA82C, 0xA82C},   {0xA8FF, 0xA8FF},   {0x10D24, 0x10D27}, {0x10EAB, 0x10EAC}, {0x10EFD, 0x10EFF},
    {0x10F46, 0x10F50}, {0x10F82, 0x10F85}, {0x11070, 0x11070}, {0x11073, 0x11074}, {0x110C2, 0x110C2}, {0x11145, 0x11146},
    {0x111C9, 0x111C9}, {0x111CE, 0x111CF}, {0x11241, 0x11241}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E}, {0x1182C, 0x1183A},
    {0x11930, 0x11935}, {0x11937, 0x11938}, {0x1193B, 0x1193E}, {0x11940, 0x11940}, {0x11942, 0x11943}, {0x119D1, 0x119D7},
    {0x119DA, 0x119E0}, {0x119E4, 0x119E4}, {0x11A01, 0x11A0A}, {0x11A33, 0x11A39}, {0x11A3B, 0x11A3E}, {0x11A47, 0x11A47},
    {0x11A51, 0x11A5B}, {0x11A8A, 0x11A99}, {0x11D31, 0x11D36}, {0x11D3A, 0x11D3A}, {0x11D3C, 0x11D3D}, {0x11D3F, 0x11D45},
    {0x11D47, 0x11D47}, {0x11D8A, 0x11D8E}, {0x11D90, 0x11D91}, {0x11D93, 0x11D97}, {0x11EF3, 0x11EF6}, {0x11F00, 0x11F01},
    {0x11F03, 0x11F03}, {0x11F34, 0x11F3A}, {0x11F3E, 0x11F42}, {0x13440, 0x13440}, {0x13447, 0x13455}, {0x16F4F, 0x16F4F},
    {0x16F7F, 0x16F87}, {0x16FE4, 0x16FE4}, {0x16FF0, 0x16FF1}, {0x1CF00, 0x1CF2D}, {0x1CF30, 0x1CF46}, {0x1E08F, 0x1E08F},
    {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF},
};

// Nonspacing marks that 9.0 knows and 8.0 does not, and what became one since.
constexpr CodeRange marks_of_9[] = {
    {0x8D4, 0x8E1},     {0x1885, 0x1886},   {0x1DFB, 0x1DFB},   {0xA8C5, 0xA8C5},   {0xA9BD, 0xA9BD},   {0x1123E, 0x1123E},
    {0x11438, 0x1143F}, {0x11442, 0x11444}, {0x11446, 0x11446}, {0x11C30, 0x11C36}, {0x11C38, 0x11C3D}, {0x11C3F, 0x11C3F},
    {0x11C92, 0x11CA7}, {0x11CAA, 0x11CB0}, {0x11CB2, 0x11CB3}, {0x11CB5, 0x11CB6}, {0x1E000, 0x1E006}, {0x1E008, 0x1E018},
    {0x1E01B, 0x1E021}, {0x1E023, 0x1E024}, {0x1E026, 0x1E02A}, {0x1E944, 0x1E94A},
};

// Punctuation that 8.0 does not know as such.
constexpr CodeRange later_punctuation[] = {
    {0x61D, 0x61D},     {0x9FD, 0x9FD},     {0xA76, 0xA76},     {0xC77, 0xC77},     {0xC84, 0xC84},     {0x1B7D, 0x1B7E},
    {0x2E43, 0x2E4F},   {0x2E52, 0x2E5D},   {0x10EAD, 0x10EAD}, {0x10F55, 0x10F59}, {0x10F86, 0x10F89}, {0x1144B, 0x1144F},
    {0x1145A, 0x1145B}, {0x1145D, 0x1145D}, {0x11660, 0x1166C}, {0x116B9, 0x116B9}, {0x1183B, 0x1183B}, {0x11944, 0x11946},
    {0x119E2, 0x119E2}, {0x11A3F, 0x11A46}, {0x11A9A, 0x11A9C}, {0x11A9E, 0x11AA2}, {0x11B00, 0x11B09}, {0x11C41, 0x11C45},
    {0x11C70, 0x11C71}, {0x11EF7, 0x11EF8}, {0x11F43, 0x11F4F}, {0x11FFF, 0x11FFF}, {0x12FF1, 0x12FF2}, {0x16E97, 0x16E9A},
    {0x16FE2, 0x16FE2}, {0x1E95E, 0x1E95F},
};

// Control characters that 8.0 does not know as such.
constexpr CodeRange later_controls[] = {
    {0x890, 0x891},
    {0x8E2, 0x8E2},
    {0x110CD, 0x110CD},
    {0x13430, 0x1343F},
};

// Compatibility decompositions that 9.0 does not know.
constexpr CodeRange later_compatibility[] = {
    {0x32FF, 0x32FF},   {0xA7F2, 0xA7F4},   {0xAB69, 0xAB69},   {0x10781, 0x10785}, {0x10787, 0x107B0},
    {0x107B2, 0x107BA}, {0x1E030, 0x1E06D}, {0x1F16C, 0x1F16C}, {0x1FBF0, 0x1FBF9},
};

const utf8proc_property_t& property(char32_t c) noexcept { return *utf8proc_get_property(static_cast<utf8proc_int32_t>(c)); }

bool is_hangul_syllable(char32_t c) noexcept { return c >= 0xAC00 && c <= 0xD7A3; }

}  // namespace

bool is_word(char32_t c) noexcept {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      break;
  }
  // Join_Control, and the symbols that are Other_Alphabetic.
  return c == 0x200C || c == 0x200D || (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
         (c >= 0x1F170 && c <= 0x1F189);
}

bool is_mark(char32_t c) noexcept {
  if (c < 0x300) return false;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return !contains(later_marks, c);
    default:
      return c == 0x1CF2 || c == 0x1CF3;
  }
}

bool is_bert_accent(char32_t c) noexcept {
  if (c < 0x300) return false;
  if (utf8proc_category(static_cast<utf8proc_int32_t>(c)) != UTF8PROC_CATEGORY_MN) return c == 0x1734;
  return !contains(later_marks, c) && !contains(marks_of_9, c);
}

bool is_bert_control(char32_t c) noexcept {
  if (c < 0x80) return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
      return !contains(later_controls, c);
    default:
      return false;
  }
}

bool is_bert_punctuation(char32_t c) noexcept {
  if (c < 0x80) return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) || (c >= 0x7B && c <= 0x7E);
  return is_punctuation_by_category(c) ? !contains(later_punctuation, c) : c == 0x166D || c == 0x111C9;
}

bool is_bert_ideograph(char32_t c) noexcept {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B81F) ||
         (c >= 0x2B920 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

std::uint8_t combining_class(char32_t c) noexcept {
  if (c < 0x300) return 0;
  const auto combining = static_cast<std::uint8_t>(property(c).combining_class);
  return combining != 0 && contains(later_marks, c) ? std::uint8_t{0} : combining;
}

Decomposition decompose(char32_t c, bool compatibility) noexcept {
  Decomposition result{};
  result.characters[0] = static_cast<std::int32_t>(c);
  result.size = 1;
  if (c < first_decomposable) return result;
  const auto& entry = property(c);
  if (entry.decomp_seqindex == UINT16_MAX && !is_hangul_syllable(c)) return result;
  if (c == 0x11938 || (compatibility && contains(later_compatibility, c))) return result;
  int boundary = 0;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | (compatibility ? UTF8PROC_COMPAT : 0));
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), result.characters.data(),
                                             static_cast<utf8proc_ssize_t>(result.characters.size()), options, &boundary);
  if (count >= 1 && static_cast<std::size_t>(count) <= result.characters.size()) {
    result.size = static_cast<std::size_t>(count);
  } else {  // cannot happen: the longest decomposition has 18 characters
    result.characters[0] = static_cast<std::int32_t>(c);
  }
  return result;
}

namespace {

std::uint64_t pair_key(char32_t first, char32_t second) noexcept { return (std::uint64_t{first} << 32) | second; }

// Canonical pairs -> composite, made from the decompositions, shortest first: the pair of a
// character whose full decomposition has n parts is the composite of the first n - 1, and the last.
std::unordered_map<std::uint64_t, char32_t> make_compositions() {
  std::unordered_map<std::uint64_t, char32_t> pairs;
  for (std::size_t length = 2; length <= 4; ++length) {
    const auto add = [&](char32_t begin, char32_t end) {
      for (char32_t c = begin; c < end; ++c) {
        const auto& entry = property(c);
        if (entry.decomp_seqindex == UINT16_MAX || entry.decomp_type != 0 || entry.comp_exclusion || is_hangul_syllable(c)) continue;
        const Decomposition parts = decompose(c, false);
        if (parts.size != length) continue;
        auto first = static_cast<char32_t>(parts.characters[0]);
        for (std::size_t i = 1; i + 1 < length && first != 0; ++i) {
          const auto found = pairs.find(pair_key(first, static_cast<char32_t>(parts.characters[i])));
          first = found == pairs.end() ? 0 : found->second;
        }
        if (first != 0) pairs.emplace(pair_key(first, static_cast<char32_t>(parts.characters[length - 1])), c);
      }
    };
    add(first_decomposable, 0x3400);
    add(0xF900, 0x12000);
  }
  return pairs;
}

}  // namespace

char32_t compose(char32_t first, char32_t second) {
  constexpr char32_t s_base = 0xAC00, l_base = 0x1100, v_base = 0x1161, t_base = 0x11A7;
  constexpr char32_t l_count = 19, v_count = 21, t_count = 28;
  if (first - l_base < l_count && second - v_base < v_count) return s_base + ((first - l_base) * v_count + (second - v_base)) * t_count;
  if (first - s_base < l_count * v_count * t_count && (first - s_base) % t_count == 0 && second - t_base - 1 < t_count - 1)
    return first + (second - t_base);
  static const auto pairs = make_compositions();
  const auto found = pairs.find(pair_key(first, second));
  return found == pairs.end() ? 0 : found->second;
}

Lowered to_lower(char32_t c) noexcept {
  if (c < 0x80) return {c >= 'A' && c <= 'Z' ? c + 32 : c, 0};
  if (c == 0x130) return {U'i', 0x307};
  return {static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))), 0};
}

bool is_cluster_boundary(char32_t before, char32_t after, std::int32_t& state) noexcept {
  return utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(before), static_cast<utf8proc_int32_t>(after), &state);
}

}  // namespace albert::fast_unicode
