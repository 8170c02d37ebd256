"""The registries that the town's folder names: a table in the hall's home, or another house over HTTP.

Where one lives is read anew for each question, so that a registry that moved is found without publishing anything.
"""

import csv
import http.client
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings

from balai.engine import manifest
from balai.engine.manifest import Connection

MOST_ANSWER = 256 * 1024  # bytes
MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Silent(Exception):
    """The registry did not answer, or not in a way that can be relied on; the text is for the operator's log."""


def list_connections() -> tuple[dict[str, Connection], list[str]]:
    """List the town's connections as they stand now, and what is wrong with their files."""
    folder = Path(settings.BALAI_TOWN_FOLDER)
    found = sorted((folder / "connections").glob("*")) if (folder / "connections").is_dir() else []
    files = {f"connections/{path.name}": path.read_bytes() for path in found if path.is_file() and path.name[0] != "."}
    problems: list[Any] = []
    return manifest.read_connections(files, problems), [str(one) for one in problems]


def find_connection(registry: str) -> Connection | None:
    """Find a connection by the name of its registry; None where the town has none, or it cannot be read."""
    folder = Path(settings.BALAI_TOWN_FOLDER) / "connections"
    files = {
        f"connections/{path.name}": path.read_bytes()
        for path in (folder / f"{registry}.yaml", folder / f"{registry}.schema.json") if path.is_file()
    }  # fmt: skip
    problems: list[Any] = []
    return manifest.read_connections(files, problems).get(registry) if not problems else None


def ask(connection: Connection, key: str) -> Mapping[str, Any] | None:
    """Ask for one record; None where the registry answers that it has none. :raises Silent: it does not answer."""
    try:
        return _in_table(connection, key) if connection.file else _over_http(connection, key)
    except (OSError, http.client.HTTPException, csv.Error, UnicodeDecodeError) as error:
        raise Silent(f"{type(error).__name__}: {error}") from error


def home() -> Path:
    """Tell where tables of people and what is secret lie."""
    return Path(settings.BALAI_HOME) / "connections"


# ---- a table ---------------------------------------------------------------------------------------------------------


def _in_table(connection: Connection, key: str) -> Mapping[str, Any] | None:
    with open(home() / connection.file, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if lost := list_lost(connection, reader.fieldnames or ()):
            raise Silent(f"{connection.file} has no column {', '.join(lost)}")
        return next((row for row in reader if (row[connection.key] or "").strip() == key), None)


def list_lost(connection: Connection, headings: Iterable[str]) -> list[str]:
    """List the columns that a table must have and has not: what is asked for, and what is required of a record."""
    return sorted({connection.key, *connection.record.required} - set(headings))


# ---- another house ---------------------------------------------------------------------------------------------------


def _over_http(connection: Connection, key: str) -> Mapping[str, Any] | None:
    ends = time.monotonic() + connection.within
    url = connection.url
    address = url.replace("{key}", quote(key, safe=""))
    first = urlsplit(address)
    for _ in range(MOST_REDIRECTS + 1):
        parts = urlsplit(address)
        # a token is for the house it was given by
        headers = _headers(connection, (parts.scheme, parts.netloc) == (first.scheme, first.netloc))
        status, onward, body = _exchange(connection, parts, headers, ends)
        if status == http.client.NOT_FOUND:
            return None
        if status in _REDIRECTS and onward:
            address = urljoin(address, onward)
            continue
        if status != http.client.OK:
            raise Silent(f"status {status}")
        return _record_in(body)
    raise Silent("it leads on and on")


def _record_in(body: bytes) -> Mapping[str, Any]:
    try:
        tree = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise Silent("the answer is no JSON") from error
    record = tree.get("record", tree) if isinstance(tree, dict) else None
    if not isinstance(record, dict):
        raise Silent("the answer holds no record")
    return record


def _headers(connection: Connection, own: bool) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "Balai", "Connection": "close"}
    if connection.token and own:
        token = (home() / f"{connection.id}.token").read_text(encoding="ascii").strip()
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _exchange(
    connection: Connection, parts: SplitResult, headers: Mapping[str, str], ends: float
) -> tuple[int, str, bytes]:
    host, tls = (parts.hostname or "").lower(), parts.scheme == "https"
    if not host or parts.scheme not in ("http", "https") or (not tls and host not in connection.private):
        raise Silent(f"it leads to {parts.scheme}://{host}, which is not asked in plain")
    port = parts.port or (443 if tls else 80)
    line = http.client.HTTPConnection(host, port)
    line.sock = _connect(connection, host, port, tls, ends)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request("GET", target, headers=dict(headers))
        answer = line.getresponse()
        return answer.status, answer.getheader("Location", ""), _read(answer, line.sock, ends)
    finally:
        line.close()


def _connect(connection: Connection, host: str, port: int, tls: bool, ends: float) -> socket.socket:
    """Connect to the very address that was judged, so that a name cannot come to mean another one in between."""
    address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    if not ipaddress.ip_address(str(address).partition("%")[0]).is_global and host not in connection.private:
        raise Silent(f"{host} lies in a private net and is not named under private")
    plain = socket.create_connection((str(address), port), timeout=_left(ends))
    if not tls:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _read(answer: http.client.HTTPResponse, sock: socket.socket | None, ends: float) -> bytes:
    body = b""
    while piece := answer.read1(16_384):
        body += piece
        if len(body) > MOST_ANSWER:
            raise Silent("the answer is too long")
        left = _left(ends)  # a slow drip keeps each read alive but not the whole
        if sock is not None and sock.fileno() >= 0:
            sock.settimeout(left)
    return body


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("out of time")
    return left
