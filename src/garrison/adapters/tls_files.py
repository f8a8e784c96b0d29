"""Certificates, keys and authorities that the settings name: whether they are there, readable, and fit together."""

import ssl
from collections.abc import Iterator
from pathlib import Path

from garrison.config.explain import Complaint
from garrison.config.model import Settings
from garrison.config.source import Path as Place
from garrison.core.errors import cause_of


def tls_complaints(settings: Settings) -> Iterator[Complaint]:
    """Everything that is wrong with the files of `listen.tls` and `upstream.tls`."""
    listen, upstream = settings.listen.tls, settings.upstream.tls
    if listen:
        yield from _pair(("listen", "tls"), listen.certificate, listen.key)
        yield from _authorities(("listen", "tls", "client-ca"), listen.client_ca)
    if upstream.certificate and upstream.key:
        yield from _pair(("upstream", "tls"), upstream.certificate, upstream.key)
    yield from _authorities(("upstream", "tls", "ca"), upstream.ca)


def tls_files(settings: Settings) -> tuple[str, ...]:
    """The files that `tls_complaints` looks at."""
    listen, upstream = settings.listen.tls, settings.upstream.tls
    own = (listen.certificate, listen.key, listen.client_ca) if listen else ()
    return tuple(file for file in (*own, upstream.certificate, upstream.key, upstream.ca) if file)


def _pair(at: Place, certificate: str, key: str) -> Iterator[Complaint]:
    missing = False
    for name, file in (("certificate", certificate), ("key", key)):
        if fault := _unreadable(file):
            missing = True
            yield Complaint((*at, name), f"`{file}` {fault}")
    if missing:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            yield Complaint((*at, "key"), f"`{key}` is not the key of the certificate `{certificate}`")
        else:
            hint = "both are PEM files; the certificate's comes first in its file, the key has no passphrase"
            yield Complaint(at, f"`{certificate}` and `{key}` cannot be used as certificate and key", hint)


def _no_password() -> str:
    """Answer for a key with a passphrase: nobody is there to be asked."""
    return ""


def _authorities(at: Place, file: str) -> Iterator[Complaint]:
    if not file:
        return
    if fault := _unreadable(file):
        yield Complaint(at, f"`{file}` {fault}")
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        yield Complaint(at, f"`{file}` holds no certificates", "it must be a PEM file of authorities")


def _unreadable(file: str) -> str:
    try:
        with Path(file).open("rb") as stream:
            stream.read(1)
    except OSError as error:
        return f"cannot be read: {cause_of(error)}"
    return ""
