"""The room's pages: auditors search, draw, gather and find; heads answer; everybody reads how many."""

from balai.rooms.audits.web.answers import list_answers, show_answer
from balai.rooms.audits.web.dossiers import fetch_dossier, list_dossiers
from balai.rooms.audits.web.findings import list_findings, show_finding
from balai.rooms.audits.web.journals import export, search
from balai.rooms.audits.web.public import show_public
from balai.rooms.audits.web.samples import fetch_population, list_samples, show_sample

__all__ = [
    "export",
    "fetch_dossier",
    "fetch_population",
    "list_answers",
    "list_dossiers",
    "list_findings",
    "list_samples",
    "search",
    "show_answer",
    "show_finding",
    "show_public",
    "show_sample",
]
