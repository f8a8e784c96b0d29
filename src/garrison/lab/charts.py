"""Charts as inline SVG: no script, no font, nothing from elsewhere."""

from collections.abc import Iterator, Sequence
from math import log10
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from garrison.lab.result import Point
from garrison.lab.words import count

WIDTH: Final = 860
HEIGHT: Final = 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 92, 168, 18, 40
_PLOT_WIDTH = WIDTH - _LEFT - _RIGHT
_PLOT_HEIGHT = HEIGHT - _TOP - _BOTTOM
_LABEL_GAP = 30


class Curve(NamedTuple):
    """One line of a chart."""

    name: str
    style: str
    """Class of the style sheet that colours it."""
    points: Sequence[Point]


class Tick(NamedTuple):
    """A mark of the time axis."""

    at: float
    text: str


def curves(lines: Sequence[Curve], begins: float, ends: float, ticks: Sequence[Tick]) -> Markup:
    """How many were lost by when, on a scale where each step up is ten times as many: 200 and 37 million are both
    seen."""
    most = max([point.lost for line in lines for point in line.points] + [10.0])
    decades = max(1, len(str(int(most))))
    plot = _Plot(begins, max(ends, begins + 1), float(decades))
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="lost over time">',
        *_grid(plot, decades, ticks),
        *(_line(plot, line) for line in lines),
        *_labels(plot, lines),
        "</svg>",
    ]
    return Markup("\n".join(parts))  # noqa: S704  # every text in it is escaped where it is made


class _Plot(NamedTuple):
    begins: float
    ends: float
    decades: float

    def x(self, moment: float) -> float:
        return round(_LEFT + _PLOT_WIDTH * (moment - self.begins) / (self.ends - self.begins), 1)

    def y(self, lost: float) -> float:
        return round(_TOP + _PLOT_HEIGHT * (1 - log10(max(1.0, lost)) / self.decades), 1)


def _grid(plot: _Plot, decades: int, ticks: Sequence[Tick]) -> Iterator[str]:
    right = _LEFT + _PLOT_WIDTH
    for power in range(decades + 1):
        y = plot.y(10**power)
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}"/>'
        yield f'<text class="axis" x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{count(10**power)}</text>'
    for tick in ticks:
        x = plot.x(tick.at)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
        yield f'<text class="axis" x="{x}" y="{HEIGHT - _BOTTOM + 22}" text-anchor="middle">{escape(tick.text)}</text>'


def _line(plot: _Plot, line: Curve) -> str:
    shown = [Point(plot.begins, 1), *line.points]
    path = " ".join(f"{plot.x(point.time)},{plot.y(point.lost)}" for point in shown)
    return f'<polyline class="curve {escape(line.style)}" points="{path}"/>'


def _labels(plot: _Plot, lines: Sequence[Curve]) -> Iterator[str]:
    """At the end of each line its figure and name, kept apart where lines end close together."""
    ends = sorted([(plot.y(line.points[-1].lost), line) for line in lines if line.points], key=lambda end: end[0])
    lowest = float(-_LABEL_GAP)
    for y, line in ends:
        lowest = max(y, lowest + _LABEL_GAP)
        x, style = _LEFT + _PLOT_WIDTH + 10, escape(line.style)
        yield f'<text class="label {style}" x="{x}" y="{lowest + 1}">{count(line.points[-1].lost)}</text>'
        yield f'<text class="axis" x="{x}" y="{lowest + 14}">{escape(line.name)}</text>'
