"""A second implementation, not ours and in another language, verifies the proofs that are handed out."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from balai.base import journal, openings, sequencer
from balai.base.actors import CLOCK
from balai.base.tlog import notes, tiles
from balai.base.tlog.bundle import Opening
from balai.doors.console import machine, vectors

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SAKSI = notes.NoteSigner("saksi.example", bytes(range(32)), notes.WITNESS)


def build(folder: Path, name: str) -> Path:
    """Build a program with Debian's own packages, without any network."""
    lacking = [package for name, package in machine.SECOND.items() if not machine.has(name)]
    if lacking:
        assert not machine.is_ci(), f"CI needs {', '.join(lacking)}"
        pytest.skip(f"NOT VERIFIED BY A SECOND IMPLEMENTATION: {', '.join(lacking)} is not installed")
    shutil.copy(Path(__file__).with_name(f"{name}.go"), folder)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "-p=1",
    }  # fmt: skip
    subprocess.run(["go", "build", "-o", name, f"{name}.go"], cwd=folder, env=environment, check=True, timeout=300)
    return folder / name


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the verifier."""
    return build(tmp_path_factory.mktemp("second"), "verify")


def test_we_judge_each_proof_that_go_made_or_bent_as_go_does(tmp_path: Path) -> None:
    """Right and wrong ones, in the form of transparency-dev/merkle: what must be refused is what Go refuses."""
    suite = tmp_path / "suite"
    told = subprocess.run([str(build(tmp_path, "vectors")), str(suite)], capture_output=True, text=True, check=True)
    counts = dict(line.rsplit(" ", 1) for line in told.stdout.splitlines())
    assert all(
        int(counts[f"{kind} {holds}"]) >= 80 for kind in ("inclusion", "consistency") for holds in ("true", "false")
    )
    found = list(vectors.run_folder(suite))
    assert len(found) == sum(map(int, counts.values()))
    assert [(one.name, one.want_refused, one.problem) for one in found if not one.passed] == []


@pytest.mark.django_db(transaction=True)
def test_go_verifies_what_we_hand_out_and_refuses_what_was_bent(program: Path, tmp_path: Path) -> None:
    for count in (1, 300, 40):
        with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
            for number in range(count):
                deed.record("case:1", "tested", {"n": number})
        journal.seal_entries()
        checkpoint = sequencer.read_checkpoint()[0]
        sequencer.add_cosignatures([SAKSI.sign(checkpoint.text, 1_800_000_000)], checkpoint.text)
        if count == 300:
            bundles = [openings.bundle_for("case:1", seq) for seq in (1, 2, 257, 301)]
    later = sequencer.read_checkpoint()
    consistency = tiles.Tree(sequencer.read_file, later[0].size).prove_consistency(301)

    def verify(proof: str, data: bytes, consistency: list[bytes]) -> subprocess.CompletedProcess[str]:
        written = {
            "proof": proof.encode(), "data": data, "checkpoint": str(later[1]).encode(),
            "consistency": "\n".join(map(notes.encode, consistency)).encode(),
        }  # fmt: skip
        for name, content in written.items():
            (tmp_path / name).write_bytes(content)
        words = [
            str(program),
            "proof",
            "data",
            sequencer.list_keys()[0].line,
            SAKSI.verifier.line,
            "consistency",
            "checkpoint",
        ]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)

    for bundle in [*bundles, openings.bundle_for("case:1", 341)]:
        grown = consistency if bundle in bundles else []
        data, text = Opening.unpack(bundle.extra).data, str(bundle)
        told = verify(text, data, grown)
        assert (
            told.returncode == 0
            and f"leaf {bundle.index} of" in told.stdout
            and "cosigned at 1800000000" in told.stdout
        ), told
        bent = [
            (text, data + b"?", grown), (text.replace(f"index {bundle.index}\n", f"index {bundle.index + 1}\n"), data, grown),
            (text, data, [*grown, bytes(32)]), (text.replace(notes.encode(bundle.proof[0]), notes.encode(bytes(32))), data, grown),
        ]  # fmt: skip
        assert [verify(*each).returncode for each in bent] == [1, 1, 1, 1]
