// The figures of one run, or of runs that differ in their seed alone: mean and spread.
#pragma once

#include <string>

#include "albert/json.h"
#include "terminal.h"

namespace cli {

/// Of objects of numbers with a "seed": the mean of every number that all have, NAME_std (of the sample) and, in "runs", the objects.
[[nodiscard]] albert::Json seed_summary(const albert::Json::Array& runs);
/// A line a figure; of several runs a line a run below.
[[nodiscard]] std::string summary_table(const albert::Json& summary, const Style& style);
/// report.html and summary.json of several runs, in the folder that holds theirs. Error{io}.
void write_seed_report(const std::string& folder, const std::string& title, const albert::Json& summary);

}  // namespace cli
