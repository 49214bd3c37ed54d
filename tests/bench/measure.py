#!/usr/bin/env python3
"""Measures breakeven beside the peers a notebook user would reach for, in one run on the same cores.

Usage: measure.py BREAKEVEN [--workload reference|pro-200|all] [--repeat R] [--users N] [--scenarios DIR]

Ours is the real binary on a scenario file, timed from process start to end (reading, simulating, writing the run to a store in a
temporary folder); N is large so that the start does not matter, and what an empty run costs is printed. Peers time their own
loop only. Repetitions alternate between the programs after a warm-up round; medians and ranges are printed.
On one core: every program is bound to the same core. On all cores: ours uses every core, numba too, and numpy, which uses
one, runs as many processes at once as there are cores (their rates are added).
--clock cpu counts processor seconds instead (of peers less what an almost empty run of them takes), for a machine that others use.
Needs Debian's python3-numpy and python3-numba.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CORES = sorted(os.sched_getaffinity(0))


def environment():
    """The caller's, without settings that would make numpy choose slower kernels than its own detection."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}


def bound_to(cores):
    return lambda: os.sched_setaffinity(0, cores)


class Clock:
    """Wall clock, or processor time for machines that others use too."""

    def __init__(self, kind):
        self.is_cpu = kind == "cpu"
        self.peer_start = {}  # processor seconds until a peer's loop starts, by script

    def seconds(self, wall, usage):
        return usage.ru_utime + usage.ru_stime if self.is_cpu else wall


def waited(process):
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(process.args)} failed")
    return usage


def peer(clock, script, small, arguments, user_months, cores, processes=1):
    """Rate of a peer in user-months a second; the sum over processes that run at the same time.

    By processor time, that of a run with the arguments `small` is taken off: starting Python and loading numpy."""
    def start(arguments, cores):
        command = ["/usr/bin/python3", os.path.join(HERE, "peers", script), *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), preexec_fn=bound_to(cores))

    if clock.is_cpu and script not in clock.peer_start:
        process = start(small, cores)
        process.stdout.read()
        clock.peer_start[script] = clock.seconds(0, waited(process))
    started = [start(arguments, cores if processes == 1 else [core]) for core in cores[:processes]]
    rate = 0.0
    for process in started:
        said = json.loads(process.stdout.read())["user_months_per_s"]
        usage = waited(process)
        rate += user_months / (clock.seconds(0, usage) - clock.peer_start[script]) if clock.is_cpu else said
    return rate


def ours(clock, binary, scenario, options, cores, folder):
    """Seconds of one whole run of the binary, and its largest memory in MB."""
    command = [binary, "run", scenario, "--quiet", "--db", os.path.join(folder, "runs.sqlite"), "--threads", str(len(cores)), *options]
    start = time.perf_counter()
    usage = waited(subprocess.Popen(command, preexec_fn=bound_to(cores)))
    return clock.seconds(time.perf_counter() - start, usage), usage.ru_maxrss / 1024


def table(title, rows, reference):
    print(f"\n{title}")
    print(f"{'':<34}{'median':>12}{'lowest':>12}{'highest':>12}   M user-months/s")
    for name, rates in rows.items():
        print(f"{name:<34}{statistics.median(rates) / 1e6:>12.2f}{min(rates) / 1e6:>12.2f}{max(rates) / 1e6:>12.2f}")
    for name, rates in rows.items():
        if name == reference:
            continue
        ratios = [a / b for a, b in zip(rows[reference], rates)]
        print(f"ratio to {name:<25}{statistics.median(ratios):>12.2f}{min(ratios):>12.2f}{max(ratios):>12.2f}   x, repetition by repetition")


def compare(title, repeat, programs):
    """Runs every program once a round; the first round only warms up. The first program is ours."""
    rates = {name: [] for name in programs}
    for round_number in range(repeat + 1):
        for name, program in programs.items():
            rate = program()
            if round_number:
                rates[name].append(rate)
    table(title, rates, next(iter(programs)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("breakeven")
    parser.add_argument("--workload", choices=["reference", "pro-200", "all"], default="all")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--users", type=int, default=200_000_000, help="of our run of the reference workload")
    parser.add_argument("--scenarios", default=os.path.join(HERE, "..", "..", "scenarios"))
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall",
                        help="cpu: processor time instead, for a busy machine; one core only")
    arguments = parser.parse_args()
    clock = Clock(arguments.clock)
    binary = os.path.abspath(arguments.breakeven)
    if not os.access(binary, os.X_OK):
        sys.exit(f"{binary} is not a program; build the release preset first")
    print(f"{len(CORES)} cores; load {os.getloadavg()[0]:.1f} (a busy machine spoils every number); {arguments.repeat} repetitions")
    with tempfile.TemporaryDirectory() as folder:
        def rate(scenario, options, user_months, cores):
            seconds, memory = ours(clock, binary, scenario, options, cores, folder)
            peak[0] = max(peak[0], memory)
            return user_months / seconds

        peak = [0.0]
        one, every = CORES[:1], CORES
        if arguments.workload in ("reference", "all"):
            scenario = os.path.join(HERE, "reference-workload.toml")
            users = arguments.users
            start = statistics.median(ours(clock, binary, scenario, ["--users", "100"], one, folder)[0] for _ in range(5))
            print(f"our process start and end, with a run of 100 users: {1e3 * start:.0f} ms")
            compare(f"reference workload, one core ({users:,} user-months ours, 10,000,000 numpy)", arguments.repeat, {
                "breakeven, 1 thread": lambda: rate(scenario, ["--users", str(users)], users, one),
                "numpy": lambda: peer(clock, "mc_numpy.py", [1000], [10_000_000], 1e7, one)})
            if not clock.is_cpu:
                for title, options in [("", []), (", quantiles of the margin only, as the peers", ["--set", "run.distributions=margin"])]:
                    options = ["--users", str(users), *options]
                    compare(f"reference workload, {len(every)} cores{title}", arguments.repeat, {
                        f"breakeven, {len(every)} threads": lambda options=options: rate(scenario, options, users, every),
                        "numpy, 1 process": lambda: peer(clock, "mc_numpy.py", [1000], [10_000_000], 1e7, every),
                        f"numpy, {len(every)} processes": lambda: peer(clock, "mc_numpy.py", [1000], [10_000_000], 1e7, every, len(every)),
                        f"numba, {len(every)} threads": lambda: peer(clock, "mc_numba.py", [1000], [40_000_000], 4e7, every)})
        if arguments.workload in ("pro-200", "all"):
            scenario = os.path.join(arguments.scenarios, "pro-200", "pro-200.toml")
            options = ["--users", "10000", "--worlds", "500"]
            compare("pro-200, 10,000 users x 500 worlds x 5 plans, one core", arguments.repeat, {
                "breakeven, 1 thread": lambda: rate(scenario, options, 5_000_000, one),
                "numpy": lambda: peer(clock, "mc_numpy_pro_200.py", [2], [500], 5e6, one)})
            if not clock.is_cpu:
                compare(f"pro-200, {len(every)} cores", arguments.repeat, {
                    f"breakeven, {len(every)} threads": lambda: rate(scenario, options, 5_000_000, every),
                    "numpy, 1 process": lambda: peer(clock, "mc_numpy_pro_200.py", [2], [500], 5e6, every),
                    f"numpy, {len(every)} processes": lambda: peer(clock, "mc_numpy_pro_200.py", [2], [500], 5e6, every, len(every))})
        print(f"\nour largest memory: {peak[0]:.0f} MB")


if __name__ == "__main__":
    main()
