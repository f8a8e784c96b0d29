"""SQL becomes a line of letters, one for each word."""

import pytest

from garrison.payload.sql_letters import count_words, letters


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1' OR '1'='1", "1s1s1"),
        ("select a, count(*) from t where b = 'c'", "Sn,f(+)FnFn=s"),
        ("user (1) user(1) user", "0(1)f(1)0"),
        ("drop(a) drop (a) dropped(a)", "D(n)D(n)f(n)"),
        ("and.b or.5 select.f(1) a.b.c (d)", "O?nO1S?f(1)f(n)"),
        ("12abc 3d 0x1f 1.5e3 .5 1.e(2)", "1?n?n111(1)"),
        ("a--b\n c # d\n e -- f", "nnncn"),
        ("/* a */b/*!50000c*/d/* e ** f */", "nnnc"),
        (";%00 ; @@a [b c] `d` && || <=> != ~", "c;nnqnqOO==="),
        ("n'a''b' x'41 \"c\\\"d\"", "snq1s"),
        ("\u00e9(1) \u0663 A\u0130 AND\u00e9", "n(1)1nn"),
        ("", ""),
    ],
)
def test_line(text: str, line: str) -> None:
    assert letters(text) == line


def test_spaces_are_counted_as_well() -> None:
    assert count_words("a  b,c") == 5
    assert count_words("") == 0
