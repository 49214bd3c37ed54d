"""agent-workforce, guarded-operator."""
import math

from laws import Lognormal, Pert
from table import Story


# agent-workforce
SIZES = (("small", 0.6, 60), ("middle", 0.3, 400), ("large", 0.1, 2500))


def run_cost(n, pairs, b, d, o, p_in, p_out, hit, kappa):
    return (n * b + d * pairs / 2) * p_in * (1 - hit * (1 - kappa)) / 1e6 + n * o * p_out / 1e6


def agent(n, b, d, s, one, limit, price, p_in, p_out, hit, fixed):
    pairs = n * (n - 1) if fixed else 2 * n * (n - 1)
    attempts = (1 - (1 - s) ** limit) / s if limit else 1 / s
    task = run_cost(n, pairs, b, d, 400, p_in, p_out, hit, 0.1) * attempts
    tasks = 1.0 if one else sum(w * m for _, w, m in SIZES) * math.exp(0.8**2 / 2)

    def above(fee):
        return sum(w * Lognormal(m * task, 0.8).above(fee) for _, w, m in SIZES)

    run = "run cost x attempts, run = (n b + d E n(n-1) / 2) p_in + n o p_out"
    return {
        ("seat-500", "cost_per_user"): (tasks * task, "tasks x " + run),
        ("seat-500", "usage_tasks_per_user"): (tasks, "sum of weight x median x e^(0.8^2/2)"),
        ("seat-500", "margin_per_user"): (500 - tasks * task, "500 - tasks x " + run),
        ("seat-500", "loss_making_users"): (above(500), "sum of weight x Phi((ln(median c/s) - ln fee) / 0.8)"),
        ("seat-2000", "loss_making_users"): (above(2000), "sum of weight x Phi((ln(median c/s) - ln fee) / 0.8)"),
        ("outcome-099", "margin_per_user"): (tasks * (price - task), "tasks x (price - c/s)"),
        ("outcome-200", "margin_per_user"): (tasks * (2 - task), "tasks x (2 - c/s)"),
        ("outcome-200-refunded", "margin_per_user"): (tasks * (1.9 - task), "tasks x (0.95 x 2 - c/s)"),
        ("hourly", "margin_per_user"): (20 + tasks * (2.25 - task), "20 + tasks x (2.25 - c/s)"),
    }


def agent_worlds(price):
    """P(c/s > price): s integrated in closed form over steps, base and added tokens."""
    n, b, d, s = Pert(15, 25, 45, 60), Pert(4000, 8000, 20000, 60), Pert(500, 1500, 3000, 60), Pert(0.5, 0.7, 0.9)
    total = 0.0
    for steps, wn in zip(n.points, n.weights):
        for base, wb in zip(b.points, b.weights):
            for added, wd in zip(d.points, d.weights):
                c = run_cost(steps, 2 * steps * (steps - 1), base, added, 400, 3, 15, 0.85, 0.1)
                total += wn * wb * wd * s.cdf(c / price)
    return total


ONE_TASK = ";".join(f'segment.{size}.usage.tasks={{distribution="constant",value=1}}' for size, _, _ in SIZES)
story = Story("agent-workforce",
              {"n": "cost.agent.worker.mean_steps", "b": "cost.agent.worker.base_tokens", "d": "cost.agent.worker.added_tokens",
               "s": "cost.retry.attempts.success", "limit": "cost.retry.attempts.limit",
               "price": "plan.outcome-099.charge.solved.unit_amount", "p_in": "cost.rate.input.amount",
               "p_out": "cost.rate.output.amount", "hit": "cost.rate.input.cache_hit_share"},
              agent, n=25, b=8000, d=1500, s=0.7, one=False, limit=None, price=0.99, p_in=3, p_out=15, hit=0.85, fixed=False)
story.case({}, [("seat-500", "usage_tasks_per_user", "559"), ("seat-500", "cost_per_user", "739"),
                ("seat-500", "margin_per_user", "-239"), ("seat-500", "loss_making_users", "0.26"),
                ("seat-2000", "loss_making_users", "0.088"), ("hourly", "margin_per_user", ""),
                ("outcome-200-refunded", "margin_per_user", "")])
story.base["one"] = True
story.case({}, [("seat-500", "cost_per_user", "1.322"), ("outcome-099", "margin_per_user", "")], ONE_TASK)
story.case({"s": 1.0}, [("seat-500", "cost_per_user", "0.9255")], ONE_TASK)
story.case({"s": 1.0, "p_in": 1.0, "p_out": 0.0, "hit": 0.0}, [("seat-500", "cost_per_user", "1.1")], ONE_TASK)  # million tokens
story.case({"s": 1.0, "p_in": 1.0, "p_out": 0.0}, [("seat-500", "cost_per_user", "")], ONE_TASK)
story.base["fixed"] = True
story.case({"s": 1.0}, [("seat-500", "cost_per_user", "0.608")], ONE_TASK + ";cost.agent.worker.steps=fixed")
story.base["fixed"] = False
# Two attempts solve 0.91 of the tasks: $0.99 and $2 for each of those are 0.9009 and 1.82 a task.
story.case({"limit": 2, "price": 0.9009}, [("outcome-099", "margin_per_user", "-0.302")], ONE_TASK)
story.case({"limit": 2, "price": 1.82}, [("outcome-099", "margin_per_user", "0.617")], ONE_TASK)
story.base["one"] = False
story.case({"n": 40, "b": 5000, "d": 900, "s": 0.85, "hit": 0.5},
           [("seat-500", "cost_per_user", ""), ("seat-500", "loss_making_users", ""), ("seat-2000", "loss_making_users", "")])
story.figures = lambda **_: {
    (plan, "probability_plan_loses"): (agent_worlds(price), "P(c/s > price) over PERTs of n, b, d, s; integrated")
    for plan, price in (("outcome-099", 0.99), ("outcome-200", 2.0))}
story.case({}, [("outcome-099", "probability_plan_loses", "0.82"), ("outcome-200", "probability_plan_loses", "0.26")],
           ONE_TASK + ";run.worlds=4000;run.users=100")


# guarded-operator
def guarded(steps, a, loss, fee):
    figures = {}
    for plan, g, f, p in (("none", 0, 0, 0.86), ("gen-1", 0.237, 0.0038, 0.044), ("gen-2", 0.01, 0.0005, 0.044)):
        cost = steps * (0.03 * (1 + g) + f * 0.5 + a * p * loss)
        text = "steps x (0.03 (1 + g) + f x 0.50 + a p L)"
        figures[plan, "cost_per_user"] = (cost, text)
        figures[plan, "margin_per_user"] = ((fee if plan == "none" else 50) - cost, "fee - " + text)
    # The guard pays where none costs more than it does: beyond a fee of the cost of `none` at a*.
    chance = math.log(1e-3 / ((fee - steps * 0.03) / (steps * 0.86 * loss))) / math.log(1000) if fee > steps * 0.03 else 1
    figures["none", "probability_plan_loses"] = (chance, "P(a > (fee - 1200 x 0.03) / (1200 x 0.86 x L)), a log-uniform")
    return figures


story = Story("guarded-operator", {"steps": "segment.users.usage.steps.value", "a": "cost.guard.injection.attack_rate",
                                   "loss": "cost.guard.injection.loss", "fee": "plan.none.fee"},
              guarded, steps=1200, a=1e-4, loss=300, fee=50)
PLANS = ("none", "gen-1", "gen-2")
story.case({}, [(p, "cost_per_user", s) for p, s in zip(PLANS, ("66.96", "48.40", "38.24"))])
story.case({"a": 0.0}, [(p, "cost_per_user", s) for p, s in zip(PLANS, ("36.00", "46.81", "36.66"))])
a_first = (0.03 * 0.237 + 0.0038 * 0.5) / ((0.86 - 0.044) * 300)
a_second = (0.03 * 0.01 + 0.0005 * 0.5) / ((0.86 - 0.044) * 300)
assert f"{a_first:.1e} {a_second:.1e}" == "3.7e-05 2.2e-06"
for a, plan in ((a_first, "gen-1"), (a_second, "gen-2")):  # at a* both cost alike
    figures = guarded(1200, a, 300, 50)
    assert abs(figures["none", "cost_per_user"][0] - figures[plan, "cost_per_user"][0]) < 1e-9
    story.case({"a": a}, [("none", "cost_per_user", ""), (plan, "cost_per_user", "")])
    story.case({"steps": 1200, "loss": 300, "fee": figures["none", "cost_per_user"][0]},
               [("none", "probability_plan_loses", "0.48" if plan == "gen-1" else "0.88")], "run.worlds=4000;run.users=32")
story.case({"steps": 800, "a": 1e-3, "loss": 2000}, [(p, "cost_per_user", "") for p in PLANS])
