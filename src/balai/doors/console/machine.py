"""What the tests need of the machine beside Python: apt packages, and a PostgreSQL of their own."""

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BROWSER = {"chromium": "chromium", "libatomic.so.1": "libatomic1"}  # playwright's own program wants the library
# What the deployment is walked with: a proxy, a judge of units, a browser's store of certificates, a network of its own.
DEPLOYMENT = {"nginx": "nginx-light", "systemd-analyze": "systemd", "certutil": "libnss3-tools", "ip": "iproute2"}
# What the public log's proofs are held against: Go's own checksum database knows notes and trees.
SECOND = {"go": "golang-go", "/usr/share/gocode/src/golang.org/x/mod/sumdb": "golang-golang-x-mod-dev"}
PACKAGES = (
    BROWSER | DEPLOYMENT | SECOND | {"pdfsig": "poppler-utils", "postgres": "postgresql", "clamd": "clamav-daemon"}
)


def is_ci() -> bool:
    """Tell whether this runs where a missing part is a failure and not a skip."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def ensure_packages() -> list[str]:
    """Install what is missing, as root; tell what is missing still. In CI a missing package ends the run."""
    missing = [name for name in PACKAGES if not has(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        wanted = [PACKAGES[name] for name in missing]
        print(f"Installing {', '.join(wanted)} for the tests.", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted],
            check=False, env=environment, **quiet,
        )  # type: ignore[call-overload]  # fmt: skip
        missing = [name for name in PACKAGES if not has(name)]
    for name in missing:
        print(f"MISSING: {PACKAGES[name]} is not installed; the tests that need it are skipped.", file=sys.stderr)
    if missing and is_ci():
        raise SystemExit(f"CI needs {', '.join(PACKAGES[name] for name in missing)}.")
    return missing


def has(name: str) -> bool:
    """Tell whether a program, folder or shared library of `PACKAGES` is here."""
    if name.startswith("/"):
        return Path(name).is_dir()
    if ".so" in name:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True
    return _postgres_bin() is not None if name == "postgres" else shutil.which(name) is not None


def _postgres_bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    return Path(here).parent if here else None


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str | None]:
    """Run a PostgreSQL of our own on loopback, as an unprivileged user, and give its address; None when there is none.

    It forgets what it was told when the power goes, which tests need not survive; `durable` it writes as a real one does.
    """
    binaries = _postgres_bin()
    if binaries is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="balai-pg-"))
    as_user = _unprivileged(folder)
    port = _free_port()
    data = folder / "data"
    subprocess.run(
        [*as_user, str(binaries / "initdb"), "-D", str(data), "-U", "balai", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=60"
    options += "" if durable else " -c fsync=off"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-s"]
    subprocess.run([*control, "-o", options, "-l", str(folder / "log"), "start"], check=True, cwd=folder)
    try:
        subprocess.run(
            [str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "balai", "balai"], check=True
        )
        yield f"postgresql://balai@127.0.0.1:{port}/balai"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> list[str]:
    """Choose who runs the server: PostgreSQL refuses root, so root lends its folder to `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return []
    user = (
        "postgres" if subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode == 0 else "nobody"
    )
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
