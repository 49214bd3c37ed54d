"""The table of figures that the stories fill, each checked against what its story prints."""
ROWS = []


def half_unit(text):
    digits = text.lower().split("e")
    decimals = len(digits[0].split(".")[1]) if "." in digits[0] else 0
    return 0.5 * 10.0 ** ((int(digits[1]) if len(digits) > 1 else 0) - decimals)


# Figures that the formula does not give to the last digit as printed, and why.
NOT_AS_STATED = {
    # The story takes s^2 = 2.54 (1.3^2 + 0.6^2 + 0.7^2), which makes 207.284; its file writes s = 1.59374, 207.285.
    ("pro-200", "cost_per_user", "207.28"), ("pro-200", "margin_per_user", "-7.28"),
    # Found by simulation there; the integral is 0.0949.
    ("distil-and-route", "probability_plan_loses", "0.10"),
}


class Story:
    """A story, its numbers by short name with their keys, and a function from numbers to figures."""

    def __init__(self, name, keys, figures, **base):
        self.name, self.keys, self.figures, self.base = name, keys, figures, base

    def case(self, changes, rows, more=""):
        """One run: `rows` are (plan, metric, stated), `more` are settings that the formula has nothing to do with."""
        settings = [f"{key}={value!r}" for name, value in changes.items() for key in self.keys[name].split(";")]
        settings += [more] if more else []
        figures = self.figures(**{**self.base, **changes})
        for plan, metric, stated in rows:
            exact, formula = figures[plan, metric]
            if stated and (self.name, metric, stated) not in NOT_AS_STATED:
                assert abs(exact - float(stated)) <= half_unit(stated) * (1 + 1e-9), (self.name, plan, metric, exact, stated)
            ROWS.append((self.name, ";".join(settings), plan, metric, f"{exact:.10g}", formula, stated))
