#include "line_editor.h"

#include <histedit.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <filesystem>
#include <iterator>
#include <string_view>

#include "config_file.h"
#include "interrupt.h"
#include "output.h"
#include "terminal_guard.h"

namespace cli {
namespace {

constexpr int kHistoryLines = 1000;
constexpr off_t kMostHistoryBytes = off_t{4} << 20;
constexpr char kEndOfInput = '\x04';

std::string history_path() {
  const std::string folder = user_folder("XDG_STATE_HOME", ".local/state");
  return folder.empty() ? "" : folder + "/history";
}

/// The library counts in the characters of the locale; one without UTF-8 would cut them to bytes.
void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  mbstate_t state{};
  wchar_t wide = 0;
  constexpr std::string_view kProbe = "\xE2\x96\x81";
  if (std::mbrtowc(&wide, kProbe.data(), kProbe.size(), &state) != kProbe.size()) std::setlocale(LC_CTYPE, "C.UTF-8");
}

}  // namespace

struct LineEditor::Impl {
  TerminalGuard guard;
  std::string prompt;
  std::string path = history_path();
  bool keep_history = false;
  EditLine* editor = nullptr;
  History* history = nullptr;
  bool interrupted = false;
  int typed_before = 0;  ///< bytes from before the editing mode: there a Ctrl-D has become a NUL

  static Impl& of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<Impl*>(self);
  }

  static char* show_prompt(EditLine* editor) { return of(editor).prompt.data(); }

  /// False when an interrupt came instead.
  [[nodiscard]] bool wait_for_input() const {
    struct pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {interrupt_descriptor(), POLLIN, 0}, {guard.redraw_descriptor(), POLLIN, 0}};
    for (;;) {
      if (::poll(watched, std::size(watched), -1) < 0 && errno == EINTR) continue;
      if (watched[1].revents != 0) return false;
      if (watched[2].revents == 0) return true;
      guard.redrawn();
      el_resize(editor);
      el_set(editor, EL_REFRESH);
    }
  }

  /// One character. The library's own reader goes on reading after a signal.
  static int read_character(EditLine* editor, wchar_t* character) {
    Impl& self = of(editor);
    mbstate_t state{};
    *character = L'\0';
    for (;;) {
      char byte = 0;
      if (!self.wait_for_input()) {
        self.interrupted = true;
        return -1;
      }
      const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return static_cast<int>(count);
      if (self.typed_before > 0) {
        --self.typed_before;
        if (byte == '\0') byte = kEndOfInput;
      }
      const std::size_t used = std::mbrtowc(character, &byte, 1, &state);
      if (used == static_cast<std::size_t>(-2)) continue;
      if (used != static_cast<std::size_t>(-1)) return 1;
      state = {};  // a byte that is no UTF-8 is left out
    }
  }

  /// Between the lines too: in any other mode the terminal itself would read what is typed while a line is answered, and keep its
  /// Ctrl-D.
  void keep_editing_mode() {
    int editing = 0;
    if (el_get(editor, EL_EDITMODE, &editing) != 0 || editing == 0) return;
    el_set(editor, EL_SETTY, "-x", "-icanon", "-echo", "-iexten", nullptr);
    static_cast<void>(::ioctl(STDIN_FILENO, FIONREAD, &typed_before));
  }

  void load_history() {
    struct stat status{};
    const bool exists = ::lstat(path.c_str(), &status) == 0;
    keep_history = !path.empty() && (exists ? S_ISREG(status.st_mode) : errno == ENOENT);
    HistEvent event{};
    if (keep_history && exists && status.st_size <= kMostHistoryBytes) ::history(history, &event, H_LOAD, path.c_str());
  }

  /// In the place of the old one as a whole, for the user's eyes only.
  void save_history() const {
    if (!keep_history) return;
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    std::filesystem::create_directories(folder, error);
    const std::string written = path + "." + std::to_string(::getpid());
    const mode_t mask = ::umask(S_IRWXG | S_IRWXO);
    HistEvent event{};
    if (::history(history, &event, H_SAVE, written.c_str()) >= 0) std::filesystem::rename(written, path, error);
    ::umask(mask);
  }
};

LineEditor::LineEditor(std::string prompt) : impl_(std::make_unique<Impl>()) {
  impl_->prompt = std::move(prompt);
  use_utf8();
  impl_->history = ::history_init();
  HistEvent event{};
  ::history(impl_->history, &event, H_SETSIZE, kHistoryLines);
  ::history(impl_->history, &event, H_SETUNIQUE, 1);
  impl_->load_history();
  impl_->editor = el_init("albert", stdin, stdout, stderr);
  el_set(impl_->editor, EL_CLIENTDATA, impl_.get());
  el_set(impl_->editor, EL_PROMPT, Impl::show_prompt);
  el_set(impl_->editor, EL_EDITOR, "emacs");
  el_set(impl_->editor, EL_HIST, ::history, impl_->history);
  el_set(impl_->editor, EL_GETCFN, Impl::read_character);
  el_set(impl_->editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_source(impl_->editor, nullptr);
  impl_->keep_editing_mode();
}

LineEditor::~LineEditor() {
  impl_->save_history();
  el_set(impl_->editor, EL_EDITMODE, 0);  // leaves the mode to the guard: the library would throw away what is typed for the shell
  el_end(impl_->editor);
  ::history_end(impl_->history);
}

std::optional<std::string> LineEditor::read() {
  for (;;) {
    int count = 0;
    impl_->interrupted = false;
    el_resize(impl_->editor);
    const char* typed = el_gets(impl_->editor, &count);
    if (impl_->interrupted) {
      take_interrupt();
      el_reset(impl_->editor);
      print("^C\n");
      continue;
    }
    if (typed == nullptr || count <= 0) {
      print("\n");
      return std::nullopt;
    }
    std::string line(typed, static_cast<std::size_t>(count));
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
    HistEvent event{};
    if (line.find_first_not_of(" \t") != std::string::npos) ::history(impl_->history, &event, H_ENTER, line.c_str());
    return line;
  }
}

}  // namespace cli
