"""docs/planning.md shows what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from evalharness import cli

PAGE = Path(__file__).parents[2] / "docs" / "planning.md"
BLOCKS = re.findall(r"```console\n\$ evalharness ([^\n]*)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize(("line", "shown"), BLOCKS, ids=[line for line, _ in BLOCKS])
def test_the_page_shows_what_is_printed(line, shown, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "72")
    monkeypatch.setattr("sys.argv", ["evalharness", *shlex.split(line)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert not caught.value.code
    assert capsys.readouterr().out == shown


def test_there_are_examples():
    assert len(BLOCKS) == 4
