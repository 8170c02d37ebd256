"""Run proofs of inclusion and consistency in the JSON form of transparency-dev/merkle against the log's own functions.

A file holds one: leafIdx, treeSize, root, leafHash, proof, or size1, size2, root1, root2, proof; hashes in Base64; `wantErr` tells
that it must be refused.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from balai.base.tlog import merkle

INCLUSION, CONSISTENCY = "inclusion", "consistency"


@dataclass(frozen=True, slots=True)
class Vector:
    """One proof and what came of it; `problem` is why it was refused, "" when it holds."""

    kind: str
    name: str
    want_refused: bool
    problem: str

    @property
    def passed(self) -> bool:
        """Tell whether it was judged as it should be."""
        return bool(self.problem) == self.want_refused


def run_folder(path: Path) -> Iterator[Vector]:
    """Judge every proof below a folder, in order of name; files that hold none are left out."""
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            continue
        kind = INCLUSION if _is(told, "leafIdx", "treeSize") else CONSISTENCY if _is(told, "size1", "size2") else ""
        if kind:
            name = str(file.relative_to(path)) if path.is_dir() else file.name
            yield Vector(kind, name, bool(told.get("wantErr")), _judge(kind, told))


def _is(told: Any, *fields: str) -> bool:
    return isinstance(told, dict) and all(field in told for field in fields)


def _judge(kind: str, told: dict[str, Any]) -> str:
    """Judge one proof; give why it was refused, or ""."""
    try:
        proof = [_hash(each) for each in told.get("proof") or []]
        if kind == INCLUSION:
            leaf, root = _hash(told.get("leafHash")), _hash(told.get("root"))
            merkle.require_inclusion(int(told["leafIdx"]), int(told["treeSize"]), leaf, proof, root)
        else:
            before, root = _hash(told.get("root1")), _hash(told.get("root2"))
            merkle.require_consistency(int(told["size1"]), int(told["size2"]), proof, before, root)
    except merkle.NotProven as fault:
        return str(fault)
    return ""


def _hash(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "", validate=True)
    except binascii.Error:
        raise merkle.NotProven("a hash is no Base64") from None
