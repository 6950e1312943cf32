#include "options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>

#include "albert/error.h"
#include "failure.h"
#include "output.h"

namespace cli {
namespace {

// CLI11 takes a positional "[a,b]" for a list; a leading mark hides the bracket from it.
constexpr char kMark = '\x01';
std::string hide(const std::string& argument) { return !argument.empty() && argument.front() == '[' ? kMark + argument : argument; }
std::string reveal(const std::string& argument) {
  return argument.size() > 1 && argument[0] == kMark && argument[1] == '[' ? argument.substr(1) : argument;
}

constexpr std::size_t kWidth = 80;

}  // namespace

struct Options::Impl {
  struct Line {
    std::string left, help, heading;
  };
  std::string command, purpose, positional, example, heading;
  std::vector<Line> lines;
  CLI::App app;

  void add(const std::string& name, const std::string& metavar, const std::string& help) {
    lines.push_back({metavar.empty() ? name : name + " " + metavar, help, heading});
  }
  void add_values(const std::string& name, const std::string& metavar, const std::string& help, bool repeatable,
                  std::function<void(const std::string&)> use) {
    add(name, metavar, help);
    auto* option = app.add_option(name, [use = std::move(use), name](const CLI::results_t& values) {
      try {
        for (const auto& value : values) use(reveal(value));
      } catch (const albert::Error& error) {
        throw CLI::ValidationError(name, error.what());
      } catch (const Failure& failure) {
        throw CLI::ValidationError(name, failure.what());
      }
      return true;
    });
    option->type_size(1)->allow_extra_args(false);
    if (repeatable) {
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }
};

Options::Options(std::string command, std::string purpose, std::string positional) : impl_(std::make_unique<Impl>()) {
  impl_->command = std::move(command);
  impl_->purpose = std::move(purpose);
  impl_->positional = std::move(positional);
  impl_->app.set_help_flag("");
  impl_->app.option_defaults()->always_capture_default(false);
}
Options::~Options() = default;

void Options::flag(const std::string& name, bool& target, const std::string& help) {
  impl_->add(name, "", help);
  impl_->app.add_flag_callback(name, [&target] { target = true; });
}

void Options::text(const std::string& name, std::optional<std::string>& target, const std::string& metavar, const std::string& help) {
  impl_->add_values(name, metavar, help, false, [&target](const std::string& value) { target = value; });
}
void Options::text(const std::string& name, std::string& target, const std::string& metavar, const std::string& help) {
  impl_->add_values(name, metavar, help, false, [&target](const std::string& value) { target = value; });
}
void Options::list(const std::string& name, std::vector<std::string>& target, const std::string& metavar, const std::string& help) {
  impl_->add_values(name, metavar, help, true, [&target](const std::string& value) { target.push_back(value); });
}

namespace {
std::int64_t checked_integer(const std::string& text, std::int64_t minimum) {
  const std::int64_t value = parse_integer(text, "the value");
  if (value < minimum) throw Failure(Exit::usage, "expected at least " + std::to_string(minimum) + ", got " + text);
  return value;
}
}  // namespace

void Options::integer(const std::string& name, std::optional<std::int64_t>& target, const std::string& metavar, const std::string& help,
                      std::int64_t minimum) {
  impl_->add_values(name, metavar, help, false, [&target, minimum](const std::string& text) { target = checked_integer(text, minimum); });
}
void Options::integer(const std::string& name, std::int64_t& target, const std::string& metavar, const std::string& help,
                      std::int64_t minimum) {
  impl_->add_values(name, metavar, help, false, [&target, minimum](const std::string& text) { target = checked_integer(text, minimum); });
}
void Options::value(const std::string& name, std::function<void(const std::string&)> use, const std::string& metavar,
                    const std::string& help) {
  impl_->add_values(name, metavar, help, true, std::move(use));
}

void Options::positionals(std::vector<std::string>& target) {
  impl_->app
      .add_option("arguments",
                  [&target](const CLI::results_t& values) {
                    for (const auto& value : values) target.push_back(reveal(value));
                    return true;
                  })
      ->expected(-1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Options::heading(const std::string& title) { impl_->heading = title; }
void Options::example(const std::string& text) { impl_->example = text; }

std::string Options::help() const {
  std::string out = "usage: albert " + impl_->command + " [OPTIONS]" + (impl_->positional.empty() ? "" : " " + impl_->positional) + "\n" +
                    impl_->purpose + "\n\n";
  std::size_t width = 0;
  for (const auto& line : impl_->lines)
    if (line.heading.empty()) width = std::max(width, line.left.size());
  std::string heading, packed;
  const auto end_packed = [&] {
    if (!packed.empty()) out += packed + "\n";
    packed.clear();
  };
  for (const auto& line : impl_->lines) {
    if (line.heading.empty()) {
      out += "  " + line.left + std::string(width - line.left.size() + 2, ' ') + line.help + "\n";
      continue;
    }
    if (line.heading != heading) {
      end_packed();
      heading = line.heading;
      out += heading + ":\n";
    }
    const std::string item = "[" + line.left + "]";
    if (packed.size() + item.size() + 1 > kWidth) end_packed();
    packed += (packed.empty() ? "  " : " ") + item;
  }
  end_packed();
  return out + (impl_->example.empty() ? "" : "\nexample: " + impl_->example + "\n");
}

bool Options::parse(const std::vector<std::string>& arguments) {
  for (const auto& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--help" || argument == "-h") {
      print(help());
      return false;
    }
  }
  std::vector<std::string> reversed;
  for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) reversed.push_back(hide(*argument));
  try {
    impl_->app.parse(reversed);
  } catch (const CLI::ExtrasError&) {
    std::string unknown;
    for (const auto& extra : impl_->app.remaining()) unknown += (unknown.empty() ? "" : " ") + reveal(extra);
    throw Failure(Exit::usage, "unknown option or argument: " + unknown + "\nSee: albert " + impl_->command + " --help");
  } catch (const CLI::Error& error) {
    throw Failure(Exit::usage, std::string(error.what()) + "\nSee: albert " + impl_->command + " --help");
  }
  return true;
}

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  std::size_t start = 0;
  for (std::size_t comma; (comma = text.find(',', start)) != std::string::npos; start = comma + 1)
    parts.push_back(text.substr(start, comma - start));
  parts.push_back(text.substr(start));
  return parts;
}

std::int64_t parse_integer(const std::string& text, const std::string& what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw Failure(Exit::usage, what + " must be a whole number, got '" + text + "'");
  return value;
}

}  // namespace cli
