"""The one protocol that every face system fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from evalharness.records import AcquisitionFailure, DatasetFault, Image, Sample, SystemIdentity, Template

Outcome = Template | AcquisitionFailure | DatasetFault


@runtime_checkable
class FaceSystem(Protocol):
    """A system under test whose templates are vectors, compared by our engine.

    Building one must be cheap: it checks what is installed and which weights will be loaded, and says
    who it is. Models are loaded at the first ``enrol``, in the process that calls it.
    """

    @property
    def identity(self) -> SystemIdentity:
        """What is being measured; a change of anything that changes a template changes it."""

    def enrol(self, images: Sequence[Image]) -> Sequence[Template | AcquisitionFailure]:
        """One result for each image, in order. A missed face is a result; only a broken model raises."""


class ImageReader(Protocol):
    """Decodes one sample; a top-level function, because worker processes receive it by name."""

    def __call__(self, root: Path, sample: Sample, *, pixel_limit: int) -> Image | DatasetFault:
        """The decoded image, or why an image with the right digest cannot be used."""


@dataclass(frozen=True, slots=True)
class SystemDescription:
    """One kind of system as ``evalharness systems`` lists it."""

    kind: str
    summary: str
    installed: bool
    install: str  # the command that brings it; empty if it needs nothing
    versions: tuple[str, ...]  # "dlib-bin 20.0.1"
    notes: tuple[str, ...] = ()
