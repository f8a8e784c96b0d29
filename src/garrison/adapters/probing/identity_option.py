"""What `--identity NAME=KIND:...` means."""

import re
from collections.abc import Callable
from typing import Final

from garrison.adapters.probing import kinds
from garrison.adapters.probing.elsewhere import split_target
from garrison.adapters.probing.given import Given
from garrison.adapters.probing.identity_entry import FlowReader
from garrison.adapters.probing.references import References
from garrison.config.load import Origin
from garrison.core.errors import ConfigError

OPTION: Final = "--identity"
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
"""Names are also those of variables in what a report says how to send it again."""
_WORD: Final = re.compile(r"[a-z-]{1,12}")
"""What a message repeats of a wrong kind: what is longer may be a token."""
_CLIENT: Final = re.compile(r"(?P<id>[^:]+):(?P<secret>.+?)(?:@(?P<url>https?://.+))?")
_EXAMPLES: Final = {
    "bearer": "alice=bearer:$TOKEN",
    "header": "alice=header:X-Api-Key:$KEY",
    "cookie": "alice=cookie:session=$SESSION",
    "query": "alice=query:api_key:$KEY",
    "basic": "alice=basic:USER:$PASSWORD",
    "login": "alice=login:USER:$PASSWORD",
    "client": "alice=client:ID:$SECRET@https://login.example.com/token",
    "steps": "alice=steps:login.yaml",
}
_PLACE: Final = Origin("<options>", options={(OPTION,): OPTION})
_PATH: Final = (OPTION,)


class OptionReader:
    """Reads such options; what is wrong with them is collected by `references`."""

    def __init__(self, references: References, flows: FlowReader) -> None:
        self._references = references
        self._flows = flows
        self._kinds: dict[str, Callable[[str, str], Given | None]] = {
            "bearer": self._bearer,
            "header": self._header,
            "cookie": self._cookie,
            "query": self._query,
            "basic": self._basic,
            "login": self._login,
            "client": self._client,
            "steps": self._flows.from_file,
        }

    def read(self, option: str) -> Given | None:
        """The identity that one option gives; None where something is wrong with it."""
        name, _, rest = option.partition("=")
        kind, colon, said = rest.partition(":")
        if not NAME.fullmatch(name) or not colon:
            self._wrong("is not of the form NAME=KIND:VALUE", f"for example `{_EXAMPLES['bearer']}`")
            return None
        if kind not in self._kinds:
            known = ", ".join(f"`{each}`" for each in self._kinds)
            said = f"`{kind}`" if _WORD.fullmatch(kind) else "what follows the name"
            self._wrong(f"{said} of `{name}` is no kind of identity", f"there are {known}")
            return None
        before = len(self._references.problems)
        given = self._kinds[kind](name, said)
        if given is None and len(self._references.problems) == before:
            self._wrong(f"`{name}={kind}:` lacks what has to follow", f"for example `{_EXAMPLES[kind]}`")
            return None
        return given if len(self._references.problems) == before else None

    def _wrong(self, message: str, hint: str) -> None:
        """Never repeats a value: it may be a secret."""
        self._references.complain(_PLACE, _PATH, message, hint)

    def _text(self, written: str) -> str:
        return self._references.text(written, _PLACE, _PATH)

    def _bearer(self, name: str, said: str) -> Given | None:
        return kinds.bearer(name, self._text(said)) if said else None

    def _header(self, name: str, said: str) -> Given | None:
        key, _, value = said.partition(":")
        return kinds.shown(name, {key.strip(): self._text(value.strip())}) if key and value else None

    def _cookie(self, name: str, said: str) -> Given | None:
        key, _, value = said.partition("=")
        return kinds.shown(name, {}, cookies={key: self._text(value)}) if key and value else None

    def _query(self, name: str, said: str) -> Given | None:
        key, _, value = said.partition(":")
        return kinds.shown(name, {}, {key: self._text(value)}) if key and value else None

    def _basic(self, name: str, said: str) -> Given | None:
        user, _, word = said.partition(":")
        return kinds.basic(name, self._text(user), self._text(word)) if user and word else None

    def _login(self, name: str, said: str) -> Given | None:
        user, _, word = said.partition(":")
        return kinds.password(name, self._text(user), self._text(word)) if user and word else None

    def _client(self, name: str, said: str) -> Given | None:
        found = _CLIENT.fullmatch(said)
        if found is None or not found["url"]:
            self._wrong(f"`{name}=client:` names no token URL", f"for example `{_EXAMPLES['client']}`")
            return None
        try:
            place = split_target(found["url"], self._flows.own, OPTION)
        except ConfigError as error:
            self._references.problems += error.problems
            return None
        return kinds.client(
            name, self._text(found["id"]), self._text(found["secret"]), place=place, send=self._flows.send
        )
