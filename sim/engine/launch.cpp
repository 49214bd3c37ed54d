#include <charconv>

#include "sim/engine/ranks.hpp"

namespace breakeven::sim {

Launch launchOf(const std::function<std::optional<std::string>(const std::string& name)>& variable) {
    const auto number = [&](const char* name) -> std::optional<std::uint32_t> {
        const std::optional<std::string> text = variable(name);
        std::uint32_t value = 0;
        if (!text) return std::nullopt;
        const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
        return read.ec == std::errc() ? std::optional(value) : std::nullopt;
    };
    struct Starter {
        const char* ranks;
        const char* rank;
        bool hasMpi;
    };
    // In a batch script SLURM_NTASKS and SLURM_PROCID are set too; those of a step only below srun.
    constexpr Starter kStarters[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", true},
                                     {"PMI_SIZE", "PMI_RANK", true},
                                     {"SLURM_STEP_NUM_TASKS", "PMIX_RANK", true},
                                     {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", false}};
    for (const Starter& starter : kStarters) {
        const auto ranks = number(starter.ranks);
        const auto rank = number(starter.rank);
        if (ranks && rank && *rank < *ranks) return {*ranks, *rank, starter.hasMpi};
    }
    return {};
}

}  // namespace breakeven::sim
