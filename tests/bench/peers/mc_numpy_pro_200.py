"""The scenario pro-200 in vectorised numpy: 500 worlds, 10,000 users each, 5 plans. Usage: mc_numpy_pro_200.py [WORLDS [SEED]]

What a notebook user would write for the same answers: beliefs drawn per world (PERT, log-PERT), one lognormal draw of requests a
user (persistence does not matter in one month), cost, revenue and margin of five plans on the same users; per world and plan the
means, the share of loss-making users, the cross-subsidy, and of each of the three costs the Gini coefficient, CVaR and the shares
of the top 1 and 10 %; over all worlds the probability that a plan loses and ten quantiles of cost, revenue, margin and usage.
Prints one JSON line: user-months per second and the headline numbers.
"""
import json
import sys
import time

import numpy as np

USERS = 10_000
LEVELS = [.01, .05, .1, .25, .5, .75, .9, .95, .99, .999]


def pert(rng, low, base, high):
    width = high - low
    return low + width * rng.beta(1 + 4 * (base - low) / width, 1 + 4 * (high - base) / width)


def concentration(cost):
    ascending = np.sort(cost)
    total = ascending.sum()
    n = len(ascending)
    gini = 2 * (np.arange(1, n + 1) * ascending).sum() / (n * total) - (n + 1) / n
    return gini, ascending[-n // 20:].mean(), ascending[-n // 100:].sum() / total, ascending[-n // 10:].sum() / total


def simulate(worlds, seed):
    rng = np.random.default_rng(seed)
    pooled, means = {}, {}
    for _ in range(worlds):
        median = np.exp(pert(rng, np.log(90), np.log(180), np.log(360)))
        sigma, share = pert(rng, 1.3, 1.59374, 1.9), pert(rng, .2, .35, .6)
        requests = median * np.exp(sigma * rng.standard_normal(USERS))
        tokens_in, tokens_out = 2000 * requests, 5000 * requests
        listed = 42e-6 * tokens_in + 168e-6 * tokens_out
        served = np.minimum(1, 618.4 / requests)
        costs = {"flat": share * listed,
                 "soft-cap": share * (.9 * np.minimum(listed, listed * (500 / requests)) + .1 * listed),
                 "hard-cap": share * (listed * served)}
        revenues = {"flat": np.full(USERS, 200.), "soft-cap": np.full(USERS, 200.), "hard-cap": np.full(USERS, 200.),
                    "pay-as-you-go": 42e-6 * tokens_in + 168e-6 * tokens_out, "hybrid": 200 + np.maximum(listed - 200, 0)}
        spread = {name: concentration(cost) for name, cost in costs.items()}
        for name, revenue in revenues.items():
            cost = costs.get(name, costs["flat"])
            margin = revenue - cost
            means.setdefault(name, []).append(
                (*spread.get(name, spread["flat"]), cost.mean(), revenue.mean(), margin.mean(), (margin < 0).mean(),
                 np.maximum(-margin, 0).mean(), margin.std()))
            pooled.setdefault("margin " + name, []).append(margin)
            if name in ("pay-as-you-go", "hybrid"):
                pooled.setdefault("revenue " + name, []).append(revenue)
        for name, cost in costs.items():
            pooled.setdefault("cost " + name, []).append(cost)
        for name, use in (("requests", requests), ("input", tokens_in), ("output", tokens_out)):
            pooled.setdefault("usage " + name, []).append(use)
            pooled.setdefault("usage hard-cap " + name, []).append(use * served)
    quantiles = {name: np.quantile(np.concatenate(parts), LEVELS).tolist() for name, parts in pooled.items()}
    table = {name: np.array(rows) for name, rows in means.items()}
    return {name: {"margin": rows[:, 6].mean(), "band": np.quantile(rows[:, 6], [.05, .95]).tolist(),
                   "probability_plan_loses": (rows[:, 6] < 0).mean(), "cost_gini": rows[:, 0].mean(),
                   "median_margin": quantiles["margin " + name][4]} for name, rows in table.items()}


if __name__ == "__main__":
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    simulate(2, 0)
    start = time.perf_counter()
    result = simulate(worlds, seed)
    seconds = time.perf_counter() - start
    print(json.dumps({"peer": "numpy " + np.__version__, "user_months_per_s": worlds * USERS / seconds, "plans": result}))
