"""What Envoy is given before it begins."""

import subprocess
import sys

import pytest

from garrison.adapters.envoy.launch import STACK, before

LIMITED = 'ulimit -Ss "$0" && exec "$@"'
DEEP = """
import resource, threading, msgspec

def decode():
    for level in (b"[", b'{"a":'):
        try:
            msgspec.json.decode(level * 100_000)
        except RecursionError:
            print("refused")

print(resource.getrlimit(resource.RLIMIT_STACK)[0])
thread = threading.Thread(target=decode)
thread.start()
thread.join()
"""


@pytest.mark.parametrize(
    ("kilobytes", "given"), [("512", STACK), ("8192", STACK), ("unlimited", STACK), ("65536", 65536 << 10)]
)
def test_its_threads_have_the_stack_that_json_takes(kilobytes: str, given: int) -> None:
    command = ["sh", "-c", LIMITED, kilobytes, *before(), sys.executable, "-c", DEEP]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.returncode) == ([str(given), "refused", "refused"], 0), done.stderr
