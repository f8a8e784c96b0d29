"""Any request head, read once: the reading is whole, bounded, its own canonical form, and the standard library's."""

import string
from typing import Any
from urllib.parse import parse_qsl, unquote

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import damaged
from tests.properties.exchanges import LATIN, fields, targets
from tests.unit.engine.drive import PEER

from garrison.core.canonical import MAX_OF_A_KIND, canonicalise
from garrison.core.http import RequestHead

_SAMPLES = (
    b"/items?limit=10&tag=a+b&tag=%C3%A9", b"/a/b.c/~d/%41%7e", b"/matrix/%3Bat=7", b"/search?q=%2Fa%3Fb&next=%2526",
    b"/v1/customers/100000001/", b"/a/../b", b"/a/%2e/b", b"/a%20b/c|d/[e]?f[g]=h", b"/%F0%9F%98%80?%e2%82%ac=1",
)  # fmt: skip
_PIECES = (
    b"/", b"//", b"..", b".", b";", b"%2e", b"%2F", b"%5c", b"\\", b"%00", b"%", b"%zz", b"%C3%A9", b"%c0%af", b"%25",
    b"%252e", b"?", b"&", b"=", b"+", b"#", b" ", b"%EF%BC%8F", b"%u002f", b"%7F", b"%C2%85", b"%2B", b"%26", b"%3D",
)  # fmt: skip
_targets = targets | damaged(st.sampled_from(_SAMPLES), _PIECES).map(lambda raw: raw.decode("latin-1"))
_authorities = st.sampled_from(["api.example.com", "API.example:8080", "[::1]:80", "", "a b", "a@b"]) | LATIN
_heads = st.builds(
    RequestHead,
    st.sampled_from(["GET", "POST"]),
    _targets,
    _authorities,
    st.lists(fields, max_size=5).map(tuple),
    st.just(PEER),
    protocol=st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2"]),
    has_body=st.booleans(),
)
_FORWARDED = frozenset(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@%/?|[]{}^`")


@given(_heads)
def canonical_form(head: RequestHead) -> None:
    """Whatever the head: bounded notes; and where none concerns the target, one reading, which is forwarded."""
    reading = canonicalise(head)
    kinds = [ambiguity.kind for ambiguity in reading.ambiguities]
    assert all(kinds.count(kind) <= MAX_OF_A_KIND for kind in kinds)
    assert all(len(ambiguity.location) <= len("header.") + 40 for ambiguity in reading.ambiguities)
    assert {name for name, _ in head.headers} == set(reading.headers)
    assert reading.host == reading.host.lower()
    if not any(ambiguity.location.startswith(("path", "query")) for ambiguity in reading.ambiguities):
        _is_the_only_reading(head, reading)


def _is_the_only_reading(head: RequestHead, reading: Any) -> None:
    raw_path, _, raw_query = head.target.partition("?")
    assert reading.segments == tuple(unquote(segment, errors="strict") for segment in raw_path[1:].split("/"))
    assert list(reading.query) == parse_qsl(raw_query, keep_blank_values=True, errors="strict")
    assert set(reading.target) <= _FORWARDED
    assert not any(set(segment) & set("/\\\0") or segment in {".", ".."} for segment in reading.segments)
    again = canonicalise(RequestHead("GET", reading.target, "a", (), PEER))
    assert (again.segments, again.query, again.target) == (reading.segments, reading.query, reading.target)
    assert again.ambiguities == ()
