"""Public descriptions that npm packages ship, read by themselves: nothing of `garrison.contract` is used here.

`GARRISON_PEERS` names the folder whose `node_modules` holds the packages of `.ci/peers.txt`. Nothing of them is
kept in this repository.
"""

import json
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
import yaml

Schema = dict[str, Any]

ROOT = "urn:description"
"""What a description is called inside the independent validator."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Header parameters of these names are defined to mean nothing (OpenAPI 3.1.1, 4.8.12.1).
_MEANINGLESS = {"accept", "content-type", "authorization"}


class Source(NamedTuple):
    """One public description."""

    name: str
    path: str
    """Its place under `node_modules`."""


SOURCES = (
    Source("github", "@octokit/openapi/generated/api.github.com.json"),
    Source("github-enterprise", "@octokit/openapi/generated/ghes-3.18.json"),
    Source("twilio", "@twilio-alpha/mcp/twilio-oai/spec/json/twilio_api_v2010.json"),
    Source("twilio-conversations", "@twilio-alpha/mcp/twilio-oai/spec/json/twilio_conversations_v1.json"),
    Source("twilio-content", "@twilio-alpha/mcp/twilio-oai/spec/json/twilio_content_v1.json"),
    Source("twilio-assistants", "@twilio-alpha/mcp/twilio-oai/spec/json/twilio_assistants_v1.json"),
    Source("twilio-flex", "@twilio-alpha/mcp/twilio-oai/spec/json/twilio_flex_v1.json"),
    Source("directus", "@directus/specs/dist/openapi.json"),
    Source("blockfrost", "@blockfrost/openapi/openapi.yaml"),
    Source("star-trek", "@readme/oas-examples/3.0/json/star-trek.json"),
    Source("rclone", "rclone-openapi/openapi.json"),
    Source("figma", "@figma/rest-api-spec/openapi/openapi.yaml"),
    Source("readme", "@readme/oas-examples/3.1/json/readme.json"),
    Source("ideal-postcodes", "@ideal-postcodes/openapi/dist/openapi.json"),
    Source("dialogporten", "@digdir/dialogporten-schema/swagger.verified.json"),
    Source("notion", "@notionhq/notion-mcp-server/scripts/notion-openapi.json"),
    Source("galaxy", "@scalar/galaxy/dist/3.1.yaml"),
)


class Target(NamedTuple):
    """One operation, as the description has it."""

    id: str
    """Method and path, which tell operations apart in every description."""
    method: str
    path: str
    """Path template with the server's prefix."""
    parameters: tuple[Schema, ...]
    body: Schema | None
    """The request body object; None where there is none."""
    responses: Schema
    security: list[dict[str, list[str]]]
    multi_segment: bool
    """Whether a parameter says of itself that it holds slashes (GitHub's `x-multi-segment`)."""


class Description:
    """A description, its references made absolute."""

    def __init__(self, source: Source, file: Path) -> None:
        self.name = source.name
        self.file = file
        text = file.read_text(encoding="utf-8-sig")
        self.root = json.loads(text) if file.suffix == ".json" else yaml.load(text, _JsonLoader)  # noqa: S506
        _absolute(self.root)
        self.is_30 = str(self.root["openapi"]).startswith("3.0")

    def follow(self, node: Any) -> Any:
        """What `node` stands for once its references are followed; siblings of a reference are dropped."""
        for _ in range(50):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return node
            node = self.lookup(node["$ref"])
        raise AssertionError(f"a circle of references at {node}")

    def lookup(self, reference: str) -> Any:
        """What `reference` points to."""
        found = self.root
        for token in reference.removeprefix(f"{ROOT}#/").split("/"):
            key = unquote(token).replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
        return found

    def targets(self) -> Iterator[Target]:
        """Every operation."""
        for path, item in self.root["paths"].items():
            if path.startswith("x-"):
                continue
            item = self.follow(item)  # noqa: PLW2901 - the same item, followed
            for method in _METHODS:
                if method in item:
                    yield self._target(path, item, method)

    def credentials(self, target: Target) -> tuple[tuple[str, str], ...]:
        """Header fields that look as the operation's first security requirement wants, for the mock server."""
        schemes = self.root.get("components", {}).get("securitySchemes", {})
        found = {}
        for name in next(iter(target.security), {}):
            scheme = self.follow(schemes[name])
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                found[scheme["name"].lower()] = "secret"
            else:
                is_basic = scheme.get("scheme", "").lower() == "basic"
                found["authorization"] = "Basic dTpw" if is_basic else "Bearer secret"
        return tuple(found.items())

    def _target(self, path: str, item: Schema, method: str) -> Target:
        operation = item[method]
        found: dict[tuple[str, str], Schema] = {}
        for raw in (*item.get("parameters", ()), *operation.get("parameters", ())):
            parameter = self.follow(raw)
            if parameter["in"] != "header" or parameter["name"].lower() not in _MEANINGLESS:
                found[parameter["in"], parameter["name"]] = parameter
        body = operation.get("requestBody")
        servers = operation.get("servers") or item.get("servers") or self.root.get("servers") or [{"url": "/"}]
        full = _prefix(servers[0]) + path
        return Target(
            f"{method.upper()} {full}",
            method.upper(),
            full,
            tuple(found.values()),
            self.follow(body) if body is not None else None,
            operation.get("responses", {}),
            operation.get("security", self.root.get("security", [])),
            any(parameter.get("x-multi-segment") is True for parameter in found.values()),
        )


def peers() -> Path | None:
    """The folder with `node_modules`, or None."""
    named = os.environ.get("GARRISON_PEERS")
    return Path(named) if named else None


def description(source: Source) -> Description:
    """The description, or a skipped test where it is not at hand."""
    folder = peers()
    if folder is None:
        pytest.skip("GARRISON_PEERS names no folder with the packages of .ci/peers.txt")
    file = folder / "node_modules" / source.path
    if not file.is_file():
        pytest.fail(f"{file} is missing: install the packages of .ci/peers.txt there")
    return Description(source, file)


def at_root(found: Description, folder: Path) -> Description:
    """The description without its servers, written into `folder`: the mock server knows no prefix of theirs."""
    text = found.file.read_text(encoding="utf-8-sig")
    root = json.loads(text) if found.file.suffix == ".json" else yaml.load(text, _JsonLoader)  # noqa: S506
    holders = [root, *root["paths"].values()]
    holders += [item[method] for item in root["paths"].values() for method in _METHODS if method in item]
    for holder in holders:
        holder.pop("servers", None)
    file = folder / "description.json"
    file.write_text(json.dumps(root))
    return Description(Source(found.name, ""), file)


def only(found: Description, paths: Collection[str], file: Path) -> Description:
    """The description, one in JSON at no prefix, with no other than these `paths` and what they mean, written into
    `file`."""
    whole = json.loads(found.file.read_text(encoding="utf-8-sig"))
    root = {key: value for key, value in whole.items() if not key.endswith("webhooks")}  # which the API calls itself
    root["paths"] = {path: item for path, item in root["paths"].items() if path in paths}
    meant = _meant(root)
    for kind, named in root.get("components", {}).items():
        if kind != "securitySchemes":  # which are named, not referred to
            root["components"][kind] = {name: each for name, each in named.items() if (kind, name) in meant}
    file.write_text(json.dumps(root))
    return Description(Source(found.name, ""), file)


def _meant(root: Schema) -> set[tuple[str, str]]:
    """The components, by kind and name, that the paths refer to, or what they refer to."""
    meant: set[tuple[str, str]] = set()
    waiting: list[Any] = [root["paths"]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str) and node.startswith("#/components/"):  # a reference, or a discriminator's mapping
            kind, name = (unquote(part).replace("~1", "/").replace("~0", "~") for part in node.split("/")[2:4])
            if (kind, name) not in meant:
                meant.add((kind, name))
                waiting.append(root["components"][kind][name])
        elif isinstance(node, dict | list):
            waiting += node.values() if isinstance(node, dict) else node
    return meant


class _JsonLoader(yaml.CSafeLoader):
    """YAML whose plain scalars mean what they mean in JSON: no dates."""


_JsonLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _absolute(node: Any) -> None:
    """Make every reference absolute, so that a schema means the same wherever it is taken to."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            node["$ref"] = ROOT + reference
        mapping = node["mapping"] if isinstance(node.get("propertyName"), str) and "mapping" in node else {}
        for name, target in mapping.items():  # a discriminator's
            mapping[name] = ROOT + target if target.startswith("#") else target
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _absolute(inner)


def _prefix(server: Schema) -> str:
    variables = server.get("variables", {})
    url = re.sub(r"\{([^{}]*)\}", lambda found: str(variables[found[1]]["default"]), server["url"])
    return urlsplit(url).path.rstrip("/")
