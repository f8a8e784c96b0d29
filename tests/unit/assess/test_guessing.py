"""Keys that are tried fit exactly the signatures that HMAC makes with them."""

import hmac

import pytest

from garrison.assess.checks.authentication.guessing import _fitting, _numbers

TEXT = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ"


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 127, 128, 129, 300])
@pytest.mark.parametrize(("algorithm", "digest"), [("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")])
def test_a_key_of_any_length_fits_its_own_signature_alone(algorithm: str, digest: str, length: int) -> None:
    key = b"k" * length
    fits = _fitting(TEXT, hmac.digest(key, TEXT, digest), algorithm)
    assert fits(key)
    assert not fits(key + b"l")


def test_all_numbers_of_up_to_six_digits_are_tried() -> None:
    tried = list(_numbers())
    assert len(tried) == len(set(tried)) == 1_111_110
    assert {b"0", b"00", b"0123", b"999999"} <= set(tried)
