"""Settings of exposure: who the data subjects are, and how many of them anyone may see."""

from collections.abc import Mapping

from garrison.config.sections import ControlSettings, Section


class KindSettings(Section, frozen=True):
    """A kind of data subjects."""

    claim: str = ""
    """The claim of a principal that names the subject which it is itself: its own data is no exposure of another.
    Dots lead into objects; `sub` is the principal's name. Empty: nothing says so."""


class ExposureSettings(ControlSettings, frozen=True):
    """Settings of the control `exposure`, which monitors unless told to enforce."""

    kinds: Mapping[str, KindSettings] = {}
    """Kinds of data subjects, as the contract names them with `x-garrison-subject`."""
