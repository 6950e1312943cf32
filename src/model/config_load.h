// The configuration of a model whose files may be in a directory or in memory.
#pragma once

#include "albert/config.h"
#include "base/file_source.h"

namespace albert {

/// AlbertConfig::from_pretrained for a FileSource: its config.json, or the file that
/// `configuration_files` in it names. Error{not_found} when that is not there.
[[nodiscard]] AlbertConfig load_config(const FileSource& files, const Json& overrides = {}, Json* unused = nullptr);

}  // namespace albert
