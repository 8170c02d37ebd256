"""A real hall for journeys: `balai demo` in a process of its own, and a browser to walk through it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page
from tests import prepared

SOURCE = Path(__file__).resolve().parents[2] / "src"
SHOTS = os.environ.get("BALAI_SHOTS", "")  # a folder to leave screenshots in, for eyes


@dataclass
class Hall:
    """A running hall: a demonstration, or a real one."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    command: list[str]
    settings: dict[str, str] = field(default_factory=dict)

    def kill(self) -> None:
        """Kill the whole hall at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start(self) -> None:
        """Start it (again) and wait until it answers."""
        self.process = subprocess.Popen(
            self.command, stdout=(self.home / "out.log").open("ab"), stderr=subprocess.STDOUT, start_new_session=True,
            env={key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))} | {"PYTHONPATH": str(SOURCE)} | self.settings,
        )  # fmt: skip
        wait_for(int(self.url.rsplit(":", 1)[1]), self)


def wait_for(port: int, hall: Hall, seconds: float = 180) -> None:
    """Wait until the hall answers. :raises AssertionError: with its log when it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert hall.process.poll() is None, (hall.home / "out.log").read_text()
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError((hall.home / "out.log").read_text())


@contextmanager
def open_hall(folder: Path, *, cases: int = 0) -> Iterator[Hall]:
    """Open a demonstration in a folder, whole, and close it in the end."""
    with open_door(folder, "demo", "--cases", str(cases), "--whole") as hall:
        yield hall


@contextmanager
def open_door(folder: Path, *words: str, **settings: str) -> Iterator[Hall]:
    """Run `balai demo` or `balai serve` on a free port with all its state in a folder, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = folder / "home"
    home.mkdir()
    if words[0] == "demo":
        prepared.lay(home, demo=True)
    command = [
        sys.executable, "-m", "balai.doors.console", *words, "--home", str(home), "--port", str(port),
    ]  # fmt: skip
    hall = Hall(f"http://127.0.0.1:{port}", home, None, command, settings)  # type: ignore[arg-type]
    hall.start()
    try:
        yield hall
    finally:
        if hall.process.poll() is None:
            os.killpg(hall.process.pid, signal.SIGTERM)
            try:
                hall.process.wait(15)
            except subprocess.TimeoutExpired:
                hall.kill()


class Visitor:
    """One person at one screen; a phone is 360 pixels wide, a desk 1280."""

    def __init__(self, browser: Browser, hall: Hall, *, width: int = 360, script: bool = True) -> None:
        self.hall = hall
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 780}, java_script_enabled=script, locale="id-ID", accept_downloads=True
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    def go(self, path: str) -> None:
        """Go to an address of the hall."""
        answer = self.page.goto(self.hall.url + path)
        assert answer is not None and answer.status < 400, f"{path}: {answer and answer.status}"

    def enter(self, name: str) -> None:
        """Enter the demonstration as one of the cast."""
        self.go("/demo/")
        with self.page.expect_navigation():
            self.page.click(f"form[action='/demo/masuk/{name}/'] button")

    def shoot(self, name: str) -> None:
        """Leave a screenshot for eyes, where they are wanted."""
        if SHOTS:
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)

    def text(self) -> str:
        """Give the words of the page."""
        return self.page.inner_text("main")

    def does_not_scroll_sideways(self) -> bool:
        """Tell whether the page fits its screen."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"))
