#pragma once

#include "sim/engine/outcome.hpp"

namespace breakeven::sim {

/// Takes out of the mean amounts of a run with one world what the error of the mean usage explains of theirs,
/// since that is known exactly where its law has a closed form: amount - sum of b x (usage - E[usage]), with
/// b by least squares over the values with one batch left out. One set of controls serves all plans, so
/// revenue less cost stays margin, and differences stay differences. What is left of the spread between n
/// batches is raised for the p coefficients that were taken from it, its square by (n - 1) / (n - 1 - p) x
/// (n - 2) / (n - 2 - p).
///
/// Does nothing unless the scenario asks for it, with fewer than 3,200 users, and where no usage of finite
/// variance has an exact mean.
/// Source: METHODS 3.7; Lavenberg & Welch (1981), "A perspective on the use of control variables to increase
/// the efficiency of Monte Carlo simulations", Management Science 27.
void applyControls(const core::Scenario& scenario, const Layout& layout, RunOutcome& outcome);

}  // namespace breakeven::sim
