"""Forms of the back office's acts. They check what was typed; services decide."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.options import VERTICAL
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_payments.models import NatureImport, OperateurPaiement
from apps.pass_payments.services.guichet import AU_GUICHET
from apps.socle.forms import MotifForm, paragraphe
from nsia_pass_api.money import MONTANT_MAXIMUM
from nsia_pass_api.tableaux import OCTETS_MAXIMUM
from nsia_pass_api.telephones import TelephoneFormField
from nsia_pass_api.textes import TexteTape


def _ligne(**options: Any) -> TexteTape:
    return TexteTape(widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), **options)


def _choix(**options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(widget=UnfoldAdminRadioSelectWidget(radio_style=VERTICAL), **options)


class TelephoneForm(MotifForm):
    telephone = TelephoneFormField(
        label="Nouveau téléphone",
        help_text="Ses codes y arriveront. Assurez-vous que la personne devant vous est bien ce client.",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "tel", "autocomplete": "off", "placeholder": "06 123 45 67"}),
    )
    field_order = ("telephone", "motif")


class ClotureForm(MotifForm):
    verse = _choix(
        label="Comment cela s'est terminé",
        choices=[("oui", "L'argent est arrivé"), ("non", "L'argent n'est pas parti, ou il est revenu")],
    )
    dit = paragraphe(
        label="Ce que l'opérateur a dit",
        help_text="Ses mots, le nom de la personne et le jour, ou le numéro du courrier.",
    )
    code_confirmation = _ligne(label="Code de l'opérateur", max_length=64, required=False)
    field_order = ("verse", "dit", "code_confirmation", "motif")

    def clean_verse(self) -> bool:
        return bool(self.cleaned_data["verse"] == "oui")


class LiberationForm(MotifForm):
    envoyer = _choix(
        label="Ce versement",
        choices=[("oui", "Peut partir : le client a confirmé ce numéro"), ("non", "Ne doit pas partir")],
    )
    field_order = ("envoyer", "motif")

    def clean_envoyer(self) -> bool:
        return bool(self.cleaned_data["envoyer"] == "oui")


class AttributionForm(forms.Form):
    """A number of one's own comes with its reason; without one, the series gives the next."""

    mode = _choix(
        label="Numéro",
        choices=[("automatique", "Le prochain de la série"), ("manuel", "Celui que j'écris")],
        initial="automatique",
    )
    numero = _ligne(label="Numéro de police", max_length=30, required=False)
    commentaire = paragraphe(
        label="Commentaire", required=False, help_text="D'où vient ce numéro : on le relira sur sa page."
    )

    def clean(self) -> dict[str, Any]:
        saisie = super().clean() or {}
        if saisie.get("mode") == "manuel":
            for champ in ("numero", "commentaire"):
                if not saisie.get(champ) and champ not in self.errors:
                    self.add_error(champ, "Ce champ est obligatoire pour un numéro que l'on écrit.")
        return saisie


class RemplacementForm(MotifForm):
    numero = _ligne(
        label="Nouveau numéro de police",
        max_length=30,
        help_text="L'ancien ne sera plus donné à personne. Le client recevra le nouveau par SMS.",
    )
    field_order = ("numero", "motif")


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


class DoublonForm(forms.Form):
    ligne = forms.ChoiceField(label="Ligne", widget=UnfoldAdminSelectWidget)
    motif = TexteTape(
        label="Pourquoi c'est un autre paiement",
        max_length=200,
        help_text="Cela reste écrit, avec votre nom.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, lignes: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choix: Any = self.fields["ligne"]
        choix.choices = [("", "Choisissez"), *((str(ligne), f"Ligne {ligne}") for ligne, _ in lignes)]


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
    justificatif = TexteTape(
        label="Justificatif",
        max_length=64,
        required=False,
        help_text="Numéro du chèque, de l'avis de virement ou du ticket de carte.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    renouvellement = forms.BooleanField(
        label="Ce paiement renouvelle le contrat", required=False, widget=UnfoldBooleanSwitchWidget
    )
    motif = TexteTape(
        label="Pourquoi cette somme",
        max_length=200,
        required=False,
        help_text="Seulement au-delà du plafond du guichet ou de ce que le contrat peut devoir : une autre personne décidera.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    cle = TexteTape(min_length=8, max_length=64, widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))

    def __init__(self, *args: Any, souscription: SouscriptionPass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if souscription.statut == StatutSouscription.EN_COURS:
            del self.fields["renouvellement"]
