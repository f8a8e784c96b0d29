"""The guard as a program, with its parts given: `run_guard.py SETTINGS [FILTER]`. Without a filter Envoy is bare."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from garrison.adapters import companion
from garrison.adapters.beside import beside
from garrison.adapters.envoy import supervise
from garrison.adapters.envoy.handover import Checked
from garrison.adapters.envoy.parts import envoy_binary, python_library
from garrison.adapters.envoy.service import Parts
from garrison.adapters.envoy.supervise import Supervisor
from garrison.cli.output import announce, note, report
from garrison.config.load import Options
from garrison.core.errors import GarrisonError


def main(config: Path, module: str) -> int:
    from garrison.cli.opening import open_policy

    def load(seen: Callable[[str], None]) -> Checked:
        opened = open_policy(config, Options(), seen=seen)
        return Checked(opened.settings, opened.documents, opened.plain)

    def parts() -> Parts:
        if module:
            return Parts(envoy_binary(), Path(module), python_library(), "garrison.gateway:engine")
        return Parts(envoy_binary())

    try:
        Supervisor(load, parts, say=announce, note=note, grace=3, beside=partial(beside, note=note)).run()
    except GarrisonError as error:
        report(error)
        return 3
    return 0


if __name__ == "__main__":
    if "GARRISON_TEST_BACKOFF" in os.environ:  # what is killed again and again is waited for longer and longer
        for module in (supervise, companion):
            vars(module)["BACKOFF"] = (float(os.environ["GARRISON_TEST_BACKOFF"]),)
    sys.exit(main(Path(sys.argv[1]), "".join(sys.argv[2:3])))
