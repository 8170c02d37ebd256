"""The hall's part in anchoring: when a checkpoint is due, who pays for it, and what is known of those before.

Everything that asks the chain runs in a thread of its own: a node that hangs, lies or is gone holds up nothing else of the house,
and what came of it is taken at a later round. What the chain keeps is read back and held against the hall's own log before the
journal says that it is anchored. The chain itself is the memory: whatever is killed goes on from what stands there.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from django.conf import settings

from balai.base import journal, keyring, outbox, sequencer, sql
from balai.base.actors import CLOCK, Actor
from balai.base.anchors import chain, signing
from balai.base.anchors.chain import Anchor, Chain, ChainRefused, Contract
from balai.base.tlog import tiles

State = Literal["good", "note", "bad"]
STREAM = "log"
STUCK = timedelta(hours=1)  # then a transaction that no block took is sent again for more
_GWEI = 10**9
_NAMED = UUID("0d4f4f0b-6f0e-4f0e-9b43-0f6c0b8a6a52")  # beneath it lie the commands that note an anchor


class ChainContradicted(Exception):
    """The chain keeps another history of this log, or more of it than there is."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who adds to a contract: the key, and the most that a unit of gas may cost, in wei."""

    chain: Chain
    secret: bytes = field(repr=False)
    most: int

    @property
    def address(self) -> str:
        """Give the account."""
        return signing.find_address(self.secret)

    def send(self, to: str, data: bytes, *, over: int = 0) -> tuple[str, int]:
        """Send a transaction in the account's next place, paying more than `over`; give its id, and the fee for a unit of gas in wei.

        :raises OSError: :raises Refused: when the chain does not take it, or gas costs more than may be paid.
        """
        nonce = self.chain.number("eth_getTransactionCount", self.address, "latest")
        asked = {"from": self.address, "data": f"0x{data.hex()}"} | ({"to": to} if to else {})
        gas = self.chain.number("eth_estimateGas", asked)
        fee, tip = self._price(over)
        made = signing.Transaction(
            self.chain.number("eth_chainId"), nonce, bytes.fromhex(to[2:]), data, gas + gas // 5, fee, tip
        )
        told = self.chain.bytes_("eth_sendRawTransaction", f"0x{made.sign(self.secret).hex()}")
        return f"0x{told.hex()}", fee

    def _price(self, over: int) -> tuple[int, int | None]:
        base = self.chain.read_base_fee()
        if base is None:
            least = fee = max(self.chain.number("eth_gasPrice"), over)
            tip = None
        else:
            tip = self._tip()
            least, fee = max(base + tip, over), max(2 * base + tip, over)
            tip = max(tip, over // 2) if over else tip  # a replacement must raise both
        if least > self.most:
            raise ChainRefused(f"gas costs {least / _GWEI:.1f} gwei, more than BALAI_ANCHOR_GWEI={self.most / _GWEI:g}")
        return min(fee, self.most), tip

    def _tip(self) -> int:
        try:
            return self.chain.number("eth_maxPriorityFeePerGas")
        except ChainRefused:
            return _GWEI


@dataclass(frozen=True, slots=True)
class AnchorPlan:
    """What is set: the contract, who pays, how often, and how many blocks must lie on an anchor."""

    contract: Contract
    payer: Payer
    every: timedelta
    depth: int

    def __str__(self) -> str:
        return self.contract.chain.host


def is_set() -> bool:
    """Tell whether checkpoints are to be anchored."""
    return bool(settings.BALAI_ANCHOR and settings.BALAI_ANCHOR_CONTRACT)


def read_chain() -> Chain:
    """Read which node is asked. :raises ValueError: when `BALAI_ANCHOR` is no address of one."""
    if not settings.BALAI_ANCHOR.startswith(("http://", "https://")):
        raise ValueError("BALAI_ANCHOR names no node: set it to an address that begins with https://")
    return Chain(settings.BALAI_ANCHOR)


def read_payer() -> Payer:
    """Read who pays. :raises ValueError: without a key; :raises Unequipped: without the optional set."""
    signing.require_tools()
    try:
        secret = keyring.load(settings.BALAI_HOME).anchor_key()
    except FileNotFoundError:
        raise ValueError(
            "keys/anchor.key is missing: put it back, or make one with `balai log anchor set-up`"
        ) from None
    except (OSError, InvalidTag):
        raise ValueError("keys/anchor.key cannot be read, or is another hall's") from None
    return Payer(read_chain(), secret, int(settings.BALAI_ANCHOR_GWEI * _GWEI))


def read_plan() -> AnchorPlan:
    """Read what is set. :raises ValueError: for what makes no sense; :raises Unequipped: without the optional set."""
    contract = Contract(read_chain(), chain.read_address(settings.BALAI_ANCHOR_CONTRACT))
    return AnchorPlan(contract, read_payer(), timedelta(hours=settings.BALAI_ANCHOR_HOURS), settings.BALAI_ANCHOR_DEPTH)


# ---- what is known ---------------------------------------------------------------------------------------------------


def find_last(contract: str = "") -> tuple[Anchor, str] | None:
    """Find the newest anchor that the journal knows of this log, at this contract or any; and its contract. One query."""
    origin = log.origin if (log := sequencer.find_log()) else ""
    rows = sql.rows("SELECT body FROM base_entry WHERE stream = %s AND action = 'anchored' ORDER BY seq DESC", [STREAM])
    for (raw,) in rows:
        told: dict[str, Any] = sql.as_json(raw)
        if told["origin"] == origin and contract in ("", told["contract"]):
            found = Anchor(told["size"], bytes.fromhex(told["root"]), told["at"], told["before"])
            return found, str(told["contract"])
    return None


def is_due(plan: AnchorPlan, now: datetime) -> bool:
    """Tell whether another checkpoint is to be anchored. Two queries; the chain is not asked."""
    last = find_last(plan.contract.address)
    return last is None or now - datetime.fromtimestamp(last[0].at, UTC) >= plan.every


# ---- one visit -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit to the chain found: the newest anchor that lies deep enough, and the chain's number; whether one is on its way."""

    buried: Anchor | None
    chain: int
    sent: bool


_sent: dict[str, tuple[datetime, int]] = {}  # when the transaction that waits was sent, and for how much


def visit(plan: AnchorPlan, now: datetime) -> Visit:
    """Read what the chain keeps of this log, hold it against the log's files, and send the newest checkpoint when it is due.

    :raises Contradicted: when the two are not of one history; :raises OSError: :raises Refused: when the chain does not serve.
    """
    contract, payer = plan.contract, plan.payer
    contract.require_ours()
    checkpoint, _ = sequencer.read_checkpoint()
    at = hex(max(contract.chain.number("eth_blockNumber") - plan.depth, 0))
    number = contract.chain.number("eth_chainId")
    buried = _find_buried(contract, checkpoint.origin, at)
    newest = contract.read_newest(checkpoint.origin)
    for anchor in filter(None, (buried, contract.find(checkpoint.origin, newest) if newest else None)):
        tree = tiles.Tree(sequencer.read_file, checkpoint.size)
        if fault := chain.find_contradiction(tree, checkpoint, anchor.size, anchor.root):
            raise ChainContradicted(f"{contract.address} keeps {anchor.size} leaves of this log, and {fault}")
    if newest > (buried.size if buried else 0):
        _sent.pop(contract.address, None)
        return Visit(buried, number, True)  # it came into a block, and waits for others to lie on it
    fresh = buried is not None and now - datetime.fromtimestamp(buried.at, UTC) < plan.every
    if fresh or checkpoint.size <= newest:
        return Visit(buried, number, False)
    _send(plan, payer, chain.call_data(
        "append(bytes32,uint256,bytes32)", chain.name_log(checkpoint.origin), checkpoint.size, checkpoint.root
    ), now)  # fmt: skip
    return Visit(buried, number, True)


def _find_buried(contract: Contract, origin: str, at: str) -> Anchor | None:
    if not contract.chain.bytes_("eth_getCode", contract.address, at):
        return None  # the contract is younger than that block
    size = contract.read_newest(origin, at)
    return contract.find(origin, size, at) if size else None


def _send(plan: AnchorPlan, payer: Payer, data: bytes, now: datetime) -> None:
    """Send it, unless one waits already; one that waits for long is sent again for more, in the same place."""
    over, key = 0, plan.contract.address
    counts = [payer.chain.number("eth_getTransactionCount", payer.address, at) for at in ("latest", "pending")]
    if counts[1] > counts[0]:
        since, fee = _sent.setdefault(key, (now, 0))
        if now - since < STUCK:
            return
        over = fee + fee // 8 + 1
    _, fee = payer.send(plan.contract.address, data, over=over)
    _sent[key] = now, fee


# ---- the job ---------------------------------------------------------------------------------------------------------

_crew: list[ThreadPoolExecutor] = []
_asked: dict[str, "Future[Visit]"] = {}


@outbox.every(timedelta(minutes=5))
def anchor_checkpoint(now: datetime) -> int:
    """Have the newest checkpoint anchored when it is due, and note in the journal what lies deep enough in the chain."""
    if not is_set():
        return 0
    plan = read_plan()
    return outbox.each(f"{__name__}.anchor_checkpoint", lambda limit: [plan], partial(_anchor, now=now), now=now)


def _anchor(plan: AnchorPlan, *, now: datetime) -> int:
    future = _asked.get(plan.contract.address)
    if future is None:
        if is_due(plan, now):
            if not _crew:
                _crew.append(ThreadPoolExecutor(1, thread_name_prefix="anchor"))
            _asked[plan.contract.address] = _crew[0].submit(visit, plan, now)
        return 0
    if not future.done():
        return 0
    del _asked[plan.contract.address]
    return note(plan, future.result(), now=now)


def note(plan: AnchorPlan, seen: Visit, *, now: datetime, actor: Actor = CLOCK) -> int:
    """Note the newest anchor in the journal, once; tell whether it is new."""
    log = sequencer.find_log()
    if seen.buried is None or log is None:
        return 0
    last = find_last(plan.contract.address)
    if last is not None and last[0].size >= seen.buried.size:
        return 0
    told = f"{seen.chain} {plan.contract.address} {log.origin} {seen.buried.size}"
    with journal.deed(uuid5(_NAMED, told), actor=actor, now=now, name="log.anchor") as deed:
        if deed.repeated:
            return 0
        deed.record(STREAM, "anchored", {
            "chain": seen.chain, "contract": plan.contract.address, "origin": log.origin, "size": seen.buried.size,
            "root": seen.buried.root.hex(), "at": seen.buried.at, "before": seen.buried.before,
        })  # fmt: skip
    return 1


# ---- how it stands, without asking the chain -------------------------------------------------------------------------


def tell_standing(now: datetime) -> Iterator[tuple[State, str, str]]:
    """Tell for the doctor how anchoring stands: state (good, note, bad), in English, in Indonesian; nothing where it is not set."""
    if not is_set():
        return
    failing = [each for each in outbox.list_failing() if each.job.startswith(__name__)]
    try:
        plan = read_plan()
    except (ValueError, signing.Unequipped) as fault:
        yield "note", f"no checkpoint is anchored: {fault}", f"checkpoint tidak ditambatkan: {fault}"
        return
    for each in failing[:1]:
        bad = each.last_error.startswith(ChainContradicted.__name__)
        what = (
            "Keep this home as evidence, and ask who maintains the database." if bad else "It is tried again by itself."
        )
        apa = "Simpan folder ini sebagai bukti, dan tanyai pengelola basis data." if bad else "Akan dicoba lagi."
        yield (
            "bad" if bad else "note", f"anchoring failed {each.times} times since {each.since:%Y-%m-%d %H:%M} UTC: {each.last_error} {what}",
            f"penambatan gagal {each.times} kali sejak {each.since:%Y-%m-%d %H:%M} UTC: {each.last_error} {apa}",
        )  # fmt: skip
    if failing:
        return
    last = find_last(plan.contract.address)
    if last is None:
        yield "note", "no checkpoint is anchored yet.", "belum ada checkpoint yang ditambatkan."
        return
    at = datetime.fromtimestamp(last[0].at, UTC)
    late = now - at > 2 * plan.every
    words, kata = (
        f"{last[0].size} leaves are anchored since {at:%Y-%m-%d %H:%M} UTC",
        f"{last[0].size} catatan ditambatkan sejak {at:%Y-%m-%d %H:%M} UTC",
    )
    if late:
        yield (
            "note",
            f"{words}, none since. `balai log anchor status`",
            f"{kata}, sesudahnya tidak ada. `balai log anchor status`",
        )
    else:
        yield "good", f"{words}.", f"{kata}."


def begin(payer: Payer) -> str:
    """Send what makes the contract; give the transaction's id. :raises OSError: :raises Refused: when the chain does not take it."""
    return payer.send("", bytes.fromhex(chain.compiled()["bytecode"]))[0]


def find_begun(payer: Payer) -> str:
    """Find the contract that was made last on this chain and belongs to this payer, or "": so that none is paid twice. One query."""
    number, owner = payer.chain.number("eth_chainId"), payer.address
    rows = sql.rows(
        "SELECT body FROM base_entry WHERE stream = %s AND action = 'anchor-began' ORDER BY seq DESC", [STREAM]
    )
    told = (sql.as_json(raw) for (raw,) in rows)
    return next((str(each["contract"]) for each in told if (each["chain"], each["owner"]) == (number, owner)), "")


def note_begun(command_id: UUID, contract: Contract, *, actor: Actor, now: datetime) -> None:
    """Note in the journal at which contract checkpoints are anchored from now on."""
    number, owner = contract.chain.number("eth_chainId"), contract.read_owner()
    with journal.deed(command_id, actor=actor, now=now, name="log.anchor-began") as deed:
        if not deed.repeated:
            deed.record(STREAM, "anchor-began", {"chain": number, "contract": contract.address, "owner": owner})


def mint_key() -> None:
    """Make the key that pays, unless it is there."""
    keyring.mint_anchor(Path(settings.BALAI_HOME))
