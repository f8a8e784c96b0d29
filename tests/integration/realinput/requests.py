"""The requests that a description's own examples make.

For each operation: its required parameters alone, all parameters that have an example, each further value that the
description gives of a parameter (examples, default, members of an enumeration), and each example of each body.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.realinput.descriptions import Description, Schema, Target
from tests.integration.realinput.oracle import Oracle
from tests.integration.realinput.samples import NoSampleError, Sampler
from tests.integration.realinput.wire import Call, body, in_header, in_path, in_query, query

_MAX_VALUES = 60
"""Values tried of one parameter; the longest enumeration seen has about a hundred members."""


@dataclass
class Request:
    """One request of an operation, and what the independent validator says of it."""

    target: Target
    arguments: Mapping[tuple[str, str], Any]
    """Values by location and name."""
    media_type: str = ""
    value: Any = None
    """The body's value, where there is a media type."""
    given: bool = True
    """Whether every value is the description's own; otherwise some were made from schemas."""
    contradictions: list[str] = field(default_factory=list)
    """Values that the description gives and its own schemas refuse."""

    def call(self) -> Call:
        """The request as it is sent."""
        path = self.target.path
        pairs, headers, cookies = [], [], []
        for parameter in self.target.parameters:
            key = parameter["in"], parameter["name"]
            if key not in self.arguments:
                continue
            value = self.arguments[key]
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", in_path(parameter, value))
            elif parameter["in"] == "query":
                pairs += in_query(parameter, value)
            elif parameter["in"] == "header":
                headers.append((parameter["name"], in_header(parameter, value)))
            else:
                cookies += in_query(parameter, value)
        if cookies:
            headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
        target = path + ("?" + query(pairs) if pairs else "")
        if not self.media_type:
            return Call(self.target.method, target, tuple(headers))
        media = (self.target.body or {})["content"][self.media_type]
        content, content_type = body(self.media_type, self.value, media.get("encoding", {}))
        return Call(self.target.method, target, tuple(headers), content, content_type)


class Requests:
    """Makes the requests of one description."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self.oracle = Oracle(description)
        self.sampler = Sampler(description, self.oracle)
        self.impossible: dict[str, str] = {}
        """Operations for which no request could be made, and why."""

    def of(self, target: Target) -> list[Request]:
        """All requests of an operation; the first one is the plainest."""
        try:
            found = list(self._requests(target))
        except NoSampleError as error:
            self.impossible[target.id] = str(error)
            return []
        distinct: dict[Call, Request] = {}
        for request in found:
            distinct.setdefault(request.call(), request)
        return list(distinct.values())

    def plain(self, target: Target) -> Request | None:
        """A request with the required parameters and the first body that the validator has nothing against."""
        return next((request for request in self.of(target) if not request.contradictions), None)

    def _requests(self, target: Target) -> Iterator[Request]:
        bodies = list(self._bodies(target))
        required, given, wrong = self._arguments(target, with_examples=False)
        first = bodies[0] if bodies else ("", None, True, [])

        def make(arguments: Mapping[tuple[str, str], Any], given: bool, wrong: list[str], body: Any) -> Request:
            media_type, value, body_given, body_wrong = body
            return Request(target, arguments, media_type, value, given and body_given, wrong + body_wrong)

        for each in bodies or [first]:
            yield make(required, given, wrong, each)
        if bodies and not (target.body or {}).get("required", False):
            yield make(required, given, wrong, ("", None, True, []))
        full, full_given, full_wrong = self._arguments(target, with_examples=True)
        yield make(full, full_given, full_wrong, first)
        for parameter in target.parameters:
            for value in self.values(parameter)[:_MAX_VALUES]:
                key = parameter["in"], parameter["name"]
                complaint = self._contradiction(parameter, value)
                others = [each for each in wrong if not each.startswith(f"{key[0]}.{key[1]} ")]
                yield make({**required, key: value}, given, others + complaint, first)

    def values(self, parameter: Schema) -> list[Any]:
        """What the description gives for a parameter, real examples first."""
        media: list[Schema] = list(parameter.get("content", {}).values())
        found = [value for holder in (parameter, *media) for value in self._examples(holder)]
        schema = parameter.get("schema", media[0].get("schema", {}) if media else {})
        found += self.sampler.given(schema)
        items = self.description.follow(schema)
        if not found and isinstance(items, dict) and "items" in items:
            found = [[value] for value in self.sampler.given(items["items"])]
        distinct = {json.dumps(value): value for value in found if value is not None and value not in ("", [])}
        return [value for value in distinct.values() if value != "" or parameter["in"] != "path"]

    def _examples(self, holder: Schema) -> list[Any]:
        """What `example` and `examples` of a parameter or media type hold."""
        found = [holder["example"]] if "example" in holder else []
        several = holder.get("examples", {})
        for each in several.values() if isinstance(several, dict) else several:
            followed = self.description.follow(each)
            if isinstance(followed, dict) and "value" in followed:
                found.append(followed["value"])
        return found

    def _contradiction(self, parameter: Schema, value: Any) -> list[str]:
        complaint = self.oracle.parameter(parameter, value)
        return [f"{parameter['in']}.{parameter['name']} {json.dumps(value)}: {complaint}"] if complaint else []

    def _arguments(self, target: Target, *, with_examples: bool) -> tuple[dict[tuple[str, str], Any], bool, list[str]]:
        """Values for the required parameters, or for all that have an example."""
        arguments, given, wrong = {}, True, []
        for parameter in target.parameters:
            values = self.values(parameter)
            required = parameter["in"] == "path" or parameter.get("required") is True
            has_example = "example" in parameter or "examples" in parameter or self._schema_example(parameter)
            if not required and not (with_examples and has_example and values):
                continue
            key = parameter["in"], parameter["name"]
            if values:
                fine = [value for value in values if not self.oracle.parameter(parameter, value)]
                arguments[key] = fine[0] if fine and not with_examples else values[0]
                wrong += self._contradiction(parameter, arguments[key])
            else:
                sample = self.sampler.sample(parameter.get("schema", {}), sent=False)
                arguments[key], given = sample.value, False
        return arguments, given, wrong

    def _schema_example(self, parameter: Schema) -> bool:
        schema = self.description.follow(parameter.get("schema", {}))
        return isinstance(schema, dict) and ("example" in schema or "examples" in schema)

    def _bodies(self, target: Target) -> Iterator[tuple[str, Any, bool, list[str]]]:
        """Media type, value, whether it is given, and contradictions."""
        for media_type, media in (target.body or {}).get("content", {}).items():
            schema = media.get("schema", {})
            values = self._examples(media)
            followed = self.description.follow(schema)
            if not values and isinstance(followed, dict):
                values = [followed["example"]] if "example" in followed else list(followed.get("examples", ()))
            for value in values:
                complaint = self.oracle.body(media_type, schema, value)
                yield media_type, value, True, [f"body {media_type}: {complaint}"] if complaint else []
            if all(self.oracle.body(media_type, schema, value) for value in values):
                sample = self.sampler.sample(schema)
                is_fields = media_type.startswith("multipart/") and not isinstance(sample.value, dict)
                yield media_type, {"file": "a"} if is_fields else sample.value, sample.given, []
