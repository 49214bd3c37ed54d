"""catalogue-recsys, distil-and-route, own-fleet."""
import math

from laws import Lognormal, Pert
from table import Story


# catalogue-recsys
def catalogue(median, sv, queries, sq, r, item):
    v = Lognormal(median, sv)
    mean_q = queries * math.exp(sq * sq / 2)
    seen = Lognormal(median * math.exp(r * sv * sq), sv)  # the catalogue as queries see it
    switch = (3e-5 - 2e-6) / item
    best = (2e-6 * (1 - seen.above(switch)) + item * (seen.mean - seen.mean_above(switch)) + 3e-5 * seen.above(switch))
    text = ", seen by queries: V times e^(r s s)"
    return {
        ("dense", "cost_per_user"): (mean_q * (2e-6 + item * seen.mean), "E Q (2e-6 + item E V)" + text),
        ("generative", "cost_per_user"): (mean_q * 3e-5, "E Q x 3e-5"),
        ("hybrid", "cost_per_user"): (mean_q * (3.0001e-5 + 0.02 * item * seen.mean), "E Q (3.0001e-5 + 0.02 item E V)" + text),
        ("best", "cost_per_user"): (mean_q * best, "E Q E min(2e-6 + item V, 3e-5)" + text),
        ("base-and-storage", "cost_per_user"): (mean_q * (2e-6 + item * seen.mean) + 1.4e-5 * v.mean, "dense + 1.4e-5 E V"),
    }


CAT, QUE = "segment.merchants.usage.catalogue.", "segment.merchants.usage.queries."
story = Story("catalogue-recsys",
              {"median": CAT + "median", "sv": CAT + "sigma", "queries": QUE + "median", "sq": QUE + "sigma",
               "r": "segment.merchants.correlation.1.pearson", "item": "segment.merchants.usage.scan.value"},
              catalogue, median=50_000, sv=2.2, queries=2_000_000, sq=1.6, r=0.5, item=1e-11)
FOUR = ("dense", "generative", "hybrid", "best")
MANY = "run.users=100000"
story.case({}, [(p, "cost_per_user", s) for p, s in zip(FOUR, ("249", "216", "221", "73"))] +
           [("base-and-storage", "cost_per_user", "")], MANY)
thousand = {"queries": 1000 / math.exp(1.28)}  # a merchant asks 1,000 times
story.case(thousand, [(p, "cost_per_user", s) for p, s in zip(FOUR, ("0.0347", "0.0300", "0.0307", "0.0102"))], MANY)
story.case({**thousand, "r": 0.0}, [("dense", "cost_per_user", "0.0076")], MANY)  # ignoring the correlation
same = {"sv": 0.0, "sq": 0.0, "queries": 1000.0}  # V* = 2.8 million: all cost alike
story.case({**same, "median": 2.8e6}, [("dense", "cost_per_user", "0.0300"), ("generative", "cost_per_user", "0.0300")])
story.case({**same, "median": 2.8572e6}, [("dense", "cost_per_user", ""), ("hybrid", "cost_per_user", "")])
story.case({"median": 2e6, "sv": 0.8, "sq": 0.6, "r": 0.8, "item": 2e-11},
           [(p, "cost_per_user", "") for p in FOUR], MANY)


# distil-and-route
def distil(queries, phi_, ratio, e, amount, hazard, months, subscribers, fee):
    mix = phi_ * (0.02 * ratio + e * 0.02) + (1 - phi_) * 0.02 + 0.0001
    teacher = queries * 0.02
    text = "queries x (share (student + e teacher) + (1 - share) teacher + router)"
    routed, renewed = queries * mix, queries * mix
    once, again = amount / months / subscribers, amount * hazard / subscribers
    return {
        ("teacher", "cost_per_user"): (teacher, "queries x 0.02"),
        ("teacher", "margin_per_user"): (5 - teacher, "5 - queries x 0.02"),
        ("teacher", "margin_total"): (subscribers * (5 - teacher), "subscribers x (5 - queries x 0.02)"),
        ("routed", "marginal_cost_per_user"): (routed, text),
        ("routed", "fixed_cost_per_user"): (once, "amount / months / subscribers"),
        ("routed", "cost_per_user"): (routed + once, text + " + amount / months / subscribers"),
        ("routed", "margin_per_user"): (5 - routed - once, "5 - " + text + " - amount / months / subscribers"),
        ("renewed", "cost_per_user"): (renewed + again, text + " + amount x hazard / subscribers"),
        ("renewed", "margin_total"): (subscribers * (5 - renewed - again),
                                      "teacher's + hazard x NPV, NPV = 111,000 / hazard - 300,000"),
    }


ROUTE = ("plan.routed.cost.route.student.", "plan.renewed.cost.route.student.")
both = lambda key: ";".join(r + key for r in ROUTE)
story = Story("distil-and-route",
              {"queries": "segment.users.usage.queries.value", "phi_": both("student_share"), "ratio": both("student_cost_share"),
               "e": both("escalation"), "amount": "plan.routed.cost.one_off.distillation.amount;plan.renewed.cost.one_off.distillation.amount",
               "hazard": "plan.renewed.cost.one_off.distillation.hazard", "months": "plan.routed.cost.one_off.distillation.months",
               "subscribers": "population.subscribers", "fee": "plan.renewed.fee"},
              distil, queries=200, phi_=0.7, ratio=0.1, e=0.1, amount=300_000, hazard=0.1, months=12, subscribers=50_000, fee=5)
story.case({}, [("teacher", "cost_per_user", "4.00"), ("teacher", "margin_per_user", "1.00"),
                ("routed", "marginal_cost_per_user", "1.78"), ("routed", "fixed_cost_per_user", "0.50"),
                ("routed", "margin_per_user", "2.72"), ("renewed", "cost_per_user", "")])
story.case({"queries": 1}, [("routed", "marginal_cost_per_user", "0.0089")])
saving = 0.02 - 0.0089
pays = 300_000 / saving
assert abs(saving - 0.0111) < 1e-12 and abs(pays / 1e6 - 27.03) < 0.005 and abs(pays / 1e7 - 2.70) < 0.005
for queries_a_month, subscribers in ((1e7, 50_000), (1e8, 500_000), (5e5, 2_500)):
    # Over the months to pay back (2.70; 0.27, 8 days; 54) the routed user costs what the teacher's does.
    story.case({"months": pays / queries_a_month, "subscribers": subscribers},
               [("routed", "cost_per_user", "4.00")])
for hazard, npv in ((0.10, 810_000), (0.05, 1_920_000), (0.20, 255_000)):
    figures = distil(200, 0.7, 0.1, 0.1, 300_000, hazard, 12, 50_000, 5)
    assert abs((figures["renewed", "margin_total"][0] - figures["teacher", "margin_total"][0]) / hazard - npv) < 1
    story.case({"hazard": hazard}, [("teacher", "margin_total", ""), ("renewed", "margin_total", "")])
story.case({"phi_": 0.1625}, [("routed", "margin_per_user", "1.00")])   # least share that pays within 12 months
story.case({"e": 0.714}, [("routed", "margin_per_user", "1.00")])       # most escalation, 71 %
story.case({"queries": 300, "phi_": 0.4, "ratio": 0.2, "e": 0.3, "amount": 150_000, "months": 24, "subscribers": 20_000},
           [("routed", "marginal_cost_per_user", ""), ("routed", "margin_per_user", ""), ("renewed", "cost_per_user", "")])


def npv_below_zero():
    """P(10^7 (phi (0.018 - 0.02 e) - 0.0001) < F h): F integrated in closed form."""
    share, e, h, f = Pert(0.4, 0.7, 0.85, 80), Pert(0.03, 0.10, 0.30, 80), Pert(0.04, 0.10, 0.25, 80), Pert(1e5, 3e5, 1.5e6)
    return share.mean(lambda s: e.mean(lambda x: h.mean(lambda y: 1 - f.cdf(1e7 * (s * (0.018 - 0.02 * x) - 0.0001) / y))))


chance = npv_below_zero()
story.figures = lambda **_: {("renewed", "probability_plan_loses"): (chance, "P(saving < amount x hazard), all four PERT; integrated")}
story.case({"subscribers": 50_000, "ratio": 0.1, "fee": 4}, [("renewed", "probability_plan_loses", "0.10")],
           "run.worlds=4000;run.users=32")


# own-fleet
def fleet(capex, speed, u, median, sigma, market, peak, gpus):
    annuity = 0.1 / (1 - 1.1**-4)
    hour = capex * annuity / 8760 + 1.5 * 0.07 + capex * 0.08 / 8760
    tokens = Lognormal(median, sigma).mean
    own = hour / (3600 * speed)
    text = "tokens x (capex (A + 0.08) / 8760 + 1.5 x 0.07) / (3600 x speed x u)"
    return {
        ("own-at-utilisation", "cost_per_user"): (tokens * own / u, text),
        ("own", "cost_per_user"): (tokens * own * peak / 0.8, text + ", u = 0.8 / peak"),
        ("own", "marginal_cost_per_user"): (tokens * 1.5 * 0.07 / (3600 * speed) * peak / 0.8, "power only"),
        ("fixed-fleet", "cost_per_user"): (gpus * hour * 720 / 200_000, "GPUs x hour x 720 / 200,000"),
        ("market", "cost_per_user"): (tokens * market / 1e6, "tokens x market price"),
        ("hour", "total"): (hour, ""), ("demand", "tokens"): (tokens * 200_000, ""),
    }


story = Story("own-fleet", {"capex": "cost.fleet.capex", "speed": "cost.fleet.throughput",
                            "u": "plan.own-at-utilisation.cost.fleet.utilisation",
                            "median": "segment.subscribers.usage.tokens.median", "sigma": "segment.subscribers.usage.tokens.sigma",
                            "market": "cost.fleet.market_price", "peak": "cost.fleet.peak_to_mean",
                            "gpus": "plan.fixed-fleet.cost.fleet.gpus"},
              fleet, capex=40_000, speed=1800, u=0.4, median=1.2e6, sigma=1.6, market=0.88, peak=2, gpus=463)
figures = fleet(**story.base)
hour, demand = figures["hour", "total"][0], figures["demand", "tokens"][0]
rate = demand / (720 * 3600)
assert f"{hour:.3f} {demand / 1e9:.0f} {rate / 1e3:.0f} {rate / 1800:.0f}" == "1.911 863 333 185"
assert f"{1e6 * hour / 3600 / 1800:.3f}" == "0.295" and math.ceil(rate / 1800 * 2 / 0.8) == 463 and abs(1e5 * hour * 8760 / 1e9 - 1.67) < 0.005
story.case({}, [("own", "cost_per_user", "3.18"), ("fixed-fleet", "cost_per_user", "3.18"), ("market", "cost_per_user", ""),
                ("own", "marginal_cost_per_user", "")])
million = {"median": 1e6, "sigma": 0.0}
for u, stated in ((0.2, "1.474"), (0.4, "0.737"), (0.6, "0.491"), (0.8, "0.369")):
    story.case({**million, "u": u}, [("own-at-utilisation", "cost_per_user", stated)])
for capex, u in ((40_000, 0.335), (30_000, 0.256), (50_000, 0.414)):  # u*: as dear as the market
    story.case({**million, "capex": capex, "u": u}, [("own-at-utilisation", "cost_per_user", "0.88")])
story.case({"gpus": 1, "speed": 1800.0}, [("fixed-fleet", "cost_per_user", "")])  # the GPU-hour itself: x 720 / 200,000
story.case({"capex": 30_000, "speed": 2400, "median": 6e5, "sigma": 1.2, "peak": 3, "market": 0.5, "u": 0.7, "gpus": 200},
           [("own", "cost_per_user", ""), ("own", "marginal_cost_per_user", ""), ("fixed-fleet", "cost_per_user", ""),
            ("market", "cost_per_user", ""), ("own-at-utilisation", "cost_per_user", "")])

use, capex, speed = Pert(0.2, 0.4, 0.7, 4000), Pert(30_000, 40_000, 50_000), Pert(1200, 1800, 2400)
chance = capex.mean(lambda c: speed.mean(lambda m: use.cdf(fleet(c, m, 1, 1e6, 0, 0.88, 2, 1)["hour", "total"][0] / (3600 * m) * 1e6 / 0.88)))
story.figures = lambda **_: {("own-at-utilisation", "probability_plan_loses"): (
    chance, "P(u < u*), utilisation, capex and throughput PERT; integrated")}
story.case(million, [("own-at-utilisation", "probability_plan_loses", "0.25")],
           "plan.own-at-utilisation.fee=0.88;run.worlds=4000;run.users=32")
