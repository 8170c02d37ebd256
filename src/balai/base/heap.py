"""What a process keeps for its whole life is set aside, so that looking for garbage does not go through it again and again.

A hall's modules are some million objects. With Python's own thresholds every seven hundred new ones begin a search, and a full one
walks all of them: that was a tenth of what a start costs and a twentieth of what the tests do.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects before a search for garbage begins; searches of the youngest before one of the middle, and of these before all.
OFTEN = (50_000, 20, 50)


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while a process loads, and set aside what is there then."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        settle()


def settle() -> None:
    """Set aside all that is there, and look for garbage among the rest more seldom."""
    gc.freeze()
    gc.set_threshold(*OFTEN)
