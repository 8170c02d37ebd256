"""The empty hall of previews, kept between them so that the next one opens at once: its tables, its cast, its keys, nothing else.

It lies in `.balai/preview/`, readable by its owner alone, one for each version of the program; each preview lives in a copy.
"""

import hashlib
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from balai import __version__
from balai.doors.console import installation

ROOT = Path(__file__).resolve().parents[5]
DATABASE = "balai.sqlite3"
PARTS = ("keys", "signing", "log", "tables", "DEMO")
_MAKERS = (Path(__file__).parent / "hall.py", Path(__file__).parents[1] / "demo" / "cast.py")


def find_place(today: date) -> Path:
    """Tell where the empty hall of this program lies; made anew each month, since its days and certificates grow old."""
    told = [__version__, installation.version_of_tables(), today.strftime("%Y-%m")]
    made = b"".join(path.read_bytes() for path in _MAKERS)
    return ROOT / ".balai" / "preview" / hashlib.sha256(" ".join(told).encode() + made).hexdigest()[:16]


def take(place: Path, home: Path) -> bool:
    """Copy the empty hall into a home, and tell whether there was one."""
    if not (place / DATABASE).is_file():
        return False
    shutil.copytree(place, home, dirs_exist_ok=True)
    return True


def keep(place: Path, home: Path) -> None:
    """Keep an empty hall for the next preview; where nothing can be written, the next one is simply made anew."""
    new = place.with_name(f".{home.name}")
    with suppress(OSError, sqlite3.Error):
        new.mkdir(mode=0o700, parents=True)
        for name in PARTS:
            if (home / name).is_dir():
                shutil.copytree(home / name, new / name)
            elif (home / name).is_file():
                shutil.copy2(home / name, new / name)
        with closing(sqlite3.connect(home / DATABASE)) as of, closing(sqlite3.connect(new / DATABASE)) as to:
            of.backup(to)
        for old in place.parent.iterdir():
            if old != new:
                shutil.rmtree(old, ignore_errors=True)
        new.rename(place)
    shutil.rmtree(new, ignore_errors=True)
