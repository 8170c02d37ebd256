"""Sentences that officers tick: each goes into a text that an officer writes, and speaks of what the application holds."""

from balai.engine.forms.branch import suggestion
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.service import Phrase

WRITABLE = ("text", "string")


def check_phrases(folder: Folder) -> None:
    """Tell every phrase that nobody could tick, or that would say something of nothing."""
    officers = {step.form for step in folder.sheet.steps.values() if step.form and step.role not in ("", "applicant")}
    for phrase in folder.sheet.phrases.values():
        branch = folder.sheet.at("phrases", phrase.id)
        form = folder.forms.get(phrase.form) if phrase.form in officers else None
        if form is None:
            branch.wrong(f'No officer fills in a form "{phrase.form}".', suggestion(phrase.form, officers))
            continue
        into = form.fields.get(phrase.into)
        if into is None or into.kind not in WRITABLE:
            texts = [name for name, one in form.fields.items() if one.kind in WRITABLE]
            branch.wrong(f'The form "{form.name}" has no text "{phrase.into}".', suggestion(phrase.into, texts))
        _about_is_asked(folder, phrase)
        for name, option in phrase.fits.items():
            asked = form.fields.get(name)
            if asked is None or option not in asked.options:
                branch.wrong(
                    f'Nobody can answer "{option}" to "{name}" in the form "{form.name}".',
                    suggestion(option, asked.options if asked else ()),
                )


def _about_is_asked(folder: Folder, phrase: Phrase) -> None:
    asked = folder.forms["apply"].fields if "apply" in folder.forms else {}
    if phrase.about and phrase.about not in asked:
        folder.sheet.at("phrases", phrase.id).wrong(
            f'The application has no answer "{phrase.about}".', suggestion(phrase.about, asked)
        )
