"""A bounded stay in DeepFace: its environment, files and caches are ours inside, and as before outside.

DeepFace is configured by environment variables, prints, keeps models in a global, and downloads weights
without a checksum. Inside ``DeepFaceSession.open`` it runs on one stated engine, is silent, sees only
models that this session loaded, reads no tuning variable of the user's, and gets a weights file only if
its digest has been checked; it never reaches for the network.
"""

import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from evalharness.errors import RunError
from evalharness.systems.weights import WeightsFile

_SILENT = "100"  # above every level of DeepFace's logger
_TUNING = (
    "CENTERFACE_THRESHOLD",
    "MEDIAPIPE_MIN_DETECTION_CONFIDENCE",
    "MEDIAPIPE_MODEL_SELECTION",
    "YOLO_MIN_DETECTION_CONFIDENCE",
    "yunet_score_threshold",
)
"""Variables that change what a detector finds; inside a session its defaults hold."""

_MISSING = object()


class DeepFaceSession:
    """One engine, one set of checked weights files, one cache of loaded models."""

    def __init__(self, engine: str, weights: tuple[WeightsFile, ...], *, detector: str) -> None:
        self._engine = engine
        self._weights = {file.name: file.path for file in weights}
        self._detector = detector
        self._models: dict[str, dict[str, object]] = {}
        self._home: Path | None = None

    @contextmanager
    def open(self) -> Iterator[ModuleType]:
        """The module ``deepface.DeepFace``, usable until the block ends.

        Raises:
            RunError: DeepFace already runs on another engine in this process.
        """
        with ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            stack.enter_context(_environment(self._variables()))
            deepface = import_module("deepface.DeepFace")  # creates folders below DEEPFACE_HOME
            self._check_engine()
            for module, name, value in self._replacements():
                stack.enter_context(_attribute(module, name, value))
            yield deepface

    def _variables(self) -> dict[str, str | None]:
        if self._home is None:
            self._home = Path(tempfile.mkdtemp(prefix="evalharness-deepface-"))
            weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        return {
            "DEEPFACE_BACKEND_ENGINE": self._engine,  # DEEPFACE_BACKEND does nothing
            "DEEPFACE_HOME": str(self._home),
            "DEEPFACE_LOG_LEVEL": _SILENT,
            "RETINAFACE_LOG_LEVEL": _SILENT,
            **dict.fromkeys(_TUNING),
        }

    def _check_engine(self) -> None:
        engine = import_module("deepface.commons.backend_utils").get_backend_engine()
        if engine != self._engine:
            raise RunError(
                f"DeepFace already runs on {engine} in this process, and the plan asks for {self._engine}; "
                "it cannot change. Run the audit in a fresh process."
            )

    def _replacements(self) -> Iterator[tuple[object, str, object]]:
        modeling = import_module("deepface.modules.modeling")
        self._models = self._models or {task: {} for task in modeling.AVAILABLE_MODELS}
        yield modeling, "cached_models", self._models
        yield import_module("deepface.commons.logger").Logger(), "log_level", int(_SILENT)
        yield import_module("deepface.commons.weight_utils"), "download_weights_if_necessary", self._checked_path
        if self._detector == "retinaface":
            yield import_module("retinaface.commons.weight_utils"), "download_weights_if_necessary", self._checked_path

    def _checked_path(self, file_name: str, *_: object, **__: object) -> str:
        """Stands in for DeepFace's download function: a checked file, or nothing."""
        name = Path(file_name).as_posix()
        if name not in self._weights:
            checked = ", ".join(sorted(self._weights)) or "none"
            raise RunError(
                f"DeepFace asked for the weights file {name}, whose digest was not checked; it was not loaded. "
                f"Checked: {checked}. This version of DeepFace loads other files than the known one (0.0.103)."
            )
        return str(self._weights[name])


@contextmanager
def _environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set environment variables, or remove those that are None, until the block ends."""
    before = {name: os.environ.get(name) for name in variables}
    try:
        _set_environment(variables)
        yield
    finally:
        _set_environment(before)


def _set_environment(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _attribute(owner: object, name: str, value: object) -> Iterator[None]:
    """Replace an attribute until the block ends."""
    before = getattr(owner, name, _MISSING)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is _MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
