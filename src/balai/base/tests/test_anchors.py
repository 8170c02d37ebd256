"""Anchors without a chain: what a node says that lies, hangs or keeps another history, and what the hall makes of it.

The real contract on a real chain: `tests/second/test_anchor.py`.
"""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from balai.base import checks, journal, outbox, sequencer
from balai.base.actors import CLOCK
from balai.base.anchors import chain, keeping, signing

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PLACE = "0x" + "ab" * 20
pytestmark = pytest.mark.django_db(transaction=True)


class Node:
    """A node whose contract keeps what a test lays there; `at` is the block of each."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[bytes, int, int, int]] = {}  # size: root, seconds, size before, block
        self.height, self.code, self.sent = 100, str(chain.compiled()["runtime"]), list[str]()
        self.raw: bytes | None = None
        self.pending, self.over = "0x1", list[int]()
        node = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told = node.raw or json.dumps({"result": node.answer(asked["method"], *asked["params"])}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://user:secret@127.0.0.1:{self.server.server_port}/key"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keep(self, size: int, root: bytes, at: datetime = NOW, block: int = 90) -> None:
        self.kept[size] = root, int(at.timestamp()), max(self.kept, default=0), block

    def answer(self, method: str, *params: Any) -> Any:
        if method == "eth_call":
            return self.call(params[0]["data"], self.height if params[1] == "latest" else int(params[1], 16))
        return {
            "eth_getCode": f"0x{self.code}", "eth_blockNumber": hex(self.height), "eth_chainId": "0x1",
            "eth_getTransactionCount": self.pending if "pending" in params else "0x1",
        }[method]  # fmt: skip

    def call(self, data: str, block: int) -> str:
        known = {size: each for size, each in self.kept.items() if each[3] <= block}
        if data.startswith(chain.compiled()["methods"]["newest(bytes32)"]):
            return f"0x{max(known, default=0):064x}"
        root, at, before, _ = known.get(int(data[74:], 16), (bytes(32), 0, 0, 0))
        return f"0x{root.hex()}{at:064x}{before:064x}"


@pytest.fixture
def node(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    made = Node()
    settings.BALAI_ANCHOR, settings.BALAI_ANCHOR_CONTRACT = made.url, PLACE
    monkeypatch.setattr(signing, "require_tools", lambda: None)
    monkeypatch.setattr(keeping.Payer, "address", "0x" + "cd" * 20)

    def send(payer: keeping.Payer, to: str, data: bytes, *, over: int = 0) -> tuple[str, int]:
        made.sent.append(data.hex())
        made.over.append(over)
        return "0x00", 8

    monkeypatch.setattr(keeping.Payer, "send", send)
    keeping._asked.clear()
    keeping._sent.clear()
    keeping.mint_key()
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        for number in range(300):
            deed.record("case:1", "tested", {"n": number})
    journal.seal_entries()
    yield made
    made.server.shutdown()
    made.server.server_close()


def work(now: datetime) -> None:
    """Let the worker ask, and take what came of it."""
    worker = outbox.Worker()
    worker.run_jobs(now)
    for each in list(keeping._asked.values()):
        each.exception(timeout=30)
    worker._last_run.clear()
    worker.run_jobs(now)


def states(now: datetime) -> list[str]:
    return [each.state for each in checks.anchors(Path(), now)]


def test_a_checkpoint_is_sent_once_a_day_and_noted_when_it_lies_deep(node: Node) -> None:
    work(NOW)
    size, root = (found := sequencer.read_checkpoint()[0]).size, found.root
    assert node.sent[0].endswith(f"{size:064x}{root.hex()}") and states(NOW) == ["note"]
    node.keep(size, root, block=100)
    work(NOW)
    assert keeping.find_last() is None, "a block that the chain may still drop"
    node.height += 12
    work(NOW)
    last = keeping.find_last()
    assert last is not None and (last[0].size, last[0].root, last[1]) == (size, root, PLACE)
    count = len(node.sent)
    work(NOW + timedelta(hours=23))
    assert len(node.sent) == count and states(NOW + timedelta(hours=23)) == ["good"]
    node.height += 7000
    work(NOW + timedelta(hours=24))
    assert len(node.sent) == count + 1
    assert states(NOW + timedelta(hours=49)) == ["note"], "none since"


def test_a_transaction_that_no_block_takes_is_sent_again_for_more_and_not_beside(node: Node) -> None:
    work(NOW)
    assert node.over == [0]
    node.pending = "0x2"
    for minutes in (30, 61, 90, 122):
        work(NOW + timedelta(minutes=minutes))
    assert node.over == [0, 10, 10], "once an hour, an eighth above the 8 of the one before"


@pytest.mark.parametrize("size", [200, 10**6], ids=["another history", "rewound"])
def test_another_history_on_the_chain_is_told_at_once(node: Node, size: int) -> None:
    node.keep(size, b"\x01" * 32)
    work(NOW)
    assert states(NOW) == ["bad"] and not node.sent
    tree = sequencer.read_checkpoint()[0]
    verdict = chain.judge(chain.Contract(chain.Chain(node.url), PLACE), sequencer.read_file, tree)
    assert len(verdict.faults) == 1


def test_a_node_that_is_no_use_stops_nothing_and_its_password_is_told_to_nobody(node: Node, settings: Any) -> None:
    for raw, code in (
        (b"<html>", ""),
        (b'{"result": "0x"}', ""),
        (b'{"error": {"message": "no"}}', ""),
        (b"[]", ""),
        (None, "60"),
    ):
        node.raw, node.code = raw, code
        work(NOW)
        (failing,) = [each for each in outbox.list_failing() if each.job.startswith(keeping.__name__)]
        assert states(NOW) == ["note"] and "key" not in failing.last_error.lower().replace("keys/", "")
        outbox._forget_failure(failing.job, failing.item)
    node.server.shutdown()
    node.server.server_close()
    with pytest.raises(OSError, match=r"127\.0\.0\.1 does not answer") as told:
        chain.Chain(node.url).ask("eth_chainId")
    assert "secret" not in f"{told.value!r}{chain.Chain(node.url)!r}"


def test_a_checkpoint_of_anybodys_is_held_by_the_first_anchor_that_covers_it(node: Node) -> None:
    older, _ = sequencer.read_checkpoint()
    for number in range(3):
        with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
            deed.record("case:2", "tested", {"n": number})
        journal.seal_entries()
        found, _ = sequencer.read_checkpoint()
        node.keep(found.size, found.root, NOW + timedelta(days=number))
    contract = chain.Contract(chain.Chain(node.url), PLACE)
    verdict = chain.judge(contract, sequencer.read_file, found, asked=older)
    assert not verdict.faults and len(verdict.anchors) == 3
    assert verdict.held is not None and verdict.held.at == int(NOW.timestamp())
    forged = type(older)(older.origin, older.size, bytes(32))
    assert chain.judge(contract, sequencer.read_file, found, asked=forged).faults
    assert [each.size for each in chain.judge(contract, sequencer.read_file, found, most=2).anchors] == sorted(
        node.kept
    )[:0:-1]
