import json

import pytest

from evalharness import cli


@pytest.fixture
def run(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "72")

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["evalharness", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err

    return call


def test_a_sentence_like_claim(run):
    code, out, err = run("claim", "--correct", "834", "--of", "834", "--searches")
    assert (code, err) == (0, "")
    plain = " ".join(out.split())
    assert "(FNIR) is at most 0.36 % (one-sided limit at 95 %)" in plain
    assert "Not supported by this claim:" in plain
    assert max(map(len, out.splitlines())) <= 72


def test_a_claim_for_machines(run):
    code, out, _ = run("claim", "--trials", "834", "--errors", "0", "--kind", "fnir", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["limits"]["upper"] == pytest.approx(0.0035855, abs=1e-7)
    assert answer["claim"] == {"kind": "fnir", "trials": 834, "errors": 0, "level": 0.95, "subjects": None}
    assert any(text.startswith("Groups:") for text in answer["not_supported"])


def test_power_for_people_and_machines(run):
    code, out, _ = run("power", "--rate", "0.01", "--groups", "a=69,b=13")
    assert code == 0
    assert "2,319" in out
    assert max(map(len, out.splitlines())) <= 72
    code, out, _ = run("power", "--rate", "0.0001", "--ratio", "10", "--deff", "5", "--json")
    assert (code, json.loads(out)["comparisons"]) == (0, 53260)


def test_all_faults_at_once_without_a_traceback(run):
    code, out, err = run("power", "--rate", "2", "--ratio", "one")
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "evalharness: power: 2 faults"
    assert [line.split(":")[0].strip() for line in err.splitlines()[1:]] == ["--rate", "--ratio"]
    code, _, err = run("claim", "--trials", "5", "--errors", "6", "--kind", "fmrr")
    assert code == 2
    assert len(err.splitlines()) == 3
