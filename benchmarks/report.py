"""Puts a result of `benchmarks.gateway` into the docs: `python -m benchmarks.report FILE.json`.

Rewrites the part of docs/explanations/performance.md between the two marks, and the charts beside it. Needs the extra
`bench`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from benchmarks.gateway import BASE, CONNECTIONS, HALF_OF, TRAFFIC, PacedRow, Result, Row, Spread
from benchmarks.pages import Cells, bars, put, table

PAGE = Path(__file__).parent.parent / "docs" / "explanations" / "performance.md"
NAMES = {
    "upstream": "upstream alone",
    "envoy": "bare Envoy",
    "garrison": "Garrison",
    "payload": "Garrison, reading payloads",
    "people": "Garrison, counting people",
    "detecting": "Garrison, counting and detecting",
    "monitor": "Garrison, monitor mode",
    "modsecurity": "nginx, ModSecurity, CRS",
}
COLOURS = ("#9aa5b1", "#52606d", "#0b7285", "#15aabf", "#9c36b5", "#364fc7", "#66a80f", "#e8590c")
"""One for each of `NAMES`."""


def write_docs(result: Result) -> None:
    """Write page and charts."""
    put(PAGE, _markdown(result))
    _chart(result, "throughput", "Requests a second, as a share of bare Envoy's", lambda row: row.ratio.median)
    _chart(result, "processor", "Processor time for an exchange, microseconds", lambda row: row.processor)


def _markdown(result: Result) -> str:
    facts = [f"{name} {value}" for name, value in result.run.items()]
    parts = [
        f"Measured on {', '.join(facts)}.",
        "![Throughput as a share of bare Envoy's](performance-throughput.svg)",
        "![Processor time for an exchange](performance-processor.svg)",
        "### At full speed",
        table(_throughput(result.rows)),
        "### Latency at half of saturation",
        table(_latency(result.paced)),
        "### Processor time, next to the others'",
        table(_processor(result.rows)),
        "### Memory",
        table(_memory(result.memory)),
        f"Recorded by Garrison meanwhile: {sum(result.events.values()):,} events, one for each exchange.",
    ]
    return "\n\n".join(parts) + "\n"


def _throughput(rows: list[Row]) -> Cells:
    head = ("Request", "Connections", "Gateway", "Requests/s", "To bare Envoy", "p50 ms", "p99 ms", "CPU us")
    return [head] + [
        (
            row.method,
            str(row.connections),
            NAMES[row.gateway],
            f"{row.requests_per_second.median:,.0f}",
            _spread(row.ratio),
            _milliseconds(row.p50),
            _milliseconds(row.p99),
            f"{row.processor:,.0f}",
        )
        for row in rows
    ]


def _latency(rows: list[PacedRow]) -> Cells:
    head = ("Request", "Gateway", "Requests/s", "p50 ms", "p99 ms", "Envoy's p50", "Envoy's p99", "Added p99 ms")
    return [head] + [
        (
            row.method,
            NAMES[row.gateway],
            f"{row.rate:,.0f}",
            _milliseconds(row.p50),
            _milliseconds(row.p99),
            _milliseconds(row.base_p50),
            _milliseconds(row.base_p99),
            _added(row),
        )
        for row in rows
    ]


def _processor(rows: list[Row]) -> Cells:
    """With the connections of saturation: what one exchange costs, and how often Garrison's cost goes into it."""
    chosen = [row for row in rows if row.connections == HALF_OF]
    own = {row.method: row.processor for row in chosen if row.gateway == "garrison"}
    return [("Request", "Gateway", "CPU us", "Times Garrison's")] + [
        (row.method, NAMES[row.gateway], f"{row.processor:,.0f}", _times(row, own.get(row.method))) for row in chosen
    ]


def _memory(sizes: dict[str, float]) -> Cells:
    return [("Gateway", "MiB"), *((NAMES[name], f"{size:.0f}") for name, size in sizes.items())]


def _times(row: Row, own: float | None) -> str:
    return f"{row.processor / own:.2f}" if own else ""


def _spread(figure: Spread) -> str:
    return f"{figure.median:.2f} ({figure.lowest:.2f} to {figure.highest:.2f})"


def _added(row: PacedRow) -> str:
    if row.gateway == BASE:
        return ""
    return _spread(msgspec.structs.replace(row.added_p99, **_in_milliseconds(row.added_p99)))


def _in_milliseconds(figure: Spread) -> dict[str, float]:
    return {name: value / 1000 for name, value in msgspec.structs.asdict(figure).items()}


def _milliseconds(microseconds: float) -> str:
    return f"{microseconds / 1000:.2f}"


def _chart(result: Result, name: str, title: str, figure: Callable[[Row], float]) -> None:
    gateways = [each for each in NAMES if each != "upstream" and any(row.gateway == each for row in result.rows)]
    colours = [COLOURS[list(NAMES).index(each)] for each in gateways]
    chart = bars(title, colours)
    groups = [(method, connections) for method in TRAFFIC for connections in CONNECTIONS]
    chart.x_labels = [f"{method}, {connections} conn." for method, connections in groups]
    for gateway in gateways:
        values = {(row.method, row.connections): figure(row) for row in result.rows if row.gateway == gateway}
        chart.add(NAMES[gateway], [values.get(group) for group in groups])
    (PAGE.parent / f"performance-{name}.svg").write_bytes(chart.render())


def main() -> None:
    """Command line."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_docs(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Result))


if __name__ == "__main__":
    main()
