"""What a run is shown as: sentences, a table, a page, and what a terminal shows while it goes on."""

import io
import re

import pytest
from markupsafe import escape
from msgspec.structs import replace
from rich.console import Console

from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.page import page
from garrison.lab.result import Result
from garrison.lab.run import Progress, Scale, run
from garrison.lab.view import close, live, plain
from garrison.lab.words import count, duration, rows, sentences, share

TMOBILE = BREACHES[0]._replace(played_days=4.0)


@pytest.fixture(scope="module")
def result() -> Result:
    return run(TMOBILE, scale=Scale(benign=0.02, slices=3, evasion=False))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.3, "0.3 seconds"), (1, "1 second"), (19.23, "19 seconds"), (180, "3 minutes"), (3_557_692, "41 days"),
        (4.8e10, "1,521 years"),
    ],
)  # fmt: skip
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("part", "text"), [(0, "0 %"), (100, "100 %"), (9.62, "9.6 %"), (0.0005, "0.0005 %"), (1e-9, "below 0.0001 %")]
)
def test_share(part: float, text: str) -> None:
    assert share(part, 100) == text


def test_sentences(result: Result) -> None:
    none, limits, garrison = sentences(result)
    assert none == "37,000,000 customers lost without protection, in 41 days."
    assert re.fullmatch(r"3,5\d\d,\d{3} lost with a limit of 60 requests a minute per address\.", limits)
    assert garrison == "26 lost with Garrison, and its record names exactly the ones to notify."


def test_a_record_that_errs_is_not_called_exact(result: Result) -> None:
    side = result.side("garrison")
    assert side
    assert side.ledger
    wrong = replace(side, ledger=replace(side.ledger, right=side.ledger.right - 1))
    assert sentences(replace(result, sides=(wrong,))) == ["26 lost with Garrison."]


def test_the_table_has_a_column_for_each_protection(result: Result) -> None:
    assert {len(row) for row in rows(result)} == {4}
    assert [row[3] for row in rows(result)][:2] == ["Garrison", "26"]
    assert rows(result)[9][1:] == ("there is none", "there is none", "precision 1.000, recall 1.000")
    assert rows(result)[5] == ("detected", "-", "-", "after 1.4 seconds (id-walk)")
    assert rows(result)[6] == ("first measure", "-", "-", "after 2.4 seconds (block principal)")


def test_budgets_alone_name_whom_to_notify(result: Result) -> None:
    side = result.side("garrison")
    assert side
    alone = replace(result, sides=(replace(side, protection="budgets"),))
    (said,) = sentences(alone)
    assert said.startswith("26 lost with Garrison's budgets of people alone, and its record names exactly")
    assert "and 14 more" in page(alone)


def test_the_page_needs_nothing_else(result: Result) -> None:
    text = page(result)
    for sentence in sentences(result):
        assert sentence in text
    assert text.count("<polyline") == 3
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|src=|href=", text)
    assert "100000000" in text, "who is to be notified"
    assert "and 14 more" in text
    for source, fact in result.facts:
        assert f'<span class="tag">{source}</span>' in text
        assert escape(fact) in text


def test_the_page_escapes_what_it_shows(result: Result) -> None:
    text = page(replace(result, title="<script>alert(1)</script>", facts=(("public", "<b>"),)))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "<b>" not in text


def test_the_closing_words(result: Result) -> None:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    close(console, result)
    shown = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert sentences(result)[0] in shown
    assert "scope-required" in shown
    assert all(text.split()[0] in shown for _, text in result.facts)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_live_view(result: Result, width: int) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    garrison = result.side("garrison")
    assert garrison
    assert garrison.detection
    with live(console, TMOBILE, "loud") as watch:
        lost = {"none": 18e6, "limits": 1.7e6, "garrison": 200.0}
        watch(Progress(result.begins + 1, 0.5, lost, {"garrison": garrison.detection}, "playing"))  # type: ignore[arg-type]
        watch(Progress(result.begins + 1, 1.0, {}, {}, "looking for ways around it"))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "18,000,000" in shown
    words = " ".join(shown.replace("│", " ").split())
    assert "refuses request 27, 2.5 seconds after the first" in words
    assert "looking for ways" in words
    frame = [line for line in shown.splitlines() if "│" in line]
    assert {len(line.rpartition("│")[0]) + 1 for line in frame} == {width - 2}, "where `^C` is echoed nothing stands"


def test_plain_lines() -> None:
    said: list[str] = []
    watch = plain(said.append, TMOBILE)
    for step in range(1, 161):
        watch(Progress(TMOBILE.campaign.begins, step / 160, {"none": step}, {}, "playing"))
    assert 4 <= len(said) <= 6
    assert said[-1].endswith(f"no protection {count(160)}")
