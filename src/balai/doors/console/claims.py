"""What one hall holds alone: its home, so that no two servers work on one; its port, so that no two answer there.

The server's processes share their port among themselves (SO_REUSEPORT), so that a bind that works proves nothing: a second hall
would have taken every other request. Both claims are the kernel's, which frees them with the process, however it ends.
"""

import fcntl
import os
import socket
import sys
from pathlib import Path

_HELD: list[object] = []  # claims last as long as the process


class ClaimTaken(SystemExit):
    """Somebody else holds it; said to standard error, exit code 2."""

    def __init__(self, words: str) -> None:
        print(f"balai: {words}", file=sys.stderr, flush=True)
        super().__init__(2)


def claim_home(home: Path, role: str) -> None:
    """Hold a home for a role, "serve" or "worker". :raises Taken: who holds it already.

    With PostgreSQL several machines may share one home on a network disk, so there each machine's claim has the machine's name.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    machine = f".{socket.gethostname()}" if os.environ.get("BALAI_DATABASE") else ""
    file = os.open(home / f"{role}{machine}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 20).decode(errors="replace").strip() or "unknown"
        os.close(file)
        what = "is served" if role == "serve" else "has its worker"
        raise ClaimTaken(
            f"{home} {what} already, by process {holder}. Stop that one first, or give another --home."
        ) from None
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
    _HELD.append(file)


def claim_port(host: str, port: int) -> None:
    """Hold a port of this machine. :raises Taken: when somebody listens there, or another hall is just about to."""
    if not is_claimable(host, port):
        raise ClaimTaken(f"port {port} of {host} is taken by another program. Stop that one, or give another --port.")


def is_claimable(host: str, port: int) -> bool:
    """Hold a port of this machine if nobody else does, and tell whether it is held now."""
    return _is_ours(host, port) and _is_free(host, port)


def _is_ours(host: str, port: int) -> bool:
    """Hold a name in the kernel, beside the port, against a hall that looks at the port in the same instant."""
    if sys.platform != "linux":
        return True
    name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        name.bind(f"\0balai {host}:{port}")
    except OSError:
        name.close()
        return False
    _HELD.append(name)
    return True


def _is_free(host: str, port: int) -> bool:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that ended a moment ago does not count
        try:
            probe.bind(address)
        except OSError:
            return False
    return True
