"""`python benchmarks/payload.py SET`: the same as `python -m benchmarks.inspection SET`."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    runpy.run_module("benchmarks.inspection", run_name="__main__", alter_sys=True)
