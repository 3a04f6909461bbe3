"""Forms of the back office."""

from typing import Any

from django import forms
from django.contrib.admin import VERTICAL
from django.contrib.auth.models import Group
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.borne_auth.droits import roles_decideurs
from apps.borne_auth.models import Agent, RoleAgent
from nsia_pass_api.telephones import TelephoneFormField
from nsia_pass_api.textes import TexteTape


class _EmailEnMinuscules:
    """The database keeps e-mails in lower case: one person, one spelling."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class AgentCreationForm(_EmailEnMinuscules, UserCreationForm):  # type: ignore[misc]
    class Meta:
        model = Agent
        fields = ("email", "matricule", "first_name", "last_name")


class RoleField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the groups of the table of rights, by what it is called."""

    def label_from_instance(self, obj: Group) -> str:
        return str(RoleAgent(obj.name).label)


class AgentChangeForm(_EmailEnMinuscules, UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = Agent
        fields = "__all__"
        field_classes = {"telephone": TelephoneFormField}

    groups = RoleField(
        Group.objects.filter(name__in=RoleAgent.values).order_by("name"),
        label="Rôle",
        required=False,
        empty_label="Aucun",
        help_text="Sans rôle, une personne ne lit rien.",
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = next(iter(self.initial.get("groups", ())), None)
        self.initial["groups"] = role.pk if role else None

    def clean_groups(self) -> list[Group]:
        """As the model holds them."""
        role: Group | None = self.cleaned_data["groups"]
        if role is not None and role.name in roles_decideurs() and role.name != self.instance.role:
            raise forms.ValidationError(
                "Ce rôle décide : deux personnes le donnent. Utilisez « Proposer un rôle qui décide »."
            )
        return [role] if role else []


class ProposerForm(forms.Form):
    motif = TexteTape(
        label="Motif",
        max_length=200,
        help_text="La seconde personne le lit pour décider.",
        widget=UnfoldAdminTextInputWidget,
    )


class ReinitialiserForm(forms.Form):
    motif = TexteTape(
        label="Motif",
        max_length=200,
        help_text="Comment vous avez reconnu la personne, et pourquoi. Il reste dans le journal des connexions.",
        widget=UnfoldAdminTextInputWidget,
    )


class CodeMaintenanceForm(forms.Form):
    motif = TexteTape(
        label="Ce qui est à faire, et par qui",
        max_length=200,
        help_text="Gardé dans le journal des modifications, à votre nom.",
        widget=UnfoldAdminTextInputWidget,
    )


class RoleForm(ProposerForm):
    role = forms.ChoiceField(
        label="Rôle",
        choices=lambda: [(role.value, role.label) for role in RoleAgent if role in roles_decideurs()],
        widget=UnfoldAdminRadioSelectWidget(radio_style=VERTICAL),
    )
    field_order = ("role", "motif")
