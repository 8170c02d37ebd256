"""Merkle trees of RFC 6962: hashes, and proofs of inclusion and of consistency, made and judged. Hashes are 32 bytes of SHA-256."""

import hashlib
from collections.abc import Callable, Sequence

EMPTY = hashlib.sha256(b"").digest()  # the root of a tree without leaves

Span = Callable[[int, int], bytes]  # the root of the leaves from `low` to before `high`, which begin a whole subtree


class NotProven(Exception):
    """A proof does not show what it should; the words say where it ends."""


def hash_leaf(data: bytes) -> bytes:
    """Hash one entry to its leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours to the node above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(count: int) -> int:
    """Give the largest power of two below `count`, where a tree of so many leaves divides; `count` is 2 or more."""
    return 1 << ((count - 1).bit_length() - 1)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes, from all of them."""
    row = list(leaves)
    if not row:
        return EMPTY
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [hash_node(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)] + odd
    return row[0]


# ---- making ----------------------------------------------------------------------------------------------------------


def prove_inclusion(index: int, size: int, span: Span) -> list[bytes]:
    """Make the proof that leaf `index` is in the tree of `size` leaves, from its neighbour up. :raises ValueError: when it cannot be."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    low, high, proof = 0, size, []
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            proof.append(span(middle, high))
            high = middle
        else:
            proof.append(span(low, middle))
            low = middle
    return proof[::-1]


def prove_consistency(before: int, size: int, span: Span) -> list[bytes]:
    """Make the proof that the tree of `size` leaves begins with that of `before`. :raises ValueError: when it cannot be."""
    if not 0 < before <= size:
        raise ValueError(f"a tree of {before} leaves begins none of {size}")
    low, high, proof, whole = 0, size, [], True
    while high != before:
        middle = low + split(high - low)
        if before <= middle:
            proof.append(span(middle, high))
            high = middle
        else:
            proof.append(span(low, middle))
            low, whole = middle, False
    return [*([] if whole else [span(low, high)]), *proof[::-1]]


# ---- judging ---------------------------------------------------------------------------------------------------------


def require_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Require that a proof leads from leaf `index` to the root of `size` leaves. :raises NotProven: else."""
    if root_from_inclusion(index, size, leaf, proof) != root:
        raise NotProven("the proof leads to another root")


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Give the root that a proof of inclusion leads to. :raises NotProven: when it fits no such tree."""
    if not 0 <= index < size:
        raise NotProven(f"leaf {index} is not in a tree of {size}")
    _require_hashes((leaf, *proof))
    node, place, last = leaf, index, size - 1
    for beside in proof:
        if last == 0:
            raise NotProven("the proof is too long")
        if place % 2 or place == last:
            while place % 2 == 0:  # the right edge rises alone until it has a neighbour on its left
                place, last = place >> 1, last >> 1
            node = hash_node(beside, node)
        else:
            node = hash_node(node, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise NotProven("the proof is too short")
    return node


def require_consistency(before: int, size: int, proof: Sequence[bytes], root_before: bytes, root: bytes) -> None:
    """Require that a proof shows the tree of `before` leaves at the beginning of that of `size`.

    :raises NotProven: else; also when `before` is 0, since every tree begins with the empty one and no proof is needed.
    """
    if before > size:
        raise NotProven(f"{before} leaves are more than {size}")
    if before == size:
        if proof:
            raise NotProven("equal trees need no proof")
        if root_before != root:
            raise NotProven("two trees of one size have different roots")
        return
    if before <= 0:
        raise NotProven("the empty tree proves nothing")
    _require_hashes(proof)
    path = list(proof) if before & (before - 1) else [root_before, *proof]
    if not path:
        raise NotProven("the proof is too short")
    _require_roots(before, size, path, root_before, root)


def _require_roots(before: int, size: int, path: list[bytes], root_before: bytes, root: bytes) -> None:
    place, last = before - 1, size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            raise NotProven("the proof is too long")
        if place % 2 or place == last:
            old, new = hash_node(beside, old), hash_node(beside, new)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            new = hash_node(new, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise NotProven("the proof is too short")
    if old != root_before:
        raise NotProven("the proof does not lead to the root before")
    if new != root:
        raise NotProven("the proof does not lead to the root after")


def _require_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != 32 for each in hashes):
        raise NotProven("a hash is not of 32 bytes")
