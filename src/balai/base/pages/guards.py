"""Says of a view who may enter it, so that a house test can ask every address of ours and find the one that does not say.

The guards themselves stand in `records.entrance`; whoever writes another marks what it makes.
"""

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])


def mark(view: V, who: str) -> V:
    """Mark a view, or what a guard made of it, with who may enter: "all", "visitors", "officers", "administrators" …"""
    setattr(view, "entrance", who)  # noqa: B010
    return view


def who_enters(view: Any) -> str:
    """Tell who may enter a view, through whatever it is wrapped in; "" when nobody said so."""
    while view is not None:
        found = vars(view).get("entrance", "") if hasattr(view, "__dict__") else ""
        if found:
            return str(found)
        view = getattr(view, "__wrapped__", None)
    return ""


def open_page(view: V) -> V:
    """Let in everybody, and ask nobody who they are."""
    return mark(view, "all")
