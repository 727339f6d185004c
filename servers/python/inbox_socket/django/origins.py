"""Which pages may use the server, by Django's settings."""

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from inbox_socket.django import conf
from inbox_socket.origins import is_listed, same_origin


def origin_allowed(origin: str, host: str, secure: bool) -> bool:
    """Returns whether a page of `origin` may use the server that it reached as `host`.

    Those in INBOX_SOCKET["ALLOWED_ORIGINS"] may, and those of the server's own origin if the Host
    header is in ALLOWED_HOSTS. `secure` is true for TLS.
    """
    if is_listed(origin, conf.get("ALLOWED_ORIGINS")):
        return True
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]  # as Django does
    name, _ = split_domain_port(host)
    return same_origin(origin, host, secure) and validate_host(name, allowed)
