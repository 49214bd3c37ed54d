"""The invoices of billing_bench.cpp in Python's decimal (a C library), one core.

Usage: python3 invoices_peer.py USAGE.csv
Prints lines, seconds, lines per second and the total, which must equal that of billing_bench.
"""

import csv
import sys
import time
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 50
CENT = Decimal("0.01")
MILLION = Decimal(1_000_000)
CALLS = [(Decimal(100), Decimal("0.02"), 0), (Decimal(1_000), Decimal("0.015"), 0), (Decimal(10_000), Decimal("0.01"), 0),
         (Decimal(100_000), Decimal("0.008"), 5), (None, Decimal("0.005"), 0)]
OUTPUT = [(MILLION, Decimal(60)), (10 * MILLION, Decimal(50)), (None, Decimal(40))]


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def graduated(quantity):
    total, start = Decimal(0), Decimal(0)
    for up_to, price, flat in CALLS:
        if quantity <= start:
            break
        end = quantity if up_to is None or quantity < up_to else up_to
        total += (end - start) * price + flat
        start = end
    return total


def package(quantity):
    beyond = quantity - 50_000
    return (beyond / MILLION).to_integral_value(ROUND_CEILING) * Decimal("1.25") if beyond > 0 else Decimal(0)


def volume(quantity):
    for up_to, price in OUTPUT:
        if up_to is None or quantity <= up_to:
            return quantity * price / MILLION
    return None


def main():
    start = time.perf_counter()
    lines, total = 0, Decimal(0)
    with open(sys.argv[1], newline="") as file:
        for row in csv.DictReader(file):
            calls, tokens, output = Decimal(row["calls"]), Decimal(row["input"]), Decimal(row["output"])
            credits = max(tokens + 4 * output - 2_000_000, Decimal(0)) * Decimal("3.5") / MILLION
            total += 20 + cents(graduated(calls)) + cents(package(tokens)) + cents(volume(output)) + cents(credits)
            lines += 5
    seconds = time.perf_counter() - start
    print(f"{lines} lines, {seconds:.2f} s, {lines / seconds:.0f} lines/s, {total} USD")


main()
