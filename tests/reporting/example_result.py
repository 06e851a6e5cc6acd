"""Audit results to render: invented numbers in the shape that an audit gives them; no person is behind them."""

from collections.abc import Sequence

from evalharness.result import (
    AdmissionInfo,
    AuditInfo,
    AuditResult,
    CatalogueRow,
    DatasetInfo,
    Evidence,
    GroupInfo,
    LabelInfo,
    OperatingPointInfo,
    PartitionInfo,
    PopulationInfo,
    SystemInfo,
    WeightsInfo,
    standard_limits,
)
from tests.reporting.example_rows import measures

SIZES = {
    "gender": {"gender=female": 49, "gender=male": 53},
    "ethnicity": {
        "ethnicity=white": 69,
        "ethnicity=black": 13,
        "ethnicity=west_asian": 10,
        "ethnicity=east_asian": 9,
        "ethnicity=east_asian/white": 1,
    },
    "gender*ethnicity": {
        "gender=female;ethnicity=white": 33,
        "gender=female;ethnicity=black": 6,
        "gender=female;ethnicity=west_asian": 4,
        "gender=female;ethnicity=east_asian": 6,
        "gender=male;ethnicity=white": 36,
        "gender=male;ethnicity=black": 7,
        "gender=male;ethnicity=west_asian": 6,
        "gender=male;ethnicity=east_asian": 3,
        "gender=male;ethnicity=east_asian/white": 1,
    },
}


def audit(**changes: object) -> AuditInfo:
    """The audit itself."""
    return AuditInfo(
        name="london-dlib",
        date="2026-11-22",
        purpose="research-evaluation",
        task="verification",
        comparisons="all-pairs",
        two_faces="largest",
        interval_level=0.95,
        min_subjects=3,
        disclosure_min_subjects=10,
        seed=1,
        decision_rule="match if score >= threshold (a distance d matches if d <= threshold)",
        plan_sha256="ab" * 32,
    ).model_copy(update=changes)


def dataset(**changes: object) -> DatasetInfo:
    """A dataset like the London set."""
    return DatasetInfo(
        id="face-research-lab-london-set",
        name="Face Research Lab London Set",
        version="5",
        curator="Lisa DeBruine and Benedict Jones",
        synthetic=False,
        homepage="https://doi.org/10.6084/m9.figshare.5047666.v5",
        attribution="DeBruine, L. and Jones, B. (2017), Face Research Lab London Set, figshare.",
        licence="CC-BY-4.0",
        commercial_use="yes",
        consent_basis="informed-consent",
        consent_scope="signed consent to use in lab-based and web-based studies, original or altered, and to "
        "illustrate research",
        consent_purposes=("research-evaluation",),
        consent_tasks=("verification", "detection"),
        consent_expires=None,
        consent_evidence=(
            Evidence(
                text="The record page quotes the signed form.", source="https://doi.org/10.6084/m9.figshare.5047666"
            ),
        ),
        withdrawal="not stated on the record page",
        withdrawals_applied=None,
        group_sizes_public=True,
        labels=(
            LabelInfo(
                attribute="gender",
                kind="categorical",
                provenance="self-reported",
                values=("female", "male"),
                missing_samples=0,
                multi_valued_samples=0,
            ),
            LabelInfo(
                attribute="ethnicity",
                kind="categorical",
                provenance="self-reported",
                values=("white", "black", "west_asian", "east_asian"),
                description="as the subject wrote it",
                missing_samples=0,
                multi_valued_samples=2,
            ),
        ),
        statements=(
            "The cells are small: no claim about a population can rest on them.",
            "Both images of a person come, as far as is known, from one sitting.",
        ),
        manifest_sha256="cd" * 32,
        index_sha256="ef" * 32,
        samples=204,
        subjects=102,
    ).model_copy(update=changes)


def system(**changes: object) -> SystemInfo:
    """A system like dlib."""
    return SystemInfo(
        kind="dlib",
        name="dlib ResNet",
        version="20.0.1",
        score_kind="distance",
        comparator="euclidean",
        weights=(WeightsInfo(name="dlib_face_recognition_resnet_model_v1.dat", sha256="12" * 32),),
        settings={"detector": "HOG, upsample 0", "alignment": "5-point chip"},
    ).model_copy(update=changes)


def population(sizes: dict[str, dict[str, int]] | None = None, **changes: object) -> PopulationInfo:
    """Two samples a subject; one sample of the first group gave no template."""
    found = SIZES if sizes is None else sizes
    subjects = sum(next(iter(found.values())).values()) if found else 0
    return PopulationInfo(
        samples=2 * subjects,
        subjects=subjects,
        failures={"no-face": 1} if subjects else {},
        faults={},
        single_sample_subjects=0,
        acquisition_observable=True,
        partitions=tuple(
            PartitionInfo(
                id=name,
                attributes=tuple(name.split("*")),
                groups=tuple(
                    _group(group, size, first=place == 0) for place, (group, size) in enumerate(groups.items())
                ),
            )
            for name, groups in found.items()
        ),
    ).model_copy(update=changes)


def _group(group: str, size: int, *, first: bool) -> GroupInfo:
    return GroupInfo(
        id=group,
        known="(missing)" not in group,
        subjects=size,
        samples=2 * size,
        failures={"no-face": 1} if first else {},
        faults={},
        single_sample_subjects=0,
        adequate=size >= 3,
    )


def point(name: str = "vendor", policy: str = "vendor", **changes: object) -> OperatingPointInfo:
    """A decided operating point with one threshold."""
    return OperatingPointInfo(
        name=name,
        policy=policy,
        target_fmr=None if policy == "vendor" else "0.01",
        impostors="within-group" if policy == "pooled" else None,
        reference={"reference": "ethnicity=white", "per-group": "ethnicity"}.get(policy),
        hypothetical=policy == "per-group",
        thresholds={"all": 0.6},
        attained_fmr={"all": 0.0099},
        impostor_comparisons={"all": 10012},
        impostor_subjects={"all": 102},
        unresolved={},
        warnings=(),
    ).model_copy(update=changes)


CATALOGUE = (
    CatalogueRow(
        id="fmr",
        name="False match rate",
        formula="false matches / completed non-mated comparisons",
        direction="lower is better",
        unit="proportion",
        source="ISO/IEC 2382-37",
        caution="Depends on the threshold and on which pairs are compared.",
    ),
    CatalogueRow(
        id="fnmr",
        name="False non-match rate",
        formula="false non-matches / completed mated comparisons",
        direction="lower is better",
        unit="proportion",
        source="ISO/IEC 2382-37",
        caution="Leaves out samples that gave no template; read it with FTA and FRR.",
    ),
)


def london(**changes: object) -> AuditResult:
    """Four policies on a set like London."""
    points = (
        point(),
        point("pooled-fmr-0.01", "pooled", warnings=("The target rests on fewer than 30 effective errors.",)),
        point("reference-ethnicity=white-fmr-0.001", "reference", thresholds={"all": 0.48312938213348391}),
        point(
            "per-group-ethnicity-fmr-0.01",
            "per-group",
            thresholds={"ethnicity=white": 0.55, "ethnicity=black": 0.47},
            attained_fmr={"ethnicity=white": 0.0099, "ethnicity=black": 0.0064, "ethnicity=east_asian": None},
            impostor_comparisons={"ethnicity=white": 9384, "ethnicity=black": 312, "ethnicity=east_asian": 144},
            impostor_subjects={"ethnicity=white": 69, "ethnicity=black": 13, "ethnicity=east_asian": 9},
            unresolved={"ethnicity=east_asian": "a target of 0.001 needs at least 1000 comparisons; there are 144"},
        ),
    )
    return build(points, population(), **changes)


def build(points: Sequence[OperatingPointInfo], people: PopulationInfo, **changes: object) -> AuditResult:
    """A result on some population, with the sentences that belong to it."""
    data = dataset(subjects=people.subjects, samples=people.samples)
    return AuditResult(
        audit=audit(),
        dataset=data,
        admission=AdmissionInfo(
            granted=True,
            grounds=(
                Evidence(text="research-evaluation is within the consent", source="manifest.yaml:consent.purposes"),
            ),
        ),
        system=system(),
        population=people,
        operating_points=tuple(points),
        measures=tuple(measures(points, people)),
        catalogue=CATALOGUE,
        limits=standard_limits(data, people, points, single_session=True),
        software={"evalharness": "0.1.0", "numpy": "2.4.6"},
        plan={"audit": "london-dlib", "seed": 1, "groups": [["gender"], ["ethnicity"]]},
    ).model_copy(update=changes)


def synthetic() -> AuditResult:
    """Faces of nobody."""
    return london(dataset=dataset(synthetic=True, name="Synthetic benchmark", group_sizes_public=False, statements=()))


def private() -> AuditResult:
    """Group sizes are not public."""
    return london(dataset=dataset(group_sizes_public=False))


def nulls() -> AuditResult:
    """Nothing could be measured."""
    found = build([point(thresholds={}, attained_fmr={}, unresolved={"all": "no completed comparison"})], population())
    empty = {
        "errors": None,
        "trials": 0,
        "value": None,
        "lower": None,
        "upper": None,
        "note": "no completed comparison",
    }
    return found.model_copy(update={"measures": tuple(m.model_copy(update=empty) for m in found.measures)})


def bare() -> AuditResult:
    """No groups, no measures, no operating points."""
    return build([], population({})).model_copy(update={"measures": (), "catalogue": (), "limits": ()})


def one_group() -> AuditResult:
    """One group alone."""
    return build([point()], population({"gender": {"gender=female": 40}}))


def sixty_groups() -> AuditResult:
    """Sixty groups."""
    return build([point()], population({"site": {f"site=place {i:02}": 5 + i for i in range(60)}}))
