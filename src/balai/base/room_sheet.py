"""Reads `room.yaml`: what a room must say of itself, in which words; its JSON Schema for editors is asked of this reader.

Whether what it says is true of the program is what `doors.console.roomcheck` judges.
"""

from balai.engine.folders import words_of
from balai.engine.forms.branch import Branch
from balai.engine.manifest.doors import DOORS
from balai.engine.manifest.operations import TYPES

KEYS = ("title", "purpose", "owner", "roles", "sends", "hears", "holds", "archive")
MAY = ("operations", "marked", "doors")
BASES = {  # UU 27/2022 art. 20(2), letter by letter
    "a": "explicit consent", "b": "contract", "c": "legal obligation", "d": "vital interest",
    "e": "public service or authority under law", "f": "legitimate interest",
}  # fmt: skip
STATUS = ("confirmed", "unconfirmed")
FORGOTTEN = ("with-case", "with-person", "stays")
_HELD = ("what", "basis", "status", "forgotten")
_SCHEDULE = ("class", "from", "keep", "then", "basis", "status")
_SHAPE = ("inputs", "optional", "outputs", "alone", "fails")


def read_room(root: Branch) -> None:
    """Judge what stands in a `room.yaml` and how; each fault is noted at its place."""
    keys = root.keys((*KEYS, *MAY), required=KEYS)
    for name in ("title", "purpose"):
        if name in keys:
            words_of(keys[name])
    if "owner" in keys:
        keys["owner"].text()
    for role in keys["roles"].entries() if "roles" in keys else ():
        words_of(role)
    for name in ("sends", "hears"):
        if name in keys:
            keys[name].texts()
    for table in keys["holds"].entries() if "holds" in keys else ():
        _holding(table)
    if "archive" in keys:
        _archive(keys["archive"])
    _more(keys)


def _more(keys: dict[str, Branch]) -> None:
    for operation in keys["operations"].entries() if "operations" in keys else ():
        _operation(operation)
    for table in keys["marked"].entries() if "marked" in keys else ():
        table.texts()
    if "doors" in keys:
        for page in keys["doors"].keys(sorted(DOORS)).values():
            page.text()


def _holding(table: Branch) -> None:
    """Read what a table holds about people: `nobody`, or what, by which right and until when."""
    if isinstance(table.value, str):
        table.one_of(("nobody",))
        return
    keys = table.keys(_HELD, required=_HELD)
    if "what" in keys:
        words_of(keys["what"])
    for name, known in (("basis", tuple(BASES)), ("status", STATUS), ("forgotten", FORGOTTEN)):
        if name in keys:
            keys[name].one_of(known)


def _archive(schedule: Branch) -> None:
    """Read how long it is kept: `with-case`, or a schedule as a service has it."""
    if isinstance(schedule.value, str):
        schedule.one_of(("with-case",))
        return
    for name, one in schedule.keys(_SCHEDULE, required=_SCHEDULE).items():
        if name == "status":
            one.one_of(STATUS)
        else:
            one.text()


def _operation(operation: Branch) -> None:
    """Read the shape of an operation that the room offers to services."""
    keys = operation.keys(_SHAPE)
    for name in ("inputs", "outputs"):
        for value in keys[name].entries() if name in keys else ():
            value.one_of(TYPES)
    for name in ("optional", "fails"):
        if name in keys:
            keys[name].texts()
    if "alone" in keys:
        keys["alone"].flag()
