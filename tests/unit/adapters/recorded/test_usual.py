"""What recorded requests hold is learned from what was served, and proposed where many clients send it."""

import json
from typing import Any

import pytest
import yaml

from garrison.adapters.recorded.exchange import RecordedExchange, request_head
from garrison.adapters.recorded.replay import replay
from garrison.adapters.recorded.spots import Spot, Spots
from garrison.adapters.recorded.texts import Texts
from garrison.adapters.recorded.usual import Proposal, proposals, typings, written
from garrison.config.inspected import UsualSettings
from garrison.config.load import load_settings
from garrison.core.http import Peer, ResponseHead
from garrison.engine.plan import Policy
from garrison.wiring import build_policy

FRAME = "Wrap it: <iframe src='https://player.example/1'></iframe>"
SQL = "1' or '1'='1"
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "board", "version": "1"},
    "paths": {
        "/comments": {
            "post": {
                "operationId": "addComment",
                "parameters": [{"name": "thread", "in": "query", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"201": {"description": ""}},
            }
        }
    },
}


def policy(**payload: Any) -> Policy:
    own = {"mode": "enforce", "contract": {"file": "c"}, "controls": {"payload": {"mode": "enforce", **payload}}}
    settings = load_settings(json.dumps(own).encode(), "garrison.yaml")
    return build_policy(settings, read=lambda _: json.dumps(CONTRACT).encode())


def comment(name: int, text: Any, client: int = 1, *, query: str = "", status: int = 201) -> RecordedExchange:
    body = json.dumps({"text": text}).encode()
    fields = [("Host", "a"), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    head = request_head("POST", f"/comments{query}", fields, has_body=True, peer=Peer(f"198.51.100.{client}"))
    return RecordedExchange(name, head, body=body, response=ResponseHead(status, ()))


def learned(*traffic: RecordedExchange, **payload: Any) -> Texts:
    own = policy(**payload)
    texts = Texts(own)
    replay(traffic, own, texts=texts)
    return texts


def proposed(texts: Texts) -> list[Proposal]:
    return [each for each in proposals(texts) if each.is_usual]


MANY = tuple(comment(number, FRAME, number % 3) for number in range(6))


def test_what_many_clients_send_is_proposed_with_its_signs() -> None:
    texts = learned(*MANY, comment(9, "a plain one"))
    (only,) = proposals(texts)
    assert (only.operation, only.place, only.kind, only.signs) == (
        "addComment",
        "body/text",
        "markup",
        ("active-element",),
    )
    assert (only.exchanges, only.of, only.clients, only.is_usual) == (6, 7, 3, True)
    assert "player" not in only.evidence


@pytest.mark.parametrize(
    "traffic",
    [
        [comment(number, FRAME, 1) for number in range(6)],  # one client, who may be trying
        [comment(number, FRAME, number) for number in range(2)],  # twice is not usual
        [comment(1, [FRAME] * 9, 1), comment(2, FRAME, 2)],  # nor is a list that is full of it
    ],
)
def test_what_is_not_usual_is_shown_and_not_proposed(traffic: list[RecordedExchange]) -> None:
    texts = learned(*traffic)
    assert proposals(texts)
    assert proposed(texts) == []


def test_only_what_was_served_is_learned_from() -> None:
    refused = [comment(number, FRAME, number, query="?undeclared=1") for number in range(6)]
    failed = [comment(number, FRAME, number, status=500) for number in range(6)]
    texts = learned(*refused, *failed)
    assert (texts.learned, texts.passed_over, proposals(texts)) == (0, 12, [])


def test_every_class_of_a_text_is_found() -> None:
    texts = learned(*(comment(number, f"{FRAME} {SQL}", number) for number in range(3)))
    assert {each.kind for each in proposed(texts)} == {"markup", "sql"}


def test_items_of_lists_are_one_place() -> None:
    texts = learned(*(comment(number, ["a", FRAME], number) for number in range(3)))
    assert [each.place for each in proposed(texts)] == ["body/text/*"]


def test_what_is_accepted_is_no_longer_objected_to_and_nothing_else_is() -> None:
    text = written(proposals(learned(*MANY)), lambda _: ())
    (entry,) = yaml.safe_load(text)["operations"]
    assert entry["match"] == "addComment"
    accepted = policy(**entry["controls"]["payload"])
    outcome = replay([*MANY, comment(20, f"{FRAME} {SQL}")], accepted).outcomes
    assert [(group.reason, group.count) for group in outcome.groups()] == [("payload-sql", 1)]


def test_what_was_accepted_before_stays() -> None:
    before = UsualSettings(place="body/title", class_="sql", note="titles of lessons")
    (entry,) = yaml.safe_load(written(proposals(learned(*MANY)), lambda _: (before,)))["operations"]
    assert [each["place"] for each in entry["controls"]["payload"]["usual"]] == ["body/title", "body/text"]
    assert entry["controls"]["payload"]["usual"][0] == {
        "place": "body/title",
        "class": "sql",
        "note": "titles of lessons",
    }


def test_nothing_proposed_is_still_yaml() -> None:
    text = written(proposals(learned(comment(1, SQL), comment(2, f"{SQL} \u2028\n- a: b"))), lambda _: ())
    assert yaml.safe_load(text) == {"operations": []}
    (entry,) = yaml.safe_load("\n".join(line.removeprefix("#") for line in text.splitlines()[3:]))
    assert entry["controls"]["payload"]["usual"][0]["class"] == "sql"


def test_what_all_look_like_is_told() -> None:
    texts = learned(*(comment(number, "a b", query=f"?thread=t-{number}") for number in range(20)))
    (only,) = typings(texts)
    assert (only.place, only.texts, only.shape) == ("query.thread", 20, "identifier")
    assert typings(learned(*(comment(number, "ab") for number in range(19)))) == []


def test_short_texts_count_where_a_form_is_told() -> None:
    texts = learned(*(comment(number, "abcdefgh" if number else "a b") for number in range(20)))
    assert typings(texts) == []


def test_spots_say_where_and_what() -> None:
    own, spots = policy(), replay([*MANY, comment(7, SQL, 8)], policy()).spots.spots()
    assert isinstance(spots[0], Spot)
    assert [(each.place, each.reason, each.count, each.clients) for each in spots] == [
        ("body/text", "payload-markup", 6, 3),
        ("body/text", "payload-sql", 1, 1),
    ]
    assert spots[0].examples == (0, 1, 2, 3, 4)
    assert replay([comment(1, "a")], own).spots.spots() == Spots().spots() == []
