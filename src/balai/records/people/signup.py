"""The part of signing up that allauth loads while it makes its own forms, and that therefore may not import them."""

from typing import Any

from django import forms
from django.http import HttpRequest

from balai.base.pages.texts import say
from balai.engine.forms import is_blank, list_undrawable, name_characters


class NameForm(forms.Form):
    """What every sign-up asks besides contacts and a password."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = say("people.name")

    def clean_name(self) -> str:
        """Take a name that letters can show. :raises ValidationError: for one that nobody can see, or no letter can print."""
        name = str(self.cleaned_data["name"]).replace("\ufeff", "").strip()
        if is_blank(name):
            raise forms.ValidationError(self.fields["name"].error_messages["required"], code="required")
        if letters := list_undrawable(name):
            raise forms.ValidationError(say("people.name_not_drawable", characters=name_characters(letters)))
        return name

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Do nothing more: the adapter registers the person together with the account."""
