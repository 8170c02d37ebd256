"""Did nothing to the database, and does nothing any more: a marked model's manager says so itself. It stays for halls that ran it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("room_incidents", "0001_initial")]

    operations = []
