"""Who a person is to others: birth, numbers of states, accounts, vehicles."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final, Protocol

from garrison.exposure.types.rule import Match, TypeRule, pattern

_DATE: Final = re.compile(r"((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_EARLIEST: Final = 1900

NUMBERS: Final[Mapping[str, tuple[str, float]]] = {
    # module of python-stdnum: shape in which alone it is looked for, chance that such a text has its check digits
    "it.codicefiscale": (r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z]", 0.001),
    "mx.curp": (r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]", 0.001),
    "in_.pan": (r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", 0.01),
    "es.dni": (r"[0-9]{8}-?[A-Z]", 0.05),
    "es.nie": (r"[XYZ]-?[0-9]{7}-?[A-Z]", 0.02),
    "fi.hetu": (r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]", 0.01),
    "se.personnummer": (r"(?:[0-9]{2})?[0-9]{6}[-+][0-9]{4}", 0.05),
    "dk.cpr": (r"[0-9]{6}-[0-9]{4}", 0.1),
    "us.ssn": (r"[0-9]{3}-[0-9]{2}-[0-9]{4}", 0.05),
    "br.cpf": (r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", 0.01),
    "cl.rut": (r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-[0-9K]", 0.1),
    "ch.ssn": (r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", 0.01),
    "cz.rc": (r"[0-9]{6}/[0-9]{3,4}", 0.05),
    "kr.rrn": (r"[0-9]{6}-[0-9]{7}", 0.05),
    "my.nric": (r"[0-9]{6}-[0-9]{2}-[0-9]{4}", 0.05),
    "fr.nir": (r"[12][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}", 0.01),
    "cn.ric": (r"[0-9]{17}[0-9X]", 0.01),
    "ro.cnp": (r"[1-9][0-9]{12}", 0.02),
    "za.idnr": (r"[0-9]{13}", 0.03),
    "pl.pesel": (r"[0-9]{11}", 0.03),
    "ee.ik": (r"[1-8][0-9]{10}", 0.03),
    "no.fodselsnummer": (r"[0-9]{11}", 0.01),
    "be.nn": (r"[0-9]{11}", 0.01),
    "de.idnr": (r"[1-9][0-9]{10}", 0.03),
    "tr.tckimlik": (r"[1-9][0-9]{10}", 0.01),
    "in_.aadhaar": (r"[2-9][0-9]{3} ?[0-9]{4} ?[0-9]{4}", 0.1),
    "bg.egn": (r"[0-9]{10}", 0.03),
    "nl.bsn": (r"[0-9]{9}", 0.1),
    "ca.sin": (r"[0-9]{3}[ -][0-9]{3}[ -][0-9]{3}", 0.1),
}
"""National numbers of persons, the most telling first. Those of bare digits are told by many values together."""

_SHAPES: Final = {name: re.compile(shape) for name, (shape, _) in NUMBERS.items()}

# 49 CFR 565.15: what each sign counts, and the weight of each place; the ninth is the check digit
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
               strict=True)),
}  # fmt: skip
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


class _Number(Protocol):
    def is_valid(self, number: str) -> bool: ...


def is_birth_date(text: str) -> Match | None:
    """A day without a time since 1900. What else dates may be is many: names tell, or many values together."""
    found = _DATE.fullmatch(text)
    return Match("date", 0.9) if found and int(found[1]) >= _EARLIEST else None


def is_national_id(text: str) -> Match | None:
    """The number of a person in one of two dozen countries, by shape and check digits."""
    upper = text.strip().upper()
    if not 8 <= len(upper) <= 20:
        return None
    for name, shape in _SHAPES.items():
        if shape.fullmatch(upper) and _module(name).is_valid(upper):
            return Match(name.replace("_", ""), NUMBERS[name][1])
    return None


@cache
def _module(name: str) -> _Number:
    module: _Number = import_module(f"stdnum.{name}")  # a few dozen modules: only those whose shape is seen
    return module


def is_vehicle(text: str) -> Match | None:
    """A vehicle identification number (ISO 3779); its check digit is one in North America and China alone."""
    upper = text.upper()
    if not _VIN.fullmatch(upper) or upper.isdigit() or upper.isalpha():
        return None
    rest = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(upper, _VIN_WEIGHTS, strict=True)) % 11
    is_checked = upper[8] == ("X" if rest == 10 else str(rest))
    return Match("check-digit", 0.05) if is_checked else Match("iso3779", 0.5)


RULES: Final = (
    TypeRule(
        "birth-date",
        pattern("date-of-birth", "birth-?date", "birth-?day", "dob", "birth-year", "year-of-birth", "born-on"),
        check=is_birth_date,
    ),
    TypeRule(
        "national-id",
        pattern(
            "ssn", "nino", "social-security(?:-(?:number|no|num))?",
            "national-(?:id|insurance|identity)(?:-(?:number|no))?",
            "(?:tax|taxpayer|tax-payer)-(?:id|identification)(?:-(?:number|no))?", "passport(?:-(?:number|no|id))?",
            "driv(?:er|ers|ing)-?licen[cs]e(?:-(?:number|no|id))?", "cpf", "curp", "dni", "bsn", "pesel", "aadhaar",
            "personnummer", "codice-?fiscale", "fiscal-code", "id-card(?:-(?:number|no))?",
            "identity-(?:card|document)(?:-(?:number|no))?", "insurance-number",
        ),
        frozenset({"ssn"}),
        is_national_id,
    ),
    TypeRule(
        "account",
        pattern(
            "(?<!service-)(?<!bank-)(?<!storage-)(?:account|acct|customer|member|membership|subscriber|policy)-(?:number|no|nr|num)",
            "user-?name", "screen-name",
        ),
    ),
    TypeRule(
        "vehicle",
        pattern("vin", "vehicle-identification-number", "licen[cs]e-plate(?:-number)?", "number-plate", "plate-number"),
        frozenset({"vin"}),
        is_vehicle,
    ),
)  # fmt: skip
