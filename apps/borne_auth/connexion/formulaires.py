"""What one types at the door and on the page of one's second factor."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget


def _chiffres(**attributs: str) -> Any:
    return UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "spellcheck": "false", **attributs})


class MotDePasseForm(forms.Form):
    username = forms.CharField(
        label="Adresse e-mail",
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "username", "autofocus": ""}),
    )
    password = forms.CharField(
        label="Mot de passe",
        max_length=128,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """A telephone's six digits, or a recovery code."""

    code = forms.CharField(label="Code", max_length=40, widget=_chiffres(autofocus="", inputmode="text"))


class ActiverForm(forms.Form):
    nouveau = forms.CharField(
        label="Code affiché par l'application",
        max_length=20,
        widget=_chiffres(inputmode="numeric", placeholder="123 456"),
    )


class RemplacerForm(ActiverForm):
    code = forms.CharField(
        label="Code de l'ancien téléphone, ou code de secours",
        max_length=40,
        widget=_chiffres(inputmode="text"),
    )


class RenouvelerForm(forms.Form):
    code = forms.CharField(label="Code du téléphone", max_length=40, widget=_chiffres(inputmode="text"))
