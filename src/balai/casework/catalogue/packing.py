"""A published version as one compressed archive: the folder's files and the town's parts that its key is taken over."""

import base64
import json
import zlib
from collections.abc import Mapping

from balai.engine import manifest
from balai.engine.manifest import face

LOOKS = (face.FILE, *face.PICTURES)  # how the town's pages look is no part of a service


def pack(folder: Mapping[str, bytes], town: Mapping[str, bytes]) -> bytes:
    """Pack a folder and the town's files; the same files always give the same bytes."""
    tree = {
        part: {path: base64.b64encode(content).decode() for path, content in sorted(files.items())}
        for part, files in (
            ("folder", folder),
            ("town", {path: content for path, content in town.items() if path not in LOOKS}),
        )
    }
    return zlib.compress(json.dumps(tree, sort_keys=True).encode(), 9)


def unpack(service_id: str, archive: bytes) -> manifest.Service:
    """Read the service that was packed; what was once published without fault reads without fault."""
    tree = json.loads(zlib.decompress(archive))
    files = {part: {path: base64.b64decode(content) for path, content in held.items()} for part, held in tree.items()}
    return manifest.read_service(
        files["folder"], folder=service_id, town=manifest.read_town(files["town"]), published=True
    )
