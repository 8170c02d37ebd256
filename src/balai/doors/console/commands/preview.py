"""`balai preview FOLDER`: see a folder as a hall would show it, without publishing it, while it is written."""

import argparse
import logging
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

from balai.doors.console import claims
from balai.doors.console.commands.check import list_found, town_beside
from balai.records.folders.kinds import FolderKind

HELP = "see a folder in the browser while it is written: pages, letters, notices, examples; nothing is published"
FIRST_PORT, PORTS = 8020, 20
EVERY = 0.2  # seconds between looks at the files
SHOWN = 12  # faults told at the terminal; the page tells all
ROOT = Path(__file__).resolve().parents[5]
KEPT = (
    "BALAI_VENV",
    "BALAI_PYTHON",
    "BALAI_LOG",
)  # of what an installation is told by; the rest is none of a preview's


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("folder", type=Path, help="one folder of any kind, such as services/surat-keterangan-usaha")
    parser.add_argument(
        "--port", type=int, help=f"the port of this machine (default: the first free one from {FIRST_PORT} on)"
    )
    parser.add_argument("--town", type=Path, metavar="DIR", help="the town's folder (default: town)")


def run(args: argparse.Namespace) -> int:
    """Preview one folder until Ctrl+C; the exit code is 2 when there is none, or the port is taken."""
    found = _find(args.folder)
    if found is None:
        return 2
    kind, folder = found
    town = args.town or town_beside(folder, kind) or ROOT / "town"
    if not (town / "town.yaml").is_file():
        print(f"{town} is no town's folder: it has no town.yaml. Give another --town.")
        return 2
    port = _claim(args.port)
    home = Path(tempfile.mkdtemp(prefix="balai-preview-"))
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        return _serve(kind, folder, town.resolve(), port, home, stop)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _find(folder: Path) -> tuple[FolderKind[Any], Path] | None:
    """Find the one folder that is meant, and say so where there is none or more than one."""
    if not folder.is_dir():
        print(f"There is no folder {folder}.")
        return None
    found = list_found([folder])
    if len(found) == 1:
        return found[0][0], found[0][1].resolve()
    if found:
        print(f"{folder} holds {len(found)} folders. Name one, such as {found[0][1]}.")
    else:
        from balai.records.folders import kinds

        mains = ", ".join(kind.main for kind in kinds.list_kinds())
        print(f"{folder} is a folder of no kind: it needs one of {mains}.")
    return None


def _claim(wanted: int | None) -> int:
    """Hold the port that was named, or the first that is free. :raises SystemExit: when it is taken."""
    if wanted is not None:
        claims.claim_port("127.0.0.1", wanted)
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        if claims.is_claimable("127.0.0.1", port):
            return port
    raise SystemExit(f"balai: the ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all taken. Give a --port.")


def _serve(
    kind: FolderKind[Any], folder: Path, town: Path, port: int, home: Path, stop: threading.Event
) -> int:  # fmt: skip
    from balai.doors.console.preview import kept, watch
    from balai.doors.console.preview import look as looking

    prints = watch.take_prints((folder, town))
    now = _read_clock()
    first = looking.rehearse(looking.read_look(kind, folder, town, now))
    _tell(first)
    place = kept.find_place(now.date())
    there = kept.take(place, home)
    _load(home, town, folder, kind, port)
    from balai.doors.console.preview import hall, server
    from balai.doors.console.preview.standing import STANDING

    STANDING.hall = hall.PreviewHall(now)
    if not there:
        kept.keep(place, home)
    seen = [prints]

    def show(look: looking.FolderLook) -> None:
        assert STANDING.hall is not None
        try:
            STANDING.hall.show(look)
        except Exception:  # what cannot be shown is told; the day goes on
            logging.getLogger("balai.preview").exception("the folder could not be shown")
        STANDING.take(look)

    def again() -> None:
        read = looking.read_look(kind, folder, town, _read_clock())
        show(read)
        if read.judged is not None:
            STANDING.take(looking.rehearse(read))
        assert STANDING.look is not None
        _tell(STANDING.look)

    def changed() -> bool:
        now_there = watch.take_prints((folder, town))
        differs, seen[0] = now_there != seen[0], now_there
        return differs

    show(first)
    open_ = server.open_server(port)
    server.work(STANDING.hall.turn, stop)
    print(f"\nPreview of {folder} at http://127.0.0.1:{port}/pratinjau/  (Ctrl+C ends it; nothing is kept)", flush=True)
    server.follow(again, changed, stop, EVERY)
    open_.shutdown()
    print("The preview has ended; nothing of it was kept.", flush=True)
    return 0


def _load(home: Path, town: Path, folder: Path, kind: FolderKind[Any], port: int) -> None:
    """Make the throwaway hall and load Django for it, whatever this machine's own hall is told by."""
    for name in [one for one in os.environ if one.startswith("BALAI_") and one not in KEPT]:
        del os.environ[name]
    services = folder.parent if kind.place == "services" else ROOT / "services"
    os.environ |= {
        "BALAI_TOWN_FOLDER": str(town), "BALAI_SERVICES": str(services), "BALAI_OFFLINE": "0",
        "DJANGO_SETTINGS_MODULE": "balai.project.settings_preview",
    }  # fmt: skip
    (home / "DEMO").write_text("This folder holds a preview with synthetic people.\n", encoding="utf-8")
    from balai.doors.console import installation

    installation.load(argparse.Namespace(home=home), demo=True, port=port, judged=False)
    if not installation.is_migrated(home):
        print("Making the hall of previews; this happens once.", flush=True)
        installation.migrate()


def _tell(look: Any) -> None:
    """Say at the terminal how the folder stands."""
    print(f"{look.at.astimezone():%H:%M:%S}  {look.summary}  ({look.seconds:.1f} s)", flush=True)
    for problem in look.faults[:SHOWN]:
        print(f"  {problem}", flush=True)
    if len(look.faults) > SHOWN:
        print(f"  … and {len(look.faults) - SHOWN} more", flush=True)


def _read_clock() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
