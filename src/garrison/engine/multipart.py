"""`multipart/form-data` (RFC 7578), read strictly: one boundary, one name for each part, nothing around the parts.

Parsers in use are lenient in different ways, and between two of them a part can be hidden. So what RFC 7578 and
RFC 2046 leave open, and browsers and HTTP clients never send, is refused here.
"""

import re

from garrison.core.document import Part

MAX_PART_HEADERS = 8
"""Headers of one part: two have a meaning (RFC 7578, 4.8)."""
MAX_PART_HEADER_BYTES = 2048
"""All headers of one part together: room for a long file name."""

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046, 5.1.1
_HEADER = re.compile(r"([A-Za-z0-9-]{1,64}):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_DISPOSITION = re.compile(r"form-data((?:[ \t]*;[ \t]*[a-z]+=(?:\"[^\"\\]*\"|[^\s\";,\\]+))*)[ \t]*", re.IGNORECASE)
# `filename*` must not be used (RFC 7578, 4.2): some servers let it win over `filename`, some never read it. A
# backslash or a bare quote in a name is an escape to some; browsers send `%22` (WHATWG HTML, 4.10.21.8).
_OPTION = re.compile(r";[ \t]*([A-Za-z]+)=(?:\"([^\"\\]*)\"|([^\s\";,\\]+))")


class MultipartError(Exception):
    """The body is not the multipart body it says it is; the text says what was expected."""


def read_parts(body: bytes, boundary: str, max_parts: int) -> tuple[Part, ...]:
    """The parts of `body`.

    Raises:
        MultipartError: the boundary or the body is malformed, or there are more than `max_parts` parts.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise MultipartError("a boundary of 1 to 70 characters (RFC 2046, 5.1.1)")
    delimiter = b"--" + boundary.encode("ascii")
    # A preamble or an epilogue is where a lenient server finds parts that a strict one skips.
    if not body.startswith(delimiter):
        raise MultipartError("a body that begins with its boundary")
    if body.count(delimiter) > max_parts + 1:
        raise MultipartError(f"at most {max_parts} parts")
    first, *rest = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if first or not rest or rest[-1] not in {b"--", b"--\r\n"}:
        raise MultipartError("a closing boundary and nothing after it")
    # A server that takes a bare line feed for a line's end would find more boundaries than we do.
    if body.count(delimiter) != len(rest):
        raise MultipartError("the boundary nowhere but between parts")
    return tuple([_read_part(raw) for raw in rest[:-1]])


def _read_part(raw: bytes) -> Part:
    head, separator, content = raw.partition(b"\r\n\r\n")
    if not separator or not head.startswith(b"\r\n"):
        raise MultipartError("parts of headers, an empty line and content")
    headers = _read_headers(head[2:])
    if "content-transfer-encoding" in headers:  # deprecated (RFC 7578, 4.7) and read by few servers
        raise MultipartError("parts without a content-transfer-encoding")
    content_type = headers.get("content-type")
    if content_type is not None and content_type.lower().startswith("multipart/"):
        raise MultipartError("parts that are not multipart themselves (RFC 7578, 4.3)")
    options = _read_disposition(headers.get("content-disposition", ""))
    filename = options.get("filename")
    default = "text/plain" if filename is None else "application/octet-stream"
    return Part(options["name"], content, filename, default if content_type is None else content_type)


def _read_headers(head: bytes) -> dict[str, str]:
    if len(head) > MAX_PART_HEADER_BYTES:
        raise MultipartError(f"part headers of at most {MAX_PART_HEADER_BYTES} bytes")
    lines = head.split(b"\r\n")
    if len(lines) > MAX_PART_HEADERS:
        raise MultipartError(f"at most {MAX_PART_HEADERS} headers in a part")
    headers: dict[str, str] = {}
    for line in lines:
        try:
            found = _HEADER.fullmatch(line.decode())
        except UnicodeDecodeError:
            raise MultipartError("part headers in UTF-8") from None
        if found is None:
            raise MultipartError("part headers of a name, a colon and a value")
        name = found[1].lower()
        if name in headers:
            raise MultipartError("each part header once")
        headers[name] = found[2].rstrip(" \t")
    return headers


def _read_disposition(value: str) -> dict[str, str]:
    """`name` and `filename` of a part (RFC 7578, 4.2)."""
    found = _DISPOSITION.fullmatch(value)
    pairs = _OPTION.findall(found[1]) if found is not None else []
    options = {name.lower(): quoted or token for name, quoted, token in pairs}
    if "name" not in options or len(options) != len(pairs) or not options.keys() <= {"name", "filename"}:
        raise MultipartError("one `form-data` disposition with one name, and at most one file name, for each part")
    return options
