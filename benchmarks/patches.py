"""Which findings a gateway closes: for each check its twin, the cure that was proven, and whether what is benign stays.

    python benchmarks/patches.py [--only CHECK ...] [--json FILE]

Each check runs against the vulnerable twin of the tests, its finding is patched as `garrison patch` does it (a real
gateway in front of the twin, one that enforces nothing but the patch), and the table says what came of it.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from garrison.assess.check import Check
from garrison.assess.checks.catalogue import CHECKS
from garrison.assessing import Wanted
from garrison.config.model import Settings
from garrison.core.findings_report import Report
from garrison.patches import Asked, candidates, outlook, search, why_none

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.assess.harness import Stage, report_at, staging
from tests.assess.test_twins import twin_of


def main() -> None:
    """Make the table."""
    parser = argparse.ArgumentParser(description="Which findings a gateway closes.")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json", default="")
    options = parser.parse_args()
    rows = []
    with staging() as stage:
        for check in CHECKS:
            if options.only and check.id not in options.only and check.family not in options.only:
                continue
            rows.append(row := measured(check, stage))
            print(
                "  ".join(str(row[name]) for name in ("check", "proven", "seconds", "cure", "benign", "why")),
                flush=True,
            )
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1))
    proven = [row for row in rows if row["proven"] == "yes"]
    print(f"{len(proven)} of {len(rows)} proven")


def measured(check: Check, stage: Stage) -> dict[str, Any]:
    """One row of the table."""
    row = {"check": check.id, "proven": "no", "cure": "-", "benign": "-", "why": "", "seconds": 0.0, "tried": []}
    twin = twin_of(check)
    app = twin.app(vulnerable=True)
    if getattr(app.state, "tls", None) is not None:
        return {**row, "why": "the twin speaks TLS by itself"}
    stage.app = app
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="garrison-patches-") as name:
        folder = Path(name)
        contract = folder / "openapi.json"
        contract.write_text(json.dumps(getattr(app.state, "contract", None) or twin.CONTRACT))
        wanted = Wanted(url=stage.origin, contract=str(contract), only=(check.id,))

        def run(wanted: Wanted) -> Report:
            return report_at(wanted.url, str(contract), app, twin, [check], stage.ear)

        try:
            row |= tried(wanted, run)
        except Exception as error:  # noqa: BLE001 - a row that says so is worth more than a table that is not there
            row |= {"why": f"{type(error).__name__}: {error}"[:300]}
    return row | {"seconds": round(time.monotonic() - begun, 1)}


def tried(wanted: Wanted, run: Any) -> dict[str, Any]:
    """Find, patch, prove."""
    found = run(wanted)
    if not found.findings:
        return {"why": "the check finds nothing"}
    finding = found.findings[0].finding
    asked = Asked(
        finding=finding, wanted=wanted, settings=Settings(), benign=found.benign, now=time.time(), assess=run
    )  # fmt: skip
    patches = list(candidates(asked))
    if not patches:
        return {"why": why_none(asked)}
    known = outlook(asked)
    if known.state != "open":
        return {"why": f"before any patch: {known.state}"}
    tries = list(search(asked, patches, known.report, say=lambda text: None))
    told = [{"cure": each.patch.cure, "state": each.state, "why": each.why} for each in tries]
    last = tries[-1]
    if last.patch.proof is None:
        return {"why": "; ".join(f"{each['cure']}: {each['why']}" for each in told)[:600], "tried": told}
    proof = last.patch.proof
    return {"proven": "yes", "cure": last.patch.cure, "benign": proof.benign, "refused": proof.refused, "tried": told}


if __name__ == "__main__":
    main()
