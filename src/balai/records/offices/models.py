"""Units, posts, appointments, absences and working calendars."""

import uuid

from django.db import models

from balai.base import marks


class WorkingCalendar(models.Model):
    """The hours one or more units keep; `fingerprint` changes with them, so that built calendars can be cached."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed"
        UNCONFIRMED = "unconfirmed"

    name = models.CharField(primary_key=True, max_length=40)
    title = models.CharField(max_length=120)
    zone = models.CharField(max_length=40)
    hours = models.JSONField()  # {"0": ["07:30", "16:00", "12:00", "13:00"]}, 0 = Monday
    closes_on_holidays = models.BooleanField(default=True)
    closes_on_joint_leave = models.BooleanField(default=True)  # cuti bersama
    keeps_ramadan_hours = models.BooleanField(default=True)
    legal_basis = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.UNCONFIRMED)
    fingerprint = models.CharField(max_length=16)  # of its content and its days

    objects = marks.Marked()


class CalendarDay(models.Model):
    """A date on which a calendar departs from its rule: closed, or open at these hours."""

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    hours = models.JSONField(null=True)  # ["08:00", "12:00", null, null]; null means closed
    reason = models.CharField(max_length=200)

    objects = marks.Marked()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="calendar_day_once")]


class Unit(models.Model):
    """An office: the city, a department, a division, a district or a village office."""

    class Kind(models.TextChoices):
        KOTA = "kota"
        DINAS = "dinas"
        BAGIAN = "bagian"
        KECAMATAN = "kecamatan"
        KELURAHAN = "kelurahan"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=60, unique=True)  # "kel-64.72.05.1001", "disdukcapil"
    letter_code = models.CharField(max_length=40)  # how the unit is written in letter numbers
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=400, unique=True)  # "/kota/kec-64.72.05/kel-64.72.05.1001/", codes from the top
    area = models.CharField(max_length=13, blank=True)  # dotted Kemendagri code
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    closed_on = models.DateField(null=True)  # the unit was dissolved

    objects = marks.Marked()

    class Meta:
        indexes = [models.Index(fields=["kind", "area"], name="unit_by_kind_and_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "area"], condition=~models.Q(area=""), name="one_unit_per_kind_and_area"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Post(models.Model):
    """A chair in a unit that gives its holder a role; staff posts have several seats."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.SlugField(max_length=40)
    title = models.CharField(max_length=160)
    seats = models.PositiveSmallIntegerField(default=1)
    closed_on = models.DateField(null=True)

    objects = marks.Marked()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "role", "title"], name="post_once_per_unit")]
        indexes = [models.Index(fields=["unit", "role"], name="post_by_unit_and_role")]


class Appointment(models.Model):
    """A person holds a post between two dates."""

    class Kind(models.TextChoices):
        DEFINITIVE = "definitive"
        DEPUTY = "deputy"  # Plh: the holder is away for a while
        ACTING = "acting"  # Plt: the post is vacant

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DEFINITIVE)
    stands_in_for = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="deputies")
    from_date = models.DateField()
    to_date = models.DateField(null=True)  # the last day, included
    basis = models.CharField(max_length=200)  # the decree: "SK Wali Kota ..."

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_date__isnull=True) | models.Q(to_date__gte=models.F("from_date")),
                name="appointment_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="deputy", stands_in_for__isnull=False, to_date__isnull=False)
                | models.Q(~models.Q(kind="deputy"), stands_in_for__isnull=True),
                name="deputy_stands_in_for_someone_until_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "from_date"], name="appointment_by_person"),
            models.Index(fields=["post", "from_date"], name="appointment_by_post"),
        ]


class Absence(models.Model):
    """An officer is away and receives no new tasks."""

    class Kind(models.TextChoices):
        LEAVE = "leave"
        SICK = "sick"
        DUTY = "duty"  # travelling, training

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    from_date = models.DateField()
    to_date = models.DateField()

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_date__gte=models.F("from_date")), name="absence_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["person", "from_date"], name="absence_by_person")]
