#pragma once

namespace breakeven::core {

/// Probability that an arrival waits, for k servers and Poisson arrivals (M/M/k).
///
/// By the recursion 1/B(k) = 1 + (k / a) / B(k - 1) of Erlang's loss formula, which neither overflows nor
/// cancels for thousands of servers, and C = B / (1 - rho (1 - B)). Source: Erlang (1917); Jagerman (1974),
/// Bell System Technical Journal 53.
///
/// @param servers      k >= 1
/// @param utilisation  rho = offered load / k, >= 0; 1 and above: everyone waits
[[nodiscard]] double erlangC(unsigned servers, double utilisation);

/// A queue in front of a fleet.
struct Queue {
    unsigned servers = 1;
    double serviceSeconds = 1.0;  ///< mean time of service, > 0
    double arrivalCv = 1.0;       ///< of the times between arrivals, >= 0; 1: Poisson, above: bursts
    double serviceCv = 1.0;       ///< of the times of service, >= 0
};

/// Mean seconds of waiting: C / (k mu - lambda) x (CV_a^2 + CV_s^2) / 2; infinite from utilisation 1 on.
/// Source: Allen (1990), "Probability, Statistics and Queueing Theory", ch. 5 (Allen-Cunneen).
[[nodiscard]] double meanWait(const Queue& queue, double utilisation);

/// Seconds that a share `level` of arrivals does not wait longer than, the waiting time of those who wait
/// taken as exponential with the mean above; level in (0, 1). 0 when fewer than 1 - level wait.
[[nodiscard]] double waitQuantile(const Queue& queue, double utilisation, double level);

}  // namespace breakeven::core
