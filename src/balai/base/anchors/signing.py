"""Transactions of an EVM chain, signed here: the key leaves for no node. Needs the optional set `requirements/anchor.txt`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Item: TypeAlias = "bytes | Sequence[Item]"


class Unequipped(Exception):
    """The optional set is not installed; the words say how to."""


def _tools() -> tuple[Any, Any]:
    try:
        from coincurve import PrivateKey
        from Crypto.Hash import keccak
    except ImportError:
        raise Unequipped(
            "anchoring needs its optional set: pip --python .venv/bin/python install --require-hashes --only-binary :all: -r requirements/anchor.txt"
        ) from None
    return PrivateKey, keccak


def require_tools() -> None:
    """Require the optional set. :raises Unequipped: when it is not installed."""
    _tools()


def keccak256(content: bytes) -> bytes:
    """Digest as the chain does (the Keccak before SHA-3): 32 bytes."""
    _, keccak = _tools()
    return bytes(keccak.new(digest_bits=256, data=content).digest())


def rlp(item: Item) -> bytes:
    """Write bytes and lists of them in the chain's way, recursive length prefixes (Ethereum Yellow Paper, appendix B)."""
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _prefix(len(item), 0x80) + item
    content = b"".join(rlp(each) for each in item)
    return _prefix(len(content), 0xC0) + content


def _prefix(length: int, base: int) -> bytes:
    if length < 56:
        return bytes([base + length])
    size = _number(length)
    return bytes([base + 55 + len(size)]) + size


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)


def find_address(secret: bytes) -> str:
    """Give the address of an account by its key, in small letters."""
    make, _ = _tools()
    return f"0x{keccak256(make(secret).public_key.format(compressed=False)[1:])[-20:].hex()}"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is sent: to a contract, or (`to` empty) to make one; no money goes with it. Fees are in wei for a unit of gas.

    With a `tip` it is of type 2 (EIP-1559), whose `fee` is the most that is paid; without one it is of the old kind (EIP-155).
    """

    chain: int
    nonce: int
    to: bytes
    data: bytes
    gas: int
    fee: int
    tip: int | None

    def sign(self, secret: bytes) -> bytes:
        """Sign it under a key, and give it as it is sent."""
        common = (_number(self.gas), self.to, b"", self.data)
        if self.tip is None:
            plain: tuple[Item, ...] = (_number(self.nonce), _number(self.fee), *common)
            r, s, odd = _sign(secret, rlp((*plain, _number(self.chain), b"", b"")))
            return rlp((*plain, _number(self.chain * 2 + 35 + odd), r, s))
        plain = (_number(self.chain), _number(self.nonce), _number(self.tip), _number(self.fee), *common, ())
        r, s, odd = _sign(secret, b"\x02" + rlp(plain))
        return b"\x02" + rlp((*plain, _number(odd), r, s))


def _sign(secret: bytes, content: bytes) -> tuple[bytes, bytes, int]:
    make, _ = _tools()
    signed = make(secret).sign_recoverable(keccak256(content), hasher=None)
    return _number(int.from_bytes(signed[:32])), _number(int.from_bytes(signed[32:64])), signed[64]
