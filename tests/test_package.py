"""The package's surface: exported names, light imports, exit codes."""

import subprocess
import sys

import pytest

import evalharness
from evalharness import errors


def test_every_exported_name_exists() -> None:
    for name in evalharness.__all__:
        assert getattr(evalharness, name) is not None


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(AttributeError, match="run_audit"):
        evalharness.__getattr__("run_audti")


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, evalharness, evalharness.cli\n"
        "heavy = {'numpy','scipy','matplotlib','pydantic','ruamel','PIL','dlib','deepface','torch','jinja2','rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.PlanError, 2),
        (errors.ManifestError, 2),
        (errors.DatasetError, 2),
        (errors.SystemInputError, 2),
        (errors.RunFolderError, 2),
    ],
)
def test_bad_input_exits_2(kind: type[errors.InputError], code: int) -> None:
    error = kind("where: what", ["first", "second"])
    assert error.exit_code == code
    assert str(error) == "where: what\n  first\n  second"
    assert error.faults == ("first", "second")


def test_refusal_exits_3_and_failure_1() -> None:
    assert errors.AdmissionRefusedError("no", ["because"]).exit_code == 3
    assert errors.RunError("broke").exit_code == 1
    assert errors.MissingDependencyError("x").exit_code == 1
