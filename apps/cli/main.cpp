// albert: dispatches to a command and turns whatever it throws into a message and an exit code.
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "albert/error.h"
#include "albert/version.h"
#include "command.h"
#include "failure.h"
#include "help.h"
#include "interrupt.h"
#include "log.h"
#include "output.h"

namespace {

using cli::Exit;

int dispatch(const std::string& name, std::vector<std::string> words) {
  if (name == "--help" || name == "-h") {
    cli::print(cli::overview());
    return 0;
  }
  if (name == "--version") {
    cli::print("albert " + std::string(albert::version()) + "\n");
    return 0;
  }
  return cli::known_command(name).run({std::move(words)});
}

/// What is wrong before a command reads its options is told as they ask too.
void choose_log_format(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == "--log-format=json" || (words[i] == "--log-format" && i + 1 < words.size() && words[i + 1] == "json"))
      cli::log_settings().json = true;
}

int report(const std::string& message, Exit code) {
  cli::log(cli::Level::error, message);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  cli::install_signal_handlers();
  if (argc < 2 && cli::log_settings().json) return report("expected a command; see albert --help", Exit::usage);
  if (argc < 2) {
    std::fputs(cli::overview().c_str(), stderr);
    return static_cast<int>(Exit::usage);
  }
  const std::string name = argv[1];
  std::vector<std::string> words(argv + 2, argv + argc);
  if (cli::find_command(name) != nullptr)
    cli::log_settings().command = name;
  else
    choose_log_format(words);
  try {
    return dispatch(name, std::move(words));
  } catch (const cli::OutputClosed&) {
    return static_cast<int>(Exit::done);
  } catch (const cli::Failure& failure) {
    return report(failure.what(), failure.code());
  } catch (const albert::Error& error) {
    return report(error.what(), cli::exit_for(error.code(), cli::Stage::data));
  } catch (const std::bad_alloc&) {
    return report("out of memory", Exit::failed);
  } catch (const std::exception& error) {
    return report(std::string("internal error: ") + error.what(), Exit::internal);
  }
}
