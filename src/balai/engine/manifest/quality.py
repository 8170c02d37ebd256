"""Reading quality.yaml: the tier a folder claims, and rule by rule what is done, to do, or exempt with a reason."""

from balai.engine.forms.branch import Branch
from balai.engine.manifest.service import Quality
from balai.engine.problems import Problem

TIERS = ("bronze", "silver", "gold")


def read_quality(root: Branch | None, prefix: str, problems: list[Problem]) -> Quality:
    """Read the file; it must be there."""
    if root is None:
        problems.append(
            Problem("The folder has no quality.yaml.", "Write {tier: bronze, rules: {}}.", prefix + "quality.yaml")
        )
        return Quality()
    keys = root.keys(("tier", "rules"), required=("tier", "rules"))
    tier = keys["tier"].one_of(TIERS) if "tier" in keys else "bronze"
    rules = {one.key: _state_of(one) for one in keys["rules"].entries()} if "rules" in keys else {}
    return Quality(tier, rules)


def _state_of(branch: Branch) -> str:
    if isinstance(branch.value, str):
        return branch.one_of(("done", "todo"))
    keys = branch.keys(("exempt",), required=("exempt",))
    return f"exempt: {keys['exempt'].text()}" if "exempt" in keys else "todo"
