"""Figures: one dot and one interval a group. matplotlib is imported when the first is drawn."""

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from evalharness.reporting.text import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito (2008): told apart with any colour vision; shapes and fill differ too, for grey print.
_FIRST = "#0072B2"
_SECOND = "#D55E00"
_INK = "#1b1f23"
_MUTED = "#4a5258"
_BAND = "#f2f4f6"
_GRID = "#cfd4d9"

WIDTH = 4.3  # inches: 310 units of the view box, so that its text can be read on a phone
_ROW = 0.25
_FOOT = 0.5
_LEGEND = 0.28
_LONGEST_LABEL = 24
_TICK = 36  # units of the view box that a number on the axis needs
STYLE = MappingProxyType(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "evalharness",
        "font.size": 9.0,
        "text.parse_math": False,  # a group may be called $x$
    }
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with its interval; a value without one has neither limit."""

    value: float
    lower: float | None
    upper: float | None
    series: int = 0  # 0 drawn as a circle, 1 as a square below it


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One group; without marks, ``absence`` says why."""

    label: str
    marks: tuple[Mark, ...]
    absence: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """The rate axis."""

    label: str
    logarithmic: bool
    target: float | None = None  # drawn as a dotted line
    series: tuple[str, ...] = ()  # names, when there are two


def forest(rows: Sequence[FigureRow], axis: Axis) -> str:
    """A dot-and-interval plot as SVG text; the same input gives the same bytes.

    Zero errors on a logarithmic axis are an open triangle at the upper limit with a line to the left edge.
    A value without an interval is an open diamond.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    # The library's own defaults, whatever the user's matplotlibrc says.
    with style.context(["default", dict(STYLE)]), warnings.catch_warnings():
        # A script that the measuring font lacks is still drawn, by the reader's own font.
        warnings.filterwarnings("ignore", message=".*(Glyph|missing from font).*")
        head = _LEGEND if axis.series else 0.06
        height = head + _FOOT + _ROW * len(rows)
        figure = Figure(figsize=(WIDTH, height))
        left = min(0.07 + 0.0185 * max(_columns(row.label) for row in rows), 0.52)
        axes = figure.add_axes((left, _FOOT / height, 0.95 - left, _ROW * len(rows) / height))
        _frame(axes, rows, axis)
        for place, row in enumerate(rows):
            _draw_row(axes, place, row)
        if axis.series:
            _legend(axes, axis.series)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _columns(label: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in shortened(label, _LONGEST_LABEL))


def _frame(axes: "Axes", rows: Sequence[FigureRow], axis: Axis) -> None:
    if axis.logarithmic:
        axes.set_xscale("log")
    axes.set_xlim(*_limits(rows, axis))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [shortened(row.label, _LONGEST_LABEL) for row in rows])
    _ticks(axes, axis)
    axes.tick_params(axis="y", length=0, pad=8, colors=_INK)
    axes.tick_params(axis="x", which="both", colors=_MUTED)
    axes.grid(axis="x", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(axis.label, color=_INK)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    for place in range(0, len(rows), 2):
        axes.axhspan(place - 0.5, place + 0.5, color=_BAND, linewidth=0, zorder=0)
    if axis.target:
        axes.axvline(axis.target, color=_MUTED, linestyle=(0, (1, 2)), linewidth=1.2)


def _limits(rows: Sequence[FigureRow], axis: Axis) -> tuple[float, float]:
    marks = [mark for row in rows for mark in row.marks]
    known = [x for mark in marks for x in (mark.value, mark.lower, mark.upper) if x is not None and x > 0]
    if axis.target:
        known.append(axis.target)
    if not axis.logarithmic:
        return 0.0, min(max([*known, 0.01]) * 1.08, 1.03)
    low, high = min([*known, 0.1]), max([*known, 1e-6])
    return 10.0 ** (math.floor(math.log10(low * 0.7))), min(10.0 ** math.ceil(math.log10(high * 1.2)), 1.25)


def _ticks(axes: "Axes", axis: Axis) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    room = max(int(axes.get_position().width * WIDTH * 72 / _TICK), 2)
    if axis.logarithmic:
        axes.xaxis.set_major_locator(LogLocator(base=10, numticks=room))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=min(room, 6)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_label(value)))


def tick_label(value: float) -> str:
    """A rate on an axis: per cent, below 0.01 % as a power of ten."""
    return f"{value * 100:.10g}%" if value == 0 or value >= 0.9e-4 else f"{value:.0e}".replace("e-0", "e-")


def _draw_row(axes: "Axes", place: int, row: FigureRow) -> None:
    if not row.marks:
        left = axes.transAxes.inverted().transform(axes.transData.transform((axes.get_xlim()[0], place)))
        axes.text(
            0.01, float(left[1]), row.absence, transform=axes.transAxes, color=_MUTED, va="center", style="italic"
        )
    both = len(row.marks) > 1
    for mark in row.marks:
        offset = (-0.17, 0.17)[mark.series] if both else 0.0
        _draw_mark(axes, place + offset, mark)


def _draw_mark(axes: "Axes", y: float, mark: Mark) -> None:
    colour = (_FIRST, _SECOND)[mark.series]
    left = axes.get_xlim()[0]
    if mark.lower is not None and mark.upper is not None:
        axes.plot([max(mark.lower, left), mark.upper], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
    for x, shape, filled in _symbols(mark, left):
        axes.plot(
            [x],
            [y],
            marker=shape,
            markersize=5.5,
            markerfacecolor=colour if filled else "#ffffff",
            markeredgecolor=colour,
            markeredgewidth=1.3,
            clip_on=False,
        )


def _symbols(mark: Mark, left: float) -> Iterator[tuple[float, str, bool]]:
    if mark.value < left:  # zero on a logarithmic axis: only the upper limit can be shown
        if mark.upper is not None:
            yield mark.upper, "<", False
    elif mark.upper is None:
        yield mark.value, "D", False
    else:
        yield mark.value, "os"[mark.series], mark.value > 0


def _legend(axes: "Axes", names: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour, marker=shape, markersize=5.5, label=name)
        for name, colour, shape in zip(names, (_FIRST, _SECOND), "os", strict=True)
    ]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, borderpad=0)
