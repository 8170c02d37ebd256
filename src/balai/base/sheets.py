"""Our own small YAML files, read by the parser in C where it is installed: in Python a page's words alone took half a second a process.

What others write goes through `engine.manifest.yaml_tree`, which names places and refuses bombs.
"""

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_sheet(content: str | bytes) -> Any:
    """Give what a YAML text of our own holds.

    :raises yaml.YAMLError: when it is none.
    """
    return yaml.load(content, Loader=_LOADER)
