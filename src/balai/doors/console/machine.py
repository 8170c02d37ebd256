"""What the tests need of the machine beside Python: apt packages, and a PostgreSQL of their own."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

BROWSER = {"chromium": "chromium", "libatomic.so.1": "libatomic1"}  # playwright's own program wants the library
# What the deployment is walked with: a proxy, a judge of units, a browser's store of certificates, a network of its own.
DEPLOYMENT = {"nginx": "nginx-light", "systemd-analyze": "systemd", "certutil": "libnss3-tools", "ip": "iproute2"}
# What the public log's proofs are held against: Go's own checksum database knows notes and trees.
SECOND = {"go": "golang-go", "/usr/share/gocode/src/golang.org/x/mod/sumdb": "golang-golang-x-mod-dev"}
ANCHORS = ("coincurve", "Crypto")  # an optional set: its absence is told, and fails nothing
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
    if not all(map(find_spec, ANCHORS)):
        print(
            "NOT PROVEN: anchors on a chain, without requirements/anchor-dev.txt (tests/second/test_anchor.py).",
            file=sys.stderr,
        )
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


@dataclass
class Cluster:
    """A PostgreSQL server of our own, which may be hurt."""

    url: str
    folder: Path
    control: list[str]
    options: str

    def start(self) -> None:
        """Start it; after it was killed, once the last of its processes has let go. :raises CalledProcessError:"""
        command = [*self.control, "-o", self.options, "-l", str(self.folder / "log"), "start"]
        for _ in range(20):
            if subprocess.run(command, check=False, cwd=self.folder, stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.5)
        subprocess.run(command, check=True, cwd=self.folder)

    def stop(self) -> None:
        """Stop it at once."""
        subprocess.run([*self.control, "-m", "immediate", "stop"], check=False, cwd=self.folder)

    def kill(self) -> None:
        """Kill its first process; the others end when they see that."""
        os.kill(self.members()[0], signal.SIGKILL)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it stand where it is, as on a machine whose disk hangs: it takes connections and says nothing."""
        everyone = self.members()
        try:
            for pid in everyone:
                with suppress(ProcessLookupError):  # a connection that ended in this moment
                    os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in everyone:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def members(self) -> list[int]:
        """List its processes, the first one first."""
        from balai.doors.console.bench.servers import family

        return family(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]))


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str | None]:
    """Run a PostgreSQL of our own, as `cluster` does, and give its address; None when there is none."""
    with cluster(durable=durable) as made:
        yield made.url if made is not None else None


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster | None]:
    """Run a PostgreSQL of our own on loopback, as an unprivileged user; None when it is not installed.

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
    options += "" if durable else " -c fsync=off -c full_page_writes=off"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-s"]
    made = Cluster(f"postgresql://balai@127.0.0.1:{port}/balai", folder, control, options)
    made.start()
    try:
        subprocess.run(
            [str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "balai", "balai"], check=True
        )
        yield made
    finally:
        made.stop()
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
