import unicodedata

import pytest

from evalharness.reporting.terminal import summary_table
from tests.reporting import example_result
from tests.reporting.example_result import build, london, point, population, synthetic

ALL_RESULTS = ["london", "synthetic", "private", "nulls", "bare", "one_group", "sixty_groups"]


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("width", [1, 60, 80, 133])
@pytest.mark.parametrize("name", ALL_RESULTS)
def test_no_line_is_wider_than_the_terminal(name, width):
    text = summary_table(getattr(example_result, name)(), width=width)
    assert max(columns(line) for line in text.splitlines()) <= max(width, 60)
    assert text.endswith("\n")


def test_the_rows_of_a_group():
    lines = summary_table(london(), width=60).splitlines()
    assert lines[0] == "dlib ResNet 20.0.1 on Face Research Lab London Set"
    assert lines[2] == "vendor: threshold 0.6"
    white = next(line for line in lines if line.startswith("  white"))
    assert white.split() == ["white", "69", "0.13%", "[0.043%,", "0.38%]", "0", "[0,", "18%]"]
    alone = lines.index("  east_asian/white")
    assert lines[alone + 1].split() == ["1", "n/a", "n/a"]
    first = lines.index("failure to acquire (FTA)")
    assert [line.split()[:3] for line in lines[first + 3 :] if line.startswith("  white")] == [["white", "138", "0"]]


def test_counts_stand_beside_rates_where_there_is_room():
    white = next(line for line in summary_table(london(), width=120).splitlines() if line.startswith("  white"))
    assert "12 of 9,384: 0.13% [0.043%, 0.38%]" in white


def test_a_long_name_gets_a_line_of_its_own_and_stays_whole():
    lines = summary_table(london(), width=60).splitlines()
    place = lines.index("  male, east_asian/white")
    assert lines[place + 1].split() == ["1", "n/a", "n/a"]


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
