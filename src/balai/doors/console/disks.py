"""A disk of its own to be hurt: an ext4 file system in a file, mounted, that is really full, takes nothing, or hangs.

Full: blocks are claimed until none is left. Taking nothing: its files and folders are made immutable, so that lines that are open
already write nothing more either, which no remount of a busy disk brings about. Slow: it is frozen again and again, so that whoever
writes waits in the kernel, as for a disk that hangs.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

SIZE = 3 << 30  # bytes it says it has; the file holds what was written alone
TOOLS = ("mkfs.ext4", "mount", "umount", "fsfreeze", "chattr")


@dataclass
class Disk:
    """One disk; `top` is where it is mounted."""

    top: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no block free for as long as it lasts."""
        file = self.top / "somebody-elses"
        try:
            with file.open("wb") as filled:
                for piece in (1 << 28, 1 << 22, 1 << 16, 1 << 12):
                    with suppress(OSError):
                        while True:
                            os.posix_fallocate(filled.fileno(), os.fstat(filled.fileno()).st_size, piece)
            yield
        finally:
            file.unlink(missing_ok=True)

    @contextmanager
    def takes_nothing(self) -> Iterator[None]:
        """Let nothing on it be written, made or renamed; what is mapped into memory stays, or whoever reads would fall."""
        kept = [path for path in self.top.rglob("*") if not path.name.endswith("-shm") and path.name != "lost+found"]
        kept.append(self.top)
        try:
            _change("+i", kept)
            yield
        finally:
            _change("-i", kept)

    @contextmanager
    def slow(self, dice: Random) -> Iterator[None]:
        """Let it hang for a second or two again and again."""
        over, lengths = threading.Event(), [dice.uniform(1.2, 2.2) for _ in range(8)]

        def hang() -> None:
            for number in range(100):
                self._freeze("-f")
                over.wait(lengths[number % len(lengths)])
                self._freeze("-u")
                if over.wait(0.05):
                    return

        thread = threading.Thread(target=hang)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _freeze(self, how: str) -> None:
        subprocess.run(["fsfreeze", how, str(self.top)], check=False, stderr=subprocess.DEVNULL)


def _change(how: str, paths: list[Path]) -> None:
    for at in range(0, len(paths), 500):
        told = [str(path) for path in paths[at : at + 500]]
        subprocess.run(["chattr", "-f", how, *told], check=False, stderr=subprocess.DEVNULL)


def obstacle() -> str:
    """Say what is missing for a disk of one's own; "" when nothing is."""
    if os.geteuid() != 0:
        return "only root may mount one"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"{', '.join(missing)} not installed" if missing else ""


@contextmanager
def mounted(folder: Path) -> Iterator[Disk | None]:
    """Make a disk in a folder and mount it there; None where that is not possible."""
    image, top = folder / "disk.img", folder / "disk"
    if obstacle():
        yield None
        return
    with image.open("wb") as file:
        file.truncate(SIZE)
    top.mkdir()
    quiet = {"check": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], **quiet)  # type: ignore[call-overload]
    if made.returncode or subprocess.run(["mount", "-o", "loop", str(image), str(top)], **quiet).returncode:  # type: ignore[call-overload]
        yield None  # a container without loop devices
        return
    disk = Disk(top)
    try:
        yield disk
    finally:
        disk._freeze("-u")
        if subprocess.run(["umount", str(top)], **quiet).returncode:  # type: ignore[call-overload]
            subprocess.run(["umount", "-l", str(top)], **quiet)  # type: ignore[call-overload]
