// The public names of the model inside the program and of a folder's heads.
#include "albert/model.h"
#include "base/embedded.h"
#include "base/file_source.h"

namespace albert {

const std::string& embedded_model() { return embedded_path(); }

std::vector<std::string> model_tasks(const std::string& path) {
  const auto files = find_source(path);
  std::vector<std::string> tasks;
  if (files == nullptr) return tasks;
  for (const std::string& task : files->folders("heads"))
    if (files->open("heads/" + task + "/config.json") != nullptr) tasks.push_back(task);
  return tasks;
}

}  // namespace albert
