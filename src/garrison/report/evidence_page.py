"""Evidence as one HTML page, for an auditor: each requirement, how it stands, and why."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from garrison.core.evidence import Dossier, Evidence, Standing
from garrison.report.findings_page import sentence_markup
from garrison.report.pages import filled, style
from garrison.report.texts import day, moment

_TEMPLATE: Final = files("garrison.report") / "evidence.html.j2"
_WORDS: Final = {
    Standing.MET: "met",
    Standing.PARTLY: "partly met",
    Standing.SEEN: "only in sight",
    Standing.MISSING: "missing",
}
_TONES: Final = {Standing.MET: "low", Standing.PARTLY: "medium", Standing.SEEN: "high", Standing.MISSING: "critical"}


def evidence_page(dossier: Dossier) -> str:
    """The page. It needs nothing else, and whatever came from outside is escaped."""
    nist = [each for each in dossier.requirements if each.id.startswith("REC")]
    owasp = [each for each in dossier.requirements if not each.id.startswith("REC")]
    values = {
        **style(),
        "dossier": dossier,
        "catalogues": [
            ("NIST SP 800-228, recommended controls (titles paraphrased)", nist),
            ("OWASP API Security Top 10 2023", owasp),
        ],
        "counts": [(word, _TONES[each], _count(dossier.requirements, each)) for each, word in _WORDS.items()],
        "words": _WORDS,
        "tones": _TONES,
        "headline": headline(dossier),
    }
    return filled(_TEMPLATE, {"day": day, "moment": moment, "sentence": sentence_markup}, values)


def headline(dossier: Dossier) -> str:
    """How many requirements are met, in a sentence without a full stop."""
    met, partly, seen, missing = (_count(dossier.requirements, each) for each in Standing)
    what = dossier.title or dossier.contract or "the API"
    whole = len(dossier.requirements)
    return f"{what}: {met} of {whole} requirements met, {partly} partly, {seen} only in sight, {missing} missing"


def _count(some: Sequence[Evidence], standing: Standing) -> int:
    return sum(each.standing is standing for each in some)
