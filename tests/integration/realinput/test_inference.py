"""What names alone say of public descriptions, against what a reader of them says: whose data each field names, and of
which semantic type it is."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from tests.integration.realinput.descriptions import SOURCES, description

from garrison.config.exposure import ExposureSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.load import load
from garrison.exposure.fields import Field, types_of
from garrison.exposure.places import Places

PRECISION = 0.8
"""Of what is inferred in these descriptions so much is right at least; 43 of 51 were when they were labelled."""

RIGHT = {
    "twilio": (
        "auth_token: credential", "city: address", "street: address", "customer_name: name", "postal_code: address",
        "addresses: address", "phone_number: phone", "friendly_name: phone", "secret: credential", "from: phone",
        "username: account", "password: credential",
    ),
    "twilio-conversations": ("sid = user",),
    "twilio-flex": (
        "user_name = user", "user_name: account", "user_email: email", "agent_phone: phone", "customer_phone: phone",
        "customer_name: name",
    ),
    "directus": (
        "email = email", "id = user", "first_name: name", "last_name: name", "email: email", "password: credential",
        "ip: network-address", "access_token: credential", "refresh_token: credential", "secret: credential",
    ),
    "notion": ("id = user", "name: name", "email: email"),
    "readme": ("client_secret: credential", "secret_key: credential", "password: credential"),
    "galaxy": ("email = email", "email: email", "password: credential", "name: name"),
    "star-trek": ("name: name", "birthName: name", "dateOfBirth: birth-date", "yearOfBirth: birth-date"),
}  # fmt: skip
"""Labelled by hand, by the last name on the way: `=` whose identifier it is, `:` what it says of somebody."""
WRONG = {
    "twilio": (
        "longitude: position", "latitude: position",  # of numbers that are for sale
        "ip_address: network-address",  # of a list of who may call
    ),
    "twilio-conversations": ("address: address",),  # of a channel, such as a number
    "twilio-flex": ("account_id = account",),  # whose API it is
    "readme": ("ip_address: network-address",),  # the provider's own
    "star-trek": ("medicalConditions: health", "medicalCondition: health"),  # articles about diseases
}  # fmt: skip
"""What is inferred and should not be. What is in neither table counts as wrong too."""


class Expected(NamedTuple):
    """What a reader says of one operation."""

    source: str
    operation: str
    """Method and template."""
    asked: str
    """The parameter that names a subject, and its kind; empty where none does."""
    answered: frozenset[str]
    """What its answers hold, among other things."""


EXPECTED = (
    Expected("directus", "GET /users/{id}", "id = user", frozenset({
        "id = user", "email: email", "first_name: name", "last_name: name", "password: credential",
    })),
    Expected("directus", "GET /users", "", frozenset({"id = user", "email: email", "first_name: name"})),
    Expected("directus", "POST /auth/login", "", frozenset({"access_token: credential"})),
    Expected("notion", "GET /v1/users/me", "", frozenset({"id = user", "name: name", "email: email"})),
    Expected("notion", "GET /v1/users/{user_id}", "user_id = user", frozenset()),
    Expected("twilio", "GET /2010-04-01/Accounts/{AccountSid}/Messages.json", "", frozenset({"from: phone"})),
    Expected("twilio", "GET /2010-04-01/Accounts/{AccountSid}/Addresses.json", "", frozenset({
        "customer_name: name", "street: address", "city: address",
    })),
    Expected("twilio-conversations", "GET /v1/Users/{Sid}", "Sid = user", frozenset()),
    Expected("twilio-flex", "GET /v1/Insights/Segments", "", frozenset({"customer_phone: phone"})),
    Expected("galaxy", "GET /me", "", frozenset({"email = email", "name: name"})),
    Expected("star-trek", "GET /api/v1/rest/performer", "", frozenset({"dateOfBirth: birth-date"})),
)  # fmt: skip
"""Labelled by hand, from the descriptions."""


def operations(name: str) -> tuple[CompiledOperation, ...]:
    (source,) = [each for each in SOURCES if each.name == name]
    file = description(source).file
    return load(str(file), (), read=lambda _: file.read_bytes()).catalogue.operations


def told(places: Places) -> frozenset[str]:
    """What is inferred of an operation's answers."""
    seen: set[int] = set()
    return frozenset(label for field in places.answers.values() for label in labels(field, "", seen))


def labels(field: Field, name: str, seen: set[int]) -> Iterator[str]:
    """What is said of a field, and of everything within."""
    yield from (f"{name} = {who.kind}" for who in field.whos)
    yield from (f"{name}: {each}" for each in types_of(field.mask))
    node = field.node
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    for inner, each in node.names.items():
        yield from labels(each, inner, seen)
    for more in (node.items, node.more):
        if more is not None:
            yield from labels(more, name, seen)


@pytest.fixture(scope="module")
def inferred() -> dict[str, dict[str, Places]]:
    """Of each labelled description, by method and template."""
    return {
        name: {
            f"{each.operation.method} {each.operation.template}": Places(each, ExposureSettings())
            for each in operations(name)
        }
        for name in RIGHT
    }


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda each: f"{each.source} {each.operation}")
def test_whom_an_operation_is_about_is_found(inferred: dict[str, dict[str, Places]], expected: Expected) -> None:
    places = inferred[expected.source][expected.operation]
    assert expected.answered <= told(places)
    asked = {f"{each.name} = {who.kind}" for each in places.parameters for who in each.whos}
    assert asked == ({expected.asked} if expected.asked else set())


def test_most_of_what_is_inferred_is_right(inferred: dict[str, dict[str, Places]]) -> None:
    found = {(name, label) for name, places in inferred.items() for each in places.values() for label in told(each)}
    right = {(name, label) for name, several in RIGHT.items() for label in several}
    wrong = {(name, label) for name, several in WRONG.items() for label in several}
    assert len(found & right) / len(found) >= PRECISION, sorted(found - right)
    assert found >= right, sorted(right - found)
    assert not found - right - wrong, "neither right nor wrong: to be labelled"
