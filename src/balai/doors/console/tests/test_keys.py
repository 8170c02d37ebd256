"""The town's keys: none is made over what others sealed, none is taken for another, and those who keep them can bring them back."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from tests import halls, prepared
from tests.kills import count_lines, do_and_die

from balai.base import crypto, journal_check, keyring, keys, shares
from balai.base.actors import Actor
from balai.base.errors import Conflict
from balai.base.models import Key, Vault
from balai.doors.console import machine

ACTOR = Actor("system", "console", name="keys")
NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a hall once, with its tables and keys, and nobody in it."""
    home = tmp_path_factory.mktemp("keys") / "home"
    with halls.opened(home):
        return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """Give a copy of that hall."""
    return Path(shutil.copytree(made, tmp_path / "home"))


def refusal(home: Path, *words: str, **told: str) -> str:
    """Run a command that must refuse, and give what it said."""
    said = halls.command(*(words or ("worker", "--once")), "--home", str(home), **told)
    assert said.returncode == 1, said.stdout + said.stderr
    return said.stderr + said.stdout


# ---- may this hall open? ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", keyring.NEEDED)
def test_a_missing_key_is_never_made_anew_over_a_database(home: Path, name: str) -> None:
    (home / "keys" / name).unlink()
    said = refusal(home)
    assert name in said and ("keys import" in said or "keys secret" in said)
    assert name in refusal(home, "serve", "--port", str(halls.free_port()))
    assert name in refusal(home, "doctor")
    assert not (home / "keys" / name).exists()


def test_a_second_machine_without_keys_makes_none_over_the_towns_database(tmp_path: Path) -> None:
    with machine.postgres() as url:
        if url is None:
            pytest.skip("PostgreSQL is not installed")
        prepared.lay(tmp_path / "first", database=url)
        said = refusal(tmp_path / "second", BALAI_DATABASE=url)
        assert "town.key" in said and "keys import" in said
        assert keyring.list_missing(tmp_path / "second") == list(keyring.NEEDED)
        (tmp_path / "second" / "keys").rmdir()
        shutil.copytree(tmp_path / "first" / "keys", tmp_path / "second" / "keys")
        assert halls.command("worker", "--once", "--home", str(tmp_path / "second"), BALAI_DATABASE=url).returncode == 0


@pytest.mark.parametrize("name", [keyring.ROOT, keyring.LOOKUP])
def test_another_halls_key_opens_nothing_and_is_told(home: Path, name: str) -> None:
    own = (home / "keys" / name).read_bytes()
    (home / "keys" / name).write_bytes(b"k" * 32)
    said = refusal(home)
    assert "(key-foreign)" in said and name in said and keyring.name_key(own) in said
    hall = halls.start(home)
    assert "(key-foreign)" in hall.process.communicate(timeout=60)[0]
    assert hall.process.returncode == 1 and not hall.is_held()
    assert re.search(rf"BAD +keys +{name}", refusal(home, "doctor"))


def test_a_database_that_a_newer_balai_changed_is_left_alone(home: Path) -> None:
    with closing(sqlite3.connect(home / "balai.sqlite3")) as line, line:
        line.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('base', '0999_tomorrow', '2027-01-01')"
        )
    assert "base.0999_tomorrow" in refusal(home) and "(schema-newer)" in refusal(home)
    (home / "tables").unlink()
    assert "(schema-newer)" in refusal(home, "serve", "--port", str(halls.free_port()))
    assert re.search(r"BAD +database +a newer Balai", refusal(home, "doctor"))


def test_keys_are_written_down_once_and_those_of_an_older_hall_are_held_against_its_vaults(home: Path) -> None:
    with closing(sqlite3.connect(home / "balai.sqlite3")) as line:
        kept = dict(line.execute("SELECT role, key_id FROM base_key").fetchall())
        assert kept == {
            role: keyring.name_key((home / "keys" / f"{name}.key").read_bytes())
            for role, name in (("root", "town"), ("lookup", "lookup"))
        }
        with line:  # as a hall of 0.1.0 has it: vaults, and nothing written down
            line.execute("DELETE FROM base_key")
            line.execute(
                f"INSERT INTO base_vault (id, wrapped_key, key_id) VALUES ('{uuid4().hex}', x'00', '{'0' * 16}')"
            )
    (home / "tables").unlink()
    assert "0000000000000000" in refusal(home, "serve", "--port", str(halls.free_port()))


@pytest.mark.django_db
def test_ready_tells_what_stands_in_the_way_by_a_code_and_live_asks_nobody(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/health/live").json() == {"live": True}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True}) and not answer.cookies
    Key.objects.create(key_id="0" * 16, role="root", since=NOW)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "why": "key-foreign"})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'base' AND name = '0008_key'")
    assert client.get("/health/ready").json()["why"] == "schema-older"


# ---- rotation --------------------------------------------------------------------------------------------------------


@pytest.fixture
def ring_home(settings: Any, tmp_path: Path) -> Path:
    """Give this process a home of its own, with fresh keys, over the tests' database."""
    (tmp_path / "keys").mkdir()
    keyring.mint(tmp_path)
    settings.BALAI_HOME = tmp_path
    keys.adopt(uuid4(), actor=ACTOR, now=NOW)
    return tmp_path


HOLDERS = crypto.holders_of(uuid4(), None)


def sealed(count: int) -> dict[UUID, bytes]:
    """Seal under vaults, each other of them bound to holders."""
    made = [crypto.new_vault(HOLDERS if number % 2 else b"") for number in range(count)]
    return {vault.id: crypto.seal(vault.id, vault.id.bytes, "test") for vault in made}


def assert_open(kept: dict[UUID, bytes]) -> None:
    bound = [crypto.read_holders(one.id, one.wrapped_key) for one in Vault.objects.filter(id__in=kept)]
    assert {*bound} <= {HOLDERS, b""} and (len(kept) < 2 or len({*bound}) == 2)
    assert all(crypto.open_sealed(vault, what, "test") == vault.bytes for vault, what in kept.items())


def rotate() -> None:
    """Rotate as the command does."""
    keys.begin_rotation(uuid4(), actor=ACTOR, now=NOW)
    after: UUID | None = None
    while True:
        after, _ = keys.rewrap(uuid4(), actor=ACTOR, now=NOW, after=after)
        if after is None:
            return


def named() -> set[str]:
    return set(Vault.objects.values_list("key_id", flat=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_a_rotation_wraps_every_vault_anew_and_leaves_derived_keys_as_they_are(
    ring_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 3)
    kept, first = sealed(8), crypto.town_key_id()
    shredded = next(iter(kept))
    crypto.shred(shredded, NOW)
    derived, hashed = crypto.derive("post"), crypto.lookup_hash("nik", "1")
    rotate()
    second = keyring.load(ring_home).current
    assert second != first and set(Vault.objects.exclude(wrapped_key=None).values_list("key_id", flat=True)) == {second}
    assert Vault.objects.get(id=shredded).wrapped_key is None
    assert (crypto.derive("post"), crypto.lookup_hash("nik", "1")) == (derived, hashed)
    del kept[shredded]
    assert_open(kept)
    rotate()
    with pytest.raises(Conflict):
        keys.retire(uuid4(), actor=ACTOR, now=NOW, key_id=first)  # the root stays
    with pytest.raises(Conflict):
        keys.retire(uuid4(), actor=ACTOR, now=NOW, key_id=keyring.load(ring_home).current)
    keys.retire(uuid4(), actor=ACTOR, now=NOW, key_id=second)
    assert not (ring_home / "keys" / f"wrap-{second}.key").exists()
    assert_open(kept)
    assert keys.find_obstacle() is None and not journal_check.verify_journal().faults


@pytest.mark.django_db(transaction=True)
def test_a_key_is_not_retired_while_a_vault_names_it(ring_home: Path) -> None:
    rotate()
    kept, old = sealed(1), keyring.load(ring_home).current
    assert keys.begin_rotation(uuid4(), actor=ACTOR, now=NOW) != old
    with pytest.raises(Conflict):
        keys.retire(uuid4(), actor=ACTOR, now=NOW, key_id=old)
    assert_open(kept)


@pytest.mark.django_db(transaction=True)
def test_a_rotation_killed_at_any_line_loses_nothing_and_goes_on(
    ring_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    kept, watched = sealed(5), (keys, keyring)
    lines = count_lines(rotate, watched)
    deaths = 0
    for at in range(1, lines + 1, 9):
        deaths += do_and_die(rotate, at, watched)
        assert keys.find_obstacle() is None
        assert_open(kept)
    assert deaths > 10
    rotate()
    while named() != {keyring.load(ring_home).current}:
        rotate()
    assert_open(kept)


@pytest.mark.django_db(transaction=True)
def test_a_hall_that_runs_reads_and_writes_on_through_a_rotation_by_another_process(ring_home: Path) -> None:
    (ring_home / "tables").touch()
    if connection.vendor == "sqlite":
        (ring_home / "balai.sqlite3").symlink_to(connection.settings_dict["NAME"])
    kept, first = sealed(700), keyring.load(ring_home).current
    said = halls.command("keys", "rotate", "--home", str(ring_home))
    assert said.returncode == 0 and "700 vaults were wrapped anew" in said.stdout, said.stdout + said.stderr
    assert_open(kept)
    made = crypto.new_vault()
    assert first not in named() and Vault.objects.get(id=made.id).key_id == keyring.load(ring_home).current
    listed = halls.command("keys", "--home", str(ring_home)).stdout
    assert re.search(r"wrapping .* 701 vaults  wraps what is new", listed), listed


def test_an_older_backup_opens_after_rotations(home: Path, tmp_path: Path) -> None:
    vault, key = uuid4(), b"d" * 32
    with closing(sqlite3.connect(home / "balai.sqlite3")) as line, line:
        ring = keyring.load(home)
        row = (vault.hex, ring.wrap(key, vault.bytes), ring.current)
        line.execute("INSERT INTO base_vault (id, wrapped_key, key_id) VALUES (?, ?, ?)", row)

    def do(*words: str) -> None:
        said = halls.command(*words)
        assert said.returncode == 0, said.stdout + said.stderr

    for step in ("first", "second", "third"):
        do("keys", "rotate", "--home", str(home))
        do("backup", str(tmp_path / f"{step}.tar"), "--home", str(home))
    middle = next(one for one in keyring.load(home).wrapping if one not in (keyring.load(home).current, ring.current))
    do("keys", "retire", middle, "--home", str(home))
    for step in ("first", "second", "third"):
        do("restore", str(tmp_path / f"{step}.tar"), "--home", str(tmp_path / step))
        with closing(sqlite3.connect(tmp_path / step / "balai.sqlite3")) as line:
            (wrapped,) = line.execute("SELECT wrapped_key FROM base_vault WHERE id = ?", [vault.hex]).fetchone()
        assert keyring.load(tmp_path / step).unwrap(wrapped, vault.bytes) == key
        do("worker", "--once", "--home", str(tmp_path / step))


# ---- the ceremony ----------------------------------------------------------------------------------------------------


def export(home: Path, to: Path, count: int) -> list[Path]:
    said = halls.command("keys", "export", "--home", str(home), "--shares", str(count), "--to", str(to))
    assert said.returncode == 0, said.stdout + said.stderr
    return sorted(to.glob("*.txt"))


def lose_keys(home: Path) -> dict[str, bytes]:
    lost = {path.name: path.read_bytes() for path in (home / "keys").iterdir()}
    shutil.rmtree(home / "keys")
    return lost


@pytest.mark.parametrize("count", [1, 2])
def test_the_ceremony_brings_back_a_hall_that_lost_its_keys(home: Path, tmp_path: Path, count: int) -> None:
    """For two persons, and for one with a sealed envelope: as `docs/handbook/operator.md` says it, word for word."""
    with closing(sqlite3.connect(home / "balai.sqlite3")):
        rotated = halls.command("keys", "rotate", "--home", str(home))
    assert rotated.returncode == 0, rotated.stdout + rotated.stderr
    papers = export(home, tmp_path / "papers", count)
    tried = halls.command(
        "keys", "import", "--home", str(tmp_path / "trial"), typed="".join(one.read_text() for one in papers)
    )
    assert tried.returncode == 0, tried.stderr
    assert len(papers) == count and all(paper.stat().st_mode & 0o077 == 0 for paper in papers)
    lost = lose_keys(home)
    assert "keys import" in refusal(home)
    back = halls.command("keys", "import", *map(str, papers), "--home", str(home))
    assert back.returncode == 0, back.stderr
    assert {path.name: path.read_bytes() for path in (home / "keys").iterdir() if path.name != keyring.SECRET} == {
        name: key for name, key in lost.items() if name != keyring.SECRET
    }
    assert not re.search(r"BAD +keys", halls.command("doctor", "--home", str(home)).stdout)
    with halls.opened(home) as hall:
        assert hall.get("/health/ready")[0] == 200


def test_a_paper_alone_gives_nothing_and_what_is_mistyped_is_named(home: Path, tmp_path: Path) -> None:
    first, second = export(home, tmp_path / "papers", 2)
    other, _ = export(home, tmp_path / "others", 2)
    lose_keys(home)

    def refused(*papers: str) -> str:
        file = tmp_path / "typed.txt"
        file.write_text("\n".join(papers))
        return refusal(home, "keys", "import", str(file))

    one, two = first.read_text(), second.read_text()
    assert "share 2 of 2 is still wanted" in refused(one)
    assert "different sets" in refused(one, other.read_text())
    line = next(text for text in two.splitlines() if text.startswith("03"))
    typed = line[:6] + ("0" if line[6] != "0" else "1") + line[7:]
    assert "share 2: line 03 is mistyped" in refused(one, two.replace(line, typed))
    assert "share 2: line 03 is missing" in refused(one, two.replace(f"{line}\n", ""))
    assert not any((home / "keys").glob("*.key"))
    upper = (one + two).replace(line, line.upper().replace("  ", "    "))
    (tmp_path / "typed.txt").write_text(upper)
    assert halls.command("keys", "import", str(tmp_path / "typed.txt"), "--home", str(home)).returncode == 0


def test_an_import_never_writes_over_another_key(home: Path, tmp_path: Path) -> None:
    (paper,) = export(home, tmp_path / "papers", 1)
    (home / "keys" / keyring.ROOT).write_bytes(b"k" * 32)
    assert "is another key" in refusal(home, "keys", "import", str(paper))
    assert (home / "keys" / keyring.ROOT).read_bytes() == b"k" * 32


def test_a_lost_secret_is_made_anew_alone(home: Path) -> None:
    (home / "keys" / keyring.SECRET).unlink()
    assert halls.command("keys", "secret", "--home", str(home)).returncode == 0
    assert halls.command("worker", "--once", "--home", str(home)).returncode == 0
    with suppress(FileNotFoundError):
        (home / "keys" / keyring.ROOT).unlink()
    assert halls.command("keys", "secret", "--home", str(home)).returncode == 1


def test_every_share_is_random_and_all_are_needed(home: Path) -> None:
    parts = shares.split(home, 3)
    whole = dict(keyring.list_files(home))
    assert {name: key for name, key in shares.join(parts).items() if name != keyring.CURRENT} == whole
    for left_out in range(3):
        with pytest.raises(shares.ShareUnreadable):
            shares.join([part for at, part in enumerate(parts) if at != left_out])
    keeps: Callable[[bytes], bool] = lambda part: any(key in part for key in whole.values())  # noqa: E731
    assert not any(keeps(part.content) for part in parts)
