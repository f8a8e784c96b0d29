"""The page tells an engineer who never saw Garrison what is wrong, and carries nothing out."""

import base64
import hashlib
import html
import re
from html.parser import HTMLParser

import msgspec
import pytest
from tests.unit.report.findings_made import BOLA, EXPLAINED, PROVEN, REPORT, WRITTEN

from garrison.core.finding import State
from garrison.core.findings_report import Covered, Listed, Outcome, Participant, Ran
from garrison.core.ids import OperationId
from garrison.report.findings_page import page


class Reading(HTMLParser):
    """Tags, attributes, ids and text of a page; complains about tags that are not closed."""

    _VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def made() -> str:
    return page(REPORT)


def test_it_tells_what_is_wrong_how_sure_how_to_see_and_how_to_mend(made: str) -> None:
    text = Reading(made).text

    for told in (
        "2 weaknesses in Shop & <Sons>, each of them proven",
        "bob reads order 17, which alice made"[1:],
        "high confidence",
        "What shows it Alice makes an order. alice sends POST /v1/orders → 201",
        "bob sends GET /v1/orders/17?full=1 → 200",
        "Why it matters Everybody who has an account reads everybody's orders.",
        "How to mend it Compare the owner with whoever asks before anything is answered. FastAPI if order.owner",
        "$BOB : a live credential of bob",
        "garrison findings reproduce 01234567 --as curl",
        "API1:2023 Broken Object Level Authorization",
        "How it is tested: Two identities, one object",
    ):
        assert told in text


def test_it_tells_what_was_tested_and_what_was_not(made: str) -> None:
    text = Reading(made).text

    assert "The run ended before its work was done: the 3 minutes were over." in text
    assert "Nothing was tested as carol : the log-in was answered with 401." in text
    assert "No account could be registered. lockout" in text
    assert "1 of 2 operations reached" in text
    assert "Since the run of 2027-01-03: 1 new, 1 still open, 1 mended, 1 accepted." in text
    assert "POST /v1/pay 3 400 no: no request was accepted" in text
    assert "Accepted until 2027-03-31 by ana: behind the <VPN>" in text
    assert "Mended since the last run Tested again and not found any more. A banner the API" in text


def test_it_needs_nothing_else_and_allows_nothing(made: str) -> None:
    found = Reading(made)
    style = re.search(r"<style>(.*?)</style>", made, re.DOTALL)

    assert found.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base", "svg"})
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src", "style", "srcset")]
    assert all(
        address.startswith(("#", "https://owasp.org/", "https://cwe.mitre.org/")) for address in found.all("href")
    )
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(value for value in found.all("content") if value.startswith("default-src"))
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_every_way_within_the_page_leads_somewhere(made: str) -> None:
    found = Reading(made)

    assert len(found.all("id")) == len(set(found.all("id")))
    assert {address[1:] for address in found.all("href") if address.startswith("#")} <= set(found.all("id"))


NASTY = "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}`x`"


def test_everything_from_outside_is_escaped() -> None:
    step = msgspec.structs.replace(
        PROVEN.proof[0], says=NASTY, url=NASTY, identity=NASTY, headers=((NASTY, NASTY),), body=NASTY, answer=NASTY,
        answer_headers=((NASTY, NASTY),), fault=NASTY, method=NASTY,
    )  # fmt: skip
    finding = msgspec.structs.replace(PROVEN, title=NASTY, says=NASTY, proof=(step, step), location=NASTY)
    finding = msgspec.structs.replace(finding, template=NASTY, method=NASTY, tags=(NASTY,), suggestion=NASTY)
    other = msgspec.structs.replace(finding, fingerprint="e" * 32)
    explained = msgspec.structs.replace(
        EXPLAINED[0], title=NASTY, why=NASTY, mend=NASTY, looks=NASTY, samples={NASTY: NASTY}
    )
    report = msgspec.structs.replace(
        REPORT, target=NASTY, title=NASTY, contract=NASTY, stopped=NASTY, version=NASTY, explained=(explained,),
        findings=(
            Listed(finding, accepted_until=NASTY, accepted_why=NASTY, accepted_by=NASTY),
            Listed(other, State.ACCEPTED, accepted_until=NASTY, accepted_why=NASTY),
            Listed(finding, State.FIXED),
        ),
        identities=(Participant(NASTY, NASTY, False, NASTY, (NASTY,)),),
        operations=(Covered(OperationId(NASTY), NASTY, NASTY, reached=False, why=NASTY),),
        checks=(Ran(BOLA, Outcome.UNTESTED, NASTY),),
        left=(NASTY,),
    )  # fmt: skip
    found = page(report)

    assert "<script" not in found
    assert "<img" not in found
    assert "{{ 7*7 }}" in html.unescape(found)
    reading = Reading(found)
    assert reading.tags.isdisjoint({"script", "img"})
    assert not [name for name, _ in reading.attributes if name.startswith("on")]


def test_nothing_found_is_said_with_what_was_not_tested() -> None:
    clean = msgspec.structs.replace(REPORT, findings=(), compared=0, stopped="")
    text = Reading(page(clean)).text

    assert "2 checks found nothing in Shop & <Sons> that counts" in text
    assert "silence there means nothing" in text
    assert "Since the run" not in text


def test_of_an_audit() -> None:
    audit = msgspec.structs.replace(
        REPORT, kind="audit", target="openapi.yaml", findings=(Listed(WRITTEN),), identities=(), operations=()
    )
    audit = msgspec.structs.replace(audit, score=61.4)
    text = Reading(page(audit)).text

    assert "audit of openapi.yaml" in text
    assert "score 61 of 100" in text
    assert "Where it stands specs/open api.yaml:12 $.paths['/pets'].get" in text
    assert "An OpenAPI Overlay that mends the description" in text
    assert "requests" not in text


def test_the_same_fault_of_a_description_is_told_once_with_its_places() -> None:
    many = [
        Listed(
            msgspec.structs.replace(WRITTEN, fingerprint=f"{number:032x}", says=f"anybody may call `GET /p{number}`")
        )
        for number in range(250)
    ]
    made = page(msgspec.structs.replace(REPORT, kind="audit", findings=tuple(many), compared=0))
    text = Reading(made).text

    assert made.count("<article") == 1
    assert "250 findings in the description of Shop & <Sons>" in text
    assert "and in 249 more places" in text
    assert "Anybody may call GET /p99" in text
    assert "GET /p100" not in text
    assert "and 150 more, which stand in the other forms of this report" in text
