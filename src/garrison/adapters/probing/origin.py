"""The one origin that an assessment talks to."""

from urllib.parse import urlsplit

import msgspec

from garrison.core.errors import ConfigError, option_error

_PORTS = {"http": 80, "https": 443}


class Origin(msgspec.Struct, frozen=True):
    """Scheme, host and port (RFC 6454)."""

    scheme: str
    host: str
    """Without brackets where it is an IPv6 address; of an international name the form that DNS knows."""
    port: int

    @property
    def authority(self) -> str:
        """As `Host` names it: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def split_url(url: str, option: str = "URL") -> tuple[Origin, str]:
    """The origin of `url` and the path behind it, without a slash at its end.

    Raises ConfigError where it is no http(s) URL, or has what has no place here; `option` is what the operator wrote it
    as.
    """
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
    except (ValueError, UnicodeError):
        raise _wrong(option, url, "is no URL") from None
    if parts.scheme not in _PORTS or not host:
        raise _wrong(option, url, "is no http or https URL")
    if "@" in parts.netloc:
        raise _wrong(
            option, "***", "holds a user name or a password", "give it with `--identity NAME=basic:USER:PASSWORD`"
        )
    if parts.query or parts.fragment:
        raise _wrong(option, url, "has a query or a fragment", "give the address of the API alone")
    return Origin(parts.scheme, host, port or _PORTS[parts.scheme]), parts.path.rstrip("/")


def _wrong(option: str, url: str, what: str, hint: str = "for example http://127.0.0.1:5000") -> ConfigError:
    return option_error(option, f"`{url}` {what}", hint)
