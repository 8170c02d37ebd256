"""The operator's handbook says how a page is written: done word for word, it is good, published and read."""

import argparse
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client
from tests.cast import NOW

from balai.doors.console import installation
from balai.doors.console.commands import check, publish
from balai.records.hallpages.tests.cast import ROOT, lay_town
from balai.records.hallpages.tests.cast import publish as publish_page

pytestmark = pytest.mark.django_db
COMMANDS = {"check": check, "publish": publish}


def told() -> tuple[str, list[list[str]]]:
    """Give what the handbook tells to type: the lines that write files, and each `./balai` line in words."""
    page = (ROOT / "docs/handbook/operator.md").read_text("utf-8")
    block = re.search(r"## The hall's own pages\n.*?```sh\n(.*?)```", page, re.DOTALL)
    assert block
    lines = block[1].splitlines()
    ours = [shlex.split(line)[1:] for line in lines if line.startswith("./balai ")]
    return "\n".join(line for line in lines if not line.startswith("./balai ")), ours


def test_a_page_written_as_the_handbook_says_is_published_and_read(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    caches["local"].clear()
    town = lay_town(tmp_path, settings)
    publish_page("kontak", NOW, town)
    writes, commands = told()
    subprocess.run([shutil.which("sh") or "sh", "-e"], input=writes, cwd=tmp_path, text=True, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(installation, "load", lambda args: None)
    monkeypatch.setattr(installation, "migrate", lambda: None)
    assert [name for name, *_ in commands] == ["check", "publish"]
    for name, *words in commands:
        parser = argparse.ArgumentParser()
        COMMANDS[name].add_arguments(parser)
        assert COMMANDS[name].run(parser.parse_args(words)) == 0, capsys.readouterr().out
    shown = Client().get("/halaman/libur-panjang/").content.decode()
    assert "<h1>Kantor tutup pada libur panjang</h1>" in shown and '<a href="/halaman/kontak/">kontak</a>' in shown
    caches["local"].clear()
