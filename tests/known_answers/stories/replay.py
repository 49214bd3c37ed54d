"""The replay pack but moviepass: deepseek-day, copilot-2023, claude-code-two-roots, cursor-mix-shift, credit-pack."""
import math

from laws import Lognormal, z
from table import Story


def day(hourly, cached, gpus):
    cost = gpus * hourly * 24
    revenue = 266e3 * 0.55 + 342e3 * cached + 168e3 * 2.19
    return {("r1-list", "cost_per_user"): (cost, "226.75 x 8 GPUs x $2 x 24"),
            ("r1-list", "revenue_per_user"): (revenue, "266,000 x 0.55 + 342,000 x 0.14 + 168,000 x 2.19"),
            ("r1-list", "margin_total"): (revenue - cost, "revenue - cost"),
            ("r1-list", "margin_rate"): (1 - cost / revenue, "1 - cost / revenue; 545.6 % of the cost")}


story = Story("deepseek-day", {"hourly": "cost.fleet.hourly_amount", "cached": "plan.r1-list.charge.cached.unit_amount",
                               "gpus": "cost.fleet.gpus"}, day, hourly=2, cached=0.14, gpus=1814)
story.case({}, [("r1-list", "cost_per_user", "87072"), ("r1-list", "revenue_per_user", "562100"),
                ("r1-list", "margin_total", ""), ("r1-list", "margin_rate", "")])
# In per cent of the day's cost: GPU-hour and list prices over $870.72.
story.figures = lambda **_: {("r1-list", "cost_per_user"): (100.0, "1814 x 2 x 24 / 870.72"),
                             ("r1-list", "margin_per_user"): (day(2, 0.14, 1814)["r1-list", "margin_total"][0] / 870.72,
                                                              "(562,100 - 87,072) / 870.72")}
story.case({}, [("r1-list", "cost_per_user", ""), ("r1-list", "margin_per_user", "545.6")],
           f"cost.fleet.hourly_amount={2 / 870.72!r};" + ";".join(
               f"plan.r1-list.charge.{m}.unit_amount={p / 870.72!r}" for m, p in (("input", 0.55), ("cached", 0.14), ("output", 2.19))))
story.figures = day
story.case({"hourly": 2.5, "cached": 0.55, "gpus": 2224}, [("r1-list", "cost_per_user", ""), ("r1-list", "margin_total", "")])


def copilot(mean, sigma, fee):
    c = Lognormal(mean * math.exp(-sigma**2 / 2), sigma)
    return {("flat", "loss_making_users"): (c.above(fee), "1 - Phi((ln fee - ln mean + s^2/2) / s)"),
            ("at-80", "loss_making_users"): (c.above(80), "1 - Phi((ln 80 - ln mean + s^2/2) / s)"),
            ("flat", "margin_per_user"): (fee - mean, "fee - mean")}


SPEND = "segment.developers.usage.serving."
story = Story("copilot-2023", {"mean": SPEND + "mean", "sigma": SPEND + "sigma", "fee": "plan.flat.fee"}, copilot,
              mean=30, sigma=0.8, fee=10)
THREE = [("flat", "loss_making_users"), ("at-80", "loss_making_users"), ("flat", "margin_per_user")]
story.case({}, [(*row, s) for row, s in zip(THREE, ("0.835", "0.052", "-20"))])
story.case({"mean": 25, "sigma": 1.2, "fee": 19}, [(*row, "") for row in THREE])


def roots(mean, p90, fee):
    figures = {}
    middle = math.sqrt(z(0.9) ** 2 - 2 * math.log(p90 / mean))
    for name, sigma in (("mild", z(0.9) - middle), ("heavy", z(0.9) + middle)):
        c = Lognormal(mean * math.exp(-sigma**2 / 2), sigma)
        limit = {"mild": 333.40, "heavy": 482.17}[name]
        figures["flat-" + name, "cross_subsidy_per_user"] = (c.excess(fee), "E(c - 200)+, s = z -+ sqrt(z^2 - 2 ln(P90 / mean))")
        figures["flat-" + name, "cost_share_top_10"] = (c.top(0.1), "Phi(s - z(0.9)), s = z -+ sqrt(z^2 - 2 ln(P90 / mean))")
        figures["limit-" + name, "cost_per_user"] = (c.capped(limit), "E min(c, P95)")
        figures["limit-" + name, "touched_by_limit"] = (c.above(limit), "P(c > limit)")
        figures[name] = (sigma, c.excess(math.exp(c.mu + z(0.95) * sigma)) / mean)
    return figures


TWO = "segment.{0}.usage.spend.mean;segment.{1}.usage.spend.mean"
story = Story("claude-code-two-roots",
              {"mean": "segment.mild.usage.spend.mean;segment.heavy.usage.spend.mean",
               "p90": "segment.mild.usage.spend.p90;segment.heavy.usage.spend.p90",
               "fee": "plan.flat-mild.fee;plan.flat-heavy.fee"}, roots, mean=126, p90=252, fee=200)
figures = roots(126, 252, 200)
# A cap at P95 removes so much of the cost.
assert [f"{figures[n][0]:.2f} {figures[n][1]:.2f}" for n in ("mild", "heavy")] == ["0.78 0.06", "1.79 0.37"], figures
story.case({}, [("flat-mild", "cross_subsidy_per_user", "20"), ("flat-heavy", "cross_subsidy_per_user", "68"),
                ("flat-mild", "cost_share_top_10", "0.31"), ("flat-heavy", "cost_share_top_10", "0.69"),
                ("limit-mild", "cost_per_user", ""), ("limit-heavy", "cost_per_user", ""),
                ("limit-mild", "touched_by_limit", "0.05"), ("limit-heavy", "touched_by_limit", "0.05")])
story.case({"mean": 200, "p90": 420, "fee": 250},
           [(p + n, m, "") for n in ("mild", "heavy") for p, m in (("flat-", "cross_subsidy_per_user"), ("flat-", "cost_share_top_10"),
                                                                  ("limit-", "cost_per_user"))])


def mix(share, requests, gemini=None):
    rest = 1 - share
    g = rest / 2 if gemini is None else gemini
    cost = requests * 20 * (share / 225 + g / 550 + (rest - g) / 650)
    text = "500 x 20 (share / 225 + rest / 2 / 550 + rest / 2 / 650)"
    return {("requests-500", "cost_per_user"): (cost, text), ("requests-500", "margin_per_user"): (20 - cost, "20 - " + text)}


story = Story("cursor-mix-shift", {"share": "cost.rate.sonnet.share", "requests": "segment.full-quota.usage.requests.value"},
              mix, share=0.116, requests=500)
threshold = (20 / 500 - 10 / 550 - 10 / 650) / (20 / 225 - 10 / 550 - 10 / 650)
assert f"{threshold:.3f}" == "0.116"
story.case({"share": threshold}, [("requests-500", "margin_per_user", "0.00")])
story.case({"share": 1.0}, [("requests-500", "cost_per_user", "44")],
           ";".join(f"cost.rate.{m}.{key}" for m in ("gemini", "gpt") for key in ("rest=false", "share=0")))
for model, other, gemini, stated in (("gemini", "gpt", 1.0, "18"), ("gpt", "gemini", 0.0, "15")):
    story.figures = lambda share, requests: mix(share, requests, gemini)
    story.case({"share": 0.0}, [("requests-500", "cost_per_user", stated)],
               f"cost.rate.{other}.rest=false;cost.rate.{other}.share=0")
story.figures = mix
for per, stated in (("sonnet", "0.089"), ("gemini", "0.036"), ("gpt", "0.031")):
    price = {"sonnet": 20 / 225, "gemini": 20 / 550, "gpt": 20 / 650}[per]
    assert abs(price - float(stated)) <= 0.0005, (per, price)
story.case({"share": 0.4, "requests": 350}, [("requests-500", "cost_per_user", ""), ("requests-500", "margin_per_user", "")])


def pack(median, sigma, credits):
    u = Lognormal(median, sigma)
    unused = credits - u.mean + u.excess(credits)
    return {("pack", "revenue_per_user"): (20 + u.excess(credits), "20 + E(u - 20)+"),
            ("pack", "breakage_per_user"): (unused, "20 - E u + E(u - 20)+"),
            ("overage", "touched_by_limit"): (u.above(20), "P(u > 20)"),
            ("pay-as-you-go", "revenue_per_user"): (u.mean, "E u")}


USED = "segment.users.usage.credits."
story = Story("credit-pack", {"median": USED + "median", "sigma": USED + "sigma", "credits": "plan.pack.credit.pack.amount"},
              pack, median=12, sigma=1.0, credits=20)
u = Lognormal(12, 1.0)
assert abs((20 - u.mean + u.excess(20)) / 20 - 0.386) < 0.0005 and abs(u.excess(20) - 7.51) < 0.005
story.case({}, [("pack", "revenue_per_user", "27.51"), ("pack", "breakage_per_user", ""),
                ("overage", "touched_by_limit", "0.305"), ("pay-as-you-go", "revenue_per_user", "")])
story.case({"median": 9, "sigma": 1.3, "credits": 15}, [("pack", "revenue_per_user", ""), ("pack", "breakage_per_user", ""),
                                                       ("overage", "touched_by_limit", "")])
