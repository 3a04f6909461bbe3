"""What files ask for, all or nothing: read, tried and shown first, then done exactly as shown, through each act's service."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from apps.pass_clients.models import ClientPass, SouscriptionPass
from apps.pass_clients.reprises import midi
from apps.pass_clients.selectors import agence_nommee
from apps.pass_clients.services import Auteur, modifier_client
from apps.pass_payments.errors import EncaissementDejaFait
from apps.pass_payments.models import DoublonConfirme, ImportFichier, NatureImport, OperateurPaiement, StatutImport
from apps.pass_payments.modes import mode_ecrit
from apps.pass_payments.services.guichet import AU_GUICHET, encaisser_au_guichet
from nsia_pass_api import ecrits
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import aujourdhui, maintenant
from nsia_pass_api.ecrits import Illisible
from nsia_pass_api.errors import AccesRefuse, Conflit, DonneesInvalides, ErreurPass
from nsia_pass_api.tableaux import LigneDeTableau, lire_tableau
from nsia_pass_api.telephones import normaliser
from nsia_pass_api.transactions import transaction_entiere

ANCIENNETE_JOURS = 31
ERREURS_MONTREES = 200


class ImportDejaFait(Conflit):
    code = "import_deja_fait"
    titre = "Fichier déjà importé"
    detail = "Ce contenu a déjà été importé. Si c'en est un autre, distinguez ses lignes."


@dataclass(frozen=True)
class ErreurDeLigne:
    ligne: int
    colonne: str
    pourquoi: str


class ImportImpossible(DonneesInvalides):
    """`erreurs`: each bad line, its column and why; `doublons`: lines whose money is recorded already. Nothing was done."""

    code = "import_impossible"
    titre = "Import impossible"

    def __init__(self, erreurs: list[ErreurDeLigne], doublons: Sequence[ErreurDeLigne] = ()) -> None:
        nombre = len({une.ligne for une in (*erreurs, *doublons)})
        super().__init__(f"Rien n'a été fait : {nombre} ligne{'s' if nombre > 1 else ''} à corriger.")
        self.erreurs, self.doublons = [*erreurs, *doublons], doublons


class DoublonImpossible(DonneesInvalides):
    code = "doublon_impossible"
    titre = "Confirmation impossible"


class _Refus(Exception):
    def __init__(self, colonne: str, pourquoi: str) -> None:
        super().__init__(pourquoi)
        self.colonne, self.pourquoi = colonne, pourquoi


@dataclass(frozen=True)
class Nature:
    """A kind of file. `colonnes`: name → what is expected there; `faire` does one line, by its service.

    `repetable`: a line may say the same as another, or as money recorded already, once somebody has confirmed it.
    """

    colonnes: Mapping[str, str]
    obligatoires: frozenset[str]
    droit: str
    maximum: int
    faire: Callable[[Mapping[str, str], Any, bool], None]
    montant: str = ""
    repetable: bool = False


def deposer(*, nature: str, nom: str, contenu: bytes, agent: AbstractBaseUser) -> ImportFichier:
    """What the file asks for has been tried by `agent`, undone, and waits to be confirmed.

    Raises AccesRefuse, FichierRefuse, ImportDejaFait, ImportImpossible with each bad line.
    """
    sorte = _permise(nature, agent)
    lignes = lire_tableau(
        contenu, colonnes=list(sorte.colonnes), obligatoires=sorte.obligatoires, maximum=sorte.maximum
    )
    lignes = [LigneDeTableau(une.numero, {nom: une.cases.get(nom, "") for nom in sorte.colonnes}) for une in lignes]
    dites = sorted(json.dumps(une.cases, sort_keys=True, ensure_ascii=False) for une in lignes)
    empreinte = hashlib.sha256("\n".join(dites).encode()).hexdigest()
    if ImportFichier.objects.filter(nature=nature, empreinte=empreinte, statut=StatutImport.CONFIRME).exists():
        raise ImportDejaFait
    with transaction.atomic():
        doublons = _tout_faire(sorte, lignes, agent)
        transaction.set_rollback(True)
    return ImportFichier.objects.create(
        nature=nature,
        nom_fichier=nom[-120:],
        empreinte=empreinte,
        lignes=[{"numero": une.numero, "cases": une.cases} for une in lignes],
        nombre=len(lignes),
        total=sum(ecrits.montant(une.cases[sorte.montant]) for une in lignes) if sorte.montant else None,
        doublons=_en_json(doublons),
        deposant_id=agent.pk,
    )


def confirmer(*, fichier: ImportFichier, agent: AbstractBaseUser) -> ImportFichier:
    """What was shown is done, whole, by `agent` and under her rights. Raises as `deposer`.

    While a line looks like money recorded already and nobody has confirmed that it is other money, nothing is done; those that
    were found since are on the file's page too.
    """
    try:
        return _confirmer(fichier, agent)
    except ImportImpossible as impossible:
        if impossible.doublons:
            ImportFichier.objects.filter(pk=fichier.pk, statut=StatutImport.PREVU).update(
                doublons=_en_json(impossible.doublons)
            )
        raise


@transaction.atomic
def confirmer_doublon(*, fichier: ImportFichier, ligne: int, motif: str, agent: AbstractBaseUser) -> DoublonConfirme:
    """This line of the file is other money than what is recorded: `agent` says so, with a reason that stays.

    Raises AccesRefuse, ImportDejaFait, DoublonImpossible for a line that is not one, or was confirmed before.
    """
    actuel = ImportFichier.objects.select_for_update().get(pk=fichier.pk)
    _permise(actuel.nature, agent)
    if actuel.statut != StatutImport.PREVU:
        raise ImportDejaFait
    contre = {un["ligne"]: un["contre"] for un in actuel.doublons}
    if ligne not in contre:
        raise DoublonImpossible("Cette ligne n'attend pas de confirmation.")
    if not motif.strip():
        raise DoublonImpossible("Dites pourquoi c'est un autre encaissement : cela reste écrit.")
    try:
        with transaction.atomic():
            return DoublonConfirme.objects.create(
                fichier=actuel, ligne=ligne, contre=contre[ligne][:200], motif=motif.strip(), confirme_par_id=agent.pk
            )
    except IntegrityError as error:
        if violee(error) != "doublons_une_fois":
            raise
        raise DoublonImpossible("Cette ligne est déjà confirmée.") from error


def doublons_a_confirmer(fichier: ImportFichier) -> list[tuple[int, str]]:
    """The lines of a file that waits, and what each repeats, that nobody has confirmed. One query."""
    if fichier.statut != StatutImport.PREVU or not fichier.doublons:
        return []
    confirmes = set(fichier.confirmes.values_list("ligne", flat=True))
    return [(un["ligne"], un["contre"]) for un in fichier.doublons if un["ligne"] not in confirmes]


def _en_json(doublons: Sequence[ErreurDeLigne]) -> list[dict[str, Any]]:
    return [{"ligne": un.ligne, "contre": un.pourquoi} for un in doublons]


@transaction_entiere
def _confirmer(fichier: ImportFichier, agent: AbstractBaseUser) -> ImportFichier:
    actuel = ImportFichier.objects.select_for_update().get(pk=fichier.pk)
    sorte = _permise(actuel.nature, agent)
    if actuel.statut != StatutImport.PREVU:
        raise ImportDejaFait
    actuel.statut, actuel.confirme_par_id, actuel.confirme_le = StatutImport.CONFIRME, agent.pk, maintenant()
    try:
        with transaction.atomic():
            actuel.save(update_fields=["statut", "confirme_par", "confirme_le"])
    except IntegrityError as error:
        if violee(error) != "imports_une_seule_fois":
            raise
        raise ImportDejaFait from error
    confirmes = frozenset(actuel.confirmes.values_list("ligne", flat=True))
    lignes = [LigneDeTableau(une["numero"], une["cases"]) for une in actuel.lignes]
    doublons = _tout_faire(sorte, lignes, agent, confirmes=confirmes)
    if doublons:
        raise ImportImpossible([], doublons)
    return actuel


def _permise(nature: str, agent: Any) -> Nature:
    sorte = NATURES[NatureImport(nature)]
    if not agent.has_perm(sorte.droit):
        raise AccesRefuse
    return sorte


def natures_permises(agent: Any) -> list[NatureImport]:
    """The kinds of files that this person may hand in."""
    return [nature for nature, sorte in NATURES.items() if agent.has_perm(sorte.droit)]


def _tout_faire(
    sorte: Nature, lignes: list[LigneDeTableau], agent: AbstractBaseUser, *, confirmes: frozenset[int] = frozenset()
) -> list[ErreurDeLigne]:
    """Each line is done, but those that repeat what is recorded and are not `confirmes`: they are returned.

    Raises ImportImpossible with all that cannot be done; the caller's transaction then ends without any.
    """
    erreurs: list[ErreurDeLigne] = []
    doublons: list[ErreurDeLigne] = []
    vues: dict[str, int] = {}
    for ligne in lignes:
        dite = json.dumps(ligne.cases, sort_keys=True)
        premiere = vues.setdefault(dite, ligne.numero)
        if premiere != ligne.numero and ligne.numero not in confirmes:
            redite = ErreurDeLigne(ligne.numero, "", f"Elle dit la même chose que la ligne {premiere}.")
            (doublons if sorte.repetable else erreurs).append(redite)
            continue
        try:
            with transaction.atomic():
                sorte.faire(ligne.cases, agent, ligne.numero in confirmes)
        except EncaissementDejaFait as deja:
            doublons.append(ErreurDeLigne(ligne.numero, "", deja.detail))
        except _Refus as refus:
            erreurs.append(ErreurDeLigne(ligne.numero, refus.colonne, refus.pourquoi))
        except ErreurPass as erreur:
            erreurs.append(ErreurDeLigne(ligne.numero, "", erreur.detail))
        if len(erreurs) == ERREURS_MONTREES:
            break
    if erreurs:
        raise ImportImpossible(erreurs)
    return doublons


def _a_lui(agent: AbstractBaseUser, lignes: QuerySet[Any]) -> QuerySet[Any]:
    permises: QuerySet[Any] = import_string(settings.BACK_OFFICE_LIGNES)(agent, lignes)
    return permises


# Cash, cheques and transfers written on paper in an agency.


def _encaisser(cases: Mapping[str, str], agent: Any, confirmee: bool) -> None:
    numero = "".join(cases["contrat"].upper().split())
    nomme = Q(police__numero_police=numero) | Q(numero_souscription=numero)
    souscription = _a_lui(agent, SouscriptionPass.objects.filter(nomme)).first()
    if souscription is None:
        raise _Refus("contrat", "Aucun contrat que vous pouvez encaisser ne porte ce numéro.")
    jour = _jour(cases["date"])
    operateur = _mode(cases["mode"])
    encaisser_au_guichet(
        souscription=souscription,
        montant=_montant(cases["montant"]),
        operateur=operateur,
        agent=agent,
        justificatif=cases["justificatif"][:64],
        quand=_moment(jour),
        unique=not confirmee,
    )


def _moment(jour: date) -> datetime:
    return min(midi(jour), maintenant())


def _montant(ecrit: str) -> int:
    try:
        return ecrits.montant(ecrit)
    except Illisible as illisible:
        raise _Refus("montant", illisible.explication or f"{illisible.motif.label}.") from None


def _jour(ecrit: str) -> date:
    jour = aujourdhui()
    try:
        lu = ecrits.jour(ecrit, avant=jour.year)
    except Illisible as illisible:
        raise _Refus("date", illisible.explication) from None
    if lu is None:
        raise _Refus("date", "Indiquez le jour de l'encaissement, par exemple 25/11/2026.")
    if not jour - timedelta(days=ANCIENNETE_JOURS) <= lu <= jour:
        raise _Refus("date", f"Un encaissement se reprend dans les {ANCIENNETE_JOURS} jours, et pas d'avance.")
    return lu


def _mode(ecrit: str) -> OperateurPaiement:
    try:
        operateur = mode_ecrit(ecrit, operateur_du_client="")
    except Illisible as illisible:
        raise _Refus("mode", illisible.explication) from None
    if operateur not in AU_GUICHET:
        raise _Refus("mode", "À l'agence, on encaisse des espèces, un chèque, un virement ou une carte.")
    return operateur


# Clients of an agency.


def _rattacher(cases: Mapping[str, str], agent: Any, confirmee: bool) -> None:
    try:
        telephone = normaliser(cases["telephone"])
    except ErreurPass as erreur:
        raise _Refus("telephone", erreur.detail) from None
    client = _a_lui(agent, ClientPass.objects.filter(telephone=telephone)).first()
    if client is None:
        raise _Refus("telephone", "Aucun client que vous lisez n'a ce téléphone.")
    try:
        champs: dict[str, Any] = {"agence": agence_nommee(cases["agence"])}
    except ErreurPass as erreur:
        raise _Refus("agence", erreur.detail) from None
    if cases["suivi_par"]:
        matricule = cases["suivi_par"]
        suiveur = get_user_model().objects.filter(Q(matricule=matricule) | Q(email=matricule.lower())).first()
        if suiveur is None:
            raise _Refus("suivi_par", "Aucun agent n'a ce matricule ou cette adresse.")
        champs["suivi_par_id"] = suiveur.pk
    modifier_client(client=client, auteur=Auteur(agent=agent), **champs)


NATURES: dict[NatureImport, Nature] = {
    NatureImport.ENCAISSEMENTS: Nature(
        colonnes={
            "contrat": "numéro de police ou de souscription",
            "montant": "francs reçus, sans virgule",
            "mode": "espèces, chèque, virement ou carte",
            "date": "jour de l'encaissement (25/11/2026)",
            "justificatif": "numéro du chèque, de l'avis ou du carnet",
        },
        obligatoires=frozenset({"contrat", "montant", "mode", "date"}),
        droit="pass_payments.add_paiementpass",
        maximum=500,
        faire=_encaisser,
        montant="montant",
        repetable=True,
    ),
    NatureImport.RATTACHEMENTS: Nature(
        colonnes={
            "telephone": "celui du client, écrit comme on veut",
            "agence": "son nom, écrit comme on veut",
            "suivi_par": "matricule ou adresse de qui le suit, si quelqu'un le suit",
        },
        obligatoires=frozenset({"telephone", "agence"}),
        droit="pass_clients.rattacher_clientpass",
        maximum=2_000,
        faire=_rattacher,
    ),
}
