"""Reading golden examples: a story, what the applicant answers, what happens then, and what must come of it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from balai.engine.forms.branch import Branch
from balai.engine.manifest.periods import read_duration
from balai.engine.manifest.service import Example, ExampleEvent

KEYS = ("story", "now", "applicant", "unit", "channel", "apply", "then", "expect", "refused_because")
EVENT_KEYS = (
    "step",
    "message",
    "payment",
    "becomes",
    "as",
    "data",
    "operation",
    "gives",
    "fails",
    "at",
    "after",
    "wait",
)
EXPECT_KEYS = ("end", "path", "letters", "letter_says", "notices", "notice_says", "due", "data", "open", "promise")


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
        file=branch.file,
        lines={name: one.line for name, one in (*keys.items(), *expect.items())},
    )


def _mapping(branch: Branch | None) -> Mapping[str, object]:
    if branch is None:
        return {}
    return {one.key: one.value for one in branch.entries()}


def _event_of(branch: Branch) -> ExampleEvent:
    keys = branch.keys(EVENT_KEYS)
    kinds = [name for name in ("step", "message", "payment", "operation", "wait") if name in keys]
    if len(kinds) != 1:
        branch.wrong(
            "An event is one of several things.", "Write step: …, message: …, payment: …, operation: …, or wait: …."
        )
    named = ("step", "message", "payment", "operation", "fails")
    texts = {name: keys[name].text() for name in named if name in keys}
    if ("payment" in keys) != ("becomes" in keys):
        branch.wrong("It is not said what becomes of which payment.", "Write payment: pay, becomes: paid.")
    if "step" in keys and "as" not in keys:
        branch.wrong("It is not said who does the step.", "Add as: applicant, as: Budi, or as: Ratna.")
    if "message" in keys and "as" not in keys:
        branch.wrong("It is not said who sends the message.", "Add as: Budi, as: api, or as: case.")
    return ExampleEvent(
        **texts,
        as_=keys["as"].text() if "as" in keys else "",
        data=_mapping(keys.get("data")),
        gives=_mapping(keys.get("gives")),
        becomes=keys["becomes"].one_of(("paid", "rejected", "expired")) if "becomes" in keys else "",
        at=moment_of(keys.get("at")),
        after=_duration_of(keys.get("after")),
        wait=_duration_of(keys.get("wait")),
        line=branch.line,
    )


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
