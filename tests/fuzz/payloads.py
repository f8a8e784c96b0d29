"""Any texts at all: judged without an error, the same way each time, and decoded within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from garrison.payload.decoding import MAX_ROUNDS, decode
from garrison.payload.evidence import evidence_of
from garrison.payload.judge import judge

_PIECES = (
    "'", '"', "`", "<", ">", "</", "{{", "}}", "${", "%", "%25", "%c0%ae", "\\u00", "\\x3c", "&#", "&lt;", "../",
    "..\\", ";", "|", "&&", "$(", "--", "/*", "*/", "#", "(", ")", "[", "]", "=", ",", "\n", "\r\n", "\0",
    "\ud800", "\uff1c", "union", "select", " or ", " and ", "1", "0x", "script", "onload=", "javascript:",
    "data:;base64,", "QUJD", "+ADw-", "http://", "127.0.0.1", "cat ", "/etc/passwd", "<!ENTITY ", "*)(",
    "__proto__", "$ne", "O:1:", " " * 40, "a" * 40, "9" * 40, "'" * 40, "(" * 40,
)  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=24).map("".join), max_size=4))
def payloads(texts: list[str]) -> None:
    """Judge texts that are made of what attacks are made of."""
    found = judge(texts)
    assert found == judge(texts)
    assert [each.index for each in found] == sorted({each.index for each in found})
    for each in found:
        assert len(evidence_of(each)) < 1000
    for text in texts:
        forms = decode(text)
        assert len(forms) <= MAX_ROUNDS
        assert all(len(form.text) <= 4 * len(text) + 4 for form in forms)
