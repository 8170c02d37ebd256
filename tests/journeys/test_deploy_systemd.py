"""The units of `deploy/one-machine` under systemd itself, booted in namespaces of its own over a throw-away layer of this machine."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.journeys.deployed import DEPLOY, LEFT_OUT, ON_A_MACHINE, PATH, ROOT

pytestmark = [ON_A_MACHINE, pytest.mark.one_database, pytest.mark.long]
UNITS = DEPLOY / "one-machine"

BOOT = """
set -e
mount --make-rprivate /
ip link set lo up
mount -t tmpfs -o mode=755 tmpfs "$LAYER"
mkdir "$LAYER/up" "$LAYER/work" "$LAYER/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$LAYER/up,workdir=$LAYER/work" "$LAYER/root"
cd "$LAYER/root"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
for folder in run tmp opt srv var/backups; do mount -t tmpfs -o mode=755 tmpfs $folder; done
chmod 1777 tmp
mount -t tmpfs tmpfs sys/fs/cgroup
if grep -q name=systemd /proc/self/cgroup; then
    mkdir sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
else
    mount -t cgroup2 cgroup2 sys/fs/cgroup
fi
mkdir -p opt/balai opt/balai/.venv
mount --bind "$CHECKOUT" opt/balai
mkdir "$LAYER/venv" "$LAYER/venv.work"
mount -t overlay overlay -o "lowerdir=$VENV,upperdir=$LAYER/venv,workdir=$LAYER/venv.work" opt/balai/.venv
ln -sf /usr/bin/python3.11 opt/balai/.venv/bin/python3.11  # Debian's: the unit shows the hall no home, and so none that lies in one
sed -i "s|^home = .*|home = /usr/bin|" opt/balai/.venv/pyvenv.cfg
echo > etc/machine-id
useradd --root "$LAYER/root" --system --home-dir /srv/balai --shell /usr/sbin/nologin balai
chroot . install -d -o balai -g balai -m 700 /srv/balai /var/backups/balai
mkdir -p etc/balai && cp opt/balai/deploy/one-machine/env etc/balai/env && chmod 600 etc/balai/env
cp opt/balai/deploy/one-machine/*.service opt/balai/deploy/one-machine/*.timer etc/systemd/system/
exec chroot . env -i container=other PATH="$PATH" /lib/systemd/systemd --system --unit=basic.target --log-target=null
"""


class Booted:
    """A machine whose first process is systemd."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def run(self, *words: str, check: bool = True) -> str:
        """Run a command there and give what it says. :raises AssertionError: when it fails, unless `check` says otherwise"""
        line = ["nsenter", f"--target={self.pid}", "--all", "--root", "--wd", "--", "env", "-i", f"PATH={PATH}", *words]
        told = subprocess.run(line, capture_output=True, text=True, timeout=180, check=False)
        assert not check or told.returncode == 0, told.stdout + told.stderr + self.log()
        return told.stdout.strip()

    def show(self, unit: str, key: str) -> str:
        """Tell one property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={key}", unit)

    def log(self) -> str:
        """Give what the units said last."""
        line = [
            "nsenter",
            f"--target={self.pid}",
            "--all",
            "--root",
            "--wd",
            "--",
            "journalctl",
            "--no-pager",
            "-n",
            "60",
        ]
        return subprocess.run(line, capture_output=True, text=True, check=False).stdout

    def answers(self) -> bool:
        """Tell whether the hall takes work."""
        client = (
            "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=5);"
            "c.request('GET', '/health/ready'); print(c.getresponse().status)"
        )
        return self.run("/opt/balai/.venv/bin/python", "-c", client, check=False) == "200"

    def wait(self, seconds: float = 90) -> None:
        """Wait until the hall takes work."""
        end = time.monotonic() + seconds
        while not self.answers():
            assert time.monotonic() < end, self.log()
            time.sleep(0.5)


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    if not all(Path(path).exists() for path in ("/lib/systemd/systemd", "/usr/bin/python3.11")):
        pytest.skip("NOT WALKED: no systemd or no Debian Python 3.11 here")
    folder = tmp_path_factory.mktemp("booted")
    checkout, layer = folder / "checkout", folder / "layer"
    shutil.copytree(ROOT, checkout, symlinks=True, ignore=lambda _, names: [name for name in names if name in LEFT_OUT])
    (checkout / ".venv").mkdir()
    layer.mkdir()
    groups = [Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")]
    groups = [path / "balai-booted" for path in groups if (path / "cgroup.procs").exists()]
    enter = " ".join(f"mkdir -p {path} && echo $$ > {path}/cgroup.procs &&" for path in groups)
    holder = subprocess.Popen(
        ["sh", "-c", f'{enter} exec unshare --pid --fork --kill-child --mount --net --ipc --uts --cgroup sh -c "$BOOT"'],
        env={"PATH": PATH, "BOOT": BOOT, "LAYER": str(layer), "CHECKOUT": str(checkout), "VENV": sys.prefix},
        stdout=(folder / "boot.log").open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        machine = Booted(_first_process(holder, folder / "boot.log"))
        end = time.monotonic() + 60
        while machine.run("systemctl", "is-active", "basic.target", check=False) != "active":
            assert time.monotonic() < end, machine.log()
            time.sleep(0.3)
        yield machine
    finally:
        holder.kill()  # with it goes systemd, and with systemd all that it started
        holder.wait()
        for path in groups:
            for inner in sorted(path.rglob("*"), reverse=True):
                with suppress(OSError):
                    inner.rmdir() if inner.is_dir() else None
            with suppress(OSError):
                path.rmdir()


def _first_process(holder: subprocess.Popen[bytes], log: Path) -> int:
    end = time.monotonic() + 60
    while time.monotonic() < end and holder.poll() is None:
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        if children and Path(f"/proc/{children[0]}/comm").read_text() == "systemd\n":
            return int(children[0])
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_systemd_starts_the_hall_brings_it_back_and_stops_it_whole(booted: Booted) -> None:
    booted.run("systemctl", "enable", "balai.service", "balai-backup.timer")
    booted.run("systemctl", "start", "balai.service")
    booted.wait()
    first = int(booted.show("balai.service", "MainPID"))
    assert booted.run("ps", "-o", "user=", "-p", str(first)) == "balai"

    booted.run("kill", "-9", str(first))
    end = time.monotonic() + 30
    while booted.show("balai.service", "NRestarts") != "1":
        assert time.monotonic() < end, booted.log()
        time.sleep(0.3)
    booted.wait()
    assert int(booted.show("balai.service", "MainPID")) != first

    booted.run("systemctl", "stop", "balai.service")
    assert booted.show("balai.service", "Result") == "success"
    assert booted.run("pgrep", "-u", "balai", check=False) == "", "stopped, and something of it lives on"


def test_the_timers_backup_is_made_and_proven_within_its_sandbox(booted: Booted) -> None:
    booted.run("systemctl", "start", "balai.service", "balai-backup.timer")
    booted.wait()
    assert booted.show("balai-backup.timer", "ActiveState") == "active"
    assert booted.run("systemctl", "list-timers", "balai-backup.timer", "--no-legend").split()[0] not in (
        "",
        "n/a",
        "-",
    )
    booted.run("systemctl", "start", "balai-backup.service")
    assert booted.show("balai-backup.service", "Result") == "success"
    made = booted.run("find", "/var/backups/balai", "-name", "balai-*.tar")
    assert len(made.splitlines()) == 1
    assert booted.answers(), "the hall works on while it is backed up"


def test_the_hall_writes_nowhere_but_where_its_unit_says(booted: Booted) -> None:
    booted.run("systemctl", "start", "balai.service")
    booted.wait()
    inside = [
        "nsenter",
        f"--target={booted.show('balai.service', 'MainPID')}",
        "--mount",
        "--root",
        "--wd",
        "--",
        "touch",
    ]
    for path in ("/etc/balai/x", "/opt/balai/x", "/var/lib/x", "/usr/x"):
        assert booted.run("sh", "-c", f"{' '.join(inside)} {path} 2>&1 || true").endswith("Read-only file system"), path
    assert booted.run(*inside, "/srv/balai/x") == ""
