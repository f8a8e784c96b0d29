"""`multipart/form-data` (RFC 7578), read strictly: one boundary, one name for each part, nothing around the parts."""

import re
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from garrison.core.document import Part

if TYPE_CHECKING:  # the library defines it for type checkers only
    from python_multipart.multipart import MultipartCallbacks

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046, 5.1.1
_MAX_PART_HEADERS = 8  # three are in use: disposition, type, transfer encoding (RFC 7578, 4.8)
_MAX_PART_HEADER_BYTES = 1024


class MultipartError(Exception):
    """The body is not the multipart body it says it is; the text says what was expected."""


class _Collector:
    """Gathers the parser's callbacks into parts."""

    def __init__(self, max_parts: int) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._max_parts = max_parts
        self._headers: dict[str, str] = {}
        self._name = bytearray()
        self._value = bytearray()
        self._content = bytearray()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin_part,
            "on_part_data": lambda data, start, end: self._content.extend(data[start:end]),
            "on_part_end": self._end_part,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_end": self._end,
        }

    def _begin_part(self) -> None:
        if len(self.parts) >= self._max_parts:
            raise MultipartError(f"at most {self._max_parts} parts")
        self._headers = {}
        self._content = bytearray()

    def _end_header(self) -> None:
        name = self._name.decode("latin-1").lower()
        value = self._value.decode("latin-1")
        if name in self._headers or len(self._headers) >= _MAX_PART_HEADERS:
            raise MultipartError("each part header once")
        if len(name) + len(value) > _MAX_PART_HEADER_BYTES:
            raise MultipartError(f"part headers of at most {_MAX_PART_HEADER_BYTES} bytes")
        self._headers[name] = value
        self._name, self._value = bytearray(), bytearray()

    def _end_part(self) -> None:
        if "content-transfer-encoding" in self._headers:  # deprecated (RFC 7578, 4.7) and read by few servers
            raise MultipartError("parts without a content-transfer-encoding")
        disposition = self._headers.get("content-disposition", "")
        kind, options = parse_options_header(disposition)
        if kind != b"form-data" or b"name" not in options or disposition.lower().count("name=") > 2:
            raise MultipartError("one `form-data` disposition with one name for each part")
        filename = options.get(b"filename")
        default = "text/plain" if filename is None else "application/octet-stream"
        self.parts.append(
            Part(
                name=options[b"name"].decode("utf-8", "replace"),
                content=bytes(self._content),
                filename=None if filename is None else filename.decode("utf-8", "replace"),
                content_type=self._headers.get("content-type", default),
            )
        )

    def _end(self) -> None:
        self.ended = True


def read_parts(body: bytes, boundary: str, max_parts: int) -> tuple[Part, ...]:
    """The parts of `body`.

    Raises:
        MultipartError: the boundary or the body is malformed, or there are more than `max_parts` parts.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise MultipartError("a boundary of 1 to 70 characters (RFC 2046, 5.1.1)")
    collector = _Collector(max_parts)
    # A preamble or an epilogue is where a lenient server finds parts that a strict one skips.
    if not body.startswith(b"--" + boundary.encode("latin-1")):
        raise MultipartError("a body that begins with its boundary")
    try:
        parser = MultipartParser(boundary.encode("latin-1"), collector.callbacks())
        parser.write(body)
        parser.finalize()
    except MultipartParseError:
        raise MultipartError("well-formed parts") from None
    if not collector.ended:
        raise MultipartError("a closing boundary")
    if not body.rstrip(b"\r\n").endswith(b"--" + boundary.encode("latin-1") + b"--"):
        raise MultipartError("nothing after the closing boundary")
    return tuple(collector.parts)
