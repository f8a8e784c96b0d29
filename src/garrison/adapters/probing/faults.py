"""Why there is no answer, in plain words."""

import errno
import socket
import ssl
from typing import Final

import h11
import httpcore

_REFUSED: Final = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ECONNRESET: "the connection was reset",
    errno.EPIPE: "the connection was closed while the request was sent",
    errno.EHOSTUNREACH: "the host cannot be reached",
    errno.ENETUNREACH: "the network cannot be reached",
}


def fault_text(error: Exception, seconds: float, received: int = 0) -> str:
    """What `error` means for an exchange that could take `seconds` and of which so many bytes came; lower case, no full
    stop, no secret."""
    cause = _cause(error)
    match error:
        case httpcore.ConnectTimeout():
            return f"no connection within {seconds:g} s"
        case httpcore.TimeoutException():
            return f"no answer within {seconds:g} s"
        case httpcore.ConnectError():
            return _connection(cause)
        case httpcore.NetworkError():
            return (
                _REFUSED.get(cause.errno or 0, "the connection broke")
                if isinstance(cause, OSError)
                else "the connection broke"
            )
        case httpcore.LocalProtocolError() | h11.LocalProtocolError() | UnicodeError() | ValueError():
            return f"it cannot be sent: {_lower(str(error)) or 'it is no HTTP request'}"
        case httpcore.RemoteProtocolError() | h11.RemoteProtocolError():
            return _garbage(str(error), received)
        case _:
            return f"it failed: {type(error).__name__}"


def is_closed(error: Exception) -> bool:
    """Whether the other side closed the connection, as servers do with one that was idle for long."""
    if isinstance(error, httpcore.ReadError | httpcore.WriteError):
        return True
    return isinstance(error, httpcore.RemoteProtocolError) and "disconnected" in str(error)


def _connection(cause: BaseException) -> str:
    match cause:
        case ssl.SSLCertVerificationError():
            return f"the certificate is not trusted: {_lower(cause.verify_message)}"
        case ssl.SSLError():
            return f"TLS failed: {_lower((cause.reason or 'no common ground').replace('_', ' '))}"
        case socket.gaierror():
            return "the host's name is not known"
        case OSError():
            return _REFUSED.get(cause.errno or 0, f"no connection: {_lower(cause.strerror or type(cause).__name__)}")
        case _:
            return "no connection"


def _garbage(said: str, received: int) -> str:
    if "disconnected without" in said and not received:
        return "the connection was closed without an answer"
    if "peer closed" in said:
        return "the answer ended early"
    return "the answer is no HTTP"


def _cause(error: BaseException) -> BaseException:
    """The first one that led to it: httpcore wraps what the system says."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}".rstrip(".")
