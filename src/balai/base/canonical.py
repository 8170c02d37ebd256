"""JSON as we keep it: compact, in the script it was written in; canonical (its keys in order) where a digest is taken over it.

`json.JSONEncoder` builds its encoder anew for each value, which costs as much as writing a small one; here it is built once. A
deed writes seven.
"""

import json
from collections.abc import Callable
from json import encoder
from typing import Any

Writer = Callable[[Any], str]


def _refuse(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} is no JSON")


def make_writer(*, sort_keys: bool = False, default: Callable[[Any], Any] = _refuse) -> Writer:
    """Make a function that writes values of JSON; `default` turns what is none into some. Rings are not looked for.

    The function raises TypeError for what is no JSON.
    """
    build = getattr(encoder, "c_make_encoder", None)  # an interpreter without its C part has none
    if build is None:
        return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys, default=default).encode
    write = build(None, default, encoder.encode_basestring, None, ":", ",", sort_keys, False, True)
    return lambda value: "".join(write(value, 0))


write = make_writer()
write_canonical = make_writer(sort_keys=True)
