"""The town's keys and the tables, held against each other: no hall works with another's keys, or on a newer hall's tables.

The database remembers the ids of its keys (`base_key`). They are written down once, when the tables are made or brought up to date,
and compared at each start, by `balai doctor` and by `/health/ready`. A **rotation** brings a new wrapping key beside the old ones and
wraps every vault's data key anew, in small deeds while the hall works; a process killed between any two goes on from there.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection

from balai.base import crypto, journal, keyring, sql
from balai.base.actors import Actor
from balai.base.errors import Conflict
from balai.base.models import Key

STREAM = "keys"
BATCH = 500


class Obstacle(NamedTuple):
    """Why a hall must not open: a code, and words with what to do."""

    code: str
    words: str


class NotOurs(Exception):
    """The keys in the home are not those of the database; `obstacle` says which."""

    def __init__(self, obstacle: Obstacle) -> None:
        self.obstacle = obstacle
        super().__init__(obstacle.words)


# ---- may this hall open? ---------------------------------------------------------------------------------------------


def find_obstacle(*, whole: bool = False) -> Obstacle | None:
    """Find why this hall must not open, asking the database; `whole` counts tables that are older than the program too."""
    applied = _list_applied()
    if not applied:
        return Obstacle("schema-older", "this database has no tables yet. Start `balai serve`.") if whole else None
    known = _list_known()
    if newer := sorted(".".join(each) for each in applied - known if each[0] in {label for label, _ in known}):
        return Obstacle(
            "schema-newer",
            f"a newer Balai has changed this database ({newer[0]}). Start that version, or restore a backup from before it.",
        )
    if whole and known - applied:
        return Obstacle(
            "schema-older",
            "this database has an older Balai's tables. Back up, then start `balai serve`, which changes them.",
        )
    return next(find_foreign(), None) if ("base", "0008_key") in applied else None


def find_foreign() -> Iterator[Obstacle]:
    """Find which of the keys that the database remembers is not in the home."""
    rows = sql.rows("SELECT key_id, role FROM base_key WHERE retired_at IS NULL ORDER BY role, key_id")
    try:
        ring = keyring.load(settings.BALAI_HOME)
        here = {
            "root": {crypto.town_key_id()},
            "lookup": {keyring.name_key(ring.lookup)},
            "wrapping": set(ring.wrapping),
        }
    except (OSError, ValueError) as error:
        yield Obstacle("key-missing", f"a key cannot be read: {error}. Restore the folder keys/ from a backup.")
        return
    files = {"root": keyring.ROOT, "lookup": keyring.LOOKUP}
    for key_id, role in rows or [(each, "wrapping") for each in _list_wrapping(set(ring.wrapping))]:
        if key_id in here[role]:
            continue
        name = files.get(role, f"wrap-{key_id}.key")
        yield Obstacle(
            "key-foreign" if role in files else "key-missing",
            f"{name} in {ring.folder} is not this database's (its id is {key_id}); what was sealed does not open with it."
            " Put the right file back: from a backup, from the other machine, or by `./balai keys import`.",
        )


def _list_wrapping(known: set[str]) -> list[str]:
    """List keys that vaults name and the home has not; asked only while the database remembers none."""
    places = ", ".join(["%s"] * len(known))
    rows = sql.rows(
        f"SELECT DISTINCT key_id FROM base_vault WHERE wrapped_key IS NOT NULL AND key_id NOT IN ({places})",
        sorted(known),
    )
    return sorted(str(key_id) for (key_id,) in rows)


def _list_applied() -> set[tuple[str, str]]:
    if "django_migrations" not in connection.introspection.table_names():
        return set()
    return {(str(app), str(name)) for app, name in sql.rows("SELECT app, name FROM django_migrations")}


def _list_known() -> set[tuple[str, str]]:
    """List this program's own migrations by their files, without loading them."""
    return {
        (config.label, path.stem)
        for config in apps.get_app_configs()
        if config.name.startswith("balai.")
        for path in (Path(config.path) / "migrations").glob("[0-9]*.py")
    }


def adopt(command_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Write down the ids of this home's keys, once. :raises NotOurs: when the database's vaults are wrapped under others."""
    if foreign := next(find_foreign(), None):
        raise NotOurs(foreign)
    if Key.objects.exists():
        return
    ring = keyring.load(settings.BALAI_HOME)
    with journal.deed(command_id, actor=actor, now=now, name="keys.adopt") as deed:
        named = [(crypto.town_key_id(), "root", now), (keyring.name_key(ring.lookup), "lookup", now)]
        named += [(key_id, "wrapping", now) for key_id in ring.wrapping if key_id != crypto.town_key_id()]
        sql.insert("base_key", ("key_id", "role", "since"), named)
        deed.record(STREAM, "adopted", {role: key_id for key_id, role, _ in named if role != "wrapping"})


# ---- rotation --------------------------------------------------------------------------------------------------------


class KeyState(NamedTuple):
    """One key of this hall, for the operator."""

    key_id: str
    role: str
    since: datetime | None
    retired_at: datetime | None
    is_here: bool
    is_current: bool
    vaults: int


def list_keys() -> list[KeyState]:
    """List the keys of this hall: those the database remembers, and those that lie in the home for the next rotation."""
    ring = keyring.load(settings.BALAI_HOME)
    rows = sql.rows("SELECT key_id, count(*) FROM base_vault WHERE wrapped_key IS NOT NULL GROUP BY key_id")
    counted = {str(key_id): int(count) for key_id, count in rows}
    here = {crypto.town_key_id(), keyring.name_key(ring.lookup), *ring.wrapping}
    remembered = {key.key_id: key for key in Key.objects.order_by("since", "role")}
    listed = [*remembered, *(key_id for key_id in ring.wrapping if key_id not in remembered)]
    return [
        KeyState(
            key_id, key.role if (key := remembered.get(key_id)) else "prepared", key.since if key else None,
            key.retired_at if key else None, key_id in here, key_id == ring.current, counted.get(key_id, 0),
        )
        for key_id in listed
    ]  # fmt: skip


def begin_rotation(command_id: UUID, *, actor: Actor, now: datetime) -> str:
    """Have a new key wrap what is new, and give its id; one that was begun and not ended goes on with the key it has."""
    home, ring = Path(settings.BALAI_HOME), keyring.load(settings.BALAI_HOME)
    if _count_under_others(ring.current):
        return ring.current
    remembered = set(Key.objects.values_list("key_id", flat=True))
    prepared = [key_id for key_id in ring.wrapping if key_id not in remembered]
    key_id = prepared[0] if prepared else keyring.mint_wrapping(home)
    with journal.deed(command_id, actor=actor, now=now, name="keys.rotate") as deed:
        sql.insert("base_key", ("key_id", "role", "since"), [(key_id, "wrapping", now)])
        deed.record(STREAM, "rotated", {"from": ring.current, "to": key_id})
    keyring.choose(home, key_id)
    return key_id


def rewrap(command_id: UUID, *, actor: Actor, now: datetime, after: UUID | None) -> tuple[UUID | None, int]:
    """Wrap the next vaults' keys under the current key; give the last vault looked at, None at the end, and how many were changed."""
    ring = keyring.load(settings.BALAI_HOME)
    with journal.deed(command_id, actor=actor, now=now, name="keys.rewrap") as deed:
        clause, params = ("", []) if after is None else (" AND id > %s", [after])
        rows = sql.rows(
            f"SELECT id, wrapped_key, key_id FROM base_vault WHERE wrapped_key IS NOT NULL{clause}"
            f" ORDER BY id LIMIT {BATCH}{sql.for_update() and ' FOR UPDATE SKIP LOCKED'}",  # the next round meets what is locked
            params,
        )
        found = [(sql.as_uuid(vault), wrapped) for vault, wrapped, key_id in rows if key_id != ring.current]
        for vault, wrapped in found:
            assert vault is not None
            anew = crypto.rewrap(ring, vault, wrapped)
            sql.execute(
                "UPDATE base_vault SET wrapped_key = %s, key_id = %s WHERE id = %s", [anew, ring.current, vault]
            )
        if found:
            deed.record(STREAM, "rewrapped", {"to": ring.current, "vaults": len(found)})
    return (sql.as_uuid(rows[-1][0]) if len(rows) == BATCH else None), len(found)


def retire(command_id: UUID, *, actor: Actor, now: datetime, key_id: str) -> None:
    """Part with a wrapping key that no vault names any more; its file goes once that is written down.

    :raises Conflict: while it is the root, wraps what is new, or a vault names it.
    """
    ring = keyring.load(settings.BALAI_HOME)
    if key_id == crypto.town_key_id() or key_id == ring.current or key_id not in ring.wrapping:
        raise Conflict("key-in-use")
    with journal.deed(command_id, actor=actor, now=now, name="keys.retire") as deed:
        if sql.row("SELECT 1 FROM base_vault WHERE wrapped_key IS NOT NULL AND key_id = %s LIMIT 1", [key_id]):
            raise Conflict("key-in-use")
        sql.execute("UPDATE base_key SET retired_at = %s WHERE key_id = %s", [now, key_id])
        deed.record(STREAM, "retired", {"key": key_id})
    (ring.folder / f"wrap-{key_id}.key").unlink(missing_ok=True)


def _count_under_others(current: str) -> int:
    row = sql.row("SELECT count(*) FROM base_vault WHERE wrapped_key IS NOT NULL AND key_id <> %s", [current])
    return int(row[0]) if row else 0
