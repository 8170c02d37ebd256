"""Reading quality.yaml: the tier a folder claims, and rule by rule what is done, to do, or exempt with a reason.

The rules are one fixed list. What a program can see, `check_quality` judges; what only people can give stays to do until they gave it.
"""

from balai.engine.forms.branch import Branch
from balai.engine.manifest.service import Quality
from balai.engine.problems import Problem

TIERS = ("bronze", "silver", "gold")
# Rule to the tier that needs it.
RULES = {
    "golden-examples-for-each-end": "bronze",
    "texts-in-both-languages": "bronze",
    "refusal-letter": "bronze",
    "law-with-its-basis": "bronze",
    "standard-fourteen-components": "silver",
    "once-only": "silver",
    "misuse-refused": "silver",
    "letters-read-back": "silver",
    "found-by-everyday-words": "silver",
    "stages-in-plain-words": "silver",
    "no-document-made-here": "silver",
    "letters-looked-at": "silver",
    "law-confirmed-by-an-official": "gold",
    "rules-confirmed-by-an-official": "gold",
    "archive-class-confirmed-by-an-archivist": "gold",
    "connected-to-its-system": "gold",
    "tried-with-citizens": "gold",
}
# What no program can see; until a person said so, it is to do.
BY_PEOPLE = frozenset(
    [
        "letters-looked-at",
        "law-confirmed-by-an-official",
        "rules-confirmed-by-an-official",
        "archive-class-confirmed-by-an-archivist",
        "connected-to-its-system",
        "tried-with-citizens",
    ]
)


def read_quality(root: Branch | None, prefix: str, problems: list[Problem]) -> Quality:
    """Read the file; it must be there."""
    if root is None:
        problems.append(
            Problem("The folder has no quality.yaml.", "Write {tier: bronze, rules: {}}.", prefix + "quality.yaml")
        )
        return Quality()
    keys = root.keys(("tier", "rules"), required=("tier", "rules"))
    tier = keys["tier"].one_of(TIERS) if "tier" in keys else "bronze"
    given = keys["rules"].keys(tuple(RULES)) if "rules" in keys else {}
    rules = {name: _state_of(one) for name, one in given.items()}
    lines = {name: one.line for name, one in (*keys.items(), *given.items())}
    return Quality(tier, rules, lines)


def _state_of(branch: Branch) -> str:
    if isinstance(branch.value, str):
        return branch.one_of(("done", "todo"))
    keys = branch.keys(("exempt",), required=("exempt",))
    return f"exempt: {keys['exempt'].text()}" if "exempt" in keys else "todo"
