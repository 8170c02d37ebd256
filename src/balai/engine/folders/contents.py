"""The contents of a folder: which files belong in it, what its key is, and words in both languages."""

import hashlib
import re
from collections.abc import Collection, Mapping

from balai.engine.forms.branch import Branch
from balai.engine.problems import Problem

LANGS = ("id", "en")


def key_of(kind: str, id_: str, files: Mapping[str, bytes], *more: tuple[str, object]) -> str:
    """Answer the SHA-256 over a folder's kind and id, every file (path, length, bytes), and whatever else it was read with."""
    digest = hashlib.sha256(f"{kind}\0{id_}\0".encode())
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    for name, value in sorted((name, str(value)) for name, value in more):
        digest.update(f"{name}={value}\0".encode())
    return digest.hexdigest()


def check_names(files: Collection[str], known: Collection[str], prefix: str, problems: list[Problem]) -> None:
    """Tell every file that does not belong in the folder; a `*` in a known name stands for anything but a slash."""
    patterns = [re.compile(re.escape(name).replace(r"\*", "[^/]+")) for name in known]
    for path in files:
        if not any(pattern.fullmatch(path) for pattern in patterns):
            fix = f"Remove it, or correct its name. Known here: {', '.join(sorted(known))}."
            problems.append(Problem("This file does not belong in this folder.", fix, f"{prefix}/{path}"))


def words_of(branch: Branch) -> dict[str, str]:
    """Read words that stand in both languages: {id: …, en: …}."""
    return {lang: one.text() for lang, one in branch.keys(LANGS, required=LANGS).items()}
