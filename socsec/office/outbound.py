"""Sending to an address that a partner named, without being led into our own network.

The name is resolved once, every address that it has is looked at, and the connection goes to an
address that was looked at: a name that changes its mind between look and call (rebinding) gains
nothing. No redirect is followed, nothing of the answer is kept but its number.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .errors import Invalid, Text

LONGEST = 300  # characters of an address
CONNECT = 5.0  # seconds
WHOLE = 20.0  # seconds for everything; then the line is cut
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 inside IPv6 (RFC 6052)


class Unreachable(Exception):
    """Nothing was delivered; the text says why, in words that tell nothing of our network."""


def check(url: str, field: str = "url") -> str:
    """The address, if it is one that events may be sent to by its looks."""
    trouble = _trouble(url.strip())
    if trouble:
        raise Invalid(
            trouble,
            code="address_not_allowed",
            field=field,
            fix=_("Give a public address that begins with https://."),
        )
    return url.strip()


def _trouble(url: str) -> Text | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _("This is no address.")
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or not parts.hostname:
        return _("This is no address.")
    allowed = ("https", "http") if settings.WEBHOOK_LOOPBACK else ("https",)
    if parts.scheme not in allowed:
        return _("Events are sent over https only.")
    if parts.username or parts.password or parts.fragment:
        return _("The address must name neither a user nor a fragment.")
    if port == 0:
        return _("This is no address.")
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return None
    return None if is_public(literal) else _("This address lies within a private network.")


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: Address) -> bool:
    """Whether the address belongs to the open internet, whatever it is wrapped in.

    >>> from ipaddress import ip_address as ip
    >>> [is_public(ip(a)) for a in ("8.8.8.8", "2400:3200::1")]
    [True, True]
    >>> [is_public(ip(a)) for a in ("10.0.0.1", "169.254.169.254", "::ffff:192.168.0.1",
    ...                             "64:ff9b::a00:1", "2002:a00:1::", "fe80::1", "224.0.0.1")]
    [False, False, False, False, False, False, False]
    """
    if settings.configured and settings.WEBHOOK_LOOPBACK and address.is_loopback:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def resolve(host: str, port: int) -> tuple[str, int]:
    """An address of the host to connect to, and its family. Refused if any of them is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable("the name of the host is not known") from error
    for _family, _type, _proto, _name, where in found:
        if not is_public(ipaddress.ip_address(str(where[0]).partition("%")[0])):
            raise Unreachable("the host lies within a private network")
    if not found:
        raise Unreachable("the name of the host is not known")
    family, _type, _proto, _name, where = found[0]
    return str(where[0]), family


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send the body; the number of the answer. `Unreachable` where there is none in time."""
    if _trouble(url):
        raise Unreachable("the address is not allowed")
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address, family = resolve(host, port)
    line = socket.socket(family, socket.SOCK_STREAM)
    cut = threading.Timer(WHOLE, _cut, [line])
    cut.daemon = True
    cut.start()
    try:
        line.settimeout(CONNECT)
        line.connect((address, port))
        line.settimeout(WHOLE)
        # From here on the name is only said, to the certificate and in the Host header.
        plug = (
            ssl.create_default_context().wrap_socket(line, server_hostname=host) if secure else line
        )
        return _ask(plug, host, parts, body, headers)
    except ssl.SSLError as error:
        raise Unreachable("no secure connection: the certificate or the protocol") from error
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable("no answer in time") from error
    finally:
        cut.cancel()
        line.close()


def _ask(
    plug: socket.socket, host: str, parts: SplitResult, body: bytes, headers: Mapping[str, str]
) -> int:
    talk = http.client.HTTPConnection(host)
    talk.sock = plug
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        talk.request("POST", path, body, {**headers, "Host": parts.netloc, "Connection": "close"})
        return talk.getresponse().status
    finally:
        talk.close()


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        line.close()
