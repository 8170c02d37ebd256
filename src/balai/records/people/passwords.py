"""What a password must be, told one rule at a time: the first that it breaks."""

from difflib import SequenceMatcher

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from balai.base.pages.texts import say
from balai.records.people.models import Account

SHORTEST = 10  # characters
_ALIKE = 0.7  # share of letters that a password and a contact may have in common


class OneRule:
    """Judges a password; whoever chooses one reads a single rule before, and a single reason after."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Refuse a password by the first rule that it breaks. :raises ValidationError: with that rule alone."""
        for name, broken in (("short", len(password) < SHORTEST), ("digits", password.isdecimal())):
            if broken:
                raise ValidationError(say(f"people.password_rule.{name}"), code=f"password_{name}")
        if _is_common(password):
            raise ValidationError(say("people.password_rule.common"), code="password_common")
        if user is not None and any(_alike(password, told) for told in (user.email, user.phone) if told):
            raise ValidationError(say("people.password_rule.similar"), code="password_similar")

    def get_help_text(self) -> str:
        """Give the one rule that is told before."""
        return say("people.field.password_hint")


def _is_common(password: str) -> bool:
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        return True
    return False


def _alike(password: str, contact: str) -> bool:
    """Tell whether a password is much like a contact, or like the part of an address that is its owner's own."""
    typed = password.lower()
    return any(
        SequenceMatcher(a=typed, b=part).quick_ratio() >= _ALIKE
        for part in {contact.lower(), contact.lower().split("@")[0]}
    )
