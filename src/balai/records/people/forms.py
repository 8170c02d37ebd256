"""Forms of sign-up and set-up."""

from collections.abc import Callable
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.forms.fields import InvalidJSONInput
from django.utils import timezone

from balai.base.actors import Actor
from balai.base.pages.texts import say
from balai.engine.forms import drop_hidden
from balai.records.people import actions, limits, rules, tokens


def _drop_hidden(field: forms.Field) -> None:
    """Let a field read what can be seen of what was pasted."""
    read = field.to_python
    field.to_python = lambda value: read(drop_hidden(value) if isinstance(value, str) else value)  # type: ignore[method-assign]


class ChoosePasswordForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A password chosen by a link; an invitation's link also tells whether it reached its officer by mail."""

    def save(self) -> None:
        """Keep the password, and what the link proves."""
        allauth_forms.flows.password_reset.reset_password(self.user, self.cleaned_data["password1"])
        way, _ = tokens.read(self.temp_key or "")
        if way is not None:
            actor = Actor("system", "portal", name="invitation")
            actions.accept_invitation(
                actor=actor, now=timezone.now(), account_id=self.user.pk, mailed=way == "mail"
            )  # fmt: skip


class PhoneField(forms.CharField):
    """A phone number as people write it, kept as E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}))
        kwargs["label"] = say("people.phone")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Bring the number into its one form. :raises ValidationError: saying how to write it."""
        text = super().clean(value)
        if not text:
            return ""
        normal = rules.take_phone(text)
        if normal is None:
            raise forms.ValidationError(say("people.phone_format"), code="invalid_phone")
        return normal


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """Sign up with an e-mail address, a phone, or both; that one has an account already is told to its owner alone."""

    field_order = ("name", "email", "phone", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = say("people.email")
        self.fields["email"].help_text = say("people.contact_hint")
        for name in ("email", "phone"):
            self.fields[name].either = True  # neither is optional alone, so neither is called so
        _drop_hidden(self.fields["email"])
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def validate_unique_email(self, value: str) -> str:
        """Notice that an address is taken without saying so; a mail to its owner will."""
        from allauth.account.internal.userkit import filter_users_by_email

        if filter_users_by_email(value):
            self.account_already_exists = True
        return value

    def clean(self) -> dict[str, Any]:
        """Ask for at least one contact."""
        given: dict[str, Any] = super().clean()
        if given.get("phone") and not self.errors:  # before there is an account that waits for a code
            limits.count_text(context.request, given["phone"], timezone.now())
        if not given.get("email") and not given.get("phone") and not {"email", "phone"} & set(self.errors):
            self.add_error("email", say("people.contact_needed"))
        return given


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Sign in with an e-mail address or a phone number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = say("people.login")
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name == "login":
                field.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}

    def clean_login(self) -> str:
        """Bring a phone number into the form it is kept in."""
        login = drop_hidden(super().clean_login())
        return login if "@" in login else rules.normalise_phone(login) or login


class SetupForm(forms.Form):
    """Make the first administrator."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = say(f"people.{name}")


# What a browser never sends: nested deeper or longer than Python reads, or parts that do not fit each other.
UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
MOST = 20_000  # signs; a passkey's answer has about a thousand


class PasskeyAnswer(forms.JSONField):
    """What a passkey answers; what cannot be read is a wrong answer, not a fault of ours."""

    def to_python(self, value: Any) -> Any:
        """Read it. :raises ValidationError: when it is nothing that a passkey says."""
        try:
            if isinstance(value, str) and len(value) > MOST:
                raise ValueError
            return super().to_python(value)
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show what was sent once more, as it came where it cannot be read."""
        try:
            return super().bound_data(data, initial)
        except UNREADABLE:
            return InvalidJSONInput(data)


def _proved(prove: Callable[[], Any]) -> Any:
    """Give what a proof gives; an answer whose parts do not fit is a wrong one. :raises ValidationError:"""
    try:
        return prove()
    except UNREADABLE:
        raise get_adapter().validation_error("incorrect_code") from None


def _answer() -> PasskeyAnswer:
    return PasskeyAnswer(required=True, widget=forms.HiddenInput)


class LoginPasskeyForm(LoginWebAuthnForm):  # type: ignore[misc]
    """Sign in with a passkey."""

    credential = _answer()

    def clean_credential(self) -> Any:
        """Prove the answer. :raises ValidationError:"""
        return _proved(super().clean_credential)


class ReauthenticatePasskeyForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Prove again with a passkey who one is."""

    credential = _answer()

    def clean_credential(self) -> Any:
        """Prove the answer. :raises ValidationError:"""
        return _proved(super().clean_credential)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Add a passkey, its name asked for in the page's language."""

    credential = _answer()

    def clean(self) -> Any:
        """Prove the answer. :raises ValidationError:"""
        return _proved(super().clean)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = say("people.passkey_name")


class EditPasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Rename a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = say("people.passkey_name")
