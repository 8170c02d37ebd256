"""A hall is copied while it works and rises again elsewhere: whole, checked, and forgetting again what was erased since."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from tests.cast import NOW, apply_for_sku, make_cast, open_service

from balai.base import crypto, erasures
from balai.base.models import Vault
from balai.casework.cases.actions import start_draft
from balai.casework.cases.models import Case, Draft
from balai.doors.console.commands import backup

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
SOURCE = Path(__file__).resolve().parents[4]


@pytest.fixture(autouse=True)
def no_register() -> Iterator[None]:
    """Begin and end without an erasure register: the home outlives the test."""
    erasures.register_path().unlink(missing_ok=True)
    yield
    erasures.register_path().unlink(missing_ok=True)


@pytest.fixture
def case() -> Case:
    open_service()
    return Case.objects.get(id=apply_for_sku(make_cast(NOW)).case_id)


@contextmanager
def empty_database() -> Iterator[str]:
    """Give the address of an empty database to restore into: nothing for SQLite, a new one on PostgreSQL."""
    if connection.vendor == "sqlite":
        yield ""
        return
    chosen, name = connection.settings_dict, f"restored_{uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield f"postgresql://{chosen['USER']}:{chosen['PASSWORD']}@{chosen['HOST']}:{chosen['PORT']}/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


def restore(file: Path, home: Path, *more: str, database: str = "") -> subprocess.CompletedProcess[str]:
    """Run `balai restore` as an operator does."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "balai.doors.console", "restore", str(file), "--home", str(home), *more],
        capture_output=True, text=True, check=False,
        env=clean | {"PYTHONPATH": str(SOURCE), "BALAI_DATABASE": database},
    )  # fmt: skip


def asked(home: Path, database: str, statement: str) -> list[Any]:
    """Ask a restored database, apart from Django."""
    if database:
        import psycopg

        with psycopg.connect(database) as line:
            return line.execute(statement).fetchall()
    import sqlite3

    with closing(sqlite3.connect(home / "balai.sqlite3")) as line:
        return line.execute(statement).fetchall()


def test_a_hall_rises_again_and_forgets_again(case: Case, tmp_path: Path) -> None:
    draft_id, _ = start_draft(
        actor=make_cast(NOW).siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={}
    )
    file = tmp_path / "hall.tar"
    listed = backup.write_archive(file, NOW, with_keys=True)
    assert {"keys/town.key", "keys/lookup.key"} <= set(listed)
    assert sum(name.startswith("documents/") for name in listed) >= 1
    assert file.stat().st_mode & 0o077 == 0
    draft_vault, case_vault = Draft.objects.get(id=draft_id).vault_id, case.vault_id
    with transaction.atomic():
        crypto.shred(draft_vault, NOW)
    erasures.write_register(NOW)
    with empty_database() as database:
        told = restore(file, tmp_path / "new", "--erasures", str(erasures.register_path()), database=database)
        assert told.returncode == 0, told.stdout + told.stderr
        assert "1 erased since were erased again" in told.stdout
        assert "The journal holds." in told.stdout
        rows = asked(tmp_path / "new", database, "SELECT id, wrapped_key IS NULL FROM base_vault")
        gone = {UUID(str(vault)): bool(empty) for vault, empty in rows}
        assert gone[draft_vault] is True
        assert gone[case_vault] is False
        assert asked(tmp_path / "new", database, "SELECT count(*) FROM cases_draft WHERE case_id IS NULL")[0][0] == 0
        assert asked(tmp_path / "new", database, "SELECT number FROM cases_case") == [(case.number,)]
    assert draft_vault in erasures.read(tmp_path / "new" / "erasures.txt")
    stored = {
        path.name: path.read_bytes() for path in (Path(settings.BALAI_HOME) / "documents").rglob("*") if path.is_file()
    }
    risen = {path.name: path.read_bytes() for path in (tmp_path / "new" / "documents").rglob("*") if path.is_file()}
    assert risen.items() <= stored.items()
    assert risen


def test_a_changed_byte_is_refused_and_leaves_nothing(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "hall.tar"
    backup.write_archive(file, NOW, with_keys=True)
    with tarfile.open(file) as archive:
        member = next(each for each in archive if each.name.startswith("documents/"))
    data = bytearray(file.read_bytes())
    data[member.offset_data + 5] ^= 1
    file.write_bytes(data)
    told = restore(file, tmp_path / "new")
    assert told.returncode == 2
    assert member.name in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["hall.tar"]


def test_a_cut_backup_is_refused(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "hall.tar"
    backup.write_archive(file, NOW, with_keys=True)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    told = restore(file, tmp_path / "new")
    assert told.returncode == 2
    assert "Nothing was restored" in told.stderr
    assert not (tmp_path / "new").exists()


def test_keys_can_travel_apart(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "hall.tar"
    listed = backup.write_archive(file, NOW, with_keys=False)
    assert not [name for name in listed if name.startswith(("keys/", "signing/"))]
    assert settings.SECRET_KEY.encode() not in file.read_bytes()
    told = restore(file, tmp_path / "new")
    assert (told.returncode, "--keys" in told.stderr) == (2, True)
    wrong = tmp_path / "wrong"
    (wrong / "keys").mkdir(parents=True)
    for name in ("town.key", "lookup.key"):
        (wrong / "keys" / name).write_bytes(os.urandom(32))
    assert "another hall" in restore(file, tmp_path / "new", "--keys", str(wrong)).stderr
    with empty_database() as database:
        told = restore(file, tmp_path / "new", "--keys", str(settings.BALAI_HOME), database=database)
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_home_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    file, home = tmp_path / "hall.tar", tmp_path / "home"
    backup.write_archive(file, NOW, with_keys=True)
    home.mkdir()
    (home / "mine").write_text("keep me")
    assert restore(file, home).returncode == 2
    assert [path.name for path in home.iterdir()] == ["mine"]


def test_a_full_disk_leaves_no_half_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    parser = argparse.ArgumentParser()
    backup.add_arguments(parser)
    monkeypatch.setattr(backup, "_add_bytes", full)
    assert backup.run(parser.parse_args([str(tmp_path / "b" / "hall.tar")])) == 1
    assert "make room" in capsys.readouterr().out
    assert list((tmp_path / "b").iterdir()) == []


# ---- the register ---------------------------------------------------------------------------------------------------


def test_the_register_follows_its_commit_and_mends_a_cut_line() -> None:
    first, second, kept = crypto.new_vault(), crypto.new_vault(), crypto.new_vault()
    with transaction.atomic():
        crypto.shred(first.id, NOW)
    assert erasures.write_register(NOW) == 1
    assert erasures.write_register(NOW) == 0
    with pytest.raises(RuntimeError), transaction.atomic():
        crypto.shred(kept.id, NOW)
        raise RuntimeError("rolled back")
    path = erasures.register_path()
    path.write_text(path.read_text() + "2026-03-02T01:0")  # the machine stopped here
    assert set(erasures.read(path)) == {first.id}
    with transaction.atomic():
        crypto.shred(second.id, NOW)
    assert erasures.write_register(NOW) == 1
    assert set(erasures.read(path)) == {first.id, second.id}
    assert path.stat().st_mode & 0o077 == 0


def test_erasing_again_touches_only_what_the_register_names() -> None:
    erased, living = crypto.new_vault(), crypto.new_vault()
    assert erasures.reapply({erased.id: NOW, uuid4(): NOW}, NOW) == 1
    assert erasures.reapply({erased.id: NOW}, NOW) == 0
    assert Vault.objects.get(id=erased.id).wrapped_key is None
    assert crypto.data_key(living.id)


def test_what_stands_beside_the_answers_is_forgotten_too(case: Case) -> None:
    from balai.casework.cases.models import SearchWord
    from balai.records.people.models import Account, Person

    siti = Person.objects.get(id=case.applicant_id)
    assert SearchWord.objects.filter(case=case).exists()
    erasures.reapply({case.vault_id: NOW, siti.vault_id: NOW}, NOW)
    assert not SearchWord.objects.filter(case=case).exists()
    assert Case.objects.get(id=case.id).holder_masked == ""
    again = Person.objects.get(id=siti.id)
    assert (again.nik_hash, again.name_masked, again.account_id) == (None, "", None)
    assert not Account.objects.filter(id=siti.account_id).exists()
