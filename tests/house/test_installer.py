"""The launcher installs wheels by their hashes alone, whatever tool it finds; what it installs is named, audited and listed."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import cyclonedx.schema
import jsonschema_rs
import pytest
from tests.house.source import ROOT
from tools import audit, sbom

LOCKS = {"runtime": 30, "dev": 30, "installer": 0}  # and how many packages there must be more than
SURE = ({"--only-binary", ":all:"}, {"--require-hashes"}, {"--no-deps"})
# Stands in for Python and for uv: notes what it was asked and what of indexes it was told, makes what `venv` and pip would.
FAKE = """#!/bin/sh
echo "$@ index=$UV_DEFAULT_INDEX more=$UV_INDEX" >>"$ASKED"
case "$*" in
*"-m venv"*) mkdir -p "$VENV/bin" && cp "$0" "$VENV/bin/python" ;;
*"config list"*) printf '%s\\n' "global.extra-index-url='file:///a\\\\nfile:///b'" "global.index-url='https://index.example/simple'" ;;
*installer.txt*) [ -n "$OFFLINE" ] || cp "$0" "$VENV/bin/uv" ;;
"pip install"*) [ -z "$BROKEN" ] ;;
esac
"""


def test_every_package_of_the_locks_is_pinned_and_hashed() -> None:
    for lock in LOCKS:
        entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / f"requirements/{lock}.txt").read_text("utf-8"))
        packages = [entry for entry in entries if not entry.startswith("#")]
        assert len(packages) > LOCKS[lock]
        for entry in packages:
            head, *rest = entry.split(" \\\n")
            assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ;]+( ?;.*)?", head), head
            hashes = [line for line in rest if "--hash=" in line]
            assert hashes, head
            assert all(re.match(r"\s*--hash=sha256:[0-9a-f]{64}", line) for line in hashes), head


def install(folder: Path, *, tool: str = "pip", offline: bool = False, broken: bool = False) -> list[str]:
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
             "VENV": str(folder / "venv"), "ASKED": str(asked), "OFFLINE": "1" * offline, "BROKEN": "1" * broken},
    )  # fmt: skip
    return [line for line in asked.read_text().splitlines() if " install " in f" {line}"]


def test_nothing_is_built_and_nothing_unhashed_is_taken(tmp_path: Path) -> None:
    ways = {
        "uv at hand": (install(made(tmp_path / "a"), tool="uv"), 1),
        "uv fetched": (install(made(tmp_path / "b")), 2),
        "uv not to be had": (install(made(tmp_path / "c"), offline=True), 2),
        "uv does not work": (install(made(tmp_path / "d"), broken=True), 3),
    }
    for way, (asked, times) in ways.items():
        assert len(asked) == times, (way, asked)
        for line in asked:
            words = line.split()
            for flags in SURE:
                assert flags <= set(words), (way, line)
            assert words[words.index("--only-binary") + 1] == ":all:"
        assert "runtime.txt" in asked[-1]


def test_what_is_fetched_comes_from_where_pip_was_told_to_look(tmp_path: Path) -> None:
    assert install(made(tmp_path / "a"))[-1].endswith(" index=https://index.example/simple more=file:///a file:///b")


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_whoever_may_not_write_the_packages_is_told_who_must() -> None:
    """A unit's user cannot install: the owner of the folder does, once after each upgrade."""
    as_user = ["setpriv", "--reuid=64064", "--regid=64064", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="balai-opt-") as folder:
        here = Path(folder)
        (here / "requirements").mkdir()
        (here / ".venv").mkdir()
        shutil.copy2(ROOT / "balai", here)
        shutil.copy2(ROOT / "requirements/runtime.txt", here / "requirements")
        for each in (here, here / "requirements", here / ".venv"):
            each.chmod(0o555)
        told = subprocess.run(
            [*as_user, str(here / "balai"), "serve"], capture_output=True, text=True, check=False,
            env={"PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        for each in (here, here / "requirements", here / ".venv"):
            each.chmod(0o755)
    assert told.returncode == 1
    assert f"run: {here}/balai help" in told.stderr
    assert len(told.stderr.splitlines()) == 2


# ---- what it installs ------------------------------------------------------------------------------------------------


def test_the_bill_of_materials_is_valid_and_lists_all_of_the_lock() -> None:
    lock = (ROOT / "requirements/runtime.txt").read_text("utf-8")
    bill = sbom.make(lock)
    schemas = Path(next(iter(cyclonedx.schema.__path__))) / "_res"
    whole = json.loads((schemas / "bom-1.6.SNAPSHOT.schema.json").read_text("utf-8"))
    parts = [f"{name}.SNAPSHOT.schema.json" for name in ("spdx", "jsf-0.82")]
    beside = whole["$id"].rpartition("/")[0]
    registry = jsonschema_rs.Registry(
        [(f"{beside}/{name}", json.loads((schemas / name).read_text("utf-8"))) for name in parts]
    )
    judge = jsonschema_rs.validator_for(whole, registry=registry)
    assert [error.message for error in judge.iter_errors(bill)] == []
    assert [*judge.iter_errors(bill | {"components": [{"name": "x"}]})]  # proof that it judges
    pinned = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;]+)", lock, re.MULTILINE))
    assert {each["name"]: each["version"] for each in bill["components"]} == pinned
    assert all(each["hashes"] for each in bill["components"])
    assert sbom.make(lock) == bill
    licensed = [each["name"] for each in bill["components"] if "licenses" in each]
    assert len(licensed) > 0.9 * len(pinned)


def test_the_bill_says_who_wants_what() -> None:
    bill = sbom.make((ROOT / "requirements/runtime.txt").read_text("utf-8"))
    wants = {
        each["ref"].split("@")[0]: {need.split("@")[0] for need in each.get("dependsOn", ())}
        for each in bill["dependencies"]
    }
    asked = set(re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements/runtime.in").read_text("utf-8"), re.MULTILINE))
    assert wants["pkg:generic/balai"] >= {f"pkg:pypi/{name}" for name in asked}
    assert "pkg:pypi/asgiref" in wants["pkg:pypi/django"]


VULN = {"id": "PYSEC-0", "fix_versions": ["2"]}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], audit.CLEAN, "1 packages looked up, 0 known faults"),
        ([{"name": "a", "version": "1", "vulns": [VULN]}], audit.FAULTY, "FAULTY: a 1: PYSEC-0, mended in 2"),
        ([{"name": "a", "skip_reason": "not found"}], audit.UNKNOWN, "NOT AUDITED: 1 of 1"),
        (
            [{"name": "a", "version": "1", "vulns": [VULN]}, {"name": "b", "skip_reason": "?"}],
            audit.FAULTY,
            "NOT AUDITED: 1 of 2",
        ),
        ([], audit.UNKNOWN, "NOT AUDITED: 0 of 0"),
    ],
)
def test_an_audit_that_saw_nothing_is_never_told_as_a_pass(packages: list[Any], code: int, words: str) -> None:
    told, lines = audit.judge({"dependencies": packages})
    assert told == code
    assert words in "\n".join(lines)


def test_the_real_auditor_that_cannot_ask_is_told_as_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers, pip-audit itself is run: no line to the world, so every package stays unknown."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    lock = tmp_path / "lock.txt"
    lock.write_text(f"django==5.2 --hash=sha256:{'0' * 64}\n")
    try:
        code, lines = audit.judge(audit.ask(lock))
    except LookupError as error:
        code, lines = audit.UNKNOWN, [str(error)]
    assert code == audit.UNKNOWN, lines
    assert lines


def test_ci_lists_and_audits_and_says_which_of_three_it_was() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert "tools/sbom.py" in script
    assert "tools/audit.py" in script
    assert "NOT AUDITED" in script.split("3)")[1].split(";;")[0]
    assert "|| true" not in script
