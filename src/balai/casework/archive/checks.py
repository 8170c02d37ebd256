"""Cases are filed: who keeps one, what it is called, and the pages where it is held and lifted."""

from balai.casework.archive import policy, queries
from balai.casework.cases import queries as cases
from balai.records.filing import kinds

kinds.file_as(
    queries.CASE, words="archive.filing", require_keeper=policy.require_keeper, describe=queries.describe,
    about=cases.list_ids_around, stream=queries.CASE_STREAM, page="archive.case", audit_page="audit.case",
)  # fmt: skip
