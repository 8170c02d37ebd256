"""A backup is tried by raising it again: on PostgreSQL in a database of its own, for which the hall's user needs one right."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from tests import halls, prepared

from balai.doors.console import machine, proving


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run one PostgreSQL for the halls of this file; each has a user and a database of its own."""
    with machine.postgres() as url:
        if url is None:
            pytest.skip("PostgreSQL is not installed")
        yield url


def hall_of(server: str, user: str, rights: str, home: Path) -> str:
    """Lay the tables of a hall as a user of PostgreSQL with these rights; give the address of its database."""
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(f"CREATE ROLE {user} LOGIN {rights}".encode())
        line.execute(f"CREATE DATABASE {user} OWNER {user}".encode())
    place = urlsplit(server)
    url = place._replace(netloc=f"{user}@{place.hostname}:{place.port}", path=f"/{user}").geturl()
    prepared.lay(home, database=url)
    return url


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as line:
        return {row[0] for row in line.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")}


def test_a_backup_is_raised_again_in_a_database_of_its_own(server: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    url = hall_of(server, "warga", "CREATEDB", home)
    before = databases(url)
    ran = halls.command("backup", str(tmp_path / "kept.tar"), "--prove", "--home", str(home), BALAI_DATABASE=url)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "restored on trial, and the journal in it holds" in ran.stdout
    assert databases(url) == before, "what was made for the trial is gone"
    found = proving.read(home)
    assert found is not None and found.fault == "" and found.file == "kept.tar"
    # proof that the trial can fail: the same archive, its last third missing
    broken = tmp_path / "broken.tar"
    whole = (tmp_path / "kept.tar").read_bytes()
    broken.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BALAI_DATABASE", url)
        assert proving.prove(broken, home, datetime.now(UTC)).fault
    assert databases(url) == before


def test_without_the_right_it_says_what_to_grant(server: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    url = hall_of(server, "tamu", "NOCREATEDB", home)
    ran = halls.command("backup", str(tmp_path / "kept.tar"), "--prove", "--home", str(home), BALAI_DATABASE=url)
    assert ran.returncode == 1 and (tmp_path / "kept.tar").exists(), "it is written all the same"
    assert 'ALTER ROLE "tamu" CREATEDB' in ran.stdout
    found = proving.read(home)
    assert found is not None and 'ALTER ROLE "tamu" CREATEDB' in found.fault
    told = halls.command("doctor", "--home", str(home), BALAI_DATABASE=url)
    assert 'ALTER ROLE "tamu" CREATEDB' in told.stdout
