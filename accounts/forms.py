"""The forms of the pages for people."""

from __future__ import annotations

from typing import Any

from django import forms


class _Form(forms.Form):
    """Errors and hints are tied to their fields for those who listen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)


class SignInForm(_Form):
    """Address and password."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(_Form):
    """A password to be."""

    password = forms.CharField(
        label="New password",
        min_length=8,
        max_length=128,
        strip=False,
        help_text="At least eight characters; a sentence is fine.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class SignUpForm(NewPasswordForm):
    """A new person."""

    field_order = ["name", "email", "password"]
    name = forms.CharField(
        label="Your name",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class EmailForm(_Form):
    """An address."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class CodeForm(_Form):
    """The code that a television shows."""

    user_code = forms.CharField(
        label="Code on your TV",
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": "XXXX-XXXX",
                "class": "code",
            }
        ),
    )


class AnswerForm(CodeForm):
    """Yes or no, and what may go if the household is full."""

    answer = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    replace_device_id = forms.CharField(required=False, max_length=24)
