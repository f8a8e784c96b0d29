"""A policy that runs inside Envoy and does what the request's `x-script` header says, noting every call.

The script is JSON: for each method of a session the answer to give, such as
`{"request": {"step": "hold", "limit": 100, "interest": "head"}, "request_body": {"step": "pass"}}`. What is not
scripted passes. Notes go to a file as JSON lines.
"""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from garrison.adapters.envoy import bridge
from garrison.core.http import Headers, header

STEPS = {
    "pass": bridge.PASS,
    "hold": bridge.HOLD,
    "observe": bridge.OBSERVE,
    "refuse": bridge.REFUSE,
    "ask": bridge.ASK,
}
INTERESTS = {"none": bridge.INTEREST_NONE, "observe": bridge.INTEREST_OBSERVE, "head": bridge.INTEREST_HEAD}


class Session:
    def __init__(self, notes: int, script: dict[str, Any], name: str) -> None:
        self.notes = notes
        self.script = script
        self.name = name
        self.limit = self.response_limit = 1 << 20
        self.reply: bridge.Reply = (403, (("content-type", "text/plain"), ("x-refused", "yes")), b"refused")
        self.mutation: bridge.Change = (None, (), (), None)
        self.directive = 0

    def note(self, call: str, **facts: object) -> None:
        line = json.dumps({"name": self.name, "call": call, "thread": threading.get_native_id(), **facts})
        os.write(self.notes, line.encode() + b"\n")

    def answer(self, call: str) -> int:
        said = self.script.get(call, {})
        if isinstance(said, list):
            said = said.pop(0)
        if "raise" in said:
            raise RuntimeError(said["raise"])
        if "directive" in said:
            return int(said["directive"])
        self.limit = said.get("limit", self.limit)
        self.response_limit = said.get("response_limit", self.response_limit)
        directive = STEPS[said.get("step", "pass")] | INTERESTS[said.get("interest", "none")]
        if "reply" in said:
            status, headers, body = said["reply"]
            self.reply = (status, tuple((name, value) for name, value in headers), body.encode())
        if "mutation" in said:
            target, add, drop, body = said["mutation"]
            changed = tuple((name, value) for name, value in add)
            self.mutation = (target, changed, tuple(drop), None if body is None else body.encode())
            directive |= bridge.MUTATE
        return directive | (bridge.DONE if said.get("done") else 0)

    def request_body(self, chunk: bytes, end: bool, /) -> int:
        self.note("request_body", size=len(chunk), body=chunk[:200].decode("latin-1"), end=end)
        return self.answer("request_body")

    def ask(self, wake: bridge.Wake, /) -> None:
        """Wake when the file `until` is there, on a thread of its own; at once where none is named."""
        self.note("ask")
        said = self.script.get("ask", {})
        if "raise" in said:
            raise RuntimeError(said["raise"])
        if "until" not in said:
            wake()
            return

        def wait() -> None:
            while not Path(said["until"]).exists():
                time.sleep(0.005)
            wake()
            self.note("woken")

        threading.Thread(target=wait, daemon=True).start()

    def answered(self) -> int:
        self.note("answered")
        return self.answer("answered")

    def response(self, status: int, headers: Headers, has_body: bool, body: bytes | None, complete: bool, /) -> int:
        self.note(
            "response",
            status=status,
            headers=headers,
            has_body=has_body,
            size=None if body is None else len(body),
            body=None if body is None else body[:200].decode("latin-1"),
            complete=complete,
        )
        directive = self.answer("response")
        nothing_follows = body is not None or not has_body
        return directive ^ bridge.HOLD if nothing_follows and directive == bridge.HOLD else directive

    def response_body(self, chunk: bytes, end: bool, /) -> int:
        self.note("response_body", size=len(chunk), body=chunk[:200].decode("latin-1"), end=end)
        return self.answer("response_body")

    def local_reply(self, status: int, details: str, /) -> None:
        self.note("local_reply", status=status, details=details)
        self.answer("local_reply")

    def close(self, aborted: bool, status: int, response_bytes: int, /) -> int:
        self.note("close", aborted=aborted, status=status, response_bytes=response_bytes)
        return self.answer("close")


class Exchanges:
    def __init__(self, notes: str, fail_open: bool) -> None:
        self.fail_open = fail_open
        self.notes = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.ticks = 0
        self.stop = threading.Event()
        threading.Thread(target=self.tick, daemon=True).start()

    def tick(self) -> None:
        while not self.stop.wait(0.01):
            self.ticks += 1

    def request(
        self,
        method: str,
        target: str,
        authority: str,
        scheme: str,
        protocol: str,
        headers: Headers,
        address: str,
        port: int,
        tls: bridge.Tls | None,
        has_body: bool,
        body: bytes | None,
        judged: bool,
        /,
    ) -> Session:
        session = Session(self.notes, json.loads(header(headers, "x-script") or "{}"), header(headers, "x-name") or "")
        session.note(
            "request",
            method=method,
            target=target,
            authority=authority,
            scheme=scheme,
            protocol=protocol,
            headers=headers,
            address=address,
            port=port,
            tls=tls,
            has_body=has_body,
            size=None if body is None else len(body),
            body=None if body is None else body[:200].decode("latin-1"),
            judged=judged,
            ticks=self.ticks,
        )
        self.fail_open = session.script.get("fail_open", self.fail_open)
        session.directive = session.answer("request")
        return session

    def close(self) -> None:
        self.stop.set()
        os.write(self.notes, b'{"name": "", "call": "closed"}\n')


def make(config: bridge.FilterConfig) -> Exchanges:
    settings = msgspec.json.decode(config.settings)
    return Exchanges(settings["notes"], settings["fail_open"])


def make_broken(config: bridge.FilterConfig) -> Exchanges:
    raise ValueError(f"no policy in `{config.factory}`")
