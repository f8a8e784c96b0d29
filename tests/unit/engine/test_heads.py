"""What a response's head announces, remembered or not."""

import pytest
from tests.unit.engine.drive import EVENT_ID, JSON, request_head, small_policy

from garrison.core.http import ResponseHead
from garrison.engine.exchange import Exchange
from garrison.engine.heads import AnswerMemory, BodyMemory
from garrison.engine.step import Hold, Observe

(LIST,) = [each for each in small_policy().catalogue.operations if each.operation.id == "listItems"]


@pytest.mark.parametrize(
    ("status", "content_type", "declared", "kind"),
    [
        (200, "application/json; charset=utf-8", "application/json", "json"),
        (200, "text/csv", "text/csv", "text"),
        (200, "image/png", "", "opaque"),
        (200, None, "", "text"),
        (204, None, "", "text"),
        (502, "text/plain", "text/plain", "text"),
        (404, "application/json", "", "json"),
    ],
)
def test_what_a_head_announces(status: int, content_type: str | None, declared: str, kind: str) -> None:
    memory = AnswerMemory(LIST)
    head = ResponseHead(status, () if content_type is None else (("content-type", content_type),))
    found = memory.read(head)
    assert memory.read(head) is found
    again = AnswerMemory(LIST).read(head)
    assert (found.media_type, found.schema, found.body_schema) == (again.media_type, again.schema, again.body_schema)
    assert found.kind == kind
    assert ("" if found.body_schema is None else found.body_schema.media_type) == declared


def test_the_memory_is_bounded() -> None:
    memory = AnswerMemory(LIST)
    heads = [ResponseHead(200, (("content-type", f"text/x{number}"),)) for number in range(memory.MAX_ENTRIES + 1)]
    first = memory.read(heads[0])
    for head in heads:
        memory.read(head)
    assert memory.read(heads[0]) is not first
    long = ResponseHead(200, (("content-type", "text/" + "x" * 300),))
    assert memory.read(long) is not memory.read(long)


def test_the_first_of_two_fields_counts_and_codings_are_told_apart() -> None:
    memory = AnswerMemory(LIST)
    typed = (("content-type", "application/json"), ("content-type", "text/plain"))
    plain = memory.read(ResponseHead(200, typed))
    coded = memory.read(ResponseHead(200, (*typed, ("content-encoding", " GZip "), ("content-encoding", "br"))))
    assert (plain.kind, plain.coding) == ("json", "")
    assert (coded.kind, coded.coding) == ("json", "gzip")
    assert memory.read(ResponseHead(200, typed, has_body=False)) is not plain


def test_the_memory_of_requests_is_bounded() -> None:
    bodies = BodyMemory(None)
    for number in range(3 * bodies.MAX_ENTRIES):
        assert bodies.expected(f"text/x{number}").kind == "text"
        assert len(bodies._known) <= bodies.MAX_ENTRIES
    assert bodies.expected(None).kind == "opaque"
    assert bodies.expected(None) is bodies.expected(None)
    long = "text/" + "x" * 300
    assert bodies.expected(long) is not bodies.expected(long)


def test_who_looks_at_a_declared_body_is_asked_once_for_all_that_are_alike() -> None:
    policy = small_policy("mode: enforce")
    exchanges = [Exchange(policy, EVENT_ID, 1.0) for _ in range(3)]
    answers = [ResponseHead(200, JSON), ResponseHead(200, JSON), ResponseHead(502, JSON)]
    for exchange, answer in zip(exchanges, answers, strict=True):
        exchange.request(request_head("GET /items"))
        assert isinstance(exchange.response(answer), Hold | Observe)
    (plan,) = [
        each for each in policy.plans if each.operation is not None and each.operation.operation.id == "listItems"
    ]
    wanting = plan.answers.read(answers[0]).wanting
    assert wanting is not None
    assert [each.control for each in wanting] == ["response-schema"]
    assert plan.answers.read(answers[2]).wanting is None, "its body is not declared"


@pytest.mark.parametrize(
    ("content_type", "is_plain"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ("application/json; charset=utf-16", False),
        ("application/json; charset=us-ascii", False),
        ("application/json; charset=utf-8; charset=utf-7", False),
        ("application/json; boundary=", False),
        ("text/plain", False),
        (None, False),
    ],
)
def test_plain_json_is_told_by_the_head(content_type: str | None, is_plain: bool) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    assert BodyMemory(None).read(headers).is_plain_json == is_plain
