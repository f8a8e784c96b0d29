"""A description as it is written: what is broken is left out and told, and every place has its line."""

from garrison.contract.described import Description
from garrison.contract.documents import Node
from garrison.contract.load import load, load_opened

TEXT = b"""\
openapi: 3.1.0
info: {title: a, version: "1"}
paths:
  /a:
    get:
      parameters: [{name: q, in: query, schema: {$ref: "#/components/schemas/Odd"}}]
      responses:
        "200": {$ref: "#/gone"}
components:
  schemas:
    Odd: {type: 5, anyOf: [{type: string}, {type: [integer, 7]}]}
"""


def described() -> Description:
    return Description("api.yaml", read=lambda _: TEXT)


def test_what_is_broken_is_left_out_and_told() -> None:
    description = described()
    assert [answer.bodies for answer in description.operations[0].responses] == [()]
    assert [(each.path, each.line) for each in description.problems if "#/gone" in each.message] == [
        ("$.paths['/a'].get.responses['200']", 8)
    ]


def test_types_of_a_wrong_kind_are_none() -> None:
    description = described()
    schema = description.operations[0].parameters[0].schema
    assert isinstance(schema, Node)
    assert description.types(schema) == {"string", "integer"}


def test_places_have_their_lines() -> None:
    description = described()
    (source,) = description.sources([description.operations[0].node])
    assert (source.file, source.path, source.line) == ("api.yaml", "$.paths['/a'].get", 5)


def test_a_file_of_one_line_has_one_line() -> None:
    text = b'{"openapi":"3.1.0","info":{"title":"a","version":"1"},"paths":{"/a":{"get":{}}}}'
    description = Description("api.json", read=lambda _: text)
    assert [each.line for each in description.sources([description.operations[0].node])] == [1]


def test_a_contract_is_made_of_the_same_files() -> None:
    asked: list[str] = []

    def read(place: str) -> bytes:
        asked.append(place)
        return TEXT

    contract = load_opened(Description("api.yaml", read=read).opened)
    alone = load("api.yaml", read=lambda _: TEXT)
    assert asked == ["api.yaml"]
    assert [each.operation for each in contract.catalogue.operations] == [
        each.operation for each in alone.catalogue.operations
    ]
    assert set(contract.problems) == set(alone.problems)
