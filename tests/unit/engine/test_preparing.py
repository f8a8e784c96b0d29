"""What takes seconds is done once, and only for who serves."""

from collections.abc import Callable

from garrison.config.controls import ControlsSettings, MediaTypeSettings
from garrison.config.model import Settings
from garrison.contract.catalogue import Catalogue, CompiledOperation
from garrison.core.decision import Mode
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons
from garrison.engine.plan import compile_policy


def spec(name: str, prepare: Callable[[], None]) -> ControlSpec:
    def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
        del operation, settings
        return Checks(prepare=prepare)

    own = ControlId(name)
    return ControlSpec(own, "made up", "objector", Reasons(own), compile_checks)


def test_what_controls_have_in_common_is_prepared_once_and_when_it_is_asked_for() -> None:
    done: list[str] = []

    def common() -> None:
        done.append("common")

    controls = (
        spec("payload", common),
        spec("inventory", common),
        spec("media-type", lambda: done.append("of what is off")),
    )
    own = ControlsSettings(media_type=MediaTypeSettings(mode=Mode.OFF))
    policy = compile_policy(Catalogue(), controls, Settings(mode="enforce"), lambda _: own)
    assert done == []
    policy.prepare()
    assert done == ["common"]
