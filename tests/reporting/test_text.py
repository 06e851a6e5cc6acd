import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from evalharness.records import Group
from evalharness.reporting import text


@given(st.text())
def test_visible_text_has_no_control_or_bidi_character(value):
    shown = text.visible(value)
    assert not any(unicodedata.category(c) == "Cc" for c in shown if c not in "\t\n")
    assert not any(
        unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"} for c in shown
    )


def test_ordinary_text_of_any_script_is_left_alone():
    for value in ("naïve Åse", "日本語", "عربي", "a\nb\tc", "🙂"):
        assert text.visible(value) == value


def test_invisible_characters_are_spelled_out():
    assert text.visible("a\u202eb\u200fc\ud800\ufeff\x00") == "a\\u202eb\\u200fc\\ud800\\ufeff\\u0000"


@given(st.text(max_size=20).filter(lambda value: value != "(missing)"))
def test_a_label_shows_the_value_that_was_recorded(value):
    assert text.group_label(Group((("site", value),)).id) == value


def test_a_missing_label_is_not_a_value_called_missing():
    assert text.group_label(Group((("site", None),)).id) == "not recorded"
    assert text.group_label(Group((("site", "(missing)"),)).id) == "(missing)"


@given(st.text(max_size=30), st.integers(1, 12))
def test_shortened_fits(value, width):
    assert len(text.shortened(value, width)) <= width


def test_only_web_addresses_become_links():
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        " https://a.org",
        "https://a.org/\n",
        'https://a.org/"x',
        "//a.org",
    ):
        assert text.web_link(bad) == ""
    assert text.web_link("http://a.org/?q=1&r=2#x") == "http://a.org/?q=1&r=2#x"
