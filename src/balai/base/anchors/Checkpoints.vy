# pragma version 0.4.3
# pragma evm-version paris
"""
@title Checkpoints of public logs
@license EUPL-1.2
@notice Keeps the size and root of a log's checkpoints. One key adds to it; nobody takes away or changes, and no size comes twice
    or goes back. A log is named by the SHA-256 of its origin. Nothing else is kept: no name, no person, no money.
"""

struct Anchor:
    root: bytes32
    at: uint256  # seconds since 1970, of the block it came in
    before: uint256  # the size that was anchored before this one, 0 for the first

event Anchored:
    origin: indexed(bytes32)
    size: indexed(uint256)
    root: bytes32

owner: public(address)
newest: public(HashMap[bytes32, uint256])  # the largest size of a log, 0 before its first
anchors: public(HashMap[bytes32, HashMap[uint256, Anchor]])


@deploy
def __init__():
    self.owner = msg.sender


@external
def append(origin: bytes32, size: uint256, root: bytes32):
    assert msg.sender == self.owner, "only its owner adds"
    before: uint256 = self.newest[origin]
    assert size > before, "a log only grows"
    self.newest[origin] = size
    self.anchors[origin][size] = Anchor(root=root, at=block.timestamp, before=before)
    log Anchored(origin=origin, size=size, root=root)
