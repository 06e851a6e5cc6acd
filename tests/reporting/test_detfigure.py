import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.reporting import detfigure
from evalharness.reporting.detfigure import DetCurve, DetPlot, corner, det_figure
from tests.reporting.page import Element, parse
from tests.reporting.test_figures import contrast

LINE = ((1.0, 0.0), (0.1, 0.001), (0.001, 0.1), (0.0, 1.0))


def plot(*curves: DetCurve, names=("vendor",), together=()) -> DetPlot:
    return DetPlot(curves, together, names, corner([point for curve in curves for point in curve.points]))


def drawn(shown: DetPlot) -> Element:
    svg = det_figure(shown)
    return parse(svg[svg.index("<svg") :])


def styles(root: Element, tag: str) -> str:
    return " ".join(element.attributes.get("style") or "" for element in root.all(tag))


def test_axes_begin_at_the_power_of_ten_below_the_smallest_rate():
    assert corner([(0.0, 0.02), (0.0003, 0.0)]) == pytest.approx((1e-4, 1e-2))
    assert corner([]) == corner([(0.0, 0.0)]) == pytest.approx((0.01, 0.01))
    assert corner([(1.0, 1.0)]) == (0.1, 0.1)
    assert corner([(5e-324, 1e-30)]) == pytest.approx((1e-13, 1e-13))


def test_curves_differ_in_colour_and_pattern_and_are_named():
    curves = [DetCurve(f"group {place}", LINE, ()) for place in range(detfigure.MOST_CURVES)]
    root = drawn(plot(*curves, names=()))
    said = styles(root, "path")
    for colour in detfigure.COLOURS:
        assert colour.lower() in said
    assert said.count("stroke-dasharray") >= 2 * (detfigure.MOST_CURVES - 1)  # each in the plot and in the legend
    texts = [text.text for text in root.all("text")]
    assert [f"group {place}" for place in range(detfigure.MOST_CURVES)] == [t for t in texts if t.startswith("group")]
    assert {"False match rate within the group", "False non-match rate"} <= set(texts)


def test_signs_of_one_shape_stand_at_one_operating_point_and_are_open_at_zero():
    root = drawn(plot(DetCurve("a", LINE, ((0.1, 0.001), (0.01, 0.0))), names=("vendor", "pooled")))
    fills = [style for style in styles(root, "use").split("style") if "fill: #" in style]
    assert any("fill: #0072b2" in style for style in fills)
    assert any("fill: #ffffff; stroke: #0072b2" in style for style in fills)
    assert {"vendor", "pooled"} <= {text.text for text in root.all("text")}


def test_a_curve_without_a_sign_or_a_point_is_still_drawn():
    root = drawn(plot(DetCurve("a", (), (None,)), DetCurve("b", LINE, (None,))))
    assert {"a", "b"} <= {text.text for text in root.all("text")}


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=5))
def test_any_rates_can_be_drawn(points):
    root = drawn(plot(DetCurve("a", tuple(points), tuple(points[:1]))))
    assert "nan" not in str([element.attributes for element in root.all()])


def test_same_curves_same_bytes():
    shown = plot(DetCurve("$x$\x1b", LINE, ((0.1, 0.001),)), together=LINE)
    assert det_figure(shown) == det_figure(shown)
    assert "$x$\\u001b" in [text.text for text in drawn(shown).all("text")]


def test_lines_stand_out_from_the_page():
    assert all(contrast(colour, "#ffffff") > 3 for colour in detfigure.COLOURS)
