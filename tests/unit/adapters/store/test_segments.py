"""What is looked for in a segment is found wherever it stands."""

from pathlib import Path

import pytest

from garrison.adapters.store.segments import PIECE, holds


@pytest.mark.parametrize("before", [0, PIECE - 9, PIECE - 5, PIECE - 1, PIECE, 2 * PIECE - 5])
def test_a_sign_is_found_wherever_it_stands(tmp_path: Path, before: int) -> None:
    (tmp_path / "some").write_bytes(b"." * before + b'"subject"' + b"." * before)
    assert holds(tmp_path / "some", b'"subject"')
    assert not holds(tmp_path / "some", b'"subjects"')
