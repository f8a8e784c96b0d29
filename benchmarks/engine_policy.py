"""The whole engine on a small contract, payloads unread: what the gateway's own policy costs.

`settings` is `monitor` or `enforce`.
"""

import json

import msgspec

from garrison.adapters.envoy.bridge import FilterConfig
from garrison.adapters.envoy.session import EngineExchanges
from garrison.config.load import load_settings
from garrison.core.event import Event
from garrison.wiring import build_policy

ITEM = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {"name": {"type": "string", "maxLength": 250}},
}
LIST = {"type": "object", "required": ["items"], "properties": {"items": {"type": "string"}}}
ANSWER = {"2XX": {"description": "All", "content": {"application/json": {"schema": LIST}}}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1"},
    "paths": {
        "/items": {
            "get": {"responses": ANSWER},
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": ITEM}}},
                "responses": ANSWER,
            },
        }
    },
}


def make(config: FilterConfig) -> EngineExchanges:
    """The factory: both bodies decoded and validated, each event encoded as it would be for the spool."""
    mode = msgspec.json.decode(config.settings, type=str)
    controls = {"response-schema": {"mode": mode}, "payload": {"mode": "off"}}
    text = json.dumps({"mode": mode, "contract": {"file": "items.json"}, "controls": controls})
    settings = load_settings(text.encode(), "garrison.yaml")
    encoder = msgspec.json.Encoder()

    def sink(event: Event) -> None:
        encoder.encode(event)

    return EngineExchanges(build_policy(settings, read=lambda _: json.dumps(CONTRACT).encode()), sink)
