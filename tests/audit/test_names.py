"""What names are taken to say, and what they are not."""

from typing import Any

import pytest
from tests.audit.shorthand import described

from garrison.audit import names
from garrison.audit.personal import kind_of
from garrison.contract.described import DescribedOperation


def operation(name: str, security: Any = None) -> DescribedOperation:
    path = {part.strip("{}"): {"type": "string"} for part in name.split("/") if part.startswith("{")}
    short: dict[str, Any] = {"path": path} | ({"security": security} if security is not None else {})
    return described({"ops": {name: short}}).operations[0]


@pytest.mark.parametrize(
    "name",
    [
        "POST /login", "POST /auth/sign-in", "POST /v1/users/log-in", "POST /user_login", "POST /loginWithPassword",
        "POST /Users/AuthenticateByName", "POST /auth/password/reset", "POST /forgot-password", "POST /oauth/token",
        "POST /token", "PUT /sessions/otp", "POST /register",
    ],
)  # fmt: skip
def test_it_takes_proof_of_who_asks(name: str) -> None:
    assert names.logs_in(operation(name))


@pytest.mark.parametrize(
    "name",
    ["GET /login", "DELETE /token", "POST /accounts/{id}/login_links", "POST /repos/{id}/token", "POST /orders"],
)
def test_it_takes_no_proof_of_who_asks(name: str) -> None:
    assert not names.logs_in(operation(name))


def test_who_has_proven_already_registers_something_else() -> None:
    key: list[dict[str, list[str]]] = [{"key": []}]
    assert not names.logs_in(operation("POST /devices/register", key))
    assert names.logs_in(operation("POST /auth/login", key))


@pytest.mark.parametrize(
    ("name", "changes"), [("POST /orders", True), ("POST /orders/search", False), ("GET /a", False)]
)
def test_what_asks_with_post_changes_nothing(name: str, changes: bool) -> None:
    assert names.changes(operation(name)) is changes


@pytest.mark.parametrize(
    ("path", "is_for_them"),
    [("/admin/users", True), ("/v1/backoffice", True), ("/admin_api_keys", False), ("/a", False)],
)
def test_administration_is_a_segment_of_its_own(path: str, is_for_them: bool) -> None:
    assert names.administers(operation(f"GET {path}")) is is_for_them


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", "email"), ("date_of_birth", "birth-date"), ("bank_account_id", ""), ("routing_number", ""),
        ("cardNumber", "card"), ("password", ""), ("status", ""), ("dnis", ""),
    ],
)  # fmt: skip
def test_what_is_personal_by_its_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind
