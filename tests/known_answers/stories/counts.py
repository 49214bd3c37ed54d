"""Stories of counted use: search-multiplier, moviepass."""
from laws import Lognormal, negative_binomial_above, negative_binomial_sum_above
from table import Story


# search-multiplier
def above(answers, hard, limit):
    """P(sum of K over the answers > limit). K on the lattice of whole numbers, its lognormal part by local moments
    (mass at j: 2 L(j) - L(j - 1) - L(j + 1) with L(d) = E min(K, d)), which keeps the mean; 1 and 8 are on it."""
    if answers == 1:
        return None
    k = Lognormal(32, 1.0)
    last = int(limit)
    capped = [0.0] + [k.capped(d) for d in range(1, last + 2)]
    sizes = [hard * (1 - capped[1])] + [hard * (2 * capped[j] - capped[j - 1] - capped[j + 1]) for j in range(1, last + 1)]
    sizes[1] += 0.7 - hard
    sizes[8] += 0.3
    return negative_binomial_sum_above(answers, 0.8, sizes)


def search(answers, hard, out, cap, fee):
    plain = (1000 * 1.10 + out * 4.40) / 1e6
    short = (1000 * 1.10 + 0.33 * out * 4.40) / 1e6
    k = Lognormal(32, 1.0)
    mean_k = (0.7 - hard) + 0.3 * 8 + hard * k.mean
    mean_cap = (0.7 - hard) + 0.3 * min(8, cap) + hard * k.capped(cap)
    text = "answers x plain x (easy + 0.3 x 8 + hard x 32 e^0.5)"
    return {
        ("flat-20", "cost_per_user"): (answers * plain * mean_k, text),
        ("per-answer", "margin_per_user"): (answers * (0.08 - plain * mean_k), "answers x (0.08 - cost of an answer)"),
        ("capped", "cost_per_user"): (answers * plain * mean_cap, "answers x plain x E min(K, cap)"),
        ("budgeted", "cost_per_user"): (answers * short * mean_k, "the same with 0.33 of the output"),
        ("flat-10", "loss_making_users"): (above(answers, hard, fee / plain), "P(K_1 + ... + K_N > fee / 0.0077) by Panjer's recursion"),
        ("flat-20", "loss_making_users"): (above(answers, hard, 20 / plain), "P(K_1 + ... + K_N > 20 / 0.0077) by Panjer's recursion"),
        ("k", "mean"): (mean_k, ""), ("k", "capped"): (mean_cap, ""), ("k", "plain"): (plain, ""),
    }


story = Story("search-multiplier",
              {"answers": "segment.users.usage.answers.mean", "hard": "cost.multiplier.search.parts.3.share",
               "out": "segment.users.usage.output_tokens.value", "cap": "plan.capped.cost.multiplier.search.cap",
               "fee": "plan.flat-10.fee"},
              search, answers=150, hard=0.10, out=1500, cap=32, fee=10)
ONE_ANSWER = 'segment.users.usage.answers={distribution="constant",value=1}'
story.case({}, [("flat-20", "cost_per_user", "9.56"), ("capped", "cost_per_user", ""), ("flat-10", "loss_making_users", ""),
                ("flat-20", "loss_making_users", "")], "run.users=100000")
story.base["answers"] = 1
story.case({}, [("flat-20", "cost_per_user", "0.0637"), ("budgeted", "cost_per_user", "0.0271")], ONE_ANSWER)
assert abs(search(1, 0.1, 1500, 32, 10)["k", "mean"][0] - 8.276) < 0.0005
for cap, stated in ((8, 54), (16, 46), (32, 34), (64, 21), (128, 9)):
    figures = search(1, 0.1, 1500, cap, 10)
    assert round(100 * (1 - figures["k", "capped"][0] / figures["k", "mean"][0])) == stated, (cap, figures)
    story.case({"cap": cap}, [("capped", "cost_per_user", "")], ONE_ANSWER)
story.base["answers"] = 150
story.case({"answers": 80, "hard": 0.25, "out": 900, "cap": 20, "fee": 12},
           [("flat-20", "cost_per_user", ""), ("capped", "cost_per_user", ""), ("budgeted", "cost_per_user", ""),
            ("per-answer", "margin_per_user", ""), ("flat-10", "loss_making_users", "")], "run.users=100000")


# moviepass
def movies(visits, ticket, fee):
    return {("flat", "margin_per_user"): (fee - visits * ticket, "fee - visits x ticket"),
            ("flat", "break_even_fee"): (visits * ticket, "visits x ticket"),
            ("flat", "loss_making_users"): (negative_binomial_above(visits, 1.0, fee / ticket), "P(N > fee / ticket)")}


story = Story("moviepass", {"visits": "segment.subscribers.usage.visits.mean", "ticket": "cost.rate.visits.amount",
                            "fee": "plan.flat.fee"}, movies, visits=1.5, ticket=10, fee=9.95)
assert f"{9.95 / 9:.1f}" == "1.1"  # visits at which a ticket of $9 eats the fee
story.case({"visits": 9.95 / 9, "ticket": 9}, [("flat", "margin_per_user", "0.00")])
story.case({}, [("flat", "margin_per_user", ""), ("flat", "loss_making_users", "")])
story.case({"visits": 2.5, "ticket": 12, "fee": 29}, [("flat", "break_even_fee", ""), ("flat", "loss_making_users", "")])
