"""Four prices on 10 million quantities: numpy beside pricing_bench, in turn, on one core each.

Usage: python3 pricing_numpy.py BUILD/tests/bench/pricing/pricing_bench
Prints medians of processor time over nine repetitions after a warm-up, and the ratio. `summed` is what the simulation asks for,
the mean charge; `stored` writes every amount to an array as well. numpy's time includes the sum in both.
"""

import json
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402  (after the threads are set)

COUNT = 10_000_000
REPETITIONS = 9
EDGES = np.array([100.0, 500.0, 2_000.0, 10_000.0])
FROM = np.array([0.0, 100.0, 500.0, 2_000.0, 10_000.0])
UNIT = np.array([0.0, 0.05, 0.04, 0.03, 0.02])


def graduated(q):
    # The first tier is free. A sum of kinks: price steps at the edges, so one maximum a tier, in place.
    total = np.maximum(q - FROM[1], 0.0)
    total *= UNIT[1]
    for k in range(2, 5):
        beyond = np.maximum(q - FROM[k], 0.0)
        beyond *= UNIT[k] - UNIT[k - 1]
        total += beyond
    return total


def package(q):
    packages = np.maximum(q - 50.0, 0.0)
    packages /= 100.0
    np.ceil(packages, out=packages)
    packages *= 1.25
    return packages


def volume(q):
    amounts = UNIT.take(np.searchsorted(EDGES, q, side="left"))
    amounts *= q
    return amounts


def allowance(q):
    beyond = q - 500.0
    np.maximum(beyond, 0.0, out=beyond)
    beyond *= 0.04
    return beyond


def ours(binary, *options):
    text = subprocess.run([binary, *options], check=True, capture_output=True, text=True).stdout
    return {item["price"]: item for item in map(json.loads, text.splitlines())}


def main():
    binary = sys.argv[1]
    q = np.exp(np.log(500.0) + 1.5 * np.random.default_rng(7).standard_normal(COUNT))
    modes = {"summed": ours(binary), "stored": ours(binary, "--store")}
    print(f"{'price':<10} {'numpy ms':>9} {'summed ms':>10} {'ratio':>6} {'stored ms':>10} {'ratio':>6}   mean: numpy, ours")
    for function in (graduated, package, volume, allowance):
        seconds = []
        for i in range(-1, REPETITIONS):
            start = time.process_time()
            mean = function(q).sum() / COUNT
            if i >= 0:
                seconds.append(time.process_time() - start)
        theirs = sorted(seconds)[REPETITIONS // 2]
        cells = []
        for mode in modes.values():
            mine = mode[function.__name__]["seconds"]
            cells.append(f"{mine * 1e3:>10.1f} {theirs / mine:>6.1f}")
        print(f"{function.__name__:<10} {theirs * 1e3:>9.1f} {' '.join(cells)}   "
              f"{mean:.4f}, {modes['summed'][function.__name__]['mean']:.4f}")


main()
