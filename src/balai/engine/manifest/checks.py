"""Comparing the parts of a folder with each other: everything that names something elsewhere must find it."""

from balai.engine.manifest.folder import Folder
from balai.engine.manifest.texts import check_texts
from balai.engine.problems import Problem


def check_all(folder: Folder, problems: list[Problem]) -> tuple[Problem, ...]:
    """Add every mismatch of the folder to `problems`; answer what is only worth a warning."""
    problems += check_texts(folder.sheet, folder.forms, folder.graph, folder.text_trees)
    return ()
