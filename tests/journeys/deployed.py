"""A machine to install on, inside this one: the documented paths, ports and users as they stand, seen by nobody else.

A mount namespace gives `/opt/balai`, `/srv/balai` and `/var/backups/balai` with everything else read-only, as the units demand;
a network namespace gives ports 80 and 443. Units run by their own lines, as a user without rights. A test CA made here vouches
for the proxy; browser and client trust it and nothing else does.
"""

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from balai.doors.console import machine

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NAME = "layanan.kota.example"
URL = f"https://{NAME}"
UID = 64064  # nobody on this machine
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # what systemd gives a unit
LEFT_OUT = {".git", ".venv", ".balai", "fixtures"}

MAKE = """
set -e
mount --make-rprivate /
ip link set lo up
# a browser counts as offline on loopback alone, and then the pages' script rightly sends no form
ip link add line0 type veth peer name line1
ip address add 10.255.255.1/24 dev line0
ip link set line0 up && ip link set line1 up
for address in $ADDRESSES; do ip address add $address/32 dev lo; done
mount -t tmpfs -o mode=755 tmpfs /opt
mkdir /opt/balai
mount --bind "$CHECKOUT" /opt/balai
mount --bind "$VENV" /opt/balai/.venv
mount -t tmpfs -o mode=755 tmpfs /srv
mount -t tmpfs -o mode=755 tmpfs /var/backups
mkdir -m 700 /srv/balai /var/backups/balai
chown $OWNER:$OWNER /srv/balai /var/backups/balai
if [ -n "$CLOSED" ]; then  # a Python in a home that the hall's user cannot enter
    mkdir /srv/python && mount --bind "$PYTHON" /srv/python
    mount -t tmpfs -o mode=755 tmpfs "$CLOSED"
    mkdir -p "$PYTHON" && mount --bind /srv/python "$PYTHON"
fi
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -o remount,bind,ro /
echo made
exec sleep infinity
"""


def _may_make() -> bool:
    """Tell whether this user may make namespaces."""
    return subprocess.run(["unshare", "-m", "-n", "true"], capture_output=True, check=False).returncode == 0


MISSING = [package for name, package in machine.DEPLOYMENT.items() if not machine.has(name)]
REASON = f"no {', '.join(MISSING)} here; `./balai test` installs it as root" if MISSING else "not root with namespaces"
ON_A_MACHINE = pytest.mark.skipif(
    not machine.is_ci() and (bool(MISSING) or not _may_make()), reason=f"NOT WALKED: the deployment ({REASON})"
)  # in CI it fails instead: a deployment that nobody walked is not proven


class Place:
    """The machine that was made, by the process that holds its namespaces."""

    def __init__(self, folder: Path, holder: subprocess.Popen[str]) -> None:
        self.folder, self.holder = folder, holder
        self.ca = folder / "ca.pem"
        self.running: list[subprocess.Popen[bytes]] = []

    def inside(self, path: str) -> Path:
        """Give a path of the machine as it is reached from here."""
        return Path(f"/proc/{self.holder.pid}/root{path}")

    def enter(self, *, mounts: bool = True) -> list[str]:
        """Give the words before a command that run it there; without its mounts it sees this machine's files."""
        return ["nsenter", f"--target={self.holder.pid}", "--net", *(["--mount"] if mounts else []), "--"]

    def as_unit(
        self, unit: Path, environment: dict[str, str], *, key: str = "ExecStart", name: str = ""
    ) -> tuple[list[str], dict[str, str]]:
        """Give a unit's line as it stands and the environment systemd would run it with; on a machine of another name."""
        service = read_unit(unit)["Service"]
        words = [
            re.sub(r"\$\{(\w+)\}", lambda found: environment[found[1]], word) for word in shlex.split(service[key])
        ]
        user = [
            "setpriv",
            f"--reuid={UID}",
            f"--regid={UID}",
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all",
        ]
        line = [*user, "sh", "-c", f"umask {service['UMask']}; cd /; exec {shlex.join(words)}"]
        if name:
            line = ["unshare", "--uts", "sh", "-c", f"hostname {name}; exec {shlex.join(line)}"]
        return [*self.enter(), *line], {"PATH": PATH, "LANG": "C.UTF-8", **environment}

    def start(self, unit: Path, environment: dict[str, str], log: str, *, name: str = "") -> subprocess.Popen[bytes]:
        """Start a unit and leave it running; what it says goes to a log in the folder."""
        line, env = self.as_unit(unit, environment, name=name)
        started = subprocess.Popen(
            line, env=env, stdout=(self.folder / log).open("ab"), stderr=subprocess.STDOUT, start_new_session=True
        )
        self.running.append(started)
        return started

    def run(self, unit: Path, environment: dict[str, str], *, key: str = "ExecStart") -> str:
        """Run a unit to its end and give what it said. :raises AssertionError: when it failed"""
        line, env = self.as_unit(unit, environment, key=key)
        told = subprocess.run(line, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    def serve_tls(self, site: Path) -> None:
        """Run Debian's nginx with a site file as it stands, but for where the certificate lies."""
        key, certificate = make_certificate(self.folder, NAME)
        text = site.read_text("utf-8")
        where = f"/etc/letsencrypt/live/{NAME}"
        assert text.count(where) == 2
        text = text.replace(f"{where}/fullchain.pem", str(certificate)).replace(f"{where}/privkey.pem", str(key))
        (self.folder / "site.conf").write_text(text)
        logs = self.folder / "nginx"
        logs.mkdir()
        (self.folder / "nginx.conf").write_text(
            f"daemon off; pid {logs}/pid; error_log {logs}/error.log;\nuser root;\nevents {{}}\nhttp {{\n"
            f"  access_log {logs}/access.log; include /etc/nginx/mime.types;\n"
            + "".join(
                f"  {kind}_temp_path {logs}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            + f"  include {self.folder}/site.conf;\n}}\n"
        )
        line = [*self.enter(mounts=False), "nginx", "-c", str(self.folder / "nginx.conf")]
        checked = subprocess.run([*line, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        assert "warn" not in checked.stderr, checked.stderr
        self.running.append(
            subprocess.Popen(
                line, stdout=(self.folder / "nginx.log").open("ab"), stderr=subprocess.STDOUT, start_new_session=True
            )
        )

    def forward(self, address: str, port: int, to: int) -> None:
        """Let a port of this machine's loopback be reached there under an address: a line in, and one out."""
        socket = self.folder / f"{port}.sock"
        ends = ([], ["unix", str(socket), "tcp", "127.0.0.1", str(to)]), (
            self.enter(mounts=False), ["tcp", address, str(port), "unix", str(socket), "-"]
        )  # fmt: skip
        for before, words in ends:
            self.running.append(
                subprocess.Popen([*before, sys.executable, "-c", RELAY, *words], start_new_session=True)
            )

    def serve_mail(self, address: str = "127.0.0.1") -> Path:
        """Run a mail server on the machine's port 25 that keeps what it takes in a folder, which is given."""
        box = self.folder / "mail"
        line = ["-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", str(box), "-l", f"{address}:25"]
        self.running.append(
            subprocess.Popen([*self.enter(mounts=False), sys.executable, *line], start_new_session=True)
        )
        return box

    def ask(self, method: str, url: str, data: dict[str, str] | None = None, **headers: str) -> dict[str, object]:
        """Ask as a client on the machine that trusts the test CA alone; its answer's status, headers and body."""
        told = subprocess.run(
            [*self.enter(mounts=False), sys.executable, "-c", CLIENT, str(self.ca)],
            input=json.dumps([method, url, data, headers]), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr[-2000:]
        return dict(json.loads(told.stdout))

    def wait(self, url: str, log: str, seconds: float = 60) -> None:
        """Wait until an address answers 200 under the hall's name."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.ask("GET", url, Host=NAME)["status"] == 200:
                    return
            except AssertionError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"{url} does not answer: {(self.folder / log).read_text()[-3000:]}")

    def end(self, process: subprocess.Popen[bytes], seconds: float = 30) -> int:
        """Stop a unit as systemd does, and give how it ended."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()


RELAY = """
import asyncio, sys
kind, at, port, other, where, *more = [*sys.argv[1:]] if sys.argv[1] == "tcp" else [sys.argv[1], sys.argv[2], "", *sys.argv[3:]]
def dial():
    return asyncio.open_unix_connection(where) if other == "unix" else asyncio.open_connection(where, int(more[0]))
async def pump(reader, writer):
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
async def take(reader, writer):
    try:
        far_reader, far_writer = await dial()
    except OSError:
        return writer.close()
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
async def main():
    server = await (asyncio.start_unix_server(take, at) if kind == "unix" else asyncio.start_server(take, at, int(port)))
    await server.serve_forever()
asyncio.run(main())
"""

CLIENT = """
import http.client, json, socket, ssl, sys, urllib.parse
method, url, data, headers = json.load(sys.stdin)
parts = urllib.parse.urlsplit(url)
name, at = parts.hostname, parts.hostname if parts.hostname[0].isdigit() else "127.0.0.1"
class Here(http.client.HTTPSConnection):
    def connect(self):
        line = socket.create_connection((at, self.port), 30)
        self.sock = line if parts.scheme == "http" else self._context.wrap_socket(line, server_hostname=self.host)
context = ssl.create_default_context(cafile=sys.argv[1])
line = Here(name, parts.port or (443 if parts.scheme == "https" else 80), context=context, timeout=60)
body = urllib.parse.urlencode(data) if data is not None else None
sent = {**({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}), **headers}
line.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, sent)
answer = line.getresponse()
print(json.dumps({"status": answer.status, "headers": [[k.lower(), v] for k, v in answer.getheaders()],
                  "body": answer.read().decode("utf-8", "replace")}))
"""


def read_unit(path: Path) -> configparser.SectionProxy | configparser.ConfigParser:
    """Read a unit file."""
    unit = configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",), comment_prefixes=("#",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(path.read_text("utf-8"))
    return unit


def read_environment(path: Path, **other: str) -> dict[str, str]:
    """Read a file of variables as systemd does, with what this machine has otherwise."""
    told = dict(line.split("=", 1) for line in shlex.split(path.read_text("utf-8"), comments=True))
    assert set(other) <= set(told), "the file names what is different here"
    return told | other


@contextmanager
def open_place(folder: Path, *addresses: str) -> Iterator[Place]:
    """Make the machine, with further addresses of its own, and take it away in the end with all that runs there."""
    checkout = folder / "checkout"
    shutil.copytree(ROOT, checkout, symlinks=True, ignore=lambda _, names: [name for name in names if name in LEFT_OUT])
    (checkout / ".venv").mkdir()
    made_for = (Path(sys.prefix) / ".balai-runtime").read_text()
    lock = subprocess.run(
        ["cksum"], stdin=(ROOT / "requirements/runtime.txt").open(), capture_output=True, text=True, check=True
    )
    assert made_for == lock.stdout.strip(), "this environment was made for another lock file: run ./balai lint"
    python = Path(sys.base_prefix).resolve()
    closed = next((str(part) for part in reversed(python.parents) if not part.stat().st_mode & 0o001), "")
    holder = subprocess.Popen(
        ["unshare", "--mount", "--net", "sh", "-c", MAKE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"PATH": PATH, "CHECKOUT": str(checkout), "VENV": sys.prefix, "OWNER": str(UID), "ADDRESSES": " ".join(addresses),
             "PYTHON": str(python), "CLOSED": closed},
    )  # fmt: skip
    assert holder.stdout is not None
    made = holder.stdout.readline()
    assert made == "made\n", holder.communicate()[1]
    place = Place(folder, holder)
    try:
        yield place
    finally:
        for process in reversed(place.running):
            place.end(process, 15)
        holder.kill()
        holder.wait()


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a CA of one day and a certificate of a host under it; give the host's key and its chain."""
    now, lasting = datetime.now(UTC) - timedelta(minutes=5), timedelta(days=1)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Balai test CA")])

    def begin(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(ca_name).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + lasting)
        )  # fmt: skip

    uses = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    ca = (
        begin(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(uses, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    leaf = (
        begin(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "chain.pem").write_bytes(leaf.public_bytes(pem) + ca.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "key.pem", folder / "chain.pem"


def browser_there(place: Place, *, trusting: bool = True) -> dict[str, object]:
    """Give what opens a Chromium on the machine's network that trusts the test CA, by a certificate store of its own."""
    home = place.folder / ("browser" if trusting else "stranger")
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    base = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*base, "-N", "--empty-password"], check=True, capture_output=True)
    if trusting:
        subprocess.run([*base, "-A", "-t", "C,,", "-n", "test", "-i", str(place.ca)], check=True, capture_output=True)
    program = home / "chromium"
    chromium = shutil.which("chromium")
    program.write_text(f'#!/bin/sh\nexec {shlex.join(place.enter(mounts=False))} {chromium} "$@"\n')
    program.chmod(0o755)
    return {
        "program": str(program),
        "flags": [f"--host-resolver-rules=MAP {NAME} 127.0.0.1"],
        "environment": {**os.environ, "HOME": str(home)},
    }
