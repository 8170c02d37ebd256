"""Anchors on a real chain: py-evm as a node on loopback, the contract as its compiler makes it, the commands as an operator types them.

    BALAI_EVM_PYTHON=PYTHON python -m pytest tests/second/test_anchor.py

PYTHON has `requirements/anchor-dev.txt`; this one needs `requirements/anchor.txt`. What is not there is skipped, and says so.
"""

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from balai.base import checks, journal, sequencer, sql
from balai.base.actors import CLOCK
from balai.base.anchors import chain, keeping, signing
from balai.doors.console import installation
from balai.doors.console.commands import log

PYTHON = os.environ.get("BALAI_EVM_PYTHON", sys.executable)
CONTRACT = Path(chain.__file__).with_name("Checkpoints.vy")


def equipped() -> None:
    if not (importlib.util.find_spec("coincurve") and importlib.util.find_spec("Crypto")):
        pytest.skip("ANCHORS NOT PROVEN ON A CHAIN: requirements/anchor.txt is not installed")
    if subprocess.run([PYTHON, "-c", "import eth_tester, eth, vyper"], capture_output=True, check=False).returncode:
        pytest.skip("ANCHORS NOT PROVEN ON A CHAIN: requirements/anchor-dev.txt is not installed (BALAI_EVM_PYTHON)")


@pytest.fixture
def node() -> Iterator[chain.Chain]:
    equipped()
    program = [PYTHON, "-W", "ignore", str(Path(__file__).with_name("node.py"))]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout and child.stdin
        yield chain.Chain(f"http://127.0.0.1:{int(child.stdout.readline())}")
        child.stdin.close()


@pytest.fixture
def hall(node: chain.Chain, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[chain.Chain]:
    monkeypatch.setattr(installation, "load", lambda args, **_: None)
    settings.BALAI_ANCHOR, settings.BALAI_ANCHOR_DEPTH = node.url, 2
    keeping._asked.clear()
    keeping._sent.clear()
    do()
    yield node
    (Path(settings.BALAI_HOME) / "keys/anchor.key").unlink(missing_ok=True)


def do(count: int = 1) -> None:
    with journal.deed(uuid4(), actor=CLOCK, now=datetime(2026, 3, 2, 1, 0, tzinfo=UTC), name="test") as deed:
        for number in range(count):
            deed.record("case:1", "tested", {"n": number})
    journal.seal_entries()


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    log.add_arguments(parser)
    return log.run(parser.parse_args(["anchor", *words]))


def set_up(node: chain.Chain, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Set up as an operator does: told that the account is empty, they send it money, and set up again."""
    assert call("set-up") == 3
    told = capsys.readouterr()
    account = re.findall(r"0x[0-9a-f]{40}", told.out)[0]
    assert "send some to this account" in told.err
    node.ask("eth_sendTransaction", {"to": account, "value": hex(10**18)})
    assert call("set-up") == 0
    told = capsys.readouterr()
    made = re.findall(r"BALAI_ANCHOR_CONTRACT=(0x[0-9a-f]{40})", told.out)
    assert call("set-up") == 0 and re.findall(r"CONTRACT=(0x[0-9a-f]{40})", capsys.readouterr().out) == made, (
        "paid once"
    )
    settings.BALAI_ANCHOR_CONTRACT = made[0]


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_is_anchored_and_anybody_can_verify_it(
    hall: chain.Chain, settings: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    set_up(hall, settings, capsys)
    do(300)
    (tmp_path / "held").write_bytes(sequencer.read_file("checkpoint"))
    assert call("now") == 0
    size = sequencer.read_checkpoint()[0].size
    assert "It was sent" in capsys.readouterr().out
    now = datetime.now(UTC)
    rounds = iter(range(9))

    def work() -> int:
        """Let the job ask, and take what came of it."""
        at = now + timedelta(minutes=5 * next(rounds))
        keeping.anchor_checkpoint(at)
        keeping._asked[settings.BALAI_ANCHOR_CONTRACT].result()
        return keeping.anchor_checkpoint(at)

    assert work() == 0, "no block lies on it yet"
    hall.ask("evm_mine", 2)
    assert work() == 1
    (body,) = [sql.as_json(raw) for (raw,) in sql.rows("SELECT body FROM base_entry WHERE action = 'anchored'")]
    assert (body["size"], body["contract"]) == (size, settings.BALAI_ANCHOR_CONTRACT)
    assert keeping.anchor_checkpoint(now) == 0 and not keeping._asked, "the chain is left alone until the next is due"
    assert [each.state for each in checks.anchors(Path(), now)] == ["good"]
    do(40)
    journal.seal_entries()

    asked = ["verify", str(sequencer.folder()), "--rpc", hall.url, "--contract", settings.BALAI_ANCHOR_CONTRACT]
    assert call(*asked, "--checkpoint", str(tmp_path / "held"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["holds"] and told["held"]["size"] == size and [each["size"] for each in told["anchors"]] == [size]
    assert call("status") == 0
    # A contract that is another, even by one letter, may take back what it kept.
    other = _deploy(hall, bytes.fromhex(chain.compiled()["bytecode"]).replace(b"a log only grows", b"a log only grew "))
    assert call(*asked[:-1], other) == 3
    assert "another contract" in capsys.readouterr().err
    # Another history of as many leaves, under the same keys: the database put back, the head outside with it.
    sequencer.clear()
    sql.execute("UPDATE base_entry SET salt = %s WHERE salt IS NOT NULL AND seq = 3", [bytes(16)])
    sequencer.seal()
    assert call(*asked) == 1
    assert "another history" in capsys.readouterr().out
    with pytest.raises(keeping.ChainContradicted, match="another history"):
        keeping.visit(keeping.read_plan(), now)


def _deploy(node: chain.Chain, code: bytes) -> str:
    sent = node.ask("eth_sendTransaction", {"to": "", "data": f"0x{code.hex()}"})
    return str(node.ask("eth_getTransactionReceipt", sent)["contractAddress"]).lower()


@pytest.mark.django_db(transaction=True)
def test_nobody_but_the_owner_adds_and_nothing_goes_back(
    hall: chain.Chain, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(hall, settings, capsys)
    payer, to = keeping.read_payer(), settings.BALAI_ANCHOR_CONTRACT
    contract = chain.Contract(hall, to)

    def data(size: int, root: bytes = bytes(32)) -> bytes:
        return chain.call_data("append(bytes32,uint256,bytes32)", chain.name_log("a/log"), size, root)

    payer.send(to, data(5, b"\x01" * 32))
    for size in (5, 4, 0):
        with pytest.raises(chain.ChainRefused, match="a log only grows"):
            payer.send(to, data(size))
    payer.send(to, data(9, b"\x02" * 32))
    assert [(each.size, each.before) for each in contract.list_newest("a/log", 9)] == [(9, 5), (5, 0)]
    assert contract.read_newest("b/log") == 0 and contract.find("a/log", 6) is None
    stranger = keeping.Payer(hall, bytes([7] * 32), 10**12)
    hall.ask("eth_sendTransaction", {"to": stranger.address, "value": hex(10**18)})
    with pytest.raises(chain.ChainRefused, match="only its owner adds"):
        stranger.send(to, data(10))
    settings.BALAI_ANCHOR_GWEI = 0.000001
    with pytest.raises(chain.ChainRefused, match="BALAI_ANCHOR_GWEI"):
        keeping.read_payer().send(to, data(10))
    # The old kind of transaction, for chains without a base fee.
    old = signing.Transaction(
        hall.number("eth_chainId"), hall.number("eth_getTransactionCount", payer.address, "latest"), bytes.fromhex(to[2:]),
        data(11), 200_000, 10**10, None,
    )  # fmt: skip
    hall.ask("eth_sendRawTransaction", f"0x{old.sign(payer.secret).hex()}")
    assert contract.read_newest("a/log") == 11


def test_the_compiler_makes_of_the_source_just_what_is_kept() -> None:
    equipped()
    words = [
        PYTHON,
        "-m",
        "vyper.cli.vyper_compile",
        "-f",
        "bytecode,bytecode_runtime,method_identifiers",
        str(CONTRACT),
    ]
    made = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    kept = chain.compiled()
    assert [kept["bytecode"], kept["runtime"]] == [line.removeprefix("0x") for line in made[:2]]
    assert kept["methods"] == json.loads(made[2])
