"""Anchors: now and then a checkpoint of the public log is written to a contract on an EVM chain, where nobody can take it back.

`chain` asks a chain and judges what it says, with the standard library alone, so that anybody can from anywhere; `signing` makes
transactions with the optional set `requirements/anchor.txt`; `keeping` is the hall's part: its key, its job, how it stands.
`Checkpoints.vy` is the contract, `checkpoints.json` what its compiler makes of it. Only a log's hash, its size and its root leave.
"""
