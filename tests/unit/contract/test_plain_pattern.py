"""A pattern is plain where nothing that it matches closes a context or leads elsewhere."""

import re

import pytest

from garrison.contract.plain_pattern import is_plain


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[0-9]{9}$", r"^[A-Za-z0-9_.@-]{1,64}$", r"^(?:asc|desc)$", r"^\d{4}-\d{2}$", r"^\d{4} \d{4}$",
        r"^v\d+(\.\d+)*$", r"^[a-f0-9]{64}$", r"^$", r"^[\w\.-]+$", r"^[a-z]+/[a-z]+$",
    ],
)  # fmt: skip
def test_closed_alphabets_are_plain(pattern: str) -> None:
    assert is_plain(pattern)


@pytest.mark.parametrize(
    ("pattern", "attack"),
    [
        (r"^foo|bar$", "foo'; drop table a--bar"),
        (r"^(a|b)|c$", "a<script>"),
        (r"^[\w\.\/]+$", "../../etc/passwd"),
        (r"^[\w./-]+$", "../../etc/passwd"),
        (r"^[a-z:\/]+$", "http://localhost/"),
        (r"^[A-Za-z0-9 ]+$", "1 union select a from b"),
        (r"^[^<>]+$", "' or 1=1"),
        (r"^.*$", "<script>"),
        (r"^[a-z']+$", "'or'"),
        (r"^[ -~]+$", "<script>"),
        (r"^[+-z]+$", "<script>"),
        (r"^\S+$", "<script>"),
        (r"^\w+(?=x)?[\s\S]*$", "x' or 1=1"),
        (r"[a-z]+", "<a>"),
        (r"^[a-z]+", "a<script>"),
        (r"^[a-z]+\$", "a$"),
        (r"^(?i:[a-z]+)$", "a"),
        (r"^[a-z]+($|.*)$", "a<script>"),
    ],
)
def test_all_others_are_not(pattern: str, attack: str) -> None:
    assert re.search(pattern, attack)  # what it would let through unread
    assert not is_plain(pattern)


@pytest.mark.parametrize("pattern", ["^[$", "^(a$", "^a)$", "^[]$", "^\\$", "^{1,2$", "^[[:alpha:]]$", "^\u00e9$", ""])
def test_what_is_no_such_pattern_is_not_plain(pattern: str) -> None:
    assert not is_plain(pattern)
