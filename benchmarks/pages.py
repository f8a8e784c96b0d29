"""Pieces of pages that benchmarks write: tables, charts, and the part of a page between its two marks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

Cells: TypeAlias = Sequence[tuple[str, ...]]


def put(page: Path, text: str) -> None:
    """Replace what stands between the marks of `page`."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def table(rows: Cells) -> str:
    """Markdown; the first row is the head, and all but text columns are set to the right."""
    return "\n".join(_lines(rows))


def bars(title: str, colours: Sequence[str]) -> Any:
    """An empty bar chart that is a picture and no program. Needs the extra `bench`."""
    import pygal

    style = pygal.style.Style(
        background="white", plot_background="white", colors=colours, opacity="1", value_font_size=11,
        guide_stroke_color="#e4e7eb", major_guide_stroke_color="#e4e7eb", font_family="sans-serif",
    )  # fmt: skip
    chart = pygal.Bar(title=title, style=style, js=(), width=900, height=400, legend_at_bottom=True)
    chart.print_values, chart.print_values_position = True, "top"
    chart.formatter = lambda value: f"{value:.2f}" if value < 10 else f"{value:,.0f}"
    chart.add_xml_filter(_without_script)
    return chart


def _lines(rows: Cells) -> Iterator[str]:
    head, *body = rows
    yield _line(head)
    yield _line(tuple("---" if _is_text(column) else "---:" for column in zip(*body, strict=True)))
    yield from map(_line, body)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _is_text(column: tuple[str, ...]) -> bool:
    return not any(cell[:1].isdigit() for cell in column)


def _without_script(root: Any) -> Any:
    for parent in list(root.iter()):
        for child in [child for child in parent if str(child.tag).endswith("script")]:
            parent.remove(child)
    return root
