"""The questions, as data: what is asked, in which order, when. The next question is a function of the filled fields alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from .donnees import Valeur

Valeurs = Mapping[str, Valeur]
TypeDeQuestion = Literal["texte", "date", "heure", "montant", "nombre", "choix", "oui_non", "personne", "fichier"]
Choix = tuple[tuple[str, str], ...]

TYPES_SINISTRE: Choix = (
    ("accident", "Accident"),
    ("hospitalisation", "Hospitalisation"),
    ("deces", "Décès"),
    ("frais_medicaux", "Frais médicaux"),
    ("frais_funeraires", "Frais funéraires"),
    ("indemnite_journaliere", "Indemnité journalière"),
    ("blessure", "Blessure ou agression"),
    ("collision", "Collision de véhicules"),
    ("vol", "Vol"),
    ("incendie", "Incendie"),
    ("degats", "Dégâts"),
    ("autre", "Autre chose"),
)
LIENS: Choix = (
    ("conjoint", "Conjoint(e)"),
    ("enfant", "Enfant"),
    ("parent", "Père ou mère"),
    ("fratrie", "Frère ou sœur"),
    ("autre", "Autre"),
)
# How people say a link, when the story says of whom it speaks.
MOTS_DES_LIENS: dict[str, frozenset[str]] = {
    "client": frozenset({"moi", "client", "moi-meme", "ngai", "mono"}),
    "conjoint": frozenset({"conjoint", "femme", "mari", "epouse", "epoux"}),
    "enfant": frozenset({"enfant", "fils", "fille", "bebe", "mwana"}),
    "parent": frozenset({"parent", "pere", "mere", "papa", "maman", "tata", "mama"}),
    "fratrie": frozenset({"fratrie", "frere", "soeur"}),
}
DEUIL = ("deces", "frais_funeraires")
SEJOUR = ("hospitalisation", "indemnite_journaliere")


def en_deuil(valeurs: Valeurs) -> bool:
    return valeurs.get("type_sinistre") in DEUIL or valeurs.get("deces") is True


def en_sejour(valeurs: Valeurs) -> bool:
    return valeurs.get("type_sinistre") in SEJOUR


def a_l_hopital(valeurs: Valeurs) -> bool:
    return en_sejour(valeurs) or valeurs.get("hospitalise") is True


def _type(*types: str) -> Callable[[Valeurs], bool]:
    return lambda valeurs: valeurs.get("type_sinistre") in types


def _danger(valeurs: Valeurs) -> bool:
    return valeurs.get("type_sinistre") in ("accident", "collision", "incendie")


def _avec_un_tiers(valeurs: Valeurs) -> bool:
    return valeurs.get("tiers_implique") is True


def _toujours(_: Valeurs) -> bool:
    return True


@dataclass(frozen=True)
class Question:
    """`nom`: the field in the summary. `libelle_deuil`, `libelle_sejour`: its words after a death, for a stay in hospital.

    `facultatif`: may be passed. `indispensable`: neither passed nor unknown. `maximum`: characters. `quand`: it is asked.
    """

    champ: str
    nom: str
    libelle: str
    type: TypeDeQuestion = "texte"
    choix: Choix = ()
    facultatif: bool = False
    indispensable: bool = False
    quand: Callable[[Valeurs], bool] = _toujours
    libelle_deuil: str = ""
    libelle_sejour: str = ""
    maximum: int = 200

    def pour(self, valeurs: Valeurs) -> str:
        if self.libelle_deuil and en_deuil(valeurs):
            return self.libelle_deuil
        return self.libelle_sejour if self.libelle_sejour and en_sejour(valeurs) else self.libelle


# A table: one question a paragraph.
# fmt: off
QUESTIONS: tuple[Question, ...] = (
    Question("description", "Votre récit", "Racontez-nous ce qui s'est passé, avec vos mots : quoi, quand, où, et pour qui.",
             indispensable=True, maximum=4000),
    Question("type_sinistre", "Type de sinistre", "De quoi s'agit-il ?", "choix", TYPES_SINISTRE, indispensable=True),
    Question("police", "Contrat", "Pour quel contrat faites-vous cette déclaration ?", "choix"),
    Question("assure", "Personne concernée", "Qui est la personne concernée ?", "personne",
             libelle_deuil="Quel est le nom de la personne décédée ?", libelle_sejour="Qui a été hospitalisé ?"),
    Question("date", "Date", "Quel jour est-ce arrivé ?", "date",
             libelle_deuil="Quel jour le décès est-il survenu ?",
             libelle_sejour="Quel jour l'hospitalisation a-t-elle commencé ?"),
    Question("heure", "Heure", "À quelle heure, à peu près ?", "heure", facultatif=True,
             quand=_type("accident", "blessure", "collision", "vol", "incendie")),
    Question("lieu", "Lieu", "Où est-ce arrivé ? La ville, le quartier, ou un endroit connu.",
             quand=lambda v: not en_sejour(v) and v.get("type_sinistre") != "frais_medicaux",
             libelle_deuil="Où le décès est-il survenu ?"),
    Question("blesse", "Blessés", "Y a-t-il des personnes blessées ?", "oui_non",
             quand=lambda v: _danger(v) and v.get("deces") is not True),
    Question("deces", "Décès", "Pardon de vous poser cette question : une personne a-t-elle perdu la vie ?",
             "oui_non", quand=lambda v: _danger(v) and v.get("blesse") is True),
    Question("tiers_implique", "Autre personne impliquée", "Une autre personne ou un autre véhicule est-il impliqué ?", "oui_non",
             quand=_type("accident", "blessure", "collision")),
    Question("tiers_nom", "Nom de l'autre personne", "Quel est le nom de cette autre personne, si vous le connaissez ?",
             facultatif=True, quand=_avec_un_tiers),
    Question("tiers_responsable_incertain", "Doute sur le responsable", "Y a-t-il un doute sur la personne responsable ?",
             "oui_non", facultatif=True, quand=_avec_un_tiers),
    Question("hospitalise", "Hospitalisation", "La personne blessée a-t-elle passé une nuit à l'hôpital ?", "oui_non",
             quand=lambda v: not en_deuil(v) and (_type("blessure")(v) or (_type("accident")(v) and v.get("blesse") is True))),
    Question("hopital", "Hôpital", "Dans quel hôpital ou quelle clinique ?", quand=a_l_hopital),
    Question("date_entree", "Date d'entrée", "Quel jour la personne est-elle entrée à l'hôpital ?", "date",
             quand=lambda v: a_l_hopital(v) and not en_sejour(v)),
    Question("date_sortie", "Date de sortie", "Quel jour la personne est-elle sortie ? Si elle est encore à l'hôpital, passez.",
             "date", facultatif=True, quand=a_l_hopital),
    Question("nuits", "Nuits à l'hôpital", "Combien de nuits la personne a-t-elle passées à l'hôpital ?", "nombre",
             quand=a_l_hopital),
    Question("montant_reclame", "Montant demandé", "Quel montant avez-vous payé ou demandez-vous, en francs CFA ?", "montant",
             quand=lambda v: v.get("type_sinistre") != "deces", libelle_deuil="Quel est le montant des frais, en francs CFA ?"),
    Question("proces_verbal", "Constat ou procès-verbal",
             "La police ou la gendarmerie a-t-elle fait un constat ou un procès-verbal ?", "oui_non",
             quand=lambda v: _type("vol", "collision", "incendie", "blessure")(v) or _avec_un_tiers(v)),
    Question("temoins", "Témoins", "Y a-t-il des témoins ? Donnez leurs noms si vous les connaissez.", facultatif=True,
             quand=_type("accident", "blessure", "collision", "vol")),
    Question("declarant", "Déclaration faite par", "Quel est votre nom, vous qui faites cette déclaration ?", "personne",
             quand=en_deuil),
    Question("lien", "Lien avec la personne décédée", "Quel est votre lien avec la personne décédée ?", "choix", LIENS,
             quand=en_deuil),
    Question("lieu_obseques", "Lieu des obsèques", "Où les obsèques ont-elles lieu, ou auront-elles lieu ?", facultatif=True,
             quand=en_deuil),
    Question("cout_obseques", "Coût des obsèques", "Quel est le coût des obsèques, à peu près, en francs CFA ?", "montant",
             facultatif=True, quand=lambda v: en_deuil(v) and v.get("type_sinistre") != "frais_funeraires"),
)
# fmt: on
PAR_CHAMP: dict[str, Question] = {question.champ: question for question in QUESTIONS}
CHAMPS = frozenset(PAR_CHAMP)

# fmt: off
# Who is speaking: asked in this order, and never part of a claim.
IDENTIFICATION: tuple[Question, ...] = (
    Question("police", "Police", "Quel est votre numéro de police ? Il est écrit sur votre contrat.",
             indispensable=True, maximum=30),
    Question("telephone", "Téléphone", "Quel est votre numéro de téléphone ?", indispensable=True, maximum=40),
    Question("code", "Code", "Écrivez le code que vous avez reçu par SMS.", indispensable=True, maximum=10),
)
_OFFRES: tuple[Question, ...] = (
    Question("conseiller", "Conseiller", "Voulez-vous parler à un conseiller ?", "oui_non", indispensable=True),
    Question("annulation", "Abandon", "Voulez-vous abandonner cette déclaration ?", "oui_non", indispensable=True),
    Question("nouveau", "Nouvelle déclaration", "Voulez-vous déclarer un nouveau sinistre ?", "oui_non", indispensable=True),
    Question("corriger", "Correction", "Que voulez-vous corriger ?", "choix", indispensable=True),
    Question("sinistre", "Dossier", "Quel dossier voulez-vous suivre ?", "choix", indispensable=True),
)
# fmt: on
# Questions of the conversation itself.
OFFRES = {question.champ: question for question in _OFFRES}
CONFIRMATION = Question("confirmation", "Confirmation", "Est-ce exact ?", "oui_non", indispensable=True)


def prochaine(valeurs: Valeurs) -> Question | None:
    """The first question that these fields ask for and that is not answered; None when the summary comes."""
    return next((question for question in QUESTIONS if question.champ not in valeurs and question.quand(valeurs)), None)
