"""Who asks for an object has been shown its id; monitors unless told to enforce."""

from typing import Any

from tests.unit.controls.acting import Stage, api, operation, principal

CUSTOMER = {"type": "string", "x-garrison-object": "customer"}
PATH = {"name": "id", "in": "path", "required": True, "schema": CUSTOMER}
CREATED = {"201": {"description": "", "content": {"application/json": {"schema": {"properties": {"id": CUSTOMER}}}}}}
PATHS = {
    "/c": {
        "get": operation({"type": "array", "items": {"properties": {"id": CUSTOMER}}}),
        "post": {"responses": CREATED},
    },
    "/c/{id}": {"parameters": [PATH], "get": operation()},
    "/merge": {"post": operation(body={"properties": {"into": CUSTOMER, "note": {}}})},
}
ADA, BOB = principal("ada", account="7"), principal("bob")
SEEN = [{"id": "1"}, {"id": 2}, {"id": None}, {}]


def stage(own: str = "mode: enforce", more: str = "") -> Stage:
    return Stage(
        api(PATHS), f"issued-ids: {{{own}}}, request-schema: {{mode: off}}, response-schema: {{mode: off}}", more
    )


def test_an_id_must_have_been_shown() -> None:
    scene = stage()
    assert scene.ask(ADA, "GET /c/1").reasons == ("id-never-shown path.id",)
    scene.ask(ADA, "GET /c", answer=SEEN)
    assert [scene.ask(ADA, f"GET /c/{name}").status for name in ("1", "2", "3", "None")] == [200, 200, 403, 403]
    assert scene.ask(BOB, "GET /c/1").status == 403, "it was shown to somebody else"


def test_an_object_that_was_created_is_known() -> None:
    scene = stage()
    scene.ask(ADA, "POST /c", answer={"id": "9"}, status=201)
    assert scene.ask(ADA, "GET /c/9").status == 200


def test_what_was_refused_was_not_shown() -> None:
    owned = {"properties": {"id": CUSTOMER, "by": {"x-garrison-owner": "account"}}}
    paths = {**PATHS, "/mine": {"get": operation({"type": "array", "items": owned})}}
    scene = Stage(api(paths), "issued-ids: {mode: enforce}")
    assert scene.ask(ADA, "GET /mine", answer=[{"id": "1", "by": "8"}]).status == 404
    assert scene.ask(ADA, "GET /c/1").status == 403
    assert scene.ask(ADA, "GET /mine", answer=[{"id": "1", "by": "7"}]).status == 200
    assert scene.ask(ADA, "GET /c/1").status == 200


def test_errors_show_nothing() -> None:
    scene = stage()
    scene.ask(ADA, "GET /c", answer=[{"id": "1"}], status=404)
    assert scene.ask(ADA, "GET /c/1").status == 403


def test_ids_in_bodies() -> None:
    scene = stage()
    scene.ask(ADA, "GET /c", answer=SEEN)
    assert scene.ask(ADA, "POST /merge", {"into": "1"}).status == 200
    assert scene.ask(ADA, "POST /merge", {"note": "x"}).status == 200
    assert scene.ask(ADA, "POST /merge", {"into": "5"}).reasons == ("id-never-shown body/into",)
    assert scene.ask(ADA, "POST /merge", {"into": "1", "INTO": "5"}).status == 403


def test_a_number_is_an_id_however_it_is_written() -> None:
    scene = stage()
    scene.ask(ADA, "GET /c", answer=[{"id": 2}, {"id": 3.0}])
    told = [scene.ask(ADA, "POST /merge", b'{"into":%s}' % into).status for into in (b"2.0", b"2e0", b"3", b"5.0")]
    assert told == [200, 200, 200, 403]


def test_a_body_that_cannot_be_read_may_hold_any() -> None:
    scene = stage(more="operations: [{match: '* *', controls: {canonical-form: {mode: off}}}]")
    assert scene.ask(ADA, "POST /merge", b"{").reasons == ("id-never-shown body",)


def test_claims_that_are_known_without_having_been_shown() -> None:
    scene = stage("mode: enforce, known-claims: [account]")
    assert [scene.ask(ADA, f"GET /c/{name}").status for name in ("7", "8")] == [200, 403]
    assert scene.ask(BOB, "GET /c/7").status == 403


def test_those_who_are_not_known_are_told_apart_by_their_address() -> None:
    scene = stage()
    scene.ask(None, "GET /c", answer=SEEN, peer="192.0.2.7")
    assert scene.ask(None, "GET /c/1", peer="192.0.2.7").status == 200
    assert scene.ask(None, "GET /c/1", peer="192.0.2.8").status == 403


def test_learning_ends() -> None:
    scene = stage("mode: enforce, learning: 60")
    statuses = [scene.ask(ADA, "GET /c/1", now=moment).status for moment in (1000.0, 1059.0, 1060.0, 2000.0)]
    assert statuses == [200, 200, 403, 403]


def test_it_monitors_unless_told_to_enforce() -> None:
    scene = stage("known-claims: []")
    seen = scene.ask(ADA, "GET /c/1")
    assert seen.status == 200
    assert [each.id for each in seen.event.observed] == ["id-never-shown"]
    scene.ask(ADA, "GET /c", answer=SEEN)
    assert scene.ask(ADA, "GET /c/1").event.observed == ()


def test_it_has_nothing_to_do_without_annotations() -> None:
    def state(paths: dict[str, Any]) -> str:
        scene = Stage(api(paths))
        return next(each.state for each in scene.policy.plans[0].entries if each.control == "issued-ids")

    assert state({"/x": {"get": operation({"properties": {"id": {"type": "string"}}})}}) == "idle"
    assert state(PATHS) == "active"
