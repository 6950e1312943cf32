// albert: dispatches to a command and turns whatever it throws into a message and an exit code.
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "albert/error.h"
#include "albert/version.h"
#include "command.h"
#include "failure.h"
#include "interrupt.h"
#include "output.h"

namespace {

using cli::Exit;

std::string overview() {
  std::string text =
      "usage: albert COMMAND [OPTIONS] [TEXT...]\n"
      "ALBERT, whole: text in, answers out. Without --model the model inside the program answers.\n\n";
  for (const auto& command : cli::commands()) {
    std::string name = command.name;
    name.resize(26, ' ');
    text += "  " + name + command.summary + "\n";
  }
  return text +
         "\nTexts come from the arguments, from --input FILE (- is standard input), or from\n"
         "standard input. --json prints one JSON value a row.\n"
         "albert COMMAND --help shows a command's options; albert --version the version.\n"
         "\nexample: albert fill-mask \"The [MASK] was dark and the wind was cold.\"\n";
}

const cli::Command* find(const std::string& name) {
  for (const auto& command : cli::commands())
    if (name == command.name) return &command;
  return nullptr;
}

int dispatch(const std::string& name, const cli::Arguments& arguments) {
  if (name == "--help" || name == "-h" || name == "help") {
    cli::print(overview());
    return 0;
  }
  if (name == "--version") {
    cli::print("albert " + std::string(albert::version()) + "\n");
    return 0;
  }
  if (const auto* command = find(name)) return command->run(arguments);
  const bool option = name.starts_with('-');
  throw cli::Failure(Exit::usage, std::string(option ? "unknown option: " : "unknown command: ") + name + "\nSee: albert --help");
}

int report(const std::string& name, const std::string& message, Exit code) {
  std::fprintf(stderr, "albert%s%s: %s\n", name.empty() ? "" : " ", name.c_str(), message.c_str());
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  cli::install_signal_handlers();
  if (argc < 2) {
    std::fputs(overview().c_str(), stderr);
    return static_cast<int>(Exit::usage);
  }
  const std::string name = argv[1];
  try {
    return dispatch(name, cli::Arguments(argv + 2, argv + argc));
  } catch (const cli::OutputClosed&) {
    return static_cast<int>(Exit::done);
  } catch (const cli::Failure& failure) {
    return report(find(name) == nullptr ? "" : name, failure.what(), failure.code());
  } catch (const albert::Error& error) {
    return report(name, error.what(), cli::exit_for(error.code(), cli::Stage::data));
  } catch (const std::bad_alloc&) {
    return report(name, "out of memory", Exit::failed);
  } catch (const std::exception& error) {
    return report(name, std::string("internal error: ") + error.what(), Exit::internal);
  }
}
