import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.reporting import figures
from evalharness.reporting.figures import Axis, FigureRow, Mark, forest
from tests.reporting.page import Element, parse

LOG = Axis("False match rate", logarithmic=True)
LINEAR = Axis("False non-match rate", logarithmic=False)


def drawn(rows, axis) -> Element:
    svg = forest(rows, axis)
    return parse(svg[svg.index("<svg") :])


def texts(root: Element) -> list[str]:
    return [text.text for text in root.all("text")]


def colours(root: Element, kind: str) -> list[str]:
    """Colours of the markers drawn, in order."""
    styles = [element.attributes.get("style") or "" for element in root.all("use")]
    found = [re.search(rf"(?<!-){kind}: (#\w+)", style) for style in styles]
    return [match[1] for match in found if match and match[1] in ("#0072b2", "#d55e00", "#ffffff")]


def test_labels_and_axis_are_text():
    root = drawn([FigureRow("white", (Mark(0.1, 0.05, 0.2),)), FigureRow("black", (), "undefined")], LOG)
    assert {"white", "black", "undefined", "False match rate", "10%"} <= set(texts(root))


def test_a_measured_rate_is_filled_and_zero_or_unknown_interval_is_open():
    assert colours(drawn([FigureRow("a", (Mark(0.1, 0.05, 0.2),))], LOG), "fill") == ["#0072b2"]
    assert colours(drawn([FigureRow("a", (Mark(0.0, 0.0, 0.2),))], LOG), "fill") == ["#ffffff"]
    assert colours(drawn([FigureRow("a", (Mark(0.0, 0.0, 0.2),))], LINEAR), "fill") == ["#ffffff"]
    assert colours(drawn([FigureRow("a", (Mark(0.1, None, None),))], LOG), "fill") == ["#ffffff"]


def test_zero_without_interval_has_no_mark_on_a_logarithmic_axis():
    assert colours(drawn([FigureRow("a", (Mark(0.0, None, None),))], LOG), "stroke") == []


def test_two_series_differ_in_colour_and_shape():
    rows = [FigureRow("a", (Mark(0.1, 0.05, 0.2), Mark(0.2, 0.1, 0.3, series=1)))]
    root = drawn(rows, Axis("Rate", logarithmic=False, series=("FNMR", "FRR")))
    assert set(colours(root, "stroke")) == {"#0072b2", "#d55e00"}
    assert {"FNMR", "FRR"} <= set(texts(root))


def test_names_are_never_read_as_formulas_and_long_ones_are_cut():
    names = ["$\\frac{1}{$", "x" * 10_000, "日本語", "\x1b[31m", "_^{}"]
    root = drawn([FigureRow(name, (Mark(0.1, 0.05, 0.2),)) for name in names], LOG)
    found = texts(root)
    assert "$\\frac{1}{$" in found
    assert "x" * 23 + "…" in found
    assert "日本語" in found
    assert "\\u001b[31m" in found


RATE = st.floats(0, 1, allow_subnormal=False)


@settings(max_examples=20, deadline=None)
@given(value=RATE, lower=RATE, upper=RATE, target=st.none() | st.floats(1e-12, 1), logarithmic=st.booleans())
def test_any_rate_can_be_drawn(value, lower, upper, target, logarithmic):
    low, middle, high = sorted((value, lower, upper))
    root = drawn([FigureRow("a", (Mark(middle, low, high),))], Axis("Rate", logarithmic, target))
    assert "nan" not in str([e.attributes for e in root.all()])


def test_same_rows_same_bytes_whatever_the_user_configured():
    import matplotlib as mpl

    rows = [FigureRow("a", (Mark(0.1, 0.05, 0.2),))]
    before = forest(rows, LOG)
    with mpl.rc_context({"font.size": 30, "svg.hashsalt": "other", "axes.facecolor": "black"}):
        assert forest(rows, LOG) == before
        assert mpl.rcParams["font.size"] == 30


def test_drawing_leaves_no_trace_in_matplotlib():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        forest([FigureRow("日本語", (Mark(0.1, 0.05, 0.2),))], LOG)
    assert dict(mpl.rcParams) == before
    assert caught == []


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", figures._BAND])
def test_marks_and_words_stand_out(background):
    assert contrast(figures._INK, background) > 7
    assert contrast(figures._MUTED, background) > 4.5
    assert contrast(figures._FIRST, background) > 3
    assert contrast(figures._SECOND, background) > 3
