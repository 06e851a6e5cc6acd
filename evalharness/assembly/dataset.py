"""Whom was measured, and by what right."""

from collections.abc import Iterable

from evalharness.assembly.record import Audited
from evalharness.result import (
    DatasetInfo,
    Evidence,
    LabelInfo,
)
from evalharness.samples import label_coverage


def evidence_of(grounds: Iterable[object]) -> tuple[Evidence, ...]:
    """Grounds with their sources."""
    return tuple(Evidence.model_validate(item, from_attributes=True) for item in grounds)


def dataset_info(run: Audited) -> DatasetInfo:
    """What the manifest says of the people and their consent."""
    manifest, consent = run.dataset.manifest, run.dataset.manifest.consent
    return DatasetInfo(
        id=manifest.id,
        name=manifest.name,
        version=manifest.version,
        curator=manifest.curator,
        synthetic=manifest.synthetic,
        homepage=manifest.homepage,
        attribution=manifest.attribution,
        licence=manifest.licence.name,
        commercial_use=manifest.licence.commercial_use,
        consent_basis=consent.basis,
        consent_scope=consent.scope,
        consent_purposes=consent.purposes,
        consent_tasks=consent.tasks,
        consent_expires=consent.expires.isoformat() if consent.expires else None,
        consent_evidence=evidence_of(consent.evidence),
        withdrawal=consent.withdrawal,
        withdrawals_applied=consent.withdrawals_applied.isoformat() if consent.withdrawals_applied else None,
        group_sizes_public=manifest.files.group_sizes_public,
        labels=_labels(run),
        statements=manifest.statements,
        manifest_sha256=run.dataset.sha256,
        index_sha256=manifest.files.sha256 or "",
        samples=len(run.samples),
        subjects=len(run.samples.subjects),
    )


def _labels(run: Audited) -> tuple[LabelInfo, ...]:
    found = []
    for label in run.dataset.manifest.labels:
        coverage = label_coverage(run.samples, label.attribute)
        found.append(
            LabelInfo(
                attribute=label.attribute,
                kind=label.kind,
                provenance=label.provenance,
                values=label.values,
                description=label.description or "",
                missing_samples=coverage.missing,
                multi_valued_samples=coverage.multi_valued,
            )
        )
    return tuple(found)
