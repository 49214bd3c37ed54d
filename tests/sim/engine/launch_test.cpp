#include <gtest/gtest.h>

#include <map>

#include "sim/engine/ranks.hpp"

namespace breakeven::sim::launch_test {
namespace {

using Variables = std::map<std::string, std::string>;

struct Case {
    const char* name;
    Variables variables;
    Launch launch;
};

// Sources: Open MPI 4.1 FAQ "environment variables at run time"; Hydra process manager wiki, "PMI-1";
// srun(1), "OUTPUT ENVIRONMENT VARIABLES"; OpenPMIx, "PMIX_RANK".
TEST(Launch, GivenTheVariablesOfEachStarter_WhenRead_ThenRanksAreFoundOnlyWhereThereAreSome) {
    const Case cases[] = {
        {"a shell", {}, {}},
        {"mpirun of Open MPI", {{"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_RANK", "3"}}, {4, 3, true}},
        {"mpiexec of MPICH", {{"PMI_SIZE", "2"}, {"PMI_RANK", "0"}}, {2, 0, true}},
        {"srun --mpi=pmix",
         {{"SLURM_STEP_NUM_TASKS", "64"}, {"PMIX_RANK", "63"}, {"SLURM_PROCID", "63"}},
         {64, 63, true}},
        {"srun --mpi=none", {{"SLURM_STEP_NUM_TASKS", "8"}, {"SLURM_PROCID", "5"}}, {8, 5, false}},
        {"a batch script", {{"SLURM_NTASKS", "64"}, {"SLURM_PROCID", "0"}}, {}},
        {"one task", {{"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_PROCID", "0"}}, {1, 0, false}},
        {"nonsense", {{"OMPI_COMM_WORLD_SIZE", "four"}, {"OMPI_COMM_WORLD_RANK", "3"}}, {}},
        {"a rank beyond", {{"PMI_SIZE", "2"}, {"PMI_RANK", "2"}}, {}}};
    for (const Case& given : cases) {
        const Launch found = launchOf([&](const std::string& name) -> std::optional<std::string> {
            const auto at = given.variables.find(name);
            return at == given.variables.end() ? std::nullopt : std::optional(at->second);
        });
        EXPECT_EQ(found, given.launch) << given.name;
    }
}

}  // namespace
}  // namespace breakeven::sim::launch_test
