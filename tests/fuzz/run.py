"""Fuzz one target, guided by the coverage of our own code: `python -m tests.fuzz.run TARGET [--minutes 10]`.

What it learns (inputs that reach new code) is kept in `.fuzz/TARGET`, so that the next run goes on from there. A
finding ends the run with its traceback; it is also put where Hypothesis looks first, so `pytest tests/fuzz` repeats
it and cuts it down to the smallest input that fails.
"""

import argparse
import random
import sys
from pathlib import Path

from hypothesis import settings

try:
    import atheris
except ImportError:
    sys.exit("fuzzing needs atheris (hint: pip install '.[fuzz]')")

_SLOWEST = 60
"""Seconds for one input; longer is a finding. Instrumented code is several times slower than it will be."""
_MEMORY = 2048
"""Mebibytes for the process; more is a finding."""
_SEEDS = 40


def _corpus(name: str) -> Path:
    """What the last run learnt; random inputs before the first: Hypothesis makes nothing of very short ones."""
    corpus = Path(".fuzz") / name
    corpus.mkdir(parents=True, exist_ok=True)
    if not any(corpus.iterdir()):
        source = random.Random(name)
        for index in range(_SEEDS):
            (corpus / f"seed-{index}").write_bytes(source.randbytes(source.randrange(16, 2048)))
    return corpus


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", help="`list` prints the names")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    settings.register_profile("fuzz", deadline=None)
    settings.load_profile("fuzz")
    with atheris.instrument_imports(include=["garrison"]):
        from tests.fuzz.targets import TARGETS
    if options.target not in TARGETS:
        names = ", ".join(sorted(TARGETS))
        sys.exit(names if options.target == "list" else f"no target `{options.target}` (hint: one of {names})")
    fuzz(options.target, TARGETS[options.target].hypothesis.fuzz_one_input, options.minutes)  # type: ignore[attr-defined]  # what `given` adds


def fuzz(name: str, run_one: object, minutes: float) -> None:
    """Run until something is found or the time is over, then exit."""
    corpus = _corpus(name)
    flags = [
        f"-max_total_time={max(1, round(minutes * 60))}",
        f"-timeout={_SLOWEST}",
        f"-rss_limit_mb={_MEMORY}",
        f"-artifact_prefix=.fuzz/{name}-",
        "-max_len=4096",
        "-len_control=0",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], str(corpus), *flags], run_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
