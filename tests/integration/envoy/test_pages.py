"""Objects stand on large pages, where the system gives them to who asks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.envoy.running import Envoy

pytestmark = pytest.mark.integration

GIVEN = Path("/sys/kernel/mm/transparent_hugepage/enabled")
MIB = 1 << 20


def sizes_of_marked(pid: int) -> Iterator[tuple[int, str]]:
    """The sizes and rights of mappings that the process wants on large pages (proc(5), `smaps`)."""
    size, rights = 0, ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line):
            size, rights = int(found[2], 16) - int(found[1], 16), found[3]
        elif line.startswith("VmFlags:") and " hg" in line:
            yield size, rights


@pytest.mark.skipif(not GIVEN.exists() or "[never]" in GIVEN.read_text(), reason="the system gives nobody large pages")
def test_python_and_malloc_use_large_pages(gateway: Envoy) -> None:
    marked = list(sizes_of_marked(gateway.process.pid))
    assert any(rights == "---p" and size > 256 * MIB for size, rights in marked), "malloc's, that it may grow into"
    assert any(rights == "rw-p" and size % (2 * MIB) == 0 for size, rights in marked), "Python's arenas"
