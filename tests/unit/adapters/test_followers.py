"""What follows the settings: a policy that is refused leaves the one before it as it was."""

import json
import time
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from garrison.adapters.followers import Followers
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.core.errors import ConfigError
from garrison.engine.state import State

ISSUER, OTHER = "https://id.example", "https://other.example"


def believing(issuer: str, keys: Path, **more: object) -> Settings:
    way = {"jwt": [{"issuer": issuer, "audiences": ["api"], "jwks-file": str(keys)}], **more}
    told = {"controls": {"authentication": {"schemes": {"token": way}}}, "data": str(keys / "data") if more else ""}
    return load_settings(json.dumps(told).encode(), "g.yaml")


def test_a_policy_that_cannot_be_followed_forgets_no_issuer_of_the_one_in_force(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}))
    state = State()
    followers = Followers(state, lambda _: None)
    try:
        followers.apply(believing(ISSUER, keys), (), time.time())
        with pytest.raises(ConfigError):  # a data directory cannot lie in a file
            followers.apply(believing(OTHER, keys, **{"api-key": {}}), (), time.time())
        assert state.identity.keys.keys_of(ISSUER) is not None
    finally:
        followers.close()
