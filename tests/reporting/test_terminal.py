import unicodedata

import pytest

from evalharness.reporting.terminal import summary_table
from tests.reporting import example_result, example_variants
from tests.reporting.example_result import build, london, point, population, synthetic
from tests.reporting.example_rows import row

ALL_RESULTS = ["london", "synthetic", "private", "nulls", "bare", "one_group", "sixty_groups"]
WIDER = [*ALL_RESULTS, "differences"]


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("width", [1, 60, 80, 133])
@pytest.mark.parametrize("name", WIDER)
def test_no_line_is_wider_than_the_terminal(name, width):
    examples = example_variants if hasattr(example_variants, name) else example_result
    text = summary_table(getattr(examples, name)(), width=width)
    assert max(columns(line) for line in text.splitlines()) <= max(width, 60)
    assert text.endswith("\n")


def test_the_rows_of_a_group():
    lines = summary_table(london(), width=60).splitlines()
    assert lines[0] == "dlib ResNet 20.0.1 on Face Research Lab London Set"
    assert lines[2] == "vendor: threshold 0.6"
    white = next(line for line in lines if line.startswith("  white"))
    assert white.split() == ["white", "69", "0.13%", "[0.043%,", "0.38%]", "0", "[0,", "18%]"]
    alone = lines.index("  east_asian/white")
    assert lines[alone + 1].split() == ["1", "n/a", "0"]
    first = lines.index("failure to acquire (FTA)")
    assert lines[first + 1].split() == ["group", "failures/trials", "FTA"]
    assert [line.split()[:3] for line in lines[first + 3 :] if line.startswith("  white")] == [["white", "0/138", "0"]]
    assert lines[-1] == "errors and trials: in metrics.csv, or on a wider terminal"


def test_counts_stand_beside_rates_where_there_is_room():
    white = next(line for line in summary_table(london(), width=120).splitlines() if line.startswith("  white"))
    assert "12 of 9,384: 0.13% [0.043%, 0.38%]" in white


def test_where_room_is_short_counts_are_compact():
    text = summary_table(london(), width=80)
    white = next(line for line in text.splitlines() if line.startswith("  white"))
    assert white.split() == ["white", "69", "12/9384:", "0.13%", "[0.043%,", "0.38%]", "0/69:", "0", "[0,", "18%]"]
    assert "wider terminal" not in text


def test_counts_of_false_matches_stay_longest():
    texts = {width: summary_table(london(), width=width) for width in range(60, 81)}
    fmr = [width for width, text in texts.items() if "12/9384: 0.13% [0.043%, 0.38%]" in text]
    fnmr = [width for width, text in texts.items() if "0/69: 0 [0, 18%]" in text]
    assert fmr[0] < fnmr[0]
    assert all("wider terminal" not in texts[width] for width in fmr)


def test_dataset_faults_are_said_before_any_rate():
    faults = population(faults={"undecodable": 2, "too-large": 1})
    lines = summary_table(build([point()], faults), width=80).splitlines()
    assert lines[1] == "3 of 204 images unusable: dataset faults, outside every rate"
    assert "unusable" not in summary_table(london(), width=80)


def test_trials_of_acquisition_leave_out_dataset_faults():
    fta = row("fta", "", "all", errors=1, trials=201, subjects=102)
    result = build([], population({}, samples=204, faults={"undecodable": 3}), measures=(fta,))
    assert "all groups" in summary_table(result, width=80)
    assert "1/201" in summary_table(result, width=80)


def test_acquisition_that_cannot_be_known_is_no_table():
    text = summary_table(build([point()], population(acquisition_observable=False)), width=60)
    assert "failure to acquire (FTA)\n  The scores were supplied ready-made: how many samples gave" in text
    assert "failures/trials" not in text


def test_an_unresolved_point_gives_its_reason_with_the_bound():
    reason = (
        "target 0.01 is finer than 1/40: without a false match in 40 comparisons of 20 subjects the FMR is at most "
        "0.25886556508930522 (one-sided 0.95; 0.0721575 if comparisons were independent)"
    )
    unresolved = point(policy="pooled", thresholds={}, unresolved={"all": reason})
    text = summary_table(build([unresolved], population()), width=60)
    assert "  none for all groups: target 0.01 is finer than 1/40:" in text
    assert "the FMR is at most 0.259 (one-sided 0.95; 0.0722 if" in " ".join(text.split())


def test_numbers_too_wide_for_the_terminal_stand_one_below_the_other():
    rows = [
        row("fmr", "vendor", "all", "all", errors=3, trials=100_000, subjects=102),
        row("fnmr", "vendor", "all", errors=99_999, trials=100_000, subjects=102),
    ]
    rows = [r.model_copy(update={"lower": 9.9e-6, "upper": 9.9e-5} if r.measure == "fmr" else {}) for r in rows]
    lines = summary_table(build([point()], population({}), measures=tuple(rows)), width=60).splitlines()
    assert max(map(columns, lines)) <= 60
    heads = [line.split() for line in lines if line.startswith("group")]
    assert heads[:2] == [["group", "subjects", "FMR", "within", "group"], ["group", "FNMR"]]
    assert any("3.0e-05 [9.9e-06, 9.9e-05]" in line for line in lines)


@pytest.mark.parametrize("width", [60, 120])
def test_a_version_that_was_not_stated_is_not_glued_to_the_name(width):
    supplied = example_result.system(kind="scores", name="precomputed scores", version="not stated")
    first = summary_table(london(system=supplied), width=width).splitlines()[0]
    assert first == "precomputed scores on Face Research Lab London Set"


def test_a_long_name_gets_a_line_of_its_own_and_stays_whole():
    lines = summary_table(london(), width=60).splitlines()
    place = lines.index("  male, east_asian/white")
    assert lines[place + 1].split() == ["1", "n/a", "0"]


def test_hypothetical_and_synthetic_are_said():
    assert "HYPOTHETICAL" in summary_table(london(), width=60)
    assert "says nothing about how people are treated" in summary_table(synthetic(), width=60)
    assert "HYPOTHETICAL" not in summary_table(build([point()], population()), width=60)


def test_nothing_in_a_name_reaches_the_terminal_as_a_command():
    sizes = {
        "site": {
            "site=\x1b[2J\x9b31m\u202e": 5,
            "site=日本語の長い名前がここに入ります日本語の長い名前がここに入ります": 5,
        }
    }
    text = summary_table(build([point(name="\x1b]0;x\x07\n=")], population(sizes)), width=60)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in text)
    assert "\\u001b[2J\\u009b31m\\u202e" in text
    assert max(columns(line) for line in text.splitlines()) <= 60
