"""Files that lookups rest on: whether they are there, readable, and what they must be."""

from collections.abc import Callable, Iterator
from pathlib import Path

from garrison.adapters.lookups.services import read_secret
from garrison.adapters.lookups.web import LookupFailedError, check_ca, why
from garrison.config.explain import Complaint
from garrison.config.model import Settings
from garrison.config.servers import KeySource, placed_credentials, placed_servers
from garrison.identity.keys import MAX_JWKS_BYTES, read_jwks


def lookup_complaints(settings: Settings) -> Iterator[Complaint]:
    """Everything that is wrong with the files of issuers and of servers that are asked."""
    for place, server in placed_servers(settings):
        yield from _complaint((*place[:-1], "ca"), server.ca, check_ca)
        if isinstance(server, KeySource):
            yield from _complaint((*place[:-1], "jwks-file"), server.file, read_key_file)
        else:
            yield from _complaint((*place[:-1], "client-secret-file"), server.secret_file, read_secret)
            yield from _complaint((*place[:-1], "token-file"), server.token_file, read_secret)
    for place, file in placed_credentials(settings):
        yield from _complaint(place, file, read_secret)


def lookup_files(settings: Settings) -> tuple[str, ...]:
    """The files that `lookup_complaints` looks at."""
    found: list[str] = []
    for _, server in placed_servers(settings):
        own = (server.file,) if isinstance(server, KeySource) else (server.secret_file, server.token_file)
        found += [file for file in (server.ca, *own) if file]
    found += [file for _, file in placed_credentials(settings)]
    return tuple(dict.fromkeys(found))


def read_key_file(file: str) -> bytes:
    """A JWKS with a key that could verify a signature; raises LookupFailedError."""
    try:
        with Path(file).open("rb") as stream:
            data = stream.read(MAX_JWKS_BYTES + 1)
        read_jwks(data)
    except OSError as error:
        raise LookupFailedError(f"`{file}` cannot be read: {why(error)}") from error
    except ValueError as error:
        raise LookupFailedError(f"`{file}` is no usable key set: {error}") from error
    return data


def _complaint(place: tuple[str | int, ...], file: str, check: Callable[[str], object]) -> Iterator[Complaint]:
    if not file:
        return
    try:
        check(file)
    except LookupFailedError as error:
        yield Complaint(place, str(error))
