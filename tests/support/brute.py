"""A second implementation of the measures: explicit loops over all comparisons, nothing shared with the first."""

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from scipy import stats


@dataclass(frozen=True)
class Pair:
    first: int  # sample; the probe of a directed list
    second: int
    score: float | None  # None: attempted, not completed


def matching(edges: frozenset[tuple[int, int]]) -> int:
    """Size of the largest set of edges without a common end, by trying everything."""

    @cache
    def best(free: frozenset[int]) -> int:
        if len(free) < 2:
            return 0
        v = min(free)
        rest = free - {v}
        options = [best(rest)]
        options += [1 + best(rest - {w}) for w in rest if (min(v, w), max(v, w)) in edges]
        return max(options)

    return best(frozenset(itertools.chain.from_iterable(edges)))


def dyad_variance(comparisons: dict, errors: dict) -> tuple[float, float]:
    """(own part, covariance part) with every pair of dyads visited."""
    total = sum(comparisons.values())
    p = sum(errors.values()) / total
    y = {d: errors.get(d, 0) - p * m for d, m in comparisons.items()}
    own = sum(v * v for v in y.values())
    shared = sum(y[d] * y[e] for d, e in itertools.permutations(y, 2) if set(d) & set(e))
    return own / total**2, shared / total**2


def left_out(comparisons: dict, errors: dict) -> list[float]:
    """How the logit of the rate changes when each subject is left out, weighted by what is left.

    Keys are tuples of one or two subjects.
    """
    total, wrong = sum(comparisons.values()), sum(errors.values())
    changes = []
    for who in sorted(set(itertools.chain.from_iterable(comparisons))):
        rest = [d for d in comparisons if who not in d]
        m, e = sum(comparisons[d] for d in rest), sum(errors.get(d, 0) for d in rest)
        e = min(max(e, 0.5), m - 0.5)  # none or all: half an error, half a trial
        changes.append(math.log(e / (m - e) / (wrong / (total - wrong))) * m / total if m else 0.0)
    return changes


def interval(errors, trials, parts, changes, clusters, floor, level):
    """(lower, upper) for 0 < errors < trials; ``parts`` are of dyads, or the variance of subjects and None."""
    dyads = parts[1] is not None
    own, covariance = parts if dyads else (parts[0], 0.0)
    p, more = errors / trials, clusters / (clusters - 1)
    pq, few = p * (1 - p), clusters - 1
    variance = max(own + max(covariance, 0), pq / trials) * more
    n = max(pq / variance, floor)
    cap = 1 / (floor * pq)
    shared = own / pq**2 if dyads else 1 / (trials * pq)
    alone = min(max(shared, 1 / (trials * pq)) * more, 1 / (n * pq))
    squares, fourth = sum(c**2 for c in changes), sum(c**4 for c in changes)
    total = min(max((squares - shared * dyads) * more, 1 / (n * pq)), cap)
    excess = fourth - squares**2 / len(changes)
    worth = max(2, 2 * squares**2 / excess) if excess > 0 else len(changes)
    df = total**2 / (alone**2 / few + (total - alone) ** 2 / min(worth, few))
    z = stats.t.ppf((1 + level) / 2, min(max(df, min(2, few)), few))
    far = z * math.sqrt(total) + 1.5 * (total - alone) * abs(1 - 2 * p)
    near = z / math.sqrt(n * pq)
    below, above = (near, far) if p <= 0.5 else (far, near)
    odds = p / (1 - p)
    low, high = 1 / (1 + math.exp(below) / odds), 1 / (1 + math.exp(-above) / odds)
    x = p * n
    if min(errors, x) < 3:
        low = min(low, stats.beta.ppf((1 - level) / 2, x, n - x + 1))
    if min(trials - errors, n - x) < 3:
        high = max(high, stats.beta.ppf((1 + level) / 2, x + 1, n - x))
    least = stats.beta.ppf((1 - level) / 2, p * floor, floor - p * floor + 1)
    most = stats.beta.ppf((1 + level) / 2, p * floor + 1, floor - p * floor)
    return min(max(low, least), p), max(min(high, most), p)


def finish(errors, trials, parts, clusters, floor, level, needed, changes):
    """(lower, upper) or None."""
    if clusters < needed:
        return None
    bound = 1 - (1 - level) ** (1 / floor)
    if errors == 0:
        return 0.0, bound
    if errors == trials:
        return 1 - bound, 1.0
    return interval(errors, trials, parts, changes, clusters, floor, level)


def fmr(pairs, subject, inside, threshold, level=0.95, needed=3, clusters=None, floor=None):
    """FMR over the non-mated pairs for which ``inside(first, second)``."""
    chosen = [p for p in pairs if subject[p.first] != subject[p.second] and inside(p.first, p.second)]
    done = [p for p in chosen if p.score is not None]
    if not done:
        return None
    comparisons, errors = defaultdict(int), defaultdict(int)
    for p in done:
        dyad = tuple(sorted((subject[p.first], subject[p.second])))
        comparisons[dyad] += 1
        errors[dyad] += p.score >= threshold
    found, trials = sum(errors.values()), sum(comparisons.values())
    subjects = set(itertools.chain.from_iterable(comparisons))
    floor = matching(frozenset(comparisons)) if floor is None else floor
    clusters = len(subjects) if clusters is None else clusters(done)
    changes = left_out(comparisons, errors) if 0 < found < trials else None
    limits = finish(found, trials, dyad_variance(comparisons, errors), clusters, floor, level, needed, changes)
    return {"errors": found, "trials": trials, "subjects": len(subjects), "limits": limits}


def clustered(trials, level=0.95, needed=3):
    """A rate over (subject, is error) trials."""
    if not trials:
        return None
    per = defaultdict(list)
    for who, wrong in trials:
        per[who].append(wrong)
    n, e = len(trials), sum(w for _, w in trials)
    own = sum((sum(v) - e / n * len(v)) ** 2 for v in per.values()) / n**2
    floor = n**2 / sum(len(v) ** 2 for v in per.values())
    changes = (
        left_out({(w,): len(v) for w, v in per.items()}, {(w,): sum(v) for w, v in per.items()}) if 0 < e < n else None
    )
    limits = finish(e, n, (own, None), len(per), floor, level, needed, changes)
    return {"errors": e, "trials": n, "subjects": len(per), "limits": limits}


def threshold(scores, target: str):
    """Lowest observed score with at most target x N scores at or above it; None if target < 1/N."""
    scores = sorted(scores)
    allowed = math.floor(Decimal(target) * len(scores))
    if allowed < 1:
        return None
    fitting = [s for s in scores if sum(x >= s for x in scores) <= allowed]
    return min(fitting) if fitting else math.nextafter(max(scores), math.inf)
