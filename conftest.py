"""What all tests share: a database that is emptied quickly between them, and examples that are the same every time."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import hypothesis
import pytest

# A property is tried on the same examples every time; `balai test --all` searches at random, and what it finds becomes an
# `@example`. No example has a time limit: how quick this machine is just now says nothing of the property.
hypothesis.settings.register_profile("kept", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile("search" if os.environ.get("BALAI_TEST_ALL") == "1" else "kept")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Let nothing be made after a migration: the rights of models, which Balai never asks, came back with each emptying."""
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    assert post_migrate.disconnect(create_contenttypes)


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
