"""pro-200, always-on-glasses, gamed-flat, which-side."""
import math

from laws import Lognormal, Pert, normal_loss, phi, simpson, z
from table import Story


# pro-200
def pro(median, sigma, serving, fee, soft):
    x = Lognormal(median, sigma)
    each_list = 2000 * 42e-6 + 5000 * 168e-6
    each = each_list * serving
    c = Lognormal(median * each, sigma)
    soft_cost = each * (x.capped(soft) + 0.1 * x.excess(soft))
    hard_cost = each * x.capped(618.4)
    hybrid = 200 + Lognormal(median * each_list, sigma).excess(200)
    mean = "0.924 x serving share x median x e^(s^2/2)"
    return {
        ("flat", "cost_per_user"): (c.mean, mean),
        ("flat", "margin_per_user"): (fee - c.mean, "fee - " + mean),
        ("flat", "margin_rate"): (1 - c.mean / fee, "1 - mean cost / fee"),
        ("flat", "break_even_fee"): (c.mean, mean),
        ("flat", "loss_making_users"): (c.above(fee), "1 - Phi((ln fee - mu) / s)"),
        ("flat", "cost_share_top_10"): (c.top(0.1), "Phi(s - z(0.9))"),
        ("flat", "cost_share_top_1"): (c.top(0.01), "Phi(s - z(0.99))"),
        ("flat", "cost_gini"): (2 * phi(sigma / math.sqrt(2)) - 1, "2 Phi(s / sqrt 2) - 1"),
        ("flat", "cross_subsidy_per_user"): (c.excess(fee), "E(c - fee)+"),
        ("flat", "cvar95_cost_per_user"): (c.mean * c.top(0.05) / 0.05, "E c Phi(s - z(0.95)) / 0.05"),
        ("soft-cap", "cost_per_user"): (soft_cost, "0.3234 (E min(x, 500) + 0.1 E(x - 500)+)"),
        ("soft-cap", "margin_per_user"): (200 - soft_cost, "200 - cost"),
        ("soft-cap", "touched_by_limit"): (x.above(soft), "P(x > 500)"),
        ("hard-cap", "margin_per_user"): (200 - hard_cost, "200 - 0.3234 E min(x, 618.4)"),
        ("hard-cap", "touched_by_limit"): (x.above(618.4), "P(x > 618.4)"),
        ("hybrid", "revenue_per_user"): (hybrid, "200 + E(0.924 x - 200)+"),
        ("hybrid", "margin_per_user"): (hybrid - c.mean, "200 + E(0.924 x - 200)+ - E c"),
        ("pay-as-you-go", "revenue_per_user"): (each_list * x.mean, "0.924 E x"),
    }


def pro_worlds():
    log_median, sigma, serving = Pert(*map(math.log, (90, 180, 360))), Pert(1.3, 1.59374, 1.9), Pert(0.2, 0.35, 0.6)
    loses = log_median.mean(lambda m: sigma.mean(lambda s: 1 - serving.cdf(200 / (0.924 * math.exp(m + s * s / 2)))))
    cost = 0.924 * log_median.mean(math.exp) * sigma.mean(lambda s: math.exp(s * s / 2)) * serving.mean()
    return loses, cost


REQUESTS = "segment.subscribers.usage.requests."
story = Story("pro-200", {"median": REQUESTS + "median", "sigma": REQUESTS + "sigma", "serving": "cost.serving_share",
                          "fee": "plan.flat.fee", "soft": "plan.soft-cap.limit.1.amount"},
              pro, median=180, sigma=1.59374, serving=0.35, fee=200, soft=500)
story.case({}, [("flat", "cost_per_user", "207.28"), ("flat", "margin_per_user", "-7.28"), ("flat", "margin_rate", "-0.036"),
                ("flat", "break_even_fee", "207"), ("flat", "loss_making_users", "0.219"),
                ("flat", "cost_share_top_10", "0.623"), ("flat", "cost_share_top_1", "0.232"), ("flat", "cost_gini", "0.740"),
                ("flat", "cross_subsidy_per_user", "120.65"), ("flat", "cvar95_cost_per_user", "1988"),
                ("soft-cap", "cost_per_user", "90.46"), ("soft-cap", "margin_per_user", "109.5"),
                ("soft-cap", "touched_by_limit", "0.261"), ("hard-cap", "margin_per_user", "113.4"),
                ("hard-cap", "touched_by_limit", "0.219"), ("hybrid", "revenue_per_user", "660"),
                ("hybrid", "margin_per_user", "453"), ("pay-as-you-go", "revenue_per_user", "")])
story.case({"median": 80}, [("flat", "cost_per_user", "92.13"), ("flat", "margin_rate", "0.539")])
story.case({"fee": 296}, [("flat", "margin_rate", "0.30")])
story.case({"median": 120, "sigma": 1.1, "serving": 0.6, "fee": 150, "soft": 250},
           [("flat", "margin_per_user", ""), ("flat", "loss_making_users", ""), ("flat", "cost_share_top_10", ""),
            ("flat", "cost_gini", ""), ("flat", "cross_subsidy_per_user", ""), ("flat", "cvar95_cost_per_user", ""),
            ("hybrid", "revenue_per_user", "")])
loses, cost = pro_worlds()
story.figures = lambda **_: {
    ("flat", "probability_plan_loses"): (loses, "P(0.924 share median e^(s^2/2) > 200) over log-PERT, PERT, PERT; integrated"),
    ("flat", "cost_per_user"): (cost, "0.924 E share E median E e^(s^2/2) over the same; integrated")}
story.case({}, [("flat", "probability_plan_loses", "0.573"), ("flat", "cost_per_user", "231")],
           "run.worlds=4000;run.users=1000")


# always-on-glasses
def glasses(g, worn, queries, fee_basic, fee_full, video, question):
    hour = (928_800 * video + 115_200 * 0.70 + 6_000 * 0.40) / 1e6
    query = (4000 * question + 300 * 10) / 1e6
    passive, active = worn * g * hour, queries * query
    shape = 1 / 0.375**2
    scale = worn / shape
    q = Lognormal(queries * query * math.exp(-0.9**2 / 2), 0.9) if query else None

    def above(fee):  # the gamma of the hours integrated, the lognormal of the queries in closed form
        density = lambda w: math.exp((shape - 1) * math.log(w) - w / scale - math.lgamma(shape) - shape * math.log(scale))
        return simpson(lambda w: density(w) * (q.above(fee - w * g * hour) if fee > w * g * hour else 1.0), 1e-9, worn * 5)

    text = "hours x duty x $0.1759 + queries x $0.013"
    return {
        ("full", "cost_per_user"): (passive + active, text),
        ("basic", "margin_per_user"): (fee_basic - passive - active, "fee - (" + text + ")"),
        ("full", "margin_per_user"): (fee_full - passive - active, "fee - (" + text + ")"),
        ("basic", "loss_making_users"): (above(fee_basic) if q else 0, "P(a hours + b queries > fee); gamma integrated"),
        ("full", "loss_making_users"): (above(fee_full) if q else 0, "P(a hours + b queries > fee); gamma integrated"),
        ("better-gate", "cost_per_user"): (passive / 5 + active + 0.83, "a fifth of the passive part + active + $0.83"),
    }


DUTY = "segment.wearers.usage.streamed_hours.value"
story = Story("always-on-glasses",
              {"g": DUTY, "worn": "segment.wearers.usage.worn_hours.mean", "queries": "segment.wearers.usage.queries.mean",
               "fee_basic": "plan.basic.fee", "fee_full": "plan.full.fee", "video": "cost.rate.video_tokens.amount",
               "question": "cost.rate.query_input_tokens.amount"},
              glasses, g=0.05, worn=240, queries=600, fee_basic=9.99, fee_full=19.99, video=0.10, question=2.50)
NO_QUERIES = "cost.rate.query_input_tokens.amount=0;cost.rate.query_output_tokens.amount=0"
base = story.figures
story.case({}, [("full", "cost_per_user", "9.91"), ("basic", "loss_making_users", "0.326"),
                ("full", "loss_making_users", "0.086"), ("better-gate", "cost_per_user", "")])
story.figures = lambda **p: {("full", "cost_per_user"): (p["worn"] * p["g"] * 0.17592, "hours x duty x $0.17592")}
for g, stated in ((0.01, "0.42"), (0.05, "2.11"), (0.25, "10.56"), (1.0, "42.22")):
    story.case({"g": g}, [("full", "cost_per_user", stated)], NO_QUERIES)
story.figures = lambda **p: {("full", "cost_per_user"): (p["queries"] * 0.013, "600 x (4,000 x 2.50 + 300 x 10) / 10^6")}
story.case({}, [("full", "cost_per_user", "7.80")], ";".join(f"cost.rate.{m}_tokens.amount=0" for m in ("video", "audio", "note")))
story.figures = base
story.case({"g": 0.0519}, [("basic", "margin_per_user", "0.00")])   # break-even duty 5.19 %
story.case({"g": 0.2887}, [("full", "margin_per_user", "0.00")])    # 28.9 %: 0.289 is 1.3 cents off
story.case({"g": 0.1, "worn": 300, "queries": 400, "video": 0.2, "question": 3.0, "fee_basic": 12.0},
           [("full", "cost_per_user", ""), ("basic", "loss_making_users", ""), ("better-gate", "cost_per_user", "")])
story.figures = lambda **_: {
    (plan, "probability_plan_loses"): (1 - phi(math.log((fee - 7.8) / 42.2208 / math.sqrt(0.0114 * 0.22)) / s),
                                       "1 - Phi(ln(break-even duty / median duty) / s), s from the percentiles")
    for plan, fee in (("basic", 9.99), ("full", 19.99)) for s in [math.log(0.22 / 0.0114) / 2 / z(0.95)]}
story.case({}, [("basic", "probability_plan_loses", "0.48"), ("full", "probability_plan_loses", "0.026")],
           f"{DUTY}.low=0.0114;{DUTY}.high=0.22;{DUTY}.shape=lognormal;segment.wearers.usage.worn_hours.mean=240;"
           "segment.wearers.usage.queries.mean=600;run.worlds=4000;run.users=1000")


# gamed-flat
def gamed(honest, gamers, packing, work):
    share = gamers / (honest + gamers)
    margin = 20 - (1 - share) * 300 * work - share * 500 * packing * work
    return {("per-request", "margin_per_user"): (margin, "20 - (1 - share) x 300 x 0.04 - share x 500 x packing x 0.04"),
            ("per-token", "revenue_per_user"): (0.0667 * ((1 - share) * 300 + share * 500 * packing), "0.0667 x mean work")}


story = Story("gamed-flat", {"honest": "segment.honest.weight", "gamers": "segment.gamers.weight",
                             "packing": "segment.gamers.usage.work.value", "work": "cost.rate.work.amount"},
              gamed, honest=95, gamers=5, packing=5, work=0.04)
story.case({}, [("per-request", "margin_per_user", "3.60"), ("per-token", "revenue_per_user", "")])
story.case({"honest": 1, "gamers": 0}, [("per-request", "margin_per_user", "8")])          # honest cost $12
story.case({"honest": 0, "gamers": 1}, [("per-request", "margin_per_user", "-80")])        # gamer costs $100
story.case({"honest": 85, "gamers": 15}, [("per-request", "margin_per_user", "-5.20")])
story.case({"honest": 1 - 8 / 88, "gamers": 8 / 88}, [("per-request", "margin_per_user", "0.00")])  # 9.09 %
for leave, stated in ((0.5, "7.54"), (0.05, "3.60"), (0.02, "-2.23"), (0.01, "-10.33")):
    # Stock: 5 % inflow over the monthly exit of gamers, 95 % over 5 % of the honest.
    story.case({"honest": 0.95 / 0.05, "gamers": 0.05 / leave}, [("per-request", "margin_per_user", stated)])
story.case({"honest": 70, "gamers": 30, "packing": 2.5, "work": 0.03},
           [("per-request", "margin_per_user", ""), ("per-token", "revenue_per_user", "")])
odds, pack = Pert(0.9596, 5, 23.75, 2000), Pert(2, 5, 12, 2000)
threshold = lambda k: 8 / (20 * k - 12)  # share of gamers that flips it
story.figures = lambda **_: {("per-request", "probability_plan_loses"): (
    pack.mean(lambda k: 1 - odds.cdf(95 * threshold(k) / (1 - threshold(k)))),
    "P(share > 8 / (20 packing - 12)), odds and packing PERT; integrated")}
story.case({}, [("per-request", "probability_plan_loses", "")], "run.worlds=4000;run.users=100")


# which-side
MU = "segment.users.usage.cost_units.mu"
story = Story("which-side", {"today": "cost.rate.cost_units.amount", "fee": "plan.fixed.fee"}, None, today=12.0, fee=20.0)


def side_case(t, m, s, rows, today=12.0, fee=20.0):
    median, mean = today * math.exp(m * t), today * math.exp(m * t + (s * t) ** 2 / 2)
    chance = normal_loss(m, s, t, fee, today)
    story.figures = lambda **_: {("fixed", "probability_plan_loses"): (chance, "Phi((m t - ln(fee / today)) / (s t))"),
                                 ("fixed", "cost_per_user"): (mean, "today e^(m t + s^2 t^2 / 2)"),
                                 ("price-index", "margin_per_user"): (mean * (20 / today - 1), "(20 / today - 1) x mean cost")}
    spread = z(0.95) * s * t
    story.case({"today": today, "fee": fee}, rows,
               f"{MU}.low={m * t - spread:.10g};{MU}.base={m * t:.10g};{MU}.high={m * t + spread:.10g};"
               "run.worlds=10000;run.users=32")
    return median


for t, stated in ((6, "0.018"), (12, "0.105"), (24, "0.204"), (36, "0.247")):
    side_case(t, -0.02, 0.05, [("fixed", "probability_plan_loses", stated)] +
              ([("fixed", "cost_per_user", "15.25"), ("price-index", "margin_per_user", "")] if t == 24 else []))
assert abs(12 * math.exp(-0.48) - 7.43) < 0.005
# As t grows, P tends to Phi(m / s); a fee of today's cost gives that at every t.
side_case(24, -0.02, 0.05, [("fixed", "probability_plan_loses", "0.345")], fee=12.0)
story.figures = lambda **p: {("fixed", "cost_per_user"): (p["today"] * math.exp(-0.48), "median: today e^(m t)")}
story.case({"today": 12.0}, [("fixed", "cost_per_user", "7.43")])
side_case(18, 0.01, 0.03, [("fixed", "probability_plan_loses", ""), ("fixed", "cost_per_user", "")], today=10.0, fee=15.0)
