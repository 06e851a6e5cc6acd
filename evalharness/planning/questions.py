"""From the options of a command to a checked question."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evalharness.errors import InputError
from evalharness.planning.answers import GroupSize, PowerQuestion
from evalharness.planning.claim import KINDS, PAIRWISE, Claim
from evalharness.planning.parsing import Options
from evalharness.planning.samplesize import Dependence, Question
from evalharness.yamlio import shown, unknown

MOST_GROUPS = 50
_MOST_SUBJECTS, _MOST_IMAGES, _MOST_TRIALS = 10**9, 10_000, 10**15


def power_question(given: Mapping[str, str | None]) -> PowerQuestion:
    """Check the options of ``evalharness power``.

    Args:
        given: Option name without dashes -> text; None where it was not given. ``rate``, ``ratio``, ``level``,
            ``power``, ``deff``, ``icc``, ``images``, ``groups``, ``dataset``, ``by``.

    Raises:
        InputError: Options are wrong: all of them are listed. Also a dataset that cannot be read.
    """
    options = Options("power")
    rate = options.number("--rate", given["rate"] or "", above=1e-9, below=1, including=(1e-9,))
    ratio = options.number("--ratio", given["ratio"] or "", above=1.001, below=1e12, including=(1.001,))
    if not options.faults and rate * ratio >= 1:  # rates that were read
        options.fault(f"--ratio: {ratio:g} times a rate of {rate:g} is {rate * ratio:g}; a rate stays below 1")
    level = options.number("--level", given["level"] or "", above=0.5, below=1, including=(0.5,))
    power = options.number("--power", given["power"] or "", above=0.5, below=1, including=(0.5,))
    images = 2 if given["images"] is None else options.whole("--images", given["images"], least=1, most=_MOST_IMAGES)
    dependence = _dependence(given, options)
    groups, source = _groups(given, images, options)
    options.finish()
    return PowerQuestion(
        question=Question(rate, level, power),
        ratio=ratio,
        images=images,
        dependence=dependence,
        groups=groups,
        source=source,
    )


def _dependence(given: Mapping[str, str | None], options: Options) -> Dependence:
    effect, correlation = given["deff"], given["icc"]
    if effect is not None and correlation is not None:
        options.fault("--deff, --icc: found both, expected one; a correlation implies a design effect")
    return Dependence(
        None if effect is None else options.number("--deff", effect, above=1, below=1e9, including=(1,)),
        None if correlation is None else options.number("--icc", correlation, above=0, below=1, including=(0, 1)),
    )


def _groups(given: Mapping[str, str | None], images: int, options: Options) -> tuple[tuple[GroupSize, ...], str]:
    listed, dataset, by = given["groups"], given["dataset"], given["by"]
    if listed is not None and dataset is not None:
        options.fault("--groups, --dataset: found both, expected one")
    if by is not None and dataset is None:
        options.fault("--by: names a label of a dataset; add --dataset")
    if listed is not None:
        return _listed(listed, images, options), ""
    if dataset is None:
        return (), ""
    if given["images"] is not None:
        options.fault("--images, --dataset: found both; the dataset says how many images it has of each subject")
    try:
        return _of_dataset(dataset, by), dataset
    except InputError as problem:
        options.fault(str(problem))
        return (), dataset


def _listed(text: str, images: int, options: Options) -> tuple[GroupSize, ...]:
    found: dict[str, GroupSize] = {}
    parts = text.split(",")
    if len(parts) > MOST_GROUPS:
        options.fault(f"--groups: found {len(parts)} groups, at most {MOST_GROUPS} are taken")
        return ()
    for part in parts:
        name, equals, size = (piece.strip() for piece in part.rpartition("="))
        if not (name and equals and name.isprintable() and len(name) <= 100):
            options.fault(f"--groups: found {shown(part)}, expected NAME=SUBJECTS, such as a=69,b=13")
        elif name in found:
            options.fault(f"--groups: {shown(name)} stands there twice")
        else:
            subjects = options.whole(f"--groups {shown(name)}", size, least=1, most=_MOST_SUBJECTS)
            found[name] = GroupSize(name=name, subjects=subjects, images=images)
    return tuple(found.values())


def _of_dataset(dataset: str, by: str | None) -> tuple[GroupSize, ...]:
    """Subjects and images of each group of a dataset, by one label; of its first categorical one by default."""
    from evalharness.manifests import catalogue_entry, read_manifest
    from evalharness.samples import load_index

    loaded = read_manifest(Path(dataset)) if dataset.endswith((".yaml", ".yml")) else catalogue_entry(dataset)
    labels = [label.attribute for label in loaded.manifest.labels if label.kind == "categorical"]
    if by is not None and by not in labels:
        raise InputError(f"--by: {unknown('label', by, labels)}")
    if not labels:
        raise InputError(f"{dataset}: it has no categorical label; write --groups NAME=SUBJECTS,...")
    attribute = labels[0] if by is None else by
    members: dict[str, list[str]] = {}
    for row in load_index(loaded).rows:
        if (value := row.labels[attribute]) is not None:
            members.setdefault(value, []).append(row.subject)
    return tuple(_size(f"{attribute}={value}", subjects) for value, subjects in sorted(members.items())[:MOST_GROUPS])


def _size(name: str, subjects: Sequence[str]) -> GroupSize:
    """Images of each subject: their mean, rounded down, so that nothing is promised that is not there."""
    people = len(set(subjects))
    return GroupSize(name=name, subjects=people, images=len(subjects) // people)


def claim_question(given: Mapping[str, str | None], *, searches: bool) -> Claim:
    """Check the options of ``evalharness claim``.

    Args:
        given: Option name without dashes -> text; None where it was not given. ``trials`` and ``errors``, or ``of``
            and ``correct``; ``kind``, ``level``, ``subjects``.
        searches: Whether the trials are searches of enrolled people, which is the kind ``fnir``.

    Raises:
        InputError: Options are wrong: all of them are listed.
    """
    options = Options("claim")
    kind = _kind(given["kind"], searches, options)
    trials, errors = _counts(given, options)
    level = options.number("--level", given["level"] or "", above=0.5, below=1, including=(0.5,))
    subjects = None
    if given["subjects"] is not None:
        most = 2 * trials if kind in PAIRWISE else trials
        least = 2 if kind == "fmr" else 1
        subjects = options.whole("--subjects", given["subjects"], least=least, most=max(most, least))
    options.finish()
    return Claim(kind=kind, trials=trials, errors=errors, level=level, subjects=subjects)


def _kind(text: str | None, searches: bool, options: Options) -> str:
    if text is None and not searches:
        options.fault(f"--kind: expected one of {', '.join(KINDS)}; or --searches for searches of enrolled people")
    elif text is not None and text not in KINDS:
        options.fault(f"--kind: {unknown('kind', text, KINDS)}")
    elif text not in (None, "fnir") and searches:
        options.fault(f"--kind, --searches: found {text} and searches of enrolled people, which are fnir; expected one")
    return text if text in KINDS else "fnir"


def _counts(given: Mapping[str, str | None], options: Options) -> tuple[int, int]:
    """Trials and errors, from either pair of options."""
    by_errors, by_correct = ("trials", "errors"), ("of", "correct")
    used = [pair for pair in (by_errors, by_correct) if any(given[name] is not None for name in pair)]
    if len(used) != 1:
        found = "both" if used else "neither"
        options.fault(f"--trials N --errors E, --correct C --of N: found {found} of these pairs, expected one")
        return 1, 0
    whole, part = used[0]
    for name in used[0]:
        if given[name] is None:
            options.fault(f"--{name}: missing; expected it beside --{part if name == whole else whole}")
    if given[whole] is None or given[part] is None:
        return 1, 0
    before = len(options.faults)
    trials = options.whole(f"--{whole}", given[whole] or "", least=1, most=_MOST_TRIALS)
    counted = options.whole(f"--{part}", given[part] or "", least=0, most=_MOST_TRIALS)
    if len(options.faults) == before and counted > trials:
        options.fault(f"--{part}: {counted:,} of {trials:,}; expected at most as many as --{whole}")
    return trials, counted if used[0] == by_errors else trials - counted
