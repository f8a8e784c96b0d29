"""The detector that settings ask for, built without the engine: the process that detects decides no requests."""

from typing import Final

import msgspec

from garrison.adapters.detection_rules import load_rules
from garrison.config.model import Settings
from garrison.detect.detector import Detector
from garrison.detect.snapshot import Snapshot

_DAY: Final = 86400.0


class KeptDetector:
    """A detector, and what it knows as bytes."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.feed = detector.feed
        self.advance = detector.advance

    @property
    def groups(self) -> int:
        """Groups that are remembered."""
        return self._detector.groups

    @property
    def dropped(self) -> int:
        """Groups that were forgotten because there were too many."""
        return self._detector.dropped

    def snapshot(self) -> bytes:
        """What it knows."""
        return msgspec.msgpack.encode(self._detector.snapshot())

    def restore(self, snapshot: bytes) -> None:
        """Go on from there, before the first event. Raises ValueError where another version made it."""
        try:
            self._detector.restore(msgspec.msgpack.decode(snapshot, type=Snapshot))
        except (LookupError, TypeError, msgspec.MsgspecError) as error:
            raise ValueError("what is kept of detection was made by another version") from error


def build_detector(settings: Settings, file: str = "garrison.yaml") -> KeptDetector | None:
    """The detector that `settings` ask for; None where they want none. Raises ConfigError for rules that cannot be
    used; `file` is where the settings stand."""
    own = settings.detect
    if own.mode == "off":
        return None
    return KeptDetector(Detector(load_rules(own, file), most=own.most_groups, learning=own.learning_days * _DAY))
