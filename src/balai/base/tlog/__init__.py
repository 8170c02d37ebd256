"""The public log as pure functions: Merkle trees, tiles, signed checkpoints, cosignatures, proofs that hold without a network.

Knows neither Django nor a database, so that a witness, a mirror, a bank that checks a letter and the hall use the same code. The
forms are those of C2SP: tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature, tlog-witness and tlog-proof.
"""
