"""The one public address of a hall, `BALAI_URL`, and what follows from it: which hosts it answers to, whose forms it takes.

Whoever starts a hall says where people find it; no header of a visitor does. So a link in a mail leads here whatever `Host` a
proxy passed, and what comes is secure because the address says so.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_ADVICE = "Write it as people type it, such as https://layanan.kota.example or http://127.0.0.1:8000."


class Nonsense(ValueError):
    """`BALAI_URL` is no address of a hall; its text says why, and what to write."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"BALAI_URL is {text!r}: {why}. {_ADVICE}")


@dataclass(frozen=True, slots=True)
class Address:
    """A scheme, a host as a Host header names it (IPv6 in brackets), and `:port` unless it is the scheme's own."""

    scheme: str
    host: str
    port: str

    @property
    def url(self) -> str:
        """Give the whole address as a browser's Origin header writes it, without a slash at its end."""
        return f"{self.scheme}://{self.host}{self.port}"

    @property
    def secure(self) -> bool:
        """Tell whether people come by TLS, which somebody before Balai ends."""
        return self.scheme == "https"


def read(text: str) -> Address:
    """Read an address strictly. :raises Nonsense: when no browser could come by it"""
    if re.search(r"[\s\\\"'<>,*]", text) or not text:
        raise Nonsense(text, "it has spaces or signs that no address has" if text else "it is empty")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Nonsense(text, str(error).lower()) from None
    if parts.scheme not in _PORTS:
        raise Nonsense(text, "it begins with neither https:// nor http://")
    if parts.path not in ("", "/") or parts.query or parts.fragment or text.endswith(("?", "#")):
        raise Nonsense(text, "a hall stands at the root of its host, so nothing follows the host and port")
    if parts.username is not None or parts.netloc.endswith(":") or port == 0:
        raise Nonsense(text, "before and after the host stands nothing but the scheme and perhaps a port")
    host = _host(parts.hostname or "", in_brackets=parts.netloc.startswith("["))
    if not host:
        raise Nonsense(text, "that is no name of a host")
    return Address(parts.scheme, host, "" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def hosts(address: Address, further: str) -> list[str]:
    """List the hosts a hall answers to: its own, this machine's, and further ones with commas between."""
    named = [each.strip() for each in further.split(",")]
    return list(dict.fromkeys([address.host, *LOOPBACK, *(each for each in named if each)]))


def origins(address: Address, names: list[str]) -> list[str]:
    """List whose forms are taken: pages of these hosts, at the scheme and port of the address.

    This machine's own names are among them only for a hall that is open on this machine alone.
    """
    local = address.host in LOOPBACK
    return [
        f"{address.scheme}://{'*' if name.startswith('.') else ''}{name}{address.port}"
        for name in names
        if name != "*" and (local or name not in LOOPBACK)
    ]


def _host(name: str, *, in_brackets: bool) -> str:
    """Write a host as browsers do, or nothing when it is none."""
    try:
        if in_brackets:
            return f"[{IPv6Address(name).compressed}]"
        plain = name.encode("idna").decode("ascii").lower()
    except ValueError:  # UnicodeError is one
        return ""
    return plain if _NAME.fullmatch(plain) else ""
