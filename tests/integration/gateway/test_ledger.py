"""Behind a real gateway: whose data went to whom, also under a key that is renewed while it runs."""

from pathlib import Path

import pytest
from tests.integration.envoy.clients import send
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import until
from tests.integration.gateway.test_recording import Recorded

from garrison.adapters.ledger_keys import rotate_ring
from garrison.adapters.store import ledger
from garrison.ledger import Ledger

pytestmark = pytest.mark.integration

PEOPLE = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /echo:
    get:
      operationId: echo
      parameters:
        - {name: person, in: header, schema: {type: string, x-garrison-subject: customer}}
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {properties: {method: {x-garrison-type: behaviour}}}}}
"""
"""Each answer is about the person that was asked for."""


@pytest.fixture
def recorded(start: StartGuard, tmp_path: Path, filter_module: str) -> Recorded:
    (tmp_path / "people.yaml").write_text(PEOPLE)
    return Recorded(start, tmp_path, filter_module, {"contract": {"file": "people.yaml"}})


def ask(gateway: Recorded, person: str) -> None:
    assert send(gateway.port, "x", {}, "/echo", person=person).status == 200


def test_a_person_is_found_before_and_after_the_key_was_renewed(recorded: Recorded) -> None:
    ring = Path(f"{recorded.data}.ledger.key")
    ask(recorded, "7")
    ask(recorded, "8")
    new = rotate_ring(ring, 1.0).current.number

    def takes_it() -> bool:
        ask(recorded, "7")
        return new in ledger.keys_used(recorded.data)

    until(takes_it, "the gateway takes the new key", recorded.guard)
    found = Ledger(recorded.data).of("7", "customer")
    assert [(each.operations, each.types) for each in found.recipients] == [(("echo",), ("behaviour",))]
    assert found.recipients[0].exposures == found.certainty.answers - 1
    assert (found.certainty.keys, found.certainty.unknown_key, found.certainty.unattributed) == (2, 0, 0)
    assert [each.exposures for each in Ledger(recorded.data).of("8", "customer").recipients] == [1]
