"""What all tests share: a database that is emptied quickly between them, and examples that are the same every time."""

import gc
import os
import shutil
from collections.abc import Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO

import hypothesis
import pytest

# A property is tried on the same examples every time; `balai test --all` searches at random, and what it finds becomes an
# `@example`. No example has a time limit: how quick this machine is just now says nothing of the property.
hypothesis.settings.register_profile("kept", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
os.environ["BALAI_CACHE"] = ""  # no test is told what another run found good
hypothesis.settings.load_profile("search" if os.environ.get("BALAI_TEST_ALL") == "1" else "kept")

# Where SQL and locks live: on PostgreSQL their tests run too. Doors hold neither (the house tests see to that), so there the table of
# answers, of which every page is opened and every deed done once, is enough; what is a door's own matter there carries the mark itself.
# How many queries a page asks is the same on both, and is counted on one.
DIFFERS = ("src/balai/base/", "src/balai/records/", "src/balai/casework/", "src/balai/rooms/")
COSTS = "test_costs.py"


# Files that take longest begin first, so that no worker is left with one while the others have nothing to do.
LONGEST = (
    "tests/house/test_rooms.py",
    "src/balai/doors/console/tests/test_faults.py",
    "tests/journeys/test_deploy_walk.py",
    "tests/journeys/test_axe.py",
    "tests/house/test_matrix.py",
    "src/balai/doors/portal/tests/test_browser.py",
    "src/balai/doors/desk/tests/test_browser.py",
    "src/balai/doors/console/tests/test_stalls.py",
    "tests/journeys/test_kill.py",
    "tests/house/test_odd_requests.py",
    "src/balai/doors/console/tests/test_keys.py",
    "src/balai/doors/console/tests/test_processes.py",
    "tests/journeys/test_letter.py",
    "tests/journeys/test_hostile_files.py",
    "tests/house/test_protection.py",
    "tests/house/test_languages.py",
    "src/balai/doors/console/tests/test_stories.py",
    "src/balai/casework/issuing/tests/test_offline.py",
    "src/balai/casework/issuing/tests/test_tampering.py",
    "src/balai/doors/portal/tests/test_verdicts.py",
    "src/balai/casework/issuing/tests/test_killed.py",
    "tests/journeys/test_counter_day.py",
    "tests/journeys/test_deploy_machine.py",
    "tests/journeys/test_upgrade.py",
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave unread, where only what differs on PostgreSQL runs, the files that hold none of it."""
    if os.environ.get("TESTS_PART") != "postgres" or collection_path.suffix != ".py":
        return None
    if _differs(collection_path, config):
        return None
    return True if "mark.postgres" not in collection_path.read_text("utf-8") else None


def _differs(path: Path, config: pytest.Config) -> bool:
    return _place(path, config).startswith(DIFFERS) and path.name != COSTS


def _place(path: Path, config: pytest.Config) -> str:
    return path.relative_to(config.rootpath).as_posix() if path.is_relative_to(config.rootpath) else path.as_posix()


def pytest_configure() -> None:
    """Name the folder of what is prepared for this run, before its workers begin; look for no garbage while tests are read."""
    from tests import prepared

    prepared.folder()
    gc.disable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests that ask a `database`, and those that `postgres` runs by default; let the longest files begin."""
    for item in items:
        _mark(item, _differs(item.path, config))
    yield  # what is not wanted is left out, and pytest-django puts tests without a database last
    first = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(_place(item.path, config), len(first)))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Set aside what was loaded, as a hall does: else a twentieth of the tests' time goes into looking for garbage in it."""
    from balai.base import heap

    if session.config.getoption("--workers", 0) > 1 and not session.config.option.collectonly:
        _load()
    gc.enable()
    heap.settle()


def _load() -> None:
    """Load what every worker of a pool would load for itself: all addresses with their pages, and the words of both languages."""
    from django.conf import settings
    from django.urls import get_resolver

    from balai.base.pages import texts

    assert get_resolver().url_patterns
    for lang, _ in settings.LANGUAGES:
        texts.table(lang)


def _mark(item: pytest.Item, differs: bool) -> None:
    if not {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker(
        "django_db"
    ):
        return
    item.add_marker("database")
    if differs and not item.get_closest_marker("one_database"):
        item.add_marker("postgres")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Let nothing be made after a migration: the rights of models, which Balai never asks, came back with each emptying."""
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    assert post_migrate.disconnect(create_contenttypes)
    _make_from_a_prepared_one()
    _let_guessing_be_cheap()
    _look_into_the_photo_once()


def _look_into_the_photo_once() -> None:
    """Have the cast's photo opened by a child once in a process: thousands of applications bring it, and it is the same each time."""
    from tests.cast import photo

    from balai.records.documents import opening

    real, content, seen = opening.inspect, photo(), dict[tuple[str, Any], int]()

    def inspect(file: BinaryIO, size: int, media_type: str, limits: Any) -> int:
        if size != len(content) or file.read() != content:
            file.seek(0)
            return real(file, size, media_type, limits)
        file.seek(0)
        if (media_type, limits) not in seen:
            seen[media_type, limits] = real(file, size, media_type, limits)
        return seen[media_type, limits]

    opening.inspect = inspect


def _let_guessing_be_cheap() -> None:
    """Open signers' keys in a moment: what a guess at a passphrase costs is no matter of a test, but takes a quarter of a second."""
    from balai.casework.issuing import authority

    authority.SCRYPT["n"] = 2**10


def _make_from_a_prepared_one() -> None:
    """Make the test database from one that was migrated once in this run, not once by each of its workers."""
    from django.db import connection
    from tests import prepared

    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = prepared.template(os.environ["BALAI_DATABASE"])
        return
    make = connection.creation._create_test_db

    def copy(*told: Any, **more: Any) -> str:
        name = make(*told, **more)
        shutil.copyfile(prepared.file(), name)
        return str(name)

    connection.creation._create_test_db = copy


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Empty only the tables that hold something; seventy truncated files took PostgreSQL half a second a test."""
    from django.db import connection
    from tests.tables import list_filled

    whole = connection.ops.sql_flush

    def sql_flush(style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        filled = list_filled(tables)
        if connection.vendor == "sqlite":
            return list(whole(style, filled, **options))
        # references are judged at the end of the transaction, so in any order
        return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in filled]

    connection.ops.sql_flush = sql_flush
    yield
    connection.ops.sql_flush = whole


@pytest.fixture(autouse=True)
def no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a test's worker from making the doctor's round: it looks at this machine, which is no matter of the test's."""
    from balai.base import outbox

    name = "balai.base.watch.look"
    if name in outbox._JOBS:  # a test of the engine alone loads no app
        interval, look = outbox._JOBS[name]
        monkeypatch.setitem(outbox._JOBS, name, (interval, wraps(look)(lambda now: 0)))


@pytest.fixture(autouse=True)
def towns_own_language() -> None:
    """Begin each test in the town's language, whichever the page spoke that another test asked for last."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def nothing_slow_under_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse a letter that is typeset, a file that is opened or a signature that is made while a transaction is open."""
    from balai.base import unlocked

    def refuse(what: str) -> None:
        raise AssertionError(f"{what} inside a transaction: other writers would wait for it")

    monkeypatch.setattr(unlocked, "complain", refuse)


@pytest.fixture(autouse=True)
def no_files_of_others(request: pytest.FixtureRequest) -> None:
    """Take away what another test left beside the database: the log's files, which would tell of a rewind, keys of its day, its mail,
    and sealed files, each of which every later round of the collector would look at."""
    if request.node.get_closest_marker("database"):
        from django.conf import settings

        for folder in ("log", "signing", "mailbox", "documents"):
            shutil.rmtree(os.path.join(settings.BALAI_HOME, folder), ignore_errors=True)
