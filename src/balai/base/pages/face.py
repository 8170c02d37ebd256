"""How this town's pages look, read once per process from its folder: colours, emblem, picture, telephone number."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from balai.engine import manifest
from balai.engine.manifest import face as faces
from balai.engine.problems import Problem


@lru_cache(maxsize=1)
def get_face() -> manifest.Face:
    """Read the town's face; whatever is wrong with it, which `balai check` tells, leaves it as it would be without."""
    problems: list[Problem] = []
    names = (faces.FILE, "emblem.svg", *faces.PICTURES)
    files = {name: content for name in names if (content := read_file(name)) is not None}
    found = manifest.read_face(files, problems)
    return manifest.Face(emblem="emblem.svg" in files) if problems else found


def read_file(name: str) -> bytes | None:
    """Read one file of the town's folder, None where there is none."""
    path = Path(f"{settings.BALAI_TOWN_FOLDER}/{name}")
    return path.read_bytes() if path.is_file() else None


def css(face: manifest.Face) -> str:
    """Write the town's own colours as tokens of the style sheet; "" where they are the style sheet's own."""
    light, dark = (";".join(f"--{name}:{value}" for name, value in face.tokens(theme).items()) for theme in (0, 1))
    if not light and not dark:
        return ""
    return f"@layer tokens{{:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}"
