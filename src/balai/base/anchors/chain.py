"""Asking an EVM chain over JSON-RPC, with the standard library alone: what a contract keeps of a log, and whether the log goes on from it."""

import hashlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from balai.base.tlog import merkle, notes, tiles

PATIENCE, MOST = 20, 4_000_000  # seconds, bytes of an answer
_SIZE = 2**63  # above any log's


class ChainRefused(Exception):
    """The chain, or what stands at the address, said no, or said what makes no sense; the words say which."""


@lru_cache(maxsize=1)
def compiled() -> dict[str, Any]:
    """Read what the compiler made of the contract: `bytecode`, `runtime`, `methods` by their signatures, `compiler`."""
    return dict(json.loads((Path(__file__).parent / "checkpoints.json").read_text(encoding="utf-8")))


def name_log(origin: str) -> bytes:
    """Name a log as the contract does: 32 bytes."""
    return hashlib.sha256(origin.encode()).digest()


def call_data(method: str, *words: int | bytes) -> bytes:
    """Write a call of the contract: the method's four bytes, then 32 for each value."""
    said = [word if isinstance(word, bytes) else word.to_bytes(32) for word in words]
    return bytes.fromhex(compiled()["methods"][method][2:]) + b"".join(said)


def read_address(text: str) -> str:
    """Read the address of an account or contract. :raises ValueError: for anything else."""
    plain = text.strip().lower()
    try:
        if not plain.startswith("0x") or len(bytes.fromhex(plain[2:])) != 20:
            raise ValueError
    except ValueError:
        raise ValueError(f"{text!r} is no address: it is written as 0x and 40 hex digits") from None
    return plain


@dataclass(frozen=True, slots=True)
class Chain:
    """A node that answers JSON-RPC. Its address may hold a password, so only its host is ever told."""

    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """Name the node."""
        return urlsplit(self.url).hostname or "?"

    def ask(self, method: str, *params: Any) -> Any:
        """Ask the node. :raises OSError: when it does not answer; :raises Refused: when it says no."""
        asked = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        try:
            request = urllib.request.Request(*self._addressed(asked), method="POST")
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                content = answer.read(MOST + 1)
        except urllib.error.HTTPError as refused:
            content = refused.read(MOST + 1) if refused.code in (400, 500) else b""  # some say JSON-RPC's errors so
            if not content.startswith(b"{"):
                raise OSError(f"{self.host} answers {refused.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise OSError(
                f"{self.host} does not answer: {getattr(fault, 'reason', None) or type(fault).__name__}"
            ) from None
        return self._read(content)

    def _addressed(self, asked: bytes) -> tuple[str, bytes, dict[str, str]]:
        """Give what is sent, a name and password of the address in the header where they belong."""
        parts, headers = urlsplit(self.url), {"Content-Type": "application/json"}
        who, at, where = parts.netloc.rpartition("@")
        if at:
            headers["Authorization"] = f"Basic {notes.encode(unquote(who).encode())}"
        return parts._replace(netloc=where).geturl(), asked, headers

    def _read(self, content: bytes) -> Any:
        try:
            told = json.loads(content)
            if told.get("error"):
                raise ChainRefused(f"{self.host} refuses: {str(told['error'].get('message', '?'))[:200]}")
            return told["result"]
        except (ValueError, KeyError, AttributeError, TypeError):
            raise ChainRefused(f"{self.host} does not speak JSON-RPC") from None

    def number(self, method: str, *params: Any) -> int:
        """Ask for a number. :raises OSError: :raises Refused: as `ask` does."""
        return self._number(self.ask(method, *params))

    def bytes_(self, method: str, *params: Any) -> bytes:
        """Ask for bytes. :raises OSError: :raises Refused: as `ask` does."""
        told = self.ask(method, *params)
        try:
            return bytes.fromhex(told.removeprefix("0x"))
        except (ValueError, AttributeError):
            raise ChainRefused(f"{self.host} does not speak JSON-RPC") from None

    def read_base_fee(self) -> int | None:
        """Read what a unit of gas costs at least in the newest block, in wei; None on a chain that has no such price."""
        block = self.ask("eth_getBlockByNumber", "latest", False)
        fee = block.get("baseFeePerGas") if isinstance(block, dict) else None
        return None if fee is None else self._number(fee)

    def _number(self, told: Any) -> int:
        try:
            return int(told, 16)
        except (ValueError, TypeError):
            raise ChainRefused(f"{self.host} does not speak JSON-RPC") from None


@dataclass(frozen=True, slots=True)
class Anchor:
    """One checkpoint as the contract keeps it: size, root, the time of its block in seconds since 1970, the size before it."""

    size: int
    root: bytes
    at: int
    before: int


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract at an address of a chain."""

    chain: Chain
    address: str

    def require_ours(self) -> None:
        """Require that what stands at the address is this contract and no other. :raises Refused: otherwise."""
        code = self.chain.bytes_("eth_getCode", self.address, "latest")
        if not code:
            raise ChainRefused(f"there is no contract at {self.address}")
        if code.hex() != compiled()["runtime"]:
            raise ChainRefused(f"what stands at {self.address} is another contract: it may take back what it kept")

    def read_owner(self) -> str:
        """Read whose key adds to it."""
        return f"0x{self._call('latest', 'owner()')[0].hex()[24:]}"

    def read_newest(self, origin: str, at: str = "latest") -> int:
        """Read the largest size that is anchored of a log as of a block, 0 for none."""
        return self._size(self._call(at, "newest(bytes32)", name_log(origin))[0])

    def find(self, origin: str, size: int, at: str = "latest") -> Anchor | None:
        """Find the checkpoint of a size; None when it is not anchored."""
        root, when, before = self._call(at, "anchors(bytes32,uint256)", name_log(origin), size, words=3)
        moment = int.from_bytes(when)
        return Anchor(size, root, moment, self._size(before)) if moment else None

    def list_newest(self, origin: str, most: int) -> list[Anchor]:
        """List up to `most` checkpoints of a log, the newest first. :raises Refused: when the list makes no sense."""
        found: list[Anchor] = []
        size = self.read_newest(origin)
        while size and len(found) < most:
            anchor = self.find(origin, size)
            if anchor is None or anchor.before >= size:
                raise ChainRefused(f"{self.chain.host} contradicts itself about {self.address}")
            found.append(anchor)
            size = anchor.before
        return found

    def _call(self, at: str, method: str, *given: int | bytes, words: int = 1) -> list[bytes]:
        asked = {"to": self.address, "data": f"0x{call_data(method, *given).hex()}"}
        told = self.chain.bytes_("eth_call", asked, at)
        if len(told) != 32 * words:
            raise ChainRefused(f"there is no contract at {self.address} that keeps checkpoints")
        return [told[place : place + 32] for place in range(0, len(told), 32)]

    def _size(self, word: bytes) -> int:
        size = int.from_bytes(word)
        if size > _SIZE:
            raise ChainRefused(f"{self.chain.host} tells of a log larger than any")
        return size


# ---- from outside ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ChainVerdict:
    """What a look from outside found: the anchors that fit, newest first, what does not fit, and since when a checkpoint is held."""

    anchors: list[Anchor] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    held: Anchor | None = None  # the first anchor that covers the checkpoint that was asked about


def judge(
    contract: Contract,
    read: tiles.Read,
    newest: notes.Checkpoint,
    *,
    most: int = 30,
    asked: notes.Checkpoint | None = None,
) -> ChainVerdict:
    """Hold a log, by its newest checkpoint and its files, against up to `most` anchors of it; and one more checkpoint, if asked.

    :raises OSError: :raises Refused: when the chain or the contract gives no answer that counts.
    """
    contract.require_ours()
    verdict, tree = ChainVerdict(), tiles.Tree(read, newest.size)
    verdict.anchors = contract.list_newest(newest.origin, most)
    for anchor in verdict.anchors:
        if fault := find_contradiction(tree, newest, anchor.size, anchor.root):
            verdict.faults.append(f"anchored of {anchor.size} leaves, and {fault}")
    if asked is not None:
        _judge_asked(verdict, tree, newest, asked)
    return verdict


def _judge_asked(verdict: ChainVerdict, tree: tiles.Tree, newest: notes.Checkpoint, asked: notes.Checkpoint) -> None:
    if asked.origin != newest.origin:
        verdict.faults.append(f"the checkpoint is of another log: {asked.origin}")
    elif fault := find_contradiction(tree, newest, asked.size, asked.root):
        verdict.faults.append(f"the checkpoint has {asked.size} leaves, and {fault}")
    else:
        covering: Sequence[Anchor] = [each for each in verdict.anchors if each.size >= asked.size]
        verdict.held = covering[-1] if covering else None


def find_contradiction(tree: tiles.Tree, newest: notes.Checkpoint, size: int, root: bytes) -> str:
    """Tell how a log contradicts a smaller tree of which size and root are known, or "" when it goes on from it."""
    if size > newest.size:
        return f"the log shows {newest.size}: it was rewound"
    try:
        proof = tree.prove_consistency(size) if 0 < size < newest.size else []
        if size:
            merkle.require_consistency(size, newest.size, proof, root, newest.root)
    except (tiles.TileMissing, tiles.Changed, merkle.NotProven) as fault:
        return f"the log of {newest.size} is of another history: {fault}"
    return ""
