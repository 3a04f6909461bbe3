"""Which tables are followed by the audit, which are not and why; and on whose behalf a request writes.

Migrations put the triggers (`nsia_pass_api.sqlaudit.auditer`); a test compares them with `SUIVIES`, and fails for a model that is
in none of these tables. How it holds: docs/decisions/0012.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import LazyObject

from apps.borne_auth.authentication import BorneConnectee, ClientConnecte
from apps.borne_auth.models import Agent
from apps.pass_payments.cles import cle_lisible
from apps.pass_payments.cles_du_journal import FAITS
from apps.pass_payments.motifs import motif_lisible
from apps.pass_payments.natures import nature
from apps.pass_products.models import Reglage
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.audit import ANONYME, Contexte, au_nom_de
from nsia_pass_api.lisible import Cles
from nsia_pass_api.logs import request_id
from nsia_pass_api.money import formater_nombre


@dataclass(frozen=True)
class Suivie:
    """`client`: the path that leads to the client, `pk` for herself. `libelle`: what a row is, when its model does not say.

    `cles`: how the keys of its JSON columns are read, for a whole row; `lues`: how columns that are codes are. The rest as in the
    migration's `auditer`.
    """

    client: str = ""
    masquees: tuple[str, ...] = ()
    ignorees: tuple[str, ...] = ()
    libelle: str = ""
    cles: Callable[[Mapping[str, Any]], Cles] = lambda ligne: {}
    lues: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)


def _nom_du_reglage(nom: str | None) -> str:
    return str(Reglage(nom=nom)) if nom else ""


def _valeur_du_reglage(valeur: int | None) -> str:
    """Which value, « Historique » of its page says."""
    return "Valeur d'installation" if valeur is None else formater_nombre(valeur)


def _nature_lue(code: str | None) -> str:
    return nature(code).libelle if code else ""


def _cles_d_une_proposition(ligne: Mapping[str, Any]) -> Cles:
    return nature(ligne["nature"]).champs if "nature" in ligne else {}


SUIVIES: dict[str, Suivie] = {
    "pass_products.ProduitPass": Suivie(),
    "pass_products.Garantie": Suivie(),
    "pass_products.Reglage": Suivie(lues={"nom": _nom_du_reglage, "valeur": _valeur_du_reglage}),
    "pass_clients.Agence": Suivie(),
    "pass_clients.ClientPass": Suivie("pk"),
    "pass_clients.SouscriptionPass": Suivie("client"),
    "pass_clients.PeriodeCouverture": Suivie("souscription__client"),
    "pass_clients.BeneficiairePass": Suivie("souscription__client"),
    "pass_clients.NumeroPolice": Suivie("souscription__client"),
    "pass_payments.PaiementPass": Suivie("souscription__client", lues={"motif_echec": motif_lisible}),
    "pass_payments.AnomaliePaiement": Suivie("paiement__souscription__client", cles=lambda ligne: FAITS),
    "pass_payments.Proposition": Suivie(
        "client",
        cles=_cles_d_une_proposition,
        lues={"nature": _nature_lue, "cle": cle_lisible},
    ),
    "pass_payments.Decaissement": Suivie(
        "paiement__souscription__client", lues={"cle": cle_lisible, "motif_echec": motif_lisible}
    ),
    "pass_payments.DocumentEmis": Suivie("souscription__client"),
    "pass_payments.Rapprochement": Suivie(),
    "pass_payments.EcartRapprochement": Suivie("paiement__souscription__client"),
    "pass_payments.ImportFichier": Suivie(masquees=("lignes",)),
    # Sign-ins have a journal of their own; a kiosk says where it is every minute.
    "borne_auth.Agent": Suivie(masquees=("password",), ignorees=("last_login",)),
    "borne_auth.Agent_groups": Suivie(libelle="rôle d'un agent"),
    "borne_auth.Agent_user_permissions": Suivie(libelle="droit particulier d'un agent"),
    "borne_auth.FacteurAgent": Suivie(masquees=("secret_scelle",), ignorees=("dernier_pas",)),
    "auth.Group": Suivie(),
    "auth.Group_permissions": Suivie(libelle="droit d'un rôle"),
    "borne_auth.Borne": Suivie(masquees=("cle_empreinte",), ignorees=("dernier_contact", "version")),
    "borne_auth.CodeMaintenance": Suivie(masquees=("empreinte",)),
}

_JOURNAL = "est lui-même un journal : rien n'y change"
_TECHNIQUE = "technique : rien de métier n'y est décidé"
NON_SUIVIES: dict[str, str] = {
    "pass_clients.Consentement": _JOURNAL,
    "pass_clients.TransitionSouscription": _JOURNAL,
    "pass_clients.ModificationClient": _JOURNAL,
    "pass_clients.PoliceRemplacee": _JOURNAL,
    "pass_products.ModificationCatalogue": _JOURNAL,
    "pass_products.ChangementReglage": _JOURNAL,
    "pass_payments.AbandonCreance": _JOURNAL,
    "pass_payments.EvenementPaiement": _JOURNAL,
    "pass_payments.DoublonConfirme": _JOURNAL,
    "pass_payments.RappelOperateur": "est lui-même un journal : seul change le verdict, qui se recalcule",
    "mtn_integration.LogMTN": _JOURNAL,
    "mtn_integration.TransactionMTN": "son journal est celui des échanges, LogMTN",
    "borne_auth.SessionBorne": "est lui-même un journal : une session s'ouvre et se ferme une fois",
    "admin.LogEntry": _JOURNAL,
    "pass_payments.MessageSortant": "boîte d'envoi : les textes, qui portent des codes, ne se copient pas",
    "pass_payments.RequeteIdempotente": "technique : la réponse déjà donnée, gardée quelques jours",
    "pass_payments.ExamenSouscription": "technique : la base l'écrit, des périodes et des paiements, qui sont suivis",
    "pass_payments.Reprise": _JOURNAL,
    "pass_payments.LigneReprise": "est lui-même un registre : une ligne de l'ancienne base et ce qu'il en advient",
    "pass_payments.IndicateurMensuel": "se recalcule entier chaque nuit",
    "socle.Fait": _JOURNAL,
    "socle.Livraison": "technique : ce qui reste à transmettre d'un fait, et qui l'a écarté",
    "pass_payments.Travailleur": _TECHNIQUE,
    "pass_payments.TachePlanifiee": _TECHNIQUE,
    "pass_clients.SerieNumero": "technique : le numéro tiré est dans la ligne qui le porte",
    "borne_auth.ConnexionAgent": _JOURNAL,
    "borne_auth.CodeSecours": "ce qu'il en advient est au journal des connexions",
    "borne_auth.JetonRafraichissement": "technique : un jeton sert une fois",
    "borne_auth.CompteurEssais": _TECHNIQUE,
    "borne_auth.DemandeConfirmation": "technique : ce qu'elle fait change d'autres tables, qui sont suivies",
    "auth.Permission": "écrite par les migrations",
    "contenttypes.ContentType": "écrite par les migrations",
    "sessions.Session": "technique : les jetons de session ne se copient pas",
}

# Pages of views: the followed model behind, and where its key is.
_DERRIERE = {"pass_clients.Contrat": ("pass_clients.SouscriptionPass", "souscription_id")}


@cache
def modeles_suivis() -> dict[str, type[Model]]:
    """The followed models by table."""
    return {modele._meta.db_table: modele for modele in map(_modele, SUIVIES)}


def _modele(nom: str) -> type[Model]:
    app, _, modele = nom.partition(".")
    return apps.get_app_config(app).get_model(modele)


def adresse_historique(agent: AbstractBaseUser, objet: Model) -> str | None:
    """The page that tells what happened to `objet`; None for who may not read the journal, and for what is not followed."""
    if not (isinstance(agent, Agent) and agent.has_perm("borne_auth.view_journalaudit")):
        return None
    nom, champ = _DERRIERE.get(objet._meta.label, (objet._meta.label, "pk"))
    if nom not in SUIVIES:
        return None
    ligne = {"table": _modele(nom)._meta.db_table, "cle": getattr(objet, champ)}
    return reverse("admin:borne_auth_journalaudit_changelist", query=ligne)


class AuditMiddleware:
    """What a request writes is its caller's: known at the moment of the write, without a query of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        adresse = adresse_du_client(request)
        with au_nom_de(lambda: _de_la_requete(request, adresse)):
            return self.get_response(request)


def _de_la_requete(request: HttpRequest, adresse: str) -> Contexte:
    acteur, source, origine = _appelant(request)
    return Contexte(acteur, source, origine, adresse, request_id() or "")


def _appelant(request: HttpRequest) -> tuple[str, str, str]:
    """Actor, source, kiosk. Who was not looked up yet is nobody: then nothing was decided on account of who it is."""
    qui: Any = request.__dict__.get("user")
    if isinstance(qui, LazyObject):
        qui = request.__dict__.get("_cached_user")
    if isinstance(qui, ClientConnecte):
        return f"client:{qui.client_id}", "borne", qui.origine
    if isinstance(qui, BorneConnectee):
        return f"borne:{qui.origine}" if qui.origine else ANONYME, "borne", qui.origine
    route = request.resolver_match
    source = "admin" if route is not None and "admin" in route.app_names else "api"
    return f"agent:{qui.pk}" if isinstance(qui, Agent) else ANONYME, source, ""
