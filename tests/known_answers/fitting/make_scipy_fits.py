#!/usr/bin/env python3
"""Fits six real usage series with SciPy and writes series.json and scipy_fits.json beside this script.

Usage: make_scipy_fits.py DATA    DATA holds the public data sets named under `origin` of each series
Needs Debian's python3-numpy and python3-scipy. SciPy's own start is polished by Nelder-Mead on its logpdf or
logpmf, since its default stops at four digits. Nothing of Breakeven is used.
"""
import csv, json, math, pathlib, sys
import numpy as np
import scipy
from scipy import optimize, stats

data = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent


def rows(name):
    with open(data / name, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def total(records, key, value):
    sums = {}
    for record in records:
        sums[key(record)] = sums.get(key(record), 0.0) + float(value(record))
    return [sums[k] for k in sorted(sums)]


r1 = rows("servegen-clients/servegen_r1_clients.csv")
mlarge = rows("servegen-clients/servegen_mlarge_clients.csv")
team = rows("coding-agent-team/usage_events.csv")
aider = [r for r in rows("coding-user-aider/usage_events.csv") if r["user_id"] == "u01"]
codex = rows("codex-pro-subscriber/usage_events.csv")
SERVEGEN = "ServeGen (Xiang et al. 2025, arXiv 2505.09999), github alibaba/ServeGen f891d11; Apache-2.0"
series = [
    ("r1_requests", "requests a client, reasoning model, one day", SERVEGEN, [float(r["requests"]) for r in r1]),
    ("mlarge_requests", "requests a client, large model, 14 days", SERVEGEN, [float(r["requests"]) for r in mlarge]),
    ("mlarge_input_per_request", "mean input tokens a request of each client", SERVEGEN,
     [float(r["input_mean"]) for r in mlarge if r["input_mean"]]),
    ("team_calls_per_day", "coding agent's API calls a developer and active day",
     "github entireio/cli, branch entire/checkpoints/v1 at 394f81f; MIT",
     total(team, lambda r: (r["user_id"], r["timestamp"][:10]), lambda r: 1)),
    ("aider_completion_per_day", "completion tokens of one heavy user an active day",
     "github Aider-AI/aider sample-analytics.jsonl up to 3ec8ec5; Apache-2.0",
     total(aider, lambda r: r["timestamp"][:10], lambda r: r["completion_tokens"])),
    ("codex_output_per_call", "output tokens a model call of a subscriber",
     "github entireio/entire-graph, branch entire/checkpoints/v1 at 7789048; MIT",
     [float(r["output_tokens"]) for r in codex if float(r["output_tokens"]) > 0]),
]


def polish(log_likelihood, start):
    """Maximum over the logarithms of the parameters (the first of a lognormal as it is)."""
    best = np.asarray(start, float)
    for _ in range(6):
        best = optimize.minimize(lambda t: -log_likelihood(t), best, method="Nelder-Mead",
                                 options={"xatol": 1e-12, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000}).x
    return best, log_likelihood(best)


def fit(family, x):
    n = len(x)
    e = np.exp
    if family == "lognormal_pareto":
        return spliced(x)
    if family == "lognormal":
        s, _, scale = stats.lognorm.fit(x, floc=0)
        t, ll = polish(lambda t: stats.lognorm.logpdf(x, e(t[1]), scale=e(t[0])).sum(), [math.log(scale), math.log(s)])
        frozen, parameters, k = stats.lognorm(e(t[1]), scale=e(t[0])), {"mu": t[0], "sigma": e(t[1])}, 2
    elif family == "gamma":
        a, _, scale = stats.gamma.fit(x, floc=0)
        t, ll = polish(lambda t: stats.gamma.logpdf(x, e(t[0]), scale=e(t[1])).sum(), np.log([a, scale]))
        frozen, parameters, k = stats.gamma(e(t[0]), scale=e(t[1])), {"shape": e(t[0]), "scale": e(t[1])}, 2
    elif family == "weibull":
        c, _, scale = stats.weibull_min.fit(x, floc=0)
        t, ll = polish(lambda t: stats.weibull_min.logpdf(x, e(t[0]), scale=e(t[1])).sum(), np.log([c, scale]))
        frozen, parameters, k = stats.weibull_min(e(t[0]), scale=e(t[1])), {"shape": e(t[0]), "scale": e(t[1])}, 2
    elif family == "pareto":
        xm = min(x)
        t, ll = polish(lambda t: stats.pareto.logpdf(x, e(t[0]), scale=xm).sum(), [0.0])
        frozen, parameters, k = stats.pareto(e(t[0]), scale=xm), {"alpha": e(t[0]), "xm": xm}, 2
    elif family == "lomax":
        if np.mean(x**2) <= 2 * np.mean(x) ** 2:
            return None
        t, ll = polish(lambda t: stats.lomax.logpdf(x, e(t[0]), scale=e(t[1])).sum(), np.log([1.5, np.median(x)]))
        frozen, parameters, k = stats.lomax(e(t[0]), scale=e(t[1])), {"alpha": e(t[0]), "scale": e(t[1])}, 2
    elif family == "exponential":
        mean = stats.expon.fit(x, floc=0)[1]
        frozen, parameters, k = stats.expon(scale=mean), {"mean": mean}, 1
        ll = frozen.logpdf(x).sum()
    elif family == "poisson":
        mean = np.mean(x)
        return result(family, {"mean": mean}, stats.poisson.logpmf(x, mean).sum(), 1, n)
    elif family == "negative_binomial":
        def ll_of(t):
            r, m = e(t[0]), e(t[1])
            return stats.nbinom.logpmf(x, r, r / (r + m)).sum()
        t, ll = polish(ll_of, [0.0, math.log(np.mean(x))])
        return result(family, {"r": e(t[0]), "mean": e(t[1])}, ll, 2, n)
    answer = result(family, parameters, ll, k, n)
    answer["ks"] = stats.kstest(x, frozen.cdf).statistic
    answer["cvm"] = stats.cramervonmises(x, frozen.cdf).statistic
    ordered = np.sort(x)
    i = np.arange(1, n + 1)
    if family != "pareto":  # infinite there: the smallest value is xm itself, where the cdf is 0
        answer["ad"] = -n - np.mean((2 * i - 1) * (frozen.logcdf(ordered) + frozen.logsf(ordered[::-1])))
    return answer


def result(family, parameters, ll, k, n):
    return {"family": family, "parameters": {key: float(v) for key, v in parameters.items()},
            "log_likelihood": float(ll), "aic": float(2 * k - 2 * ll), "bic": float(k * math.log(n) - 2 * ll)}


def capped(x, cap):
    """Lognormal and Weibull with every value from `cap` on known only to be at least that."""
    seen, count = x[x < cap], int(np.sum(x >= cap))
    answers = []
    t, ll = polish(lambda t: stats.lognorm.logpdf(seen, np.exp(t[1]), scale=np.exp(t[0])).sum()
                   + count * stats.lognorm.logsf(cap, np.exp(t[1]), scale=np.exp(t[0])),
                   [np.mean(np.log(x)), math.log(np.std(np.log(x)))])
    answers.append(result("lognormal", {"mu": t[0], "sigma": np.exp(t[1])}, ll, 2, len(x)))
    t, ll = polish(lambda t: stats.weibull_min.logpdf(seen, np.exp(t[0]), scale=np.exp(t[1])).sum()
                   + count * stats.weibull_min.logsf(cap, np.exp(t[0]), scale=np.exp(t[1])),
                   [0.0, math.log(np.mean(x))])
    answers.append(result("weibull", {"shape": np.exp(t[0]), "scale": np.exp(t[1])}, ll, 2, len(x)))
    return {"cap": float(cap), "fits": answers}


def truncated(x, above):
    """Lognormal and gamma of the values above a bound, nothing else having been recorded."""
    x = x[x > above]
    answers = []
    t, ll = polish(lambda t: (stats.lognorm.logpdf(x, np.exp(t[1]), scale=np.exp(t[0]))
                              - stats.lognorm.logsf(above, np.exp(t[1]), scale=np.exp(t[0]))).sum(),
                   [np.mean(np.log(x)), math.log(np.std(np.log(x)))])
    answers.append(result("lognormal", {"mu": t[0], "sigma": np.exp(t[1])}, ll, 2, len(x)))
    return {"above": float(above), "fits": answers}


def mixture(x, k):
    """Best log-likelihood of k lognormal components, by direct search from several starts (no EM)."""
    y = np.log(x)

    def ll_of(t):
        w = np.concatenate([[0.0], t[: k - 1]])
        w = np.exp(w - w.max())
        w /= w.sum()
        parts = [np.log(w[j]) + stats.norm.logpdf(y, t[k - 1 + j], np.exp(t[2 * k - 1 + j])) for j in range(k)]
        return np.logaddexp.reduce(parts, axis=0).sum() - y.sum()

    starts = []
    for spread in (0.5, 1.0, 1.5):
        centres = np.mean(y) + spread * np.std(y) * np.linspace(-1, 1, k)
        starts.append(np.concatenate([np.zeros(k - 1), centres, np.full(k, math.log(np.std(y) / k))]))
    for small in (0.05, 0.95):  # two components, one of them small and narrow
        big_mu, small_mu = np.mean(y), np.quantile(y, small)
        starts.append(np.array([math.log(9.0), small_mu, big_mu, math.log(np.std(y) / 4), math.log(np.std(y))]))
    best = None
    for start in starts:
        t, ll = polish(ll_of, start)
        if best is None or ll > best[1]:
            best = (t, ll)
    t, ll = best
    w = np.concatenate([[0.0], t[: k - 1]])
    w = np.exp(w - w.max())
    w /= w.sum()
    order = np.argsort(t[k - 1 : 2 * k - 1])
    return {"components": k, "log_likelihood": float(ll), "bic": float((3 * k - 1) * math.log(len(x)) - 2 * ll),
            "weights": [float(w[j]) for j in order], "mu": [float(t[k - 1 + j]) for j in order],
            "sigma": [float(math.exp(t[2 * k - 1 + j])) for j in order]}


def spliced(x):
    """Lognormal body cut off above, Pareto tail; every value of the upper half with 10 in its tail is tried."""
    x = np.sort(x)
    n = len(x)
    tried = []
    for i in range(n - n // 2, n - 9):
        if x[i] == x[i - 1]:
            continue
        threshold, low, high = x[i], x[:i], x[i:]
        alpha = 1.0 / np.mean(np.log(high / threshold))
        w = len(high) / n

        def ll_of(t, low=low, threshold=threshold):
            law = stats.lognorm(np.exp(t[1]), scale=np.exp(t[0]))
            return law.logpdf(low).sum() - len(low) * law.logcdf(threshold)
        best = optimize.minimize(lambda t: -ll_of(t), [np.mean(np.log(low)), math.log(np.std(np.log(low)))],
                                 method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9})
        rest = (stats.pareto.logpdf(high, alpha, scale=threshold).sum() + len(high) * math.log(w)
                + len(low) * math.log1p(-w))
        tried.append((-best.fun + rest, best.x, ll_of, rest, threshold, w, alpha))
    _, start, ll_of, rest, threshold, w, alpha = max(tried, key=lambda item: item[0])
    t, ll = polish(ll_of, start)
    return result("lognormal_pareto", {"mu": t[0], "sigma": math.exp(t[1]), "threshold": threshold, "tail_weight": w,
                                       "alpha": alpha}, ll + rest, 5, n)


answers = []
for name, what, origin, values in series:
    x = np.asarray(values)
    families = ["lognormal", "gamma", "weibull", "pareto", "lomax", "exponential"]
    if np.all(x == np.floor(x)) and np.mean(x) < 10000:
        families += ["negative_binomial", "poisson"]
    if len(x) < 150:
        families.append("lognormal_pareto")
    fits = [f for f in (fit(family, x) for family in families) if f]
    answers.append({"series": name, "fits": fits, "capped": capped(x, np.sort(x)[int(0.9 * len(x))]),
                    "truncated": truncated(x, np.sort(x)[len(x) // 10])})
with_mixture = {"mlarge_requests": 2, "codex_output_per_call": 2}
for answer in answers:
    if answer["series"] in with_mixture:
        x = np.asarray(next(s[3] for s in series if s[0] == answer["series"]))
        answer["mixture"] = mixture(x, with_mixture[answer["series"]])
both = [r for r in mlarge if r["input_mean"]]
spearman = stats.spearmanr([float(r["requests"]) for r in both], [float(r["input_mean"]) for r in both])
with open(here / "series.json", "w", encoding="utf-8") as file:
    file.write('{"series": [\n' + ",\n".join(json.dumps({"name": n, "what": w, "origin": o, "values": v})
                                             for n, w, o, v in series) + "\n],\n\"spearman\": "
               + json.dumps({"requests": [float(r["requests"]) for r in both],
                             "input_per_request": [float(r["input_mean"]) for r in both]}) + "}\n")
with open(here / "scipy_fits.json", "w", encoding="utf-8") as file:
    file.write(json.dumps({"made_by": "make_scipy_fits.py", "scipy": scipy.__version__, "numpy": np.__version__,
                           "spearman_mlarge_requests_input": float(spearman.correlation),
                           "answers": answers}, indent=1) + "\n")
