"""How far a fast float32 score may lie from the score of record, proved rather than observed.

With u = 2^-24 and gamma_k = k u / (1 - k u), a float32 sum of k products in any order, with or without fused
operations, differs from the exact sum by at most gamma_k times the sum of the absolute products (Higham,
Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1). By Cauchy-Schwarz the latter is at most
the product of the two lengths. The score of record has the same bound with u = 2^-53. Numbers below the normal
range may be lost altogether: each costs at most 2^-126, which is added once for each operation.
"""

_SINGLE = 2.0**-24
_DOUBLE = 2.0**-53
_LOST = 2.0**-126
_SAFETY = 1.01  # the bound itself is computed in floating point


def cosine_bound(dimensions: int) -> float:
    """Largest difference of the fast and the exact cosine of two templates.

    The fast one is the dot product of two templates times the inverse of their lengths, both rounded to float32.
    Each component then carries a relative error r of 2 u (and a little from float64), the absolute products sum up
    to at most (1 + r)^2, and the score of record adds its own rounding in dot product, lengths and quotient.

    Args:
        dimensions: Length of a template.
    """
    rounding = 2 * _SINGLE * 1.001 + _gamma(dimensions + 4, _DOUBLE)
    product = _gamma(dimensions, _SINGLE) * (1 + rounding) ** 2
    record = _gamma(2 * dimensions + 6, _DOUBLE)
    return _SAFETY * (product + 2 * rounding + rounding**2 + record + 8 * dimensions * _LOST)


def euclidean_bound(dimensions: int, *, row: float, column: float) -> float:
    """Largest difference of the fast and the exact squared distance of two templates.

    The fast one is ``(2 a.b - |a|^2) - |b|^2`` with the squared lengths rounded to float32: near distance zero
    its error stays that of the lengths, so that the bound is on the square and a distance near zero is
    known only to its root.

    Args:
        dimensions: Length of a template.
        row: Largest length among the templates of one side.
        column: Largest length among those of the other side.
    """
    both = (row + column) ** 2
    product = 2 * _gamma(dimensions, _SINGLE) * row * column
    lengths_and_sums = 3.1 * _SINGLE * both
    record = _gamma(dimensions + 6, _DOUBLE) * both
    return _SAFETY * (product + lengths_and_sums + record + 8 * dimensions * _LOST)


def _gamma(operations: int, unit: float) -> float:
    """Higham's gamma; ``inf`` where so many roundings could lose everything."""
    lost = operations * unit
    return lost / (1 - lost) if lost < 1 else float("inf")
