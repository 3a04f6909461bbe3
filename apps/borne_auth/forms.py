"""Forms of the back office."""

from typing import Any

from django import forms
from django.contrib.admin import VERTICAL
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from apps.borne_auth.droits import ROLES_DECIDEURS
from apps.borne_auth.models import Agent, RoleAgent
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
        if any(role.name in ROLES_DECIDEURS and role.name != self.instance.role for role in roles):
            raise ValidationError(
                "Ce rôle décide : deux personnes le donnent. Utilisez « Proposer un rôle qui décide »."
            )
        return roles


class ProposerForm(forms.Form):
    motif = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="La seconde personne le lit pour décider.",
        widget=UnfoldAdminTextInputWidget,
    )


class ReinitialiserForm(forms.Form):
    motif = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="Comment vous avez reconnu la personne, et pourquoi. Il reste dans le journal des connexions.",
        widget=UnfoldAdminTextInputWidget,
    )


class RoleForm(ProposerForm):
    role = forms.ChoiceField(
        label="Rôle",
        choices=[(role.value, role.label) for role in RoleAgent if role in ROLES_DECIDEURS],
        widget=UnfoldAdminRadioSelectWidget(radio_style=VERTICAL),
    )
    field_order = ("role", "motif")
