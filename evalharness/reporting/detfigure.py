"""The figure of error trade-off curves: one curve a group, signs of one shape at one threshold."""

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evalharness.reporting.figures import STYLE, WIDTH, tick_label
from evalharness.reporting.text import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Pattern = Literal["-"] | tuple[float, Sequence[float]]

# Okabe and Ito (2008) without the yellow, which is too pale for a line; lines differ in pattern too, for grey print.
COLOURS = ("#0072B2", "#D55E00", "#007A5A", "#1B1F23", "#A8417F", "#8A6100")
_PATTERNS: tuple[_Pattern, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (9, 3)),
)
SIGNS = ("o", "s", "^", "D", "v", "P")
MOST_CURVES = len(COLOURS)

_INK, _MUTED, _GRID = "#1b1f23", "#4a5258", "#cfd4d9"
_PLOT = 3.3  # inches
_LINE = 0.19  # inches of a line of the legend
_FOOT = 0.55
_LONGEST_LABEL = 40
_SMALLEST = 1e-12  # rate that an axis begins at; no audit makes as many comparisons
_TICK = 36  # units of the view box that a number on the axis needs

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DetCurve:
    """One group: points as (FMR, FNMR) by rising threshold, and the signs at thresholds shared by all groups."""

    label: str
    points: tuple[Point, ...]
    signs: tuple[Point | None, ...]


@dataclass(frozen=True, slots=True)
class DetPlot:
    """What one figure shows."""

    curves: tuple[DetCurve, ...]  # at most ``MOST_CURVES``
    together: tuple[Point, ...]  # all samples, drawn in grey
    sign_names: tuple[str, ...]  # what each sign stands for
    corner: Point  # both axes begin here; a rate of zero is drawn there


def corner(points: Sequence[Point]) -> Point:
    """Where the axes begin: at the power of ten below the smallest rate that is not zero."""
    return _edge([x for x, _ in points]), _edge([y for _, y in points])


def _edge(rates: Sequence[float]) -> float:
    smallest = max(min((rate for rate in rates if rate > 0), default=0.1), _SMALLEST)
    return 10.0 ** min(math.floor(math.log10(smallest * 0.7)), -1)


def det_figure(plot: DetPlot) -> str:
    """Curves on two logarithmic axes as SVG text; the same input gives the same bytes.

    A rate of zero lies on the edge of the figure, its sign open.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    with style.context(["default", dict(STYLE)]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*(Glyph|missing from font).*")
        legend = _LINE * (len(plot.curves) + len(plot.sign_names)) + 0.15
        height = 0.08 + _PLOT + _FOOT + legend
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.18, (_FOOT + legend) / height, 0.77, _PLOT / height))
        _frame(axes, plot.corner)
        _line(axes, plot.together, plot.corner, color="#8d969d", linewidth=2.6, zorder=1.5)
        for place, curve in enumerate(plot.curves):
            _curve(axes, curve, plot.corner, place)
        _legend(axes, plot)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _frame(axes: "Axes", begin: Point) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(begin[0], 1.0)
    axes.set_ylim(begin[1], 1.0)
    room = max(int(0.77 * WIDTH * 72 / _TICK), 2)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(base=10, numticks=room))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: tick_label(value)))
    axes.tick_params(which="both", colors=_MUTED)
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("False match rate within the group", color=_INK)
    axes.set_ylabel("False non-match rate", color=_INK)
    for side in ("right", "top"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_MUTED)


def _inside(point: Point, begin: Point) -> Point:
    return min(max(point[0], begin[0]), 1.0), min(max(point[1], begin[1]), 1.0)


def _line(axes: "Axes", points: Sequence[Point], begin: Point, **look: object) -> None:
    if points:
        drawn = [_inside(point, begin) for point in points]
        axes.plot([x for x, _ in drawn], [y for _, y in drawn], clip_on=False, **look)  # type: ignore[arg-type]


def _curve(axes: "Axes", curve: DetCurve, begin: Point, place: int) -> None:
    colour = COLOURS[place]
    _line(axes, curve.points, begin, color=colour, linestyle=_PATTERNS[place], linewidth=1.5)
    for point, shape in _signs(curve):
        x, y = _inside(point, begin)
        axes.plot(
            [x],
            [y],
            marker=shape,
            markersize=6.5,
            markerfacecolor=colour if min(point) > 0 else "#ffffff",
            markeredgecolor=colour,
            markeredgewidth=1.3,
            clip_on=False,
            zorder=3,
        )


def _signs(curve: DetCurve) -> Iterator[tuple[Point, str]]:
    for place, point in enumerate(curve.signs):
        if point is not None:
            yield point, SIGNS[place % len(SIGNS)]


def _legend(axes: "Axes", plot: DetPlot) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=COLOURS[place], linestyle=_PATTERNS[place], label=shortened(curve.label, _LONGEST_LABEL))
        for place, curve in enumerate(plot.curves)
    ]
    handles += [
        Line2D(
            [],
            [],
            color=_MUTED,
            linestyle="none",
            marker=SIGNS[place % len(SIGNS)],
            label=shortened(name, _LONGEST_LABEL),
        )
        for place, name in enumerate(plot.sign_names)
    ]
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(-0.02, -0.55 / _PLOT), frameon=False, borderpad=0,
        handlelength=3.2, labelspacing=0.35, labelcolor=_INK,
    )  # fmt: skip
