#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/scenario/scenario_reader.hpp"
#include "sim/report/results_csv.hpp"
#include "sim/results/run_store.hpp"
#include "sim/results/usage_store.hpp"

namespace breakeven::ui {

/// What the window needs from outside its layer; `app` fills it in, tests give fakes.
struct Services {
    /// Opens the run store for the calling thread. Throws core::Error.
    std::function<std::unique_ptr<sim::RunStore>()> openStore;
    /// Opens the usage tables of the store for the calling thread. Throws core::Error.
    std::function<std::unique_ptr<sim::UsageStore>()> openUsage;
    /// Writes all files into a folder, or none of them. Throws core::Error.
    std::function<void(const std::string& folder, const std::vector<sim::NamedText>& files)> writeFiles;
    /// The scenario of a stored run. Throws core::Error when a data file is gone or changed.
    std::function<core::ScenarioReading(const sim::RunRecord& record)> scenarioOf;
    /// Now, UTC, ISO 8601.
    std::function<std::string()> nowUtc;
    std::vector<std::string> shippedScenarios;  ///< paths of the scenarios that come with the program
};

}  // namespace breakeven::ui
