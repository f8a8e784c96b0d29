import pytest

from garrison.contract.patterns import mend


@pytest.mark.parametrize(
    ("pattern", "mended"),
    [
        ("^[a-z]+$", "^[a-z]+$"),
        ("a{2}b{3,}c{1,2}", "a{2}b{3,}c{1,2}"),
        ("{id}", "\\{id\\}"),
        ("a{,3}", "a\\{,3\\}"),
        ("a{2", "a\\{2"),
        ("}", "\\}"),
        ("[\\w-.]", "[\\w\\-.]"),
        ("[.-\\w]", "[.\\-\\w]"),
        ("[a-]", "[a\\-]"),
        ("[-a]", "[\\-a]"),
        ("[a-c-e]", "[a-c\\-e]"),
        ("[[]", "[\\[]"),
        ("[a&&b~~c]", "[a\\&\\&b\\~\\~c]"),
        ("[]", "[^\\s\\S]"),
        ("[^]x", "[\\s\\S]x"),
        ("[\\]]", "[\\]]"),
        ("\\p{L}\\u{1F600}", "\\p{L}\\u{1F600}"),
        ("[\\p{L}-x]", "[\\p{L}\\-x]"),
        ("\\Aa\\Z", "^a$"),
        ("\\\\A", "\\\\A"),
        ("\\{a\\}", "\\{a\\}"),
        ("[{}]", "[{}]"),
        ("", ""),
        ("\\", "\\"),
        ("[", "[]"),
    ],
)
def test_what_is_mended(pattern: str, mended: str) -> None:
    assert mend(pattern) == mended
