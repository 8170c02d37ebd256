"""Facts that offices write into the journal: ids and codes only; `person` is a person's id, nothing else of them."""

UNIT_CREATED = "unit-created"  # unit, code, kind, parent
UNIT_MOVED = "unit-moved"  # unit, parent
UNIT_CLOSED = "unit-closed"  # unit, on, reason
UNIT_REOPENED = "unit-reopened"  # unit, reason
POST_CREATED = "post-created"  # post, unit, role
POST_CLOSED = "post-closed"  # post, on, reason
POST_REOPENED = "post-reopened"  # post, reason
APPOINTED = "appointed"  # appointment, post, person, kind, from, to
APPOINTMENT_ENDED = "appointment-ended"  # appointment, on, reason
ABSENCE_NOTED = "absence-noted"  # absence, person, from, to
ABSENCE_ENDED = "absence-ended"  # absence, person, to: the last day now, null when it was withdrawn
CALENDAR_CHANGED = "calendar-changed"  # calendar, fingerprint
TOWN_SEEDED = "town-seeded"  # area, units

TOPIC_DEPUTISED = "offices.deputised"  # appointment: somebody stands in for the holder of a post

PERSONAL_KEYS: frozenset[str] = frozenset()
