import ast
import inspect
import re

import pytest

from evalharness.reporting import groupwording, keywording, wording
from evalharness.result import limits

JUDGING = ("fair", "unfair", "biased", "unbiased", "safe", r"accura\w*", "good", "bad", "excellent", "poor")
FORBIDDEN = re.compile(rf"\b({'|'.join(JUDGING)}|discriminat\w*|significan\w*(?! digits))\b", re.I)


@pytest.mark.parametrize("module", [wording, keywording, groupwording, limits])
def test_no_sentence_judges(module):
    strings = [node.value for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Constant)]
    said = [text for text in strings if isinstance(text, str)]
    assert len(said) > 20
    assert [text for text in said if FORBIDDEN.search(text)] == []


def test_policies_in_words():
    words = wording.policy("pooled", target="1%", impostors="within-group", reference="")
    assert words == (
        "one threshold for all groups, fitted so that at most 1% of the comparisons between two different people "
        "of the same group match"
    )
    assert "of the same group by gender match" in wording.policy(
        "pooled", target="1%", impostors="within-group", reference="gender"
    )
    assert "(white)" in wording.policy("reference", target="1%", impostors="", reference="white")
    assert wording.policy("invented {x}", target="", impostors="", reference="") == "invented (x)"


def test_unknown_names_stand_as_they_are():
    assert wording.reason("new-reason") == "new-reason"
    assert wording.provenance("guessed") == "guessed"
    assert wording.two_faces("both") == "both"
    assert wording.comparisons("pairs.csv") == "pairs.csv"


def test_undefined_always_has_a_reason():
    assert wording.undefined("no trials") == "undefined: no trials"
    assert wording.undefined("") == "undefined: the result gives no reason"
