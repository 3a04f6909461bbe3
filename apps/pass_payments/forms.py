"""Forms of the back office's acts. They check what was typed; services decide."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_payments.models import NatureImport, OperateurPaiement
from apps.pass_payments.services.guichet import AU_GUICHET
from nsia_pass_api.money import MONTANT_MAXIMUM
from nsia_pass_api.tableaux import OCTETS_MAXIMUM


def _paragraphe(**options: Any) -> forms.CharField:
    return forms.CharField(max_length=200, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **options)


class MotifForm(forms.Form):
    motif = _paragraphe(label="Motif", help_text="Ce que la seconde personne lira pour décider.")


class CommentaireForm(forms.Form):
    commentaire = _paragraphe(label="Commentaire")


class CommentaireLibreForm(forms.Form):
    commentaire = _paragraphe(label="Commentaire", required=False)


class DepotForm(forms.Form):
    """A file to import; only the kinds that this person may hand in."""

    nature = forms.ChoiceField(label="Ce que contient le fichier", widget=UnfoldAdminSelectWidget)
    fichier = forms.FileField(
        label="Fichier CSV ou Excel (.xlsx)",
        max_length=200,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: Any, natures: Sequence[NatureImport], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nature"].choices = [("", "Choisissez"), *((une.value, une.label) for une in natures)]  # type: ignore[attr-defined]

    def clean_fichier(self) -> Any:
        fichier = self.cleaned_data["fichier"]
        if fichier.size > OCTETS_MAXIMUM:
            raise forms.ValidationError(
                f"Ce fichier dépasse {OCTETS_MAXIMUM // 1_000_000} Mo. Partagez-le en plusieurs."
            )
        return fichier


class EncaissementForm(forms.Form):
    """`cle` is drawn with the form: posted again, it pays nothing more."""

    montant = forms.IntegerField(
        label="Montant reçu (FCFA)",
        min_value=1,
        max_value=MONTANT_MAXIMUM,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    operateur = forms.ChoiceField(
        label="Mode de paiement",
        choices=[("", "Choisissez"), *((un.value, un.label) for un in map(OperateurPaiement, AU_GUICHET))],
        widget=UnfoldAdminSelectWidget,
    )
    justificatif = forms.CharField(
        label="Justificatif",
        max_length=64,
        required=False,
        help_text="Numéro du chèque, de l'avis de virement ou du ticket de carte.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    renouvellement = forms.BooleanField(
        label="Ce paiement renouvelle le contrat", required=False, widget=UnfoldBooleanSwitchWidget
    )
    cle = forms.CharField(min_length=8, max_length=64, widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))

    def __init__(self, *args: Any, souscription: SouscriptionPass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if souscription.statut == StatutSouscription.EN_COURS:
            del self.fields["renouvellement"]
