"""Reading golden examples: a story, what the applicant answers, what happens then, and what must come of it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from balai.engine.forms.branch import Branch
from balai.engine.manifest.periods import read_duration
from balai.engine.manifest.service import Example, ExampleEvent

KEYS = (
    "story",
    "now",
    "applicant",
    "unit",
    "channel",
    "objected",
    "offered",
    "apply",
    "then",
    "expect",
    "refused_because",
)
EVENT_KEYS = (
    "step", "message", "payment", "cosigners", "becomes", "as", "unit", "data", "operation", "gives", "fails", "at", "after", "wait",
    "extend", "allow_return", "confirm",
)  # fmt: skip
_KINDS = ("step", "message", "payment", "cosigners", "operation", "wait", "extend", "allow_return", "confirm")
BECOMES = {"payment": ("paid", "rejected", "expired"), "cosigners": ("agreed", "refused", "expired")}
_ALL_BECOME = tuple(dict.fromkeys(word for words in BECOMES.values() for word in words))
EXPECT_KEYS = (
    "end", "path", "letters", "letter_says", "notices", "notice_says", "due", "data", "open", "promise", "units", "deadlines", "aside",
)  # fmt: skip


def read_example(branch: Branch, path: str) -> Example:
    """Read one example, adding what is wrong to the branch's problems."""
    keys = branch.keys(KEYS, required=("story", "now", "applicant", "apply"))
    expect = keys["expect"].keys(EXPECT_KEYS) if "expect" in keys else {}
    if ("expect" in keys) == ("refused_because" in keys):
        branch.wrong("It is not said what must come of it.", "Add expect: {…}, or refused_because: {field: code}.")
    refused = {one.key: one.text() for one in keys["refused_because"].entries()} if "refused_because" in keys else {}
    return Example(
        name=PurePosixPath(path).stem,
        story=keys["story"].text() if "story" in keys else "",
        now=moment_of(keys.get("now")) or datetime.fromisoformat("2026-01-05T09:00:00+08:00"),
        applicant=_mapping(keys.get("applicant")),
        apply=_mapping(keys.get("apply")),
        then=tuple(_event_of(one) for one in keys["then"].items()) if "then" in keys else (),
        expect={name: one.value for name, one in expect.items()},
        refused_because=refused,
        unit=_mapping(keys.get("unit")),
        channel=keys["channel"].text() if "channel" in keys else "portal",
        objected=_mapping(keys.get("objected")),
        offered=_offered(keys.get("offered")),
        file=branch.file,
        lines={name: one.line for name, one in (*keys.items(), *expect.items())},
    )


def _mapping(branch: Branch | None) -> Mapping[str, object]:
    if branch is None:
        return {}
    return {one.key: one.value for one in branch.entries()}


def _offered(branch: Branch | None) -> Mapping[str, tuple[Mapping[str, object], ...]]:
    """Read what a registry offers while the applicant fills in the form: rows, by the name of the field."""
    if branch is None:
        return {}
    return {one.key: tuple(_mapping(row) for row in one.items()) for one in branch.entries()}


def _event_of(branch: Branch) -> ExampleEvent:
    keys = branch.keys(EVENT_KEYS)
    kinds = [name for name in _KINDS if name in keys]
    if len(kinds) != 1:
        known = "step, message, payment, cosigners, operation, wait, extend, allow_return or confirm"
        branch.wrong("It is not clear what happens here.", f"Write one of {known}.")
    become = [name for name in BECOMES if name in keys]
    if len(become) != ("becomes" in keys):
        fix = "Write payment: pay, becomes: paid, or cosigners: agree, becomes: agreed."
        branch.wrong("It is not said what becomes of which payment or co-signers.", fix)
    if kinds and kinds[0] == "message" and "as" not in keys:
        branch.wrong("It is not said who sends the message.", "Add as: Budi, as: api, or as: case.")
    elif kinds and kinds[0] not in ("operation", "wait", *BECOMES) and "as" not in keys:
        branch.wrong(f"It is not said who does the {kinds[0]}.", "Add as: applicant, as: Budi, or as: Ratna.")

    def text(name: str) -> str:
        return keys[name].text() if name in keys else ""

    return ExampleEvent(
        step=text("step"),
        message=text("message"),
        payment=text("payment"),
        cosigners=text("cosigners"),
        operation=text("operation"),
        fails=text("fails"),
        unit=text("unit"),
        extend=text("extend"),
        allow_return=text("allow_return"),
        confirm=keys["confirm"].flag() if "confirm" in keys else False,
        as_=keys["as"].text() if "as" in keys else "",
        data=_mapping(keys.get("data")),
        gives=_mapping(keys.get("gives")),
        becomes=_becomes_of(keys["becomes"], become) if "becomes" in keys else "",
        at=moment_of(keys.get("at")),
        after=_duration_of(keys.get("after")),
        wait=_duration_of(keys.get("wait")),
        line=branch.line,
    )


def _becomes_of(branch: Branch, of: list[str]) -> str:
    """Read what becomes of a payment, or of those who must agree."""
    said = branch.one_of(_ALL_BECOME)
    if len(of) == 1 and said in _ALL_BECOME and said not in BECOMES[of[0]]:
        branch.wrong(f"{of[0]} never become {said}.", f"Write one of {', '.join(BECOMES[of[0]])}.")
    return said


def moment_of(branch: Branch | None) -> datetime | None:
    """Answer the aware moment written here, None where there is none or it is wrong."""
    if branch is None:
        return None
    try:
        moment = datetime.fromisoformat(branch.text())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        branch.wrong(f'"{branch.value}" is not a moment.', 'Write it with its zone: "2026-03-02T09:00:00+08:00".')
        return None
    return moment


def _duration_of(branch: Branch | None) -> timedelta | None:
    if branch is None:
        return None
    try:
        return read_duration(branch.text())
    except ValueError as error:
        branch.wrong(f"{error}.")
        return None


EXAMPLE_PATH = re.compile(r"examples/[a-z0-9][a-z0-9._-]*\.yaml\Z")
