"""Personal data and secrets within texts. All values are made up, or those that their makers publish as examples."""

import pytest

from garrison.config.third_party import TOLD_BY_VALUE
from garrison.exposure.texts import redacted, spots

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to ada@example.com, or bob.b@mail.example.co.uk.", "write to (email), or (email)."),
        ("<ada@example.com>", "<(email)>"),
        ("card 4111 1111 1111 1111 thanks", "card (card) thanks"),
        ("4111-1111-1111-1111", "(card)"),
        ("amex 378282246310005.", "amex (card)."),
        ("to DE89 3704 0044 0532 0130 00 by Friday", "to (iban) by Friday"),
        ("GB82WEST12345698765432", "(iban)"),
        ("call +44 20 7946 0958 now", "call (phone) now"),
        ("SSN 536-90-4399!", "SSN (national-id)!"),
        ("CPF 390.533.447-05", "CPF (national-id)"),
        ("VIN 1M8GDM9AXKP042788", "VIN (vehicle)"),
        (f"token {TOKEN} end", "token (credential) end"),
        ("AKIAIOSFODNN7EXAMPLE", "(credential)"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "(credential)"),
        ("ada@example.com 4111111111111111", "(email) (card)"),
        ("+44 20 7946 0958 4111 1111 1111 1111 7", "(phone) (card) 7"),
        ("12 4111 1111 1111 1111 378282246310005", "12 (card) (card)"),
        ("AT61 1904 3002 3457 3201 from me", "(iban) from me"),
    ],
)
def test_what_is_found_is_exchanged_for_its_type(text: str, left: str) -> None:
    assert redacted(text, spots(text, TOLD_BY_VALUE)) == left


@pytest.mark.parametrize(
    "text",
    [
        "order 123456789012 of 2026-05-04",
        "4111 1111 1111 1112",
        "550e8400-e29b-41d4-a716-446655440000",
        "version 1.2.3-4, 10.0.0.1, @ada, a@b",
        "DE00 3704 0044 0532 0130 00",
        "+1 000 000 0000",
        "123456789",
        "sk_live_short",
        "",
    ],
)
def test_what_only_looks_so_stays(text: str) -> None:
    assert spots(text, TOLD_BY_VALUE) == ()


def test_only_what_is_asked_for_is_found() -> None:
    assert [spot.type for spot in spots("ada@example.com 4111111111111111", {"card"})] == ["card"]
