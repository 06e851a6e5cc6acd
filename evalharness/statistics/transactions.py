"""Error rates of transactions from those of comparisons: the identities of single attempts.

They describe a place where capture has roles: one person enrols, then one person makes one attempt. FTE is the
failure to enrol of the reference side, FTA the failure to acquire of the probe side, and both are independent of the
comparison. An audit that compares all pairs of samples has no such roles: any sample can stand on either side, one
failed sample fails every comparison that it takes part in, and 1 - FTA of two sides is not 1 - FTA. Its rows ``frr``
therefore count: (false non-matches + mated comparisons that were not completed) / attempted mated comparisons. The
functions here turn published rates of a deployment into each other; they set no row of a result.

Source: the single-attempt form used with ISO/IEC 19795-1; the text of the standard was not read for it.
"""

import math

from evalharness.errors import InputError


def false_rejection_rate(fnmr: float | None, *, fta: float | None) -> float | None:
    """FRR of single attempts: FTA + (1 - FTA) FNMR.

    Args:
        fnmr: False non-match rate over completed comparisons; None where it is undefined.
        fta: Failure-to-acquire rate of the probes.

    Returns:
        The rate; None where an input is None, unless the other one decides: with FTA = 1 every attempt fails.

    Raises:
        InputError: A rate is not between 0 and 1; all of them are named.

    >>> round(false_rejection_rate(0.02, fta=0.03), 12)
    0.0494
    """
    _check(fnmr=fnmr, fta=fta)
    return _failed_then(fta, fnmr)


def false_acceptance_rate(fmr: float | None, *, fta: float | None) -> float | None:
    """FAR of single attempts: (1 - FTA) FMR.

    Raises:
        InputError: A rate is not between 0 and 1; all of them are named.

    >>> round(false_acceptance_rate(0.001, fta=0.03), 12)
    0.00097
    """
    _check(fmr=fmr, fta=fta)
    return _passed_then(fta, fmr)


def generalised_false_rejection_rate(fnmr: float | None, *, fta: float | None, fte: float | None) -> float | None:
    """GFRR of single attempts: FTE + (1 - FTE) FTA + (1 - FTE)(1 - FTA) FNMR.

    Raises:
        InputError: A rate is not between 0 and 1; all of them are named.

    >>> round(generalised_false_rejection_rate(0.02, fta=0.03, fte=0.02), 12)
    0.068412
    """
    _check(fnmr=fnmr, fta=fta, fte=fte)
    return _failed_then(fte, _failed_then(fta, fnmr))


def generalised_false_acceptance_rate(fmr: float | None, *, fta: float | None, fte: float | None) -> float | None:
    """GFAR of single attempts: (1 - FTE)(1 - FTA) FMR.

    Raises:
        InputError: A rate is not between 0 and 1; all of them are named.

    >>> round(generalised_false_acceptance_rate(0.001, fta=0.03, fte=0.02), 12)
    0.0009506
    """
    _check(fmr=fmr, fta=fta, fte=fte)
    return _passed_then(fte, _passed_then(fta, fmr))


def _failed_then(failure: float | None, error: float | None) -> float | None:
    """An error by failing first, or by what comes after."""
    if failure == 1:
        return 1.0
    return None if failure is None or error is None else failure + (1 - failure) * error


def _passed_then(failure: float | None, error: float | None) -> float | None:
    """An error that needs the step before it to succeed."""
    if failure == 1:
        return 0.0
    return None if failure is None or error is None else (1 - failure) * error


def _check(**rates: float | None) -> None:
    wrong = [
        f"{name} is {rate!r}; expected a proportion from 0 to 1"
        for name, rate in rates.items()
        if rate is not None and not (math.isfinite(rate) and 0 <= rate <= 1)
    ]
    if wrong:
        raise InputError("rates of transactions: " + ("1 fault" if len(wrong) == 1 else f"{len(wrong)} faults"), wrong)
