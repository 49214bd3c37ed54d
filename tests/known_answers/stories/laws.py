"""Laws of use and of beliefs in closed form, and what is integrated where there is none."""
import math
from statistics import NormalDist

N = NormalDist()
phi, z = N.cdf, N.inv_cdf


def negative_binomial_sum_above(mean, shape, sizes):
    """P(S > len(sizes) - 1) of a sum of a negative binomial number of terms of these probabilities by size from 0.
    Panjer (1981), ASTIN Bulletin 12: g_s = sum over y of (a + b y / s) f_y g_{s - y} / (1 - a f_0)."""
    p = mean / (mean + shape)
    a, b = p, (shape - 1) * p
    g = [((1 - p) / (1 - p * sizes[0])) ** shape]
    for s in range(1, len(sizes)):
        g.append(sum((a + b * y / s) * sizes[y] * g[s - y] for y in range(1, s + 1)) / (1 - a * sizes[0]))
    return 1 - sum(g)


class Lognormal:
    def __init__(self, median, sigma):
        self.mu, self.s = math.log(median), sigma
        self.mean = median * math.exp(sigma * sigma / 2)

    def above(self, x):
        if self.s == 0:
            return 1.0 if math.exp(self.mu) > x else 0.0
        return phi((self.mu - math.log(x)) / self.s)

    def mean_above(self, x):
        """E[X; X > x]"""
        if self.s == 0:
            return self.mean if math.exp(self.mu) > x else 0.0
        return self.mean * phi((self.mu + self.s**2 - math.log(x)) / self.s)

    def excess(self, x):
        """E(X - x)+"""
        return self.mean_above(x) - x * self.above(x)

    def capped(self, x):
        return self.mean - self.excess(x)

    def top(self, q):
        return phi(self.s - z(1 - q))


class Pert:
    """PERT: a beta law on [low, high] with weight 4 on the mode, as a table of cells."""

    def __init__(self, low, mode, high, cells=400):
        a = 1 + 4 * (mode - low) / (high - low)
        b = 1 + 4 * (high - mode) / (high - low)
        log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
        self.points, self.weights, self.edges = [], [], [low]
        for i in range(cells):
            x = (i + 0.5) / cells
            # Simpson's rule inside the cell, so that the ends of the law are right too.
            f = [math.exp((a - 1) * math.log(max(t, 1e-300)) + (b - 1) * math.log(max(1 - t, 1e-300)) - log_beta)
                 for t in (i / cells, x, (i + 1) / cells)]
            self.points.append(low + (high - low) * x)
            self.weights.append((f[0] + 4 * f[1] + f[2]) / 6 / cells)
            self.edges.append(low + (high - low) * (i + 1) / cells)
        total = sum(self.weights)
        self.weights = [w / total for w in self.weights]
        self.sums = [0.0]
        for w in self.weights:
            self.sums.append(self.sums[-1] + w)

    def cdf(self, x):
        position = (x - self.edges[0]) / (self.edges[-1] - self.edges[0]) * len(self.weights)
        if position <= 0:
            return 0.0
        if position >= len(self.weights):
            return 1.0
        i = int(position)
        return self.sums[i] + (position - i) * self.weights[i]

    def mean(self, f=lambda x: x):
        return sum(w * f(x) for x, w in zip(self.points, self.weights))


def simpson(f, low, high, cells=4000):
    step = (high - low) / cells
    return step / 3 * sum((1 if i in (0, cells) else 4 if i % 2 else 2) * f(low + i * step) for i in range(cells + 1))


def normal_loss(mean, sd, t, price, today):
    """P(today e^(r t) > price), r normal."""
    return phi((mean * t - math.log(price / today)) / (sd * t))


def negative_binomial_above(mean, shape, x):
    """P(N > x), N of mean and variance mean + mean^2 / shape."""
    p = shape / (shape + mean)
    term = p**shape
    total = 0.0
    for n in range(int(math.floor(x)) + 1):
        total += term
        term *= (n + shape) / (n + 1) * (1 - p)
    return 1 - total
