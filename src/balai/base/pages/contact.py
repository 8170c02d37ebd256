"""How the hall is reached, read once per process from the town's folder; every page asks here, and none says it itself."""

from functools import lru_cache

from balai.base.pages import face
from balai.engine import forms, manifest
from balai.engine.manifest import contact
from balai.engine.problems import Problem


@lru_cache(maxsize=1)
def get_contact() -> manifest.HallContact:
    """Read the town's contact; whatever is wrong with it, which `balai check` tells, leaves it out.

    A number in `face.yaml`, where it stood once, is taken where the town has no `contact.yaml`.
    """
    problems: list[Problem] = []
    content = face.read_file(contact.FILE)
    if content is not None:
        found = manifest.read_contact({contact.FILE: content}, problems)
        return manifest.HallContact() if problems else found
    shown = face.get_face().phone
    try:
        return (
            manifest.HallContact(phone=contact.PhoneNumber(shown, forms.read_phone(shown)))
            if shown
            else manifest.HallContact()
        )
    except forms.WrongValueError:
        return manifest.HallContact()
