"""`balai log anchor …`: have checkpoints anchored on a chain, see how that stands, and verify anchors from anywhere."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from balai.base.anchors import chain
from balai.base.tlog import notes, tiles
from balai.doors.console import installation

if TYPE_CHECKING:
    from balai.base.anchors import keeping

WAIT = 180  # seconds until a new contract must be in a block
Read = Callable[[str], tiles.Read]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what anchoring takes beside what `balai log` does."""
    parser.add_argument(
        "where",
        nargs="?",
        default="",
        metavar="URL",
        help="anchor verify: the log's address (https://…/log) or a folder with its files",
    )
    parser.add_argument(
        "--rpc", default="", metavar="URL", help="anchor verify: a node of the chain that answers JSON-RPC"
    )
    parser.add_argument(
        "--contract", default="", metavar="ADDRESS", help="anchor verify: the contract, as the hall told it"
    )
    parser.add_argument(
        "--checkpoint",
        default="",
        metavar="FILE",
        help="anchor verify: whether this checkpoint, of a mail or beside a letter, is held by an anchor too",
    )
    parser.add_argument(
        "--most", type=int, default=30, metavar="N", help="anchor verify: how many anchors are read back"
    )


def run(args: argparse.Namespace, reader: Read) -> int:
    """Do what was asked; exit code 1 when it does not hold or did not work, 2 when it was not asked rightly, 3 when the chain is silent."""

    def verify(args: argparse.Namespace) -> int:
        return _verify(args, reader)

    deeds = {"set-up": _set_up, "status": _tell_status, "now": _anchor_now, "verify": verify}
    if args.what not in deeds:
        print(f"balai: anchor what? One of {', '.join(deeds)}", file=sys.stderr)
        return 2
    try:
        return deeds[args.what](args)
    except ValueError as fault:
        print(f"balai: {fault}", file=sys.stderr)
        return 2
    except (OSError, chain.ChainRefused) as fault:
        print(f"balai: {fault}", file=sys.stderr)
        return 3


# ---- from anywhere ---------------------------------------------------------------------------------------------------


def _verify(args: argparse.Namespace, reader: Read) -> int:
    if not args.where or not args.rpc.startswith(("http://", "https://")) or not args.contract:
        raise ValueError("give the log's address, --rpc with a node's and --contract with the contract's")
    read = reader(args.where)
    try:
        keys = [notes.Verifier.read(line) for line in args.key or read("keys").decode().splitlines()]
        newest, _, _ = notes.open_checkpoint(read("checkpoint"), keys)
        asked = notes.open_checkpoint(Path(args.checkpoint).read_bytes(), keys)[0] if args.checkpoint else None
    except (tiles.TileMissing, notes.Unsigned) as fault:
        print(f"BROKEN: {fault}")
        return 1
    contract = chain.Contract(chain.Chain(args.rpc), chain.read_address(args.contract))
    verdict = chain.judge(contract, read, newest, most=args.most, asked=asked)
    if args.json:
        print(json.dumps(_as_json(verdict, newest), indent=1, ensure_ascii=False))
    else:
        _tell(verdict, newest, asked, taken=not args.key)
    return 1 if verdict.faults or not verdict.anchors else 0


def _tell(
    verdict: chain.ChainVerdict, newest: notes.Checkpoint, asked: notes.Checkpoint | None, *, taken: bool
) -> None:
    for fault in verdict.faults:
        print(f"BROKEN: {fault}")
    for anchor in verdict.anchors:
        print(f"{anchor.size} leaves, root {anchor.root.hex()}, anchored since {_moment(anchor.at)}")
    if asked is not None and verdict.held:
        print(f"The checkpoint of {asked.size} leaves is held by the anchor of {_moment(verdict.held.at)}.")
    elif asked is not None and not verdict.faults:
        print(f"The checkpoint of {asked.size} leaves is of this log; no anchor holds it yet.")
    if taken:
        print("The log's keys were taken as it shows them; give them with --key when you know them from elsewhere.")
    if verdict.faults:
        print("The log contradicts what was anchored. Keep its checkpoint: chain and signature prove it to anybody.")
    elif verdict.anchors:
        print(f"{newest.origin}: {newest.size} leaves go on from each of these anchors.")
    else:
        print(f"{newest.origin}: nothing of it is anchored there.")


def _as_json(verdict: chain.ChainVerdict, newest: notes.Checkpoint) -> dict[str, object]:
    def plain(anchor: chain.Anchor) -> dict[str, object]:
        return {"size": anchor.size, "root": anchor.root.hex(), "at": anchor.at}

    return {
        "origin": newest.origin, "size": newest.size, "faults": verdict.faults, "anchors": [plain(each) for each in verdict.anchors],
        "held": plain(verdict.held) if verdict.held else None, "holds": bool(verdict.anchors) and not verdict.faults,
    }  # fmt: skip


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


# ---- the hall's own --------------------------------------------------------------------------------------------------


def _set_up(args: argparse.Namespace) -> int:
    installation.load(args)
    from django.conf import settings

    from balai.base.anchors import keeping, signing

    try:
        keeping.read_chain()
        signing.require_tools()
    except signing.Unequipped as fault:
        raise ValueError(str(fault)) from None
    keeping.mint_key()
    payer = keeping.read_payer()
    if settings.BALAI_ANCHOR_CONTRACT:
        return _tell_status(args)
    balance = payer.chain.number("eth_getBalance", payer.address, "latest")
    print(
        f"Anchors are paid by {payer.address} on chain {payer.chain.number('eth_chainId')}, which holds {_money(balance)}."
    )
    if made := keeping.find_begun(payer):
        print(
            f"BALAI_ANCHOR_CONTRACT={made}\nThis contract was made before: set it beside BALAI_ANCHOR, and start again."
        )
        return 0
    try:
        contract = _make_contract(payer)
    except chain.ChainRefused as fault:
        print(f"balai: {fault}. Where gas costs money, send some to this account, then set up again.", file=sys.stderr)
        return 3
    from balai.base.actors import Actor

    actor = Actor("system", "console", name="log")
    keeping.note_begun(uuid4(), contract, actor=actor, now=datetime.now(UTC))
    print(
        f"BALAI_ANCHOR_CONTRACT={contract.address}\nSet this beside BALAI_ANCHOR, start again, and tell whoever watches."
    )
    print(
        "keys/anchor.key lies sealed in the home: keep a copy with the other keys. Who has it can add, and take nothing away."
    )
    return 0


def _make_contract(payer: "keeping.Payer") -> chain.Contract:
    from balai.base.anchors import keeping

    sent = keeping.begin(payer)
    deadline = time.monotonic() + WAIT
    while (told := payer.chain.ask("eth_getTransactionReceipt", sent)) is None:
        if time.monotonic() > deadline:
            raise OSError(f"transaction {sent} is in no block yet; when it is, its receipt names the contract")
        time.sleep(2)
    contract = chain.Contract(payer.chain, chain.read_address(str(told.get("contractAddress"))))
    contract.require_ours()
    return contract


def _tell_status(args: argparse.Namespace) -> int:
    installation.load(args)
    from balai.base import sequencer
    from balai.base.anchors import keeping, signing

    try:
        plan = keeping.read_plan()
    except signing.Unequipped as fault:
        raise ValueError(str(fault)) from None
    contract, payer = plan.contract, plan.payer
    contract.require_ours()
    owner, ours = contract.read_owner(), payer.address
    balance = payer.chain.number("eth_getBalance", ours, "latest")
    print(f"chain {payer.chain.number('eth_chainId')} by {payer.chain.host}, contract {contract.address}")
    print(f"paid by {ours}, which holds {_money(balance)}")
    if owner != ours:
        print(f"balai: the contract takes anchors from {owner} alone: keys/anchor.key is another key", file=sys.stderr)
        return 1
    checkpoint, _ = sequencer.read_checkpoint()
    verdict = chain.judge(contract, sequencer.read_file, checkpoint, most=5)
    _tell(verdict, checkpoint, None, taken=False)
    known = keeping.find_last(contract.address)
    print(f"The journal knows of {known[0].size} anchored leaves." if known else "The journal knows of no anchor yet.")
    return 1 if verdict.faults else 0


def _anchor_now(args: argparse.Namespace) -> int:
    installation.load(args)
    from dataclasses import replace
    from datetime import timedelta

    from balai.base.actors import Actor
    from balai.base.anchors import keeping, signing

    try:
        plan = replace(keeping.read_plan(), every=timedelta())
    except signing.Unequipped as fault:
        raise ValueError(str(fault)) from None
    now = datetime.now(UTC)
    try:
        seen = keeping.visit(plan, now)
    except keeping.ChainContradicted as fault:
        print(f"BROKEN: {fault}")
        return 1
    keeping.note(plan, seen, now=now, actor=Actor("system", "console", name="log"))
    print(
        "It was sent; once it lies deep enough the worker notes it."
        if seen.sent
        else "All is anchored that can be now."
    )
    return 0


def _money(wei: int) -> str:
    return f"{wei / 10**18:.6f} coins"
