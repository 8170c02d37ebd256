"""Versions that a hall published before there were kinds move to the table of all kinds, row by row, with their keys."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from tests.cast import NOW

from balai.casework.catalogue import queries as catalogue
from balai.records.folders import judging, kinds, packing, queries
from balai.records.folders.models import FolderVersion

SKU = "surat-keterangan-usaha"


@pytest.mark.django_db(transaction=True)
def test_every_version_moves_and_is_read_as_before() -> None:
    read = judging.read(kinds.get_kind("service"), settings.BALAI_SERVICES / SKU, settings.BALAI_TOWN_FOLDER)
    archive, old = packing.pack(read.files, read.town), "0" * 64
    loader = MigrationLoader(connection)
    before = loader.project_state([("catalogue", "0002_pause"), ("folders", "0001_initial")])
    version = before.apps.get_model("catalogue", "ServiceVersion")
    with connection.schema_editor() as editor:
        editor.create_model(version)
    row = {"service_id": SKU, "files": archive, "published_at": NOW, "version": read.thing.version}
    version.objects.create(key=read.thing.key, **row)
    version.objects.create(
        key=old, **row | {"version": "2025.9", "published_at": NOW - timedelta(days=9), "current": False}
    )
    with connection.schema_editor(atomic=True) as editor:
        loader.get_migration("catalogue", "0003_versions_in_folders").apply(before.clone(), editor)
    assert "catalogue_serviceversion" not in connection.introspection.table_names()
    queries.forget_current()
    assert FolderVersion.objects.count() == 2
    assert catalogue.list_versions(SKU) == [
        (old, "2025.9", NOW - timedelta(days=9), False),
        (read.thing.key, read.thing.version, NOW, True),
    ]
    assert catalogue.get_service(SKU).key == read.thing.key
    assert queries.get_files(old).folder == read.files
