#include "app/wiring/replay.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/units/sha256.hpp"

namespace breakeven::app {

core::ScenarioReading scenarioOf(const sim::RunRecord& record) {
    const auto open = [&](const std::string& name) -> std::string {
        const auto kept = std::ranges::find(record.inputs, name, &core::InputFile::name);
        if (kept != record.inputs.end() && core::sha256Hex(kept->content) == kept->sha256)
            return kept->content;
        const auto path = std::filesystem::path(record.scenarioFile).parent_path() / name;
        std::ifstream stream(path, std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(stream), {}};
        if (kept != record.inputs.end() && core::sha256Hex(bytes) == kept->sha256) return bytes;
        throw core::Error(core::Error::Kind::Input, {core::Severity::Error,
                                                     {name, 0, 0},
                                                     "the file is not the one that the run was made from",
                                                     "put the original back beside the scenario"});
    };
    return core::readScenarioText(record.scenarioText, record.scenarioFile, record.overrides, open);
}

}  // namespace breakeven::app
