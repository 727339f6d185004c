"""Compares the origin of a page with the server's own, in scheme, host and port.

Browsers send cookies with a WebSocket from any page, and no CSRF token protects it: the Origin
header does.
"""

import re
from collections.abc import Iterable

_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}


def same_origin(origin: str, host: str, secure: bool) -> bool:
    """Returns whether a page of `origin` belongs to the server that it reached as `host`.

    The server's origin consists of the scheme of the request (`secure` for TLS, including TLS that
    a trusted proxy terminates) and the Host header.
    """
    page = _site(origin)
    return page is not None and page == _site(f"{'https' if secure else 'http'}://{host}")


def is_listed(origin: str, allowed: Iterable[str]) -> bool:
    """Returns whether the origin is one of those in the list."""
    page = _site(origin)
    return page is not None and page in map(_site, allowed)


def is_origin(text: str) -> bool:
    """Returns whether the text is an origin, as `https://app.example`, without a path or slash."""
    return _site(text) is not None


def _site(origin: str) -> tuple[str, str, int] | None:
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        return None
    scheme, host, port = match[1].lower(), match[2].lower(), match[3]
    return scheme, host, int(port or _DEFAULT_PORT[scheme])
