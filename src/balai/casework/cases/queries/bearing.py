"""Which cases bear the words an officer looks for: keyed hashes that each case was given, newest first."""

from collections.abc import Collection
from uuid import UUID

from balai.base import sql
from balai.casework.cases.rows import as_id


def list_bearing(hashes: Collection[bytes], unit_paths: Collection[str], most: int) -> list[UUID]:
    """List the newest cases of the units under some paths that bear all of some words; none where no word is asked for. Two queries.

    Each unit gives its newest, in the order of an index, so that a name that half of a town bears costs what a rare one does.
    A case's words are entered as it comes in; whose were entered anew since is found as what it is now.
    """
    if not hashes:
        return []
    below = " OR ".join(["path LIKE %s"] * len(unit_paths))
    units = sql.rows(f"SELECT id FROM offices_unit WHERE {below}", [f"{path}%" for path in unit_paths])
    first, *others = hashes
    also = " AND EXISTS (SELECT 1 FROM cases_searchword o WHERE o.case_id = s.case_id AND o.hash = %s)" * len(others)
    part = (
        "SELECT * FROM (SELECT s.id, s.case_id FROM cases_searchword s WHERE s.hash = %s AND s.unit_id = %s"
        f"{also} ORDER BY s.id DESC LIMIT %s) x"
    )
    if not units:
        return []
    found = sql.rows(
        f"SELECT case_id FROM ({' UNION ALL '.join([part] * len(units))}) y ORDER BY id DESC LIMIT %s",
        [*(value for (unit,) in units for value in (first, unit, *others, most)), most],
    )
    return list(dict.fromkeys(as_id(row[0]) for row in found))
