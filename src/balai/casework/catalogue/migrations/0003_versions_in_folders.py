"""Published versions of services move to the table of versions of every kind, row by row, with their keys."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_pause"),
        ("folders", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO folders_folderversion (key, kind, folder_id, version, files, published_at, current)"
            " SELECT key, 'service', service_id, version, files, published_at, current FROM catalogue_serviceversion",
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel("ServiceVersion"),
    ]
