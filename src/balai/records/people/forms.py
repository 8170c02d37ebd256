"""Forms of accounts, in our own words: what is asked, what it is called, and what is said when it cannot be taken."""

from collections.abc import Callable, Mapping
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.socialaccount.forms import SignupForm as SocialForm
from django import forms
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone

from balai.base.actors import Actor
from balai.base.pages.texts import say
from balai.engine.forms import WrongValueError, drop_hidden, read_date
from balai.records.people import actions, limits, resets, rules, tokens

# What each field is called, and how a browser or phone should treat it. A form may call one otherwise (`words`).
_WORDS = {
    "name": "name", "email": "email", "phone": "phone", "login": "login", "password": "password",
    "password1": "field.password1", "oldpassword": "field.oldpassword", "code": "field.code",
    "passwordless": "field.passwordless",
}  # fmt: skip
_ATTRS: dict[str, dict[str, str]] = {
    "email": {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"},
    "login": {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    "code": {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w10"},
}
_HINTS = {"password1": "field.password_hint", "passwordless": "field.passwordless_hint"}


def _drop_hidden(field: forms.Field) -> None:
    """Let a field read what can be seen of what was pasted."""
    read = field.to_python
    field.to_python = lambda value: read(drop_hidden(value) if isinstance(value, str) else value)  # type: ignore[method-assign]


class Worded:
    """A form whose fields say our words: labels, hints, what is missing; no second box for the same password."""

    words: Mapping[str, str] = {}
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            _word(name, field, self.words.get(name, _WORDS.get(name, "")))


def _word(name: str, field: Any, key: str) -> None:
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= _ATTRS.get(name, {})
    field.help_text = say(f"people.{_HINTS[name]}") if name in _HINTS else ""
    if key:
        field.label = say(f"people.{key}")
    field.error_messages["required"] = say("people.fault.required", label=field.label)
    if name == "email":
        field.error_messages["invalid"] = say("people.fault.email")
    if longest := getattr(field, "max_length", None):
        field.error_messages["max_length"] = say("people.fault.too_long", label=field.label, limit=longest)
    if name in ("email", "code"):
        _drop_hidden(field)


class ChoosePasswordForm(Worded, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A password chosen by a link; an invitation's link also tells whether it reached its officer by mail."""

    words = {"password1": "field.new_password"}

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


class SignupForm(Worded, allauth_forms.SignupForm):  # type: ignore[misc]
    """Sign up with an e-mail address, a phone, or both; that one has an account already is told to its owner alone."""

    field_order = ("name", "email", "phone", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = say("people.contact_hint")
        for name in ("email", "phone"):
            self.fields[name].either = True  # neither is optional alone, so neither is called so

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


class LoginForm(Worded, allauth_forms.LoginForm):  # type: ignore[misc]
    """Sign in with an e-mail address or a phone number."""

    def clean_login(self) -> str:
        """Bring a phone number into the form it is kept in."""
        login = drop_hidden(super().clean_login())
        return login if "@" in login else rules.normalise_phone(login) or login


class ResetForm(Worded, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """Ask for a new password by an e-mail address or a phone number; whether either has an account is told to its owner alone."""

    words = {"email": "login"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = forms.CharField(max_length=254, label=say("people.login"))
        asked.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        asked.error_messages["required"] = say("people.fault.required", label=asked.label)
        self.fields["email"] = asked

    def clean_email(self) -> str:
        """Read the address or the number. :raises ValidationError: for what is neither."""
        typed = drop_hidden(self.cleaned_data["email"]).strip()
        self.phone = "" if "@" in typed else rules.take_phone(typed) or ""
        if self.phone:
            limits.count_text(context.request, self.phone, timezone.now())
            return self.phone
        if "@" not in typed:
            raise forms.ValidationError(say("people.phone_format"), code="invalid_phone")
        read = forms.EmailField(error_messages={"invalid": say("people.fault.email")})
        self.cleaned_data["email"] = read.clean(typed).lower()
        return str(super().clean_email())

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link by mail; for a number, send a code and lead to where it is entered."""
        if self.phone:
            resets.begin(request, self.phone, timezone.now())
            raise ImmediateHttpResponse(redirect("people:reset_code"))
        request.session["balai_reset_to"] = self.cleaned_data["email"]
        return str(super().save(request, **kwargs))


class AddEmailForm(Worded, allauth_forms.AddEmailForm):  # type: ignore[misc]
    """Add an e-mail address."""

    words = {"email": "field.new_email"}


class ChangePasswordForm(Worded, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """Change the password."""

    words = {"password1": "field.new_password"}


class SetPasswordForm(Worded, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """Choose a password for an account that has none."""


class ReauthenticatePasswordForm(Worded, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """Prove again by the password who one is."""


class ChangePhoneForm(Worded, allauth_forms.ChangePhoneForm):  # type: ignore[misc]
    """Change the phone number."""

    words = {"phone": "field.new_phone"}


class VerifyPhoneForm(Worded, allauth_forms.VerifyPhoneForm):  # type: ignore[misc]
    """Enter the code of a text message."""


class SocialSignupForm(Worded, SocialForm):  # type: ignore[misc]
    """Complete what an identity provider did not tell."""


class FactorForm(Worded, AuthenticateForm):  # type: ignore[misc]
    """Sign in with a second factor."""

    words = {"code": "field.factor"}


class ReauthenticateFactorForm(Worded, ReauthenticateForm):  # type: ignore[misc]
    """Prove again by a second factor who one is."""

    words = {"code": "field.factor"}


class AddAppForm(Worded, ActivateTOTPForm):  # type: ignore[misc]
    """Add an authenticator app."""


class CodeForm(Worded, forms.Form):
    """Enter the code of a text message, to choose a new password."""

    code = forms.CharField(max_length=20)


class BornForm(forms.Form):
    """Give the date of birth, as people write dates."""

    born = forms.CharField(max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["born"]
        field.label, field.help_text = say("people.field.born"), say("people.field.born_hint")
        field.widget.attrs |= {"autocomplete": "bday", "class": "w16"}
        field.error_messages["required"] = say("people.fault.required", label=field.label)

    def clean_born(self) -> Any:
        """Read the date. :raises ValidationError: saying how to write it."""
        try:
            return read_date(drop_hidden(self.cleaned_data["born"]))
        except WrongValueError:
            raise forms.ValidationError(say("people.fault.born"), code="date") from None


class SetupForm(Worded, forms.Form):
    """Make the first administrator."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = say("people.field.password_hint")


# What a browser never sends: nested deeper or longer than Python reads, or parts that do not fit each other.
UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
MOST = 20_000  # signs; a passkey's answer has about a thousand


def _no_answer() -> forms.ValidationError:
    return forms.ValidationError(say("people.fault.passkey"), code="incorrect_code")


class PasskeyAnswer(forms.JSONField):
    """What a passkey answers; what cannot be read is a wrong answer, not a fault of ours."""

    def to_python(self, value: Any) -> Any:
        """Read it. :raises ValidationError: when it is nothing that a passkey says."""
        try:
            if isinstance(value, str) and len(value) > MOST:
                raise ValueError
            return super().to_python(value)
        except UNREADABLE:
            raise _no_answer() from None

    def validate(self, value: Any) -> None:
        """Refuse no answer. :raises ValidationError:"""
        if value in self.empty_values:
            raise _no_answer()

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
        raise _no_answer() from None


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


class AddPasskeyForm(Worded, AddWebAuthnForm):  # type: ignore[misc]
    """Add a passkey, its name asked for in the page's language."""

    words = {"name": "passkey_name"}
    credential = _answer()

    def clean(self) -> Any:
        """Prove the answer. :raises ValidationError:"""
        return _proved(super().clean)


class EditPasskeyForm(Worded, EditWebAuthnForm):  # type: ignore[misc]
    """Rename a passkey."""

    words = {"name": "passkey_name"}
