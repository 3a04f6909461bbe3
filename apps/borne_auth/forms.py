"""Forms of the back office."""

from typing import Any

from unfold.forms import UserChangeForm, UserCreationForm

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
