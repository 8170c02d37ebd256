"""The launcher installs wheels by their hashes alone, whatever tool it finds; what it installs is named, audited and listed."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.house.source import ROOT

LOCKS = ("runtime", "dev")
SURE = ({"--only-binary", ":all:"}, {"--require-hashes"}, {"--no-deps"})
# Stands in for Python (and for uv): notes what it was asked, makes what `venv` would.
FAKE = """#!/bin/sh
echo "$@" >>"$ASKED"
case "$*" in
*"-m venv"*) mkdir -p "$VENV/bin" && cp "$0" "$VENV/bin/python" ;;
*" download "*) [ -z "$OFFLINE" ] ;;
esac
"""


def test_every_package_of_the_locks_is_pinned_and_hashed() -> None:
    for lock in LOCKS:
        entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / f"requirements/{lock}.txt").read_text("utf-8"))
        packages = [entry for entry in entries if not entry.startswith("#")]
        assert len(packages) > 30
        for entry in packages:
            head, *rest = entry.split(" \\\n")
            assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ;]+( ?;.*)?", head), head
            hashes = [line for line in rest if "--hash=" in line]
            assert hashes, head
            assert all(re.match(r"\s*--hash=sha256:[0-9a-f]{64}", line) for line in hashes), head


def install(folder: Path, *, tool: str, offline: bool) -> list[list[str]]:
    """Run the launcher where there is nothing yet, with tools that only note what they are asked; give what that was."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("python", *(["uv"] if tool == "uv" else [])):
        (tools / name).write_text(FAKE)
        (tools / name).chmod(0o755)
    asked = folder / "asked"
    subprocess.run(
        [str(ROOT / "balai"), "help"], capture_output=True, check=True,
        env={"PATH": f"{tools}:/usr/bin:/bin", "BALAI_PYTHON": str(tools / "python"), "BALAI_VENV": str(folder / "venv"),
             "VENV": str(folder / "venv"), "ASKED": str(asked), "OFFLINE": "1" if offline else ""},
    )  # fmt: skip
    return [line.split() for line in asked.read_text().splitlines()]


@pytest.mark.parametrize("offline", [False, True])
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_nothing_is_built_and_nothing_unhashed_is_taken(tmp_path: Path, tool: str, offline: bool) -> None:
    asked = install(tmp_path, tool=tool, offline=offline)
    fetching = [words for words in asked if {"install", "download"} & set(words)]
    # in four parts and then from what they brought; or at once where that failed
    assert len(fetching) == (1 if tool == "uv" else 5)
    for words in fetching:
        for flags in SURE:
            assert flags <= set(words), words
        assert words[words.index("--only-binary") + 1] == ":all:"


def test_whoever_may_not_write_the_packages_is_told_who_must(tmp_path: Path) -> None:
    """A unit's user cannot install: the owner of the folder does, once after each upgrade."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    venv.chmod(0o555)
    as_user = ["setpriv", "--reuid=64064", "--regid=64064", "--clear-groups"] if os.geteuid() == 0 else []
    for part in (tmp_path, *tmp_path.parents):
        if part.is_relative_to("/tmp") and os.geteuid() == 0:  # noqa: S108
            part.chmod(part.stat().st_mode | 0o055)
    told = subprocess.run(
        [*as_user, str(ROOT / "balai"), "serve"], capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "BALAI_VENV": str(venv)},
    )  # fmt: skip
    assert told.returncode == 1
    assert f"run: {ROOT}/balai help" in told.stderr
    assert len(told.stderr.splitlines()) == 2
