// NFC, NFD, NFKC, NFKD with the marks that tell where each character came from.
#include <algorithm>

#include "tokenizer/normalizers.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/unicode_fast.h"

namespace albert {
namespace {

struct Marked {
  char32_t character;
  std::int32_t mark;
};

/// Where a form's result is collected before the re-alignment.
struct Output {
  std::u32string text;
  std::vector<std::int32_t> marks;
  void push(Marked m) {
    text.push_back(m.character);
    marks.push_back(m.mark);
  }
};

// Composes a stream of decomposed characters. A composite replaces its parts: the marks add up.
class Composer {
 public:
  explicit Composer(Output& out) : out_(out) {}

  void push(Marked next) {
    const std::uint8_t combining = fast_unicode::combining_class(next.character);
    if (!has_starter_) {
      if (combining != 0) {
        out_.push(next);
      } else {
        starter_ = next;
        has_starter_ = true;
      }
      return;
    }
    const bool blocked = has_last_ && last_class_ >= combining;
    if (!blocked) {
      if (const char32_t composite = fast_unicode::compose(starter_.character, next.character)) {
        starter_ = {composite, starter_.mark + next.mark - 1};
        return;
      }
    }
    if (combining == 0 && (blocked || !has_last_)) {
      flush();
      starter_ = next;
      has_starter_ = true;
      return;
    }
    waiting_.push_back(next);
    last_class_ = combining;
    has_last_ = true;
  }

  void flush() {
    if (has_starter_) out_.push(starter_);
    for (const Marked& m : waiting_) out_.push(m);
    waiting_.clear();
    has_starter_ = has_last_ = false;
  }

 private:
  Output& out_;
  Marked starter_{};
  bool has_starter_ = false;
  std::vector<Marked> waiting_;  // combining characters behind the starter that did not compose
  bool has_last_ = false;
  std::uint8_t last_class_ = 0;
};

class NormalFormNormalizer final : public Normalizer {
 public:
  explicit NormalFormNormalizer(NormalForm form)
      : form_(form),
        compatibility_(form == NormalForm::nfkc || form == NormalForm::nfkd),
        composing_(form == NormalForm::nfc || form == NormalForm::nfkc) {}

  void normalize(NormalizedString& text) const override {
    const auto characters = text.text();
    if (std::all_of(characters.begin(), characters.end(), [](char32_t c) { return c < fast_unicode::first_decomposable; })) return;
    Output out;
    out.text.reserve(characters.size() + characters.size() / 8);
    out.marks.reserve(characters.size() + characters.size() / 8);
    if (composing_) {
      Composer composer(out);
      decompose(characters, [&](Marked m) { composer.push(m); });
      composer.flush();
    } else {
      decompose(characters, [&](Marked m) { out.push(m); });
    }
    text.realign(out.text, out.marks);
  }

  void write(PrettyJson& out) const override {
    static constexpr std::string_view names[] = {"NFC", "NFD", "NFKC", "NFKD"};
    out.begin_object();
    out.member("type", names[static_cast<int>(form_)]);
    out.end_object();
  }

 private:
  // Decomposes and puts runs of combining characters into canonical order, marks and all.
  template <class Emit>
  void decompose(std::u32string_view characters, Emit&& emit) const {
    struct Pending {
      Marked marked;
      std::uint8_t combining;
    };
    std::vector<Pending> pending;
    const auto release = [&] {
      if (pending.size() > 1)
        std::stable_sort(pending.begin(), pending.end(), [](const Pending& a, const Pending& b) { return a.combining < b.combining; });
      for (const Pending& p : pending) emit(p.marked);
      pending.clear();
    };
    const auto push = [&](char32_t c, std::int32_t mark) {
      const std::uint8_t combining = fast_unicode::combining_class(c);
      if (combining != 0) {
        pending.push_back({{c, mark}, combining});
        return;
      }
      if (!pending.empty()) release();
      emit(Marked{c, mark});
    };
    for (const char32_t c : characters) {
      if (c < fast_unicode::first_decomposable) {
        if (!pending.empty()) release();
        emit(Marked{c, 0});
        continue;
      }
      const auto parts = fast_unicode::decompose(c, compatibility_);
      for (std::size_t i = 0; i < parts.size; ++i) push(static_cast<char32_t>(parts.characters[i]), i == 0 ? 0 : 1);
    }
    release();
  }

  NormalForm form_;
  bool compatibility_, composing_;
};

}  // namespace

NormalizerPointer make_normal_form(NormalForm form) { return std::make_unique<NormalFormNormalizer>(form); }

}  // namespace albert
