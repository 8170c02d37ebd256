"""The synthetic population registry that stands in for the state's in demonstrations and tests."""

from django.db import models


class SyntheticResident(models.Model):
    """An invented resident; the database itself refuses a number that could be a real person's."""

    nik = models.CharField(primary_key=True, max_length=16)
    family_card = models.CharField(max_length=16, blank=True, db_index=True)
    record = models.JSONField()  # fields of rules.Resident, dates as ISO text

    class Meta:
        constraints = [
            # Area code 99 does not exist, so no invented NIK is anybody's.
            models.CheckConstraint(condition=models.Q(nik__startswith="99"), name="resident_is_invented"),
        ]
