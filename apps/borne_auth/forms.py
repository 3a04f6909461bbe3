"""Forms of the back office."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.borne_auth.models import Agent
from nsia_pass_api.telephones import TelephoneFormField


class _EmailEnMinuscules:
    """The database keeps e-mails in lower case: one person, one spelling."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class AgentCreationForm(_EmailEnMinuscules, UserCreationForm):  # type: ignore[misc]
    class Meta:
        model = Agent
        fields = ("email", "matricule", "first_name", "last_name")


class AgentChangeForm(_EmailEnMinuscules, UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = Agent
        fields = "__all__"
        field_classes = {"telephone": TelephoneFormField}
        labels = {"groups": "rôle"}
        help_texts = {"groups": "Un seul. Sans rôle, une personne ne lit rien."}

    def clean_groups(self) -> QuerySet[Group]:
        roles: QuerySet[Group] = self.cleaned_data["groups"]
        if len(roles) > 1:
            raise ValidationError("Une personne a un seul rôle. Choisissez celui qui convient.")
        return roles


class ReinitialiserForm(forms.Form):
    motif = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="Comment vous avez reconnu la personne, et pourquoi. Il reste dans le journal des connexions.",
        widget=UnfoldAdminTextInputWidget,
    )


class CodeMaintenanceForm(forms.Form):
    motif = forms.CharField(
        label="Ce qui est à faire, et par qui",
        max_length=200,
        help_text="Gardé dans le journal des modifications, à votre nom.",
        widget=UnfoldAdminTextInputWidget,
    )
