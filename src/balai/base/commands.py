"""A command is carried out once: the usual shape of an action, with the digest of what it was given and the answer of its day.

`@command("archive.hold", answer=UUID)` stands above the action and says under which name its deed goes into the journal; `with
once() as deed:` inside opens that deed. The same command again never gets past that line: what it answered is answered. What an
action judges before is judged again each time, so that whoever may no longer do a thing is refused as for the first.

Everything the action is given is in the digest, under the town's key: the same id with other data is refused, and nobody forgets
to. An action that must look at a row before it knows whether the actor may be answered opens `journal.deed` itself.
"""

import hashlib
import inspect
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import wraps
from typing import Any, ParamSpec, TypeVar, overload
from uuid import UUID

from balai.base import crypto, journal
from balai.base.actors import Actor

P = ParamSpec("P")
R = TypeVar("R")

_KEYED = b"\x02"  # which digests are of this kind: a deed of before has one that cannot be compared
_IDS = ("command_id", "message_id")
_EXACT = (UUID, Decimal, date, time, timedelta)


@dataclass(slots=True)
class _Asked:
    """The command that runs: all that its deed is opened with."""

    command_id: UUID
    actor: Actor
    now: datetime
    name: str
    digest: bytes
    always: bool
    lost: str


class _RepeatedError(Exception):
    """The command was carried out before, with this answer; it never leaves the action."""

    def __init__(self, asked: _Asked, answer: Any) -> None:
        super().__init__(asked.name)
        self.asked, self.answer = asked, answer


_asked: ContextVar[_Asked | None] = ContextVar("balai_command", default=None)


@overload
def command(
    name: str, *, answer: Callable[[Any], R], actor: Actor | None = None, apart: Collection[str] = (),
    always: bool = False, lost: str = "changed-meanwhile",
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...  # fmt: skip


@overload
def command(
    name: str, *, actor: Actor | None = None, apart: Collection[str] = (), always: bool = False,
    lost: str = "changed-meanwhile",
) -> Callable[[Callable[P, None]], Callable[P, None]]: ...  # fmt: skip


def command(
    name: str, *, answer: Callable[[Any], Any] | None = None, actor: Actor | None = None, apart: Collection[str] = (),
    always: bool = False, lost: str = "changed-meanwhile",
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:  # fmt: skip
    """Name an action as a command that is carried out once; a repetition gives `answer` of what its deed answered, or None.

    The action takes `command_id` (or `message_id`), `actor` and `now` by keyword; what nobody asked for has its `actor` here. All
    else it takes is data and in the digest, but what is told `apart`: what says how somebody asks, not what for. `always` and
    `lost` are the deed's.
    """

    def decorate(action: Callable[P, Any]) -> Callable[P, Any]:
        given = inspect.signature(action)

        @wraps(action)
        def carried_out(*args: P.args, **kwargs: P.kwargs) -> Any:
            bound = given.bind(*args, **kwargs)
            bound.apply_defaults()
            told = dict(bound.arguments)
            command_id = next(told.pop(one) for one in _IDS if one in told)
            who, now = told.pop("actor", actor), told.pop("now")
            data = {key: value for key, value in told.items() if key not in apart}
            asked = _Asked(command_id, who, now, name, digest_of(data), always, lost)
            token = _asked.set(asked)
            try:
                return action(*args, **kwargs)
            except _RepeatedError as repeated:
                if repeated.asked is not asked:
                    raise
                return answer(repeated.answer) if answer is not None else None
            finally:
                _asked.reset(token)

        return carried_out

    return decorate


@contextmanager
def once() -> Iterator[journal.Deed]:
    """Open the deed of the command that runs; its repetition ends here, with the answer of its day.

    :raises Conflict: `command-reused` for other data under the same id; :raises Unavailable: `hall-read-only`; what `journal.deed` raises.
    """
    asked = _asked.get()
    if asked is None:
        raise RuntimeError("no command runs here: say @command above the action")
    with journal.deed(
        asked.command_id, actor=asked.actor, now=asked.now, name=asked.name, digest=asked.digest, lost=asked.lost,
        always=asked.always,
    ) as deed:  # fmt: skip
        if deed.repeated:
            raise _RepeatedError(asked, deed.answer)
        yield deed


def id_of(name: str) -> Callable[[Any], UUID]:
    """Give a function that reads an id out of a recorded answer, such as {"share": "…"}."""
    return lambda told: UUID(told[name])


def digest_of(data: Mapping[str, Any]) -> bytes:
    """Digest what a command was given, under the town's key: what is short, as a name or a NIK, cannot be tried out.

    :raises TypeError: for what has no lasting form, so that no repetition is ever taken for another command.
    """
    return _KEYED + crypto.lookup_hash("command", json.dumps(_lasting(data), ensure_ascii=False))


def _lasting(value: Any) -> Any:
    """Give a value in a form that is the same whenever the same is asked."""
    if isinstance(value, Enum):
        return _lasting(value.value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, _EXACT):
        return str(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _lasting(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return [[_lasting(key), _lasting(each)] for key, each in sorted(value.items(), key=lambda item: str(item[0]))]
    if isinstance(value, Set):
        return sorted((_lasting(each) for each in value), key=json.dumps)
    if isinstance(value, list | tuple):
        return [_lasting(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no lasting form: name it `apart`, or give its id")
