"""What a response's head announces, remembered or not."""

import pytest
from tests.unit.engine.drive import small_policy

from garrison.core.http import ResponseHead
from garrison.engine.heads import AnswerMemory

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
    assert found == AnswerMemory(LIST).read(head)
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
