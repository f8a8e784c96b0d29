"""A small policy and recorded exchanges for it."""

import json
from collections.abc import Mapping
from typing import Any

from garrison.adapters.recorded.exchange import RecordedExchange, request_head
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.contract.load import load
from garrison.controls.catalogue import CONTROLS
from garrison.core.http import Headers, ResponseHead
from garrison.engine.plan import Policy
from garrison.wiring import build_policy, policy_on

CONTRACT = json.dumps({
    "openapi": "3.1.0",
    "info": {"title": "pets", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
                ],
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"schema": {"type": "array"}}}}
                },
            },
            "post": {
                "operationId": "addPet",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object", "required": ["name"]}}},
                },
                "responses": {"201": {"description": ""}},
            },
        },
    },
}).encode()  # fmt: skip
JSON: Headers = (("content-type", "application/json"),)
SPECS = {spec.id: spec for spec in CONTROLS}


def settings(**given: Any) -> Settings:
    whole: Mapping[str, Any] = {"mode": "enforce", "contract": {"file": "pets.json"}, **given}
    return load_settings(json.dumps(whole).encode(), "garrison.yaml")


def policy(**given: Any) -> Policy:
    return build_policy(settings(**given), read=lambda _: CONTRACT)


def rebuild(changed: Settings) -> Policy:
    contract = load("pets.json", (), read=lambda _: CONTRACT, match_hosts=False)
    return policy_on(contract.catalogue, changed)


def get(target: str = "/pets", *headers: tuple[str, str], name: str = "a", method: str = "GET") -> RecordedExchange:
    head = request_head(method, target, (("host", "api.test"), *headers), has_body=False)
    return RecordedExchange(name, head, 1.0, response=ResponseHead(200, JSON), response_body=b"[]")


def post(body: bytes, *, is_whole: bool = True, name: str = "a") -> RecordedExchange:
    fields = (("host", "api.test"), *JSON)
    head = request_head("POST", "/pets", fields, has_body=True)
    response = ResponseHead(201, (), has_body=False)
    return RecordedExchange(name, head, 1.0, body=body, is_whole=is_whole, response=response)
