"""How many examples a property is tried on."""

import os


def some(many: int) -> int:
    """Give a third of so many, at least 20; all of them under `balai test --all`, which searches at random.

    By default the examples are the same in every run, so what they do not find once they never find.
    """
    return many if os.environ.get("BALAI_TEST_ALL") == "1" else max(many // 3, 20)
