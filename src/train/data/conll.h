// CoNLL columns: a word a line with its tags, an empty line between sentences.
#pragma once

#include "albert/datasets.h"
#include "train/data/data_rows.h"

namespace albert::data {

/// Adds the sentences of options.files[file]. Columns stand between tabs when the first line has one, else
/// between blanks. Lines that begin with -DOCSTART- are passed over, and in files with tabs those that begin with # and have none.
void read_conll(const DataOptions& options, std::uint32_t file, Budget& budget, TokenData& data);

}  // namespace albert::data
