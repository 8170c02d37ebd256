"""A published version as one compressed archive: the folder's files and the town's parts that its key is taken over."""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from balai.engine.manifest import contact, face, search_words

# How the hall looks, is reached and is searched is no part of a folder.
LOOKS = (face.FILE, contact.FILE, search_words.FILE, "life-events.yaml", *face.PICTURES)


class PackedFolder(NamedTuple):
    """What lies in an archive: the files of the folder and of the town, by their paths."""

    folder: dict[str, bytes]
    town: dict[str, bytes]


def pack(folder: Mapping[str, bytes], town: Mapping[str, bytes]) -> bytes:
    """Pack a folder and the town's files; the same files always give the same bytes."""
    tree = {
        part: {path: base64.b64encode(content).decode() for path, content in sorted(files.items())}
        for part, files in (("folder", folder), ("town", without_looks(town)))
    }
    return zlib.compress(json.dumps(tree, sort_keys=True).encode(), 9)


def without_looks(town: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out of the town's files how its pages look, how it is reached and how it is searched."""
    return {path: content for path, content in town.items() if path not in LOOKS}


def unpack(archive: bytes) -> PackedFolder:
    """Take the files out of an archive."""
    tree = json.loads(zlib.decompress(archive))
    files = {part: {path: base64.b64decode(content) for path, content in held.items()} for part, held in tree.items()}
    return PackedFolder(files["folder"], files["town"])
