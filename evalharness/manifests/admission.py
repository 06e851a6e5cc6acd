"""Admission: licence and consent against what a run wants to do. Refusal is the default.

Every reason is given, with its source; unknown consent is not consent.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from evalharness.errors import AdmissionRefusedError
from evalharness.manifests.schema import UNKNOWN, Answer, ConsentBasis, Evidence, Manifest, ManifestKind, Task
from evalharness.plan import Purpose

COMMERCIAL = frozenset({Purpose.PROCUREMENT_EVALUATION, Purpose.INTERNAL_TESTING})
"""Purposes that serve a sale or a product: a licence without commercial use does not cover them."""

_NO_CONSENT = frozenset({ConsentBasis.NONE, ConsentBasis.UNKNOWN, ConsentBasis.PUBLIC_RECORD})


@dataclass(frozen=True, slots=True)
class Request:
    """What a run wants to do with a dataset."""

    purpose: Purpose
    task: Task
    on: datetime.date


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a run may use a dataset, and why."""

    granted: bool
    grounds: tuple[Evidence, ...]  # what a granted admission rests on; empty when refused
    reasons: tuple[str, ...]  # why it is refused, each with its source; empty when granted


def admit(manifest: Manifest, *, purpose: Purpose, task: Task, on: datetime.date) -> Admission:
    """Compare licence and consent with a run.

    Args:
        manifest: The dataset.
        purpose: What the audit is for.
        task: What is done with the images.
        on: The day on which the run takes place.

    Returns:
        Granted with its grounds, or refused with every reason.
    """
    request = Request(purpose, task, on)
    reasons = (*_kind_reasons(manifest), *_consent_reasons(manifest, request), *_licence_reasons(manifest, request))
    return Admission(not reasons, () if reasons else tuple(_grounds(manifest, request)), reasons)


def require_admission(manifest: Manifest, *, purpose: Purpose, task: Task, on: datetime.date) -> Admission:
    """As ``admit``, for a run that is about to begin.

    Raises:
        AdmissionRefusedError: With every reason.
    """
    admission = admit(manifest, purpose=purpose, task=task, on=on)
    if not admission.granted:
        what = f"{purpose} with the task {task} on {on}"
        message = f"{manifest.id}: licence and consent do not admit {what}. Use another dataset, for these reasons:"
        raise AdmissionRefusedError(message, admission.reasons)
    return admission


def _kind_reasons(manifest: Manifest) -> Iterator[str]:
    if manifest.kind is ManifestKind.CATALOGUE_ENTRY:
        where = manifest.homepage or manifest.source.how
        yield f"a catalogue-entry holds facts about a dataset and no files, and is never run (source: {where})"


def _consent_reasons(manifest: Manifest, request: Request) -> Iterator[str]:
    consent, source = manifest.consent, f"(source: {_sources(manifest)})"
    if consent.basis in _NO_CONSENT:
        yield f"the people pictured are not known to have agreed: consent.basis is {consent.basis} {source}"
    elif consent.basis is not ConsentBasis.NOT_APPLICABLE and not consent.evidence:
        yield f"consent is claimed without evidence: consent.evidence is empty {source}"
    for key, text in (("scope", consent.scope), ("withdrawal", consent.withdrawal)):
        if text.lower() == UNKNOWN:
            yield f"consent.{key} is unknown, and unknown is not consent {source}"
    if request.purpose not in consent.purposes:
        yield f"the purpose {request.purpose} is outside the consent, which covers {_list(consent.purposes)} {source}"
    if request.task not in consent.tasks:
        yield f"the task {request.task} is outside the consent, which covers {_list(consent.tasks)} {source}"
    if consent.expires is not None and request.on > consent.expires:
        yield f"the consent expired: it held until {consent.expires}, the run is dated {request.on} {source}"


def _licence_reasons(manifest: Manifest, request: Request) -> Iterator[str]:
    licence, source = manifest.licence, f"(source: {manifest.licence.source})"
    if licence.name.lower() == UNKNOWN:
        yield f"the licence is unknown {source}"
    if request.purpose in COMMERCIAL and licence.commercial_use is not Answer.YES:
        answer = "forbids commercial use" if licence.commercial_use is Answer.NO else "is not known to allow it"
        yield f"{request.purpose} is commercial use, and the licence ({licence.name}) {answer} {source}"


def _grounds(manifest: Manifest, request: Request) -> Iterator[Evidence]:
    consent, licence = manifest.consent, manifest.licence
    yield Evidence(
        text=f"Licence: {licence.name}; commercial use: {licence.commercial_use}; "
        f"redistribution: {licence.redistribution}.",
        source=licence.source,
    )
    yield Evidence(
        text=f"Consent ({consent.basis}): {consent.scope} Read as covering {_list(consent.purposes)} "
        f"with the tasks {_list(consent.tasks)}; this run: {request.purpose}, {request.task}, {request.on}.",
        source=_sources(manifest),
    )
    yield from consent.evidence


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "nothing that is known"


def _sources(manifest: Manifest) -> str:
    sources = dict.fromkeys(evidence.source for evidence in manifest.consent.evidence)
    return "; ".join(sources) or manifest.homepage or f"the manifest of {manifest.id}"
