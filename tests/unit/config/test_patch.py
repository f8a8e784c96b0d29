"""Changes to garrison.yaml are laid over settings as an operator would write them."""

import msgspec
import pytest

from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.config.patch import Patch, as_yaml, merged, patched

ONE: Patch = {"operations": [{"match": "a", "controls": {"inventory": {"mode": "off"}}}]}
TWO: Patch = {"operations": [{"match": "a", "controls": {"media-type": {"mode": "off"}}}, {"match": "b"}]}


def test_patch_leaves_the_rest() -> None:
    before = load_settings(b"{mode: enforce, contract: {file: a}, controls: {media-type: {mode: monitor}}}", "g")
    after = patched(before, {"mode": "monitor", "controls": {"media-type": {"fail": "open"}}, **ONE})
    assert (after.mode, after.contract, after.controls.media_type.mode) == ("monitor", before.contract, "monitor")
    assert after.controls.media_type.fail == "open"
    assert [entry.match for entry in patched(after, TWO).operations] == ["a", "a", "b"]
    with pytest.raises(msgspec.ValidationError):
        patched(before, {"mode": "none"})


def test_merged_entries_of_one_operation_are_one() -> None:
    both = merged(ONE, TWO)
    controls = {"inventory": {"mode": "off"}, "media-type": {"mode": "off"}}
    assert both == {"operations": [{"match": "a", "controls": controls}, {"match": "b"}]}
    assert merged({"mode": "enforce"}, {"controls": {}}) == {"mode": "enforce", "controls": {}}


def test_yaml_reads_back() -> None:
    text = as_yaml(merged({"mode": "enforce"}, TWO))
    assert "mode: 'off'" in text
    own = load_settings(text.encode() + b"contract: {file: x}\n", "g")
    assert (own.mode, own.operations[0].controls) == ("enforce", TWO["operations"][0]["controls"])
    assert isinstance(own, Settings)
