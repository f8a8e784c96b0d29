"""Session cookies, signed as Flask and as Starlette sign them, with a word."""

import base64
import hashlib
import hmac
import secrets
import time

from starlette.applications import Starlette
from tests.assess.twins.parts import COOKIE, DOORS, CookiePeople, Tokens, contract, serving

CONTRACT = contract(DOORS, COOKIE)


def text_of(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class SignedCookies(Tokens):
    """What a cookie says is signed with a key that is made of a secret."""

    def __init__(self, secret: str, *, flask: bool = True) -> None:
        super().__init__()
        salted = hashlib.sha1(b"itsdangerous.Signersigner" + secret.encode()).digest()
        self.derived = hmac.digest(secret.encode(), b"cookie-session", "sha1") if flask else salted

    def issue(self, name: str) -> str:
        body = f"{text_of(name.encode())}.{text_of(int(time.time()).to_bytes(4))}"
        return f"{body}.{text_of(hmac.digest(self.derived, body.encode(), 'sha1'))}"

    def name_in(self, token: str) -> str | None:
        body, _, signature = token.rpartition(".")
        if signature != text_of(hmac.digest(self.derived, body.encode(), "sha1")):
            return None
        name = body.partition(".")[0]
        return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()


def build(secret: str, *, flask: bool = True) -> Starlette:
    people = CookiePeople()
    people.tokens = SignedCookies(secret, flask=flask)
    return serving(people.routes)


def app(*, vulnerable: bool) -> Starlette:
    return build("dev" if vulnerable else secrets.token_hex(32))


VARIANTS = {"as Starlette signs": lambda: build("monkey", flask=False)}
