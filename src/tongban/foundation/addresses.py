"""Which addresses a request of ours may go to, a webhook or a look-up: a guard against server-side request forgery.

The name is resolved once, every address it has is judged, and the request goes to the very address that was judged; a name that
answers differently the second time gains nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from tongban.kernel.errors import TongbanError

Address = IPv4Address | IPv6Address
# RFC 6052: IPv4 addresses dressed as global IPv6 ones.
_NAT64 = ip_network("64:ff9b::/96")
_DEFAULT_PORTS = {"https": 443, "http": 80}


class AddressRefused(TongbanError):
    code: ClassVar[str] = "ADDRESS_REFUSED"
    default_sentence: ClassVar[str] = gettext_noop(
        "不能访问这个地址。请使用 https 地址，并确认域名没有指向内部网络。"
    )


class HostUnknown(AddressRefused):
    """The name has no address now; it may have one later."""

    code: ClassVar[str] = "HOST_UNKNOWN"
    default_sentence: ClassVar[str] = gettext_noop("找不到这个域名。请核对地址。")


@dataclass(frozen=True, slots=True)
class Target:
    """`url` names the address itself; `host` goes into the Host header, `server_name` is what the certificate must show."""

    url: str
    host: str
    server_name: str


def judge(url: str) -> Target:
    """Where a request to `url` really goes; raises :class:`AddressRefused` or :class:`HostUnknown`."""
    parts = _split(url)
    assert parts.hostname is not None
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    addresses = _resolve(parts.hostname, port)
    for address in addresses:
        if not _is_permitted(address, parts.scheme):
            raise AddressRefused(f"{parts.scheme} to {address}")
    chosen = addresses[0]
    literal = f"[{chosen}]" if chosen.version == 6 else str(chosen)
    return Target(
        url=urlunsplit((parts.scheme, f"{literal}:{port}", parts.path or "/", parts.query, "")),
        host=parts.netloc,
        server_name=parts.hostname,
    )


def judge_database(host: str, port: int, *, is_encrypted: bool) -> str:
    """The address a department's database really has, empty for a socket of this machine; raises as `judge`.

    A database is nobody's public service: outside a demo it stands in a configured network and speaks TLS.
    """
    if host.startswith("/"):
        if settings.IS_PRODUCTION:
            raise AddressRefused("a socket of this machine")
        return ""
    addresses = _resolve(host, port)
    for address in addresses:
        is_ours = address.is_loopback and not settings.IS_PRODUCTION
        if not is_ours and not (is_encrypted and _is_in_network(address)):
            raise AddressRefused(f"database at {address}")
    return str(addresses[0])


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("the address does not read") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or port == 0:
        raise AddressRefused(f"scheme {parts.scheme!r}")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("an address with credentials or a fragment")
    if not url.isascii() or any(character.isspace() for character in url):
        raise AddressRefused("an address with blanks or unencoded characters")
    return parts


def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostUnknown(f"no address for {host}") from error
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _is_permitted(address: Address, scheme: str) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        # The demo's department systems run beside the platform; in production nothing on this machine is a department.
        return not settings.IS_PRODUCTION
    if scheme != "https":
        return False
    if _is_in_network(address):
        return True
    return address.is_global and not address.is_multicast and not _hides_ipv4(address)


def _is_in_network(address: Address) -> bool:
    return any(address in ip_network(network) for network in settings.WEBHOOK_NETWORKS)


def _hides_ipv4(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return False
    return address.sixtofour is not None or address.teredo is not None or address in _NAT64
