#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits the polynomial of the vector GELU (src/kern/body.h).

With Q(a) = erfc(a / sqrt 2) / 2, gelu(x) = max(x, 0) - |x| Q(|x|).  Q is approximated by exp(-a^2/2) u P(u) with
u = 1 / (1 + 0.33 a) and P of degree 6, so that the largest error of |x| Q(|x|) is smallest (Lawson's iteration).

Prints the coefficients, lowest first, and the largest error of the fit.  Needs numpy."""

import math

import numpy as np

SLOPE, DEGREE, POINTS, END = 0.33, 6, 3000, 8.5


def main():
    a = END * 0.5 * (1 - np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS))
    target = np.array([0.5 * math.erfc(v / math.sqrt(2)) * math.exp(v * v / 2) for v in a])
    weight = a * np.exp(-a * a / 2) + 1e-9 + 1e-3 * target  # where |x| Q is small, keep Q itself close
    u = 1 / (1 + SLOPE * a)
    powers = np.stack([u ** (i + 1) for i in range(DEGREE + 1)], 1)
    lawson, best = np.ones(POINTS), (math.inf, None)
    for _ in range(100):
        w = lawson * weight
        fit = np.linalg.lstsq(powers * w[:, None], target * w, rcond=None)[0]
        error = np.abs((powers @ fit - target) * weight)
        best = min(best, (error.max(), tuple(fit)))
        lawson *= (error / error.max() + 1e-3) ** 0.3
        lawson /= lawson.mean()
    print("\n".join(f"{c:.9g}" for c in best[1]))
    print(f"largest error of |x| Q(|x|): {best[0]:.2g}")


if __name__ == "__main__":
    main()
