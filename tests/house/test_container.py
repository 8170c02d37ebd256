"""No container engine builds the container file in a test, so what can be held is held: its parts are there, and they are enough."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests import prepared
from tests.house.source import ROOT

FILE = ROOT / "deploy/container/Containerfile"
TEXT = FILE.read_text("utf-8")
COPIED = re.findall(r"^COPY (\S+) (\S+)$", TEXT, re.MULTILINE)


def test_it_says_that_it_was_built_by_hand_and_what_was_not_tried() -> None:
    assert "by hand" in TEXT
    told = (ROOT / "deploy/README.md").read_text("utf-8")
    assert "No test builds it" in told and "**Not tried**" in told


def test_everything_it_copies_is_there() -> None:
    assert len(COPIED) >= 4
    for source, target in COPIED:
        assert (ROOT / source).exists(), source
        assert target.startswith("./")


def test_what_it_copies_is_enough_for_a_hall(tmp_path: Path) -> None:
    """Its tables, its services, its pages: from the copied parts alone."""
    tree = tmp_path / "opt"
    for source, target in COPIED:
        place = tree / target / ("" if (ROOT / source).is_dir() else source)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("tests"))
        else:
            tree.mkdir(exist_ok=True)
            shutil.copy2(ROOT / source, place)
    prepared.lay(
        tmp_path / "home"
    )  # its migrations are loaded and held against these tables; they need not be made once more
    (command,) = re.findall(r"^CMD (\[.+\])$", TEXT, re.MULTILINE)
    assert json.loads(command)[0] == "serve"
    ask = (
        "import django; django.setup()\n"
        "from balai.doors.console import installation; installation.migrate()\n"
        "from django.test import Client\n"
        "c = Client(SERVER_NAME='localhost')\n"
        "assert c.get('/').status_code == 200 and c.get('/layanan/').status_code == 200\n"
        "from django.conf import settings; print(sorted(p.parent.name for p in settings.BALAI_SERVICES.glob('*/service.yaml'))[0])"
    )
    told = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False, cwd=tree,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tree / "src"), "BALAI_HOME": str(tmp_path / "home"),
             "DJANGO_SETTINGS_MODULE": "balai.project.settings"},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip()
