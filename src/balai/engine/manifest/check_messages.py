"""Messages into a case: each that the drawing waits for can be sent by somebody, and each that can be sent is waited for."""

import re

from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest.datatypes import reserved_types
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.service import CaseMessage
from balai.engine.manifest.service_yaml import WORD
from balai.engine.process import list_awaited


def check_messages(folder: Folder) -> None:
    """Tell every message that nobody can send, and everything of one that does not fit."""
    if folder.graph is None:
        return
    awaited = list_awaited(folder.graph)
    for node in awaited:
        name = node.event.name if node.event else ""
        where = f"(line {node.line} of {folder.graph.file})"
        if not re.fullmatch(WORD, name):
            folder.sheet.at("messages").wrong(
                f'The message "{name}" {where} cannot be called so.',
                "Give it a name of small letters, digits and _ in the drawing, as in payment.",
            )
        elif name not in folder.sheet.messages:
            folder.sheet.at("messages").wrong(
                f'Nobody can send the message "{name}" that "{node.id}" {where} waits for.',
                f"Add messages: {{{name}: {{from: [officer], role: …}}}}.",
            )
    names = {node.event.name for node in awaited if node.event}
    for message in folder.sheet.messages.values():
        branch = folder.sheet.at("messages", message.id)
        if message.id not in names:
            branch.wrong(f'Nothing in the drawing waits for the message "{message.id}".', suggestion(message.id, names))
        _names_fit(folder, branch, message)
        _senders_fit(folder, branch, message)


def _names_fit(folder: Folder, branch: Branch, message: CaseMessage) -> None:
    taken = {"apply", *reserved_types(folder.sheet.town_values, folder.sheet.about), *folder.sheet.steps}
    if message.id in taken:
        branch.wrong(f'"{message.id}" is the name of something else in the case.', "Call the message otherwise.")
    if not message.form:
        return
    form = folder.forms.get(message.form)
    if form is None or message.form == "apply":
        others = [name for name in folder.forms if name != "apply"]
        branch.wrong(f'There is no form "{message.form}" for a message.', suggestion(message.form, others))
    elif any(field.kind == "file" for field in form.walk()):
        branch.wrong("A message carries no files.", "Ask for them in a step that follows it.")


def _senders_fit(folder: Folder, branch: Branch, message: CaseMessage) -> None:
    if not message.from_:
        branch.wrong("Nobody may send this message.", "Add from: [officer], or api, or case.")
    by_person = {"officer", "api"} & set(message.from_)
    if bool(by_person) != bool(message.role):
        told = "It is not said who may send it." if by_person else "Another case holds no role."
        branch.wrong(told, "Add role: …, one of roles." if by_person else "Remove role.")
    if message.role and message.role not in folder.sheet.roles:
        branch.wrong(f'There is no role "{message.role}".', suggestion(message.role, folder.sheet.roles))
    if ("case" in message.from_) != bool(message.services):
        told = "It is not said whose cases may send it." if not message.services else "No other case sends it."
        branch.wrong(
            told, "Add services: [keberatan]." if not message.services else "Add case to from, or remove services."
        )
