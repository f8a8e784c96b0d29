"""Guessing the secret of a signature: the most frequent passwords and words, and what the contract itself suggests."""

import hmac
import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.exposure.types.rule import words

_USUAL: Final = (
    "secret", "secretkey", "secret_key", "secret-key", "mysecret", "mysecretkey", "my_secret_key", "my-secret-key",
    "supersecret", "super-secret", "super_secret", "supersecretkey", "super-secret-key", "topsecret", "jwt",
    "jwtsecret", "jwt_secret", "jwt-secret", "jwtsecretkey", "jwt_secret_key", "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret", "your_secret_key", "your-secret-key", "changeme", "change-me", "change_me", "changeit",
    "default", "key", "signingkey", "private", "privatekey", "token", "tokensecret", "auth", "dev", "development",
    "test", "testing", "testsecret", "example", "shhhh", "shhhhh", "keyboard cat", "keyboardcat", "secret123",
    "s3cr3t", "S3cr3t", "password123", "admin123", "insecure", "hmac", "HS256", "",
)  # fmt: skip
"""What documentation and tutorials write where a secret belongs."""
_AROUND: Final = ("", "secret", "-secret", "_secret", "key", "_key", "-key", "123", "!", "jwt", "_jwt", "2024", "2025")
_MOST_OWN: Final = 200
_DIGITS: Final = 6
"""Numbers of up to so many digits are all tried."""


def guessed(a: Assessment, text: bytes, signature: bytes, algorithm: str) -> str | None:
    """The word with which `text` has this signature; None where it is none of them."""
    return _searched((*a.options.words, *_USUAL), own_words(a), text, signature, algorithm)


@lru_cache(maxsize=4)
def _searched(
    first: tuple[str, ...], own: tuple[str, ...], text: bytes, signature: bytes, algorithm: str
) -> str | None:
    """The same, kept: several checks ask about the same token, and all the numbers take a second."""
    digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[algorithm]
    for word in itertools.chain(_words(first, own), _numbers()):
        if hmac.digest(word.encode(), text, digest) == signature:
            return word
    return None


def likely(a: Assessment) -> Iterator[str]:
    """Words to try, the likeliest first."""
    yield from _words((*a.options.words, *_USUAL), own_words(a))


def _words(first: tuple[str, ...], own: tuple[str, ...]) -> Iterator[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # 90,000 words, which a list of the checks does not need

    yield from first
    for word in own:
        for each in (word, word.capitalize(), word.upper()):
            yield from (each + end for end in _AROUND)
    for name in ("passwords", "english_wikipedia"):
        yield from FREQUENCY_LISTS[name]
    yield from (word.capitalize() for word in FREQUENCY_LISTS["passwords"])


def _numbers() -> Iterator[str]:
    for length in range(1, _DIGITS + 1):
        yield from (f"{number:0{length}d}" for number in range(10**length))


def own_words(a: Assessment) -> tuple[str, ...]:
    """Words that the contract itself uses: of its title and its paths."""
    root = a.api.description.root.value
    info = root.get("info") if isinstance(root, dict) else None
    title = str(info.get("title", "")) if isinstance(info, dict) else ""
    joined = ("".join(title.split()), "-".join(title.split()), "_".join(title.split()))
    paths = [words(step) for target in a.api.targets for step in target.described.path.split("/")]
    found = [*joined, *words(title), *(word for path in paths for word in path)]
    return tuple(dict.fromkeys(word.lower() for word in found if word))[:_MOST_OWN]
