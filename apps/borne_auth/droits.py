"""Who may do what, in one table, and on which rows: what the back office and the API of agents both ask.

A role is a group (`RoleAgent`). Its permissions are those of the table, written after each migration by `equipe.accorder_roles`.
A client belongs to the agency of her row, and to the agent who follows her if somebody does (docs/back_office.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Permission
from django.db.models import Model, Q, QuerySet
from django.utils.text import capfirst

from apps.borne_auth.models import Agent, RoleAgent

M = TypeVar("M", bound=Model)

# Letters of the table, and the permission that each is.
LETTRES = {"L": "view", "A": "add", "M": "change", "S": "delete", "R": "rattacher"}
VERBES = {"L": "lire", "A": "ajouter", "M": "modifier", "S": "supprimer", "R": "rattacher à une agence"}
# Those who read all rows of what they may read.
VOIENT_TOUT = frozenset({RoleAgent.ADMINISTRATEUR, RoleAgent.GESTIONNAIRE, RoleAgent.AUDITEUR})

Regle = Callable[[RoleAgent, Agent], Q]
"""The rows of a person who does not read them all."""


def du_client(chemin: str = "") -> Regle:
    """`chemin` leads to the client: an agent reads those of his agency and those he follows, an advisor those she follows."""
    prefixe = f"{chemin}__" if chemin else ""

    def regle(role: RoleAgent, agent: Agent) -> Q:
        suivis = Q(**{f"{prefixe}suivi_par": agent.pk})
        if role == RoleAgent.AGENT and agent.agence_id is not None:
            return suivis | Q(**{f"{prefixe}agence": agent.agence_id})
        return suivis

    return regle


def de_son_agence(role: RoleAgent, agent: Agent) -> Q:
    return Q(agence=agent.agence_id) if agent.agence_id is not None else Q(pk__in=())


def soi_meme(role: RoleAgent, agent: Agent) -> Q:
    return Q(pk=agent.pk)


def de_soi(champ: str) -> Regle:
    """What this person has made herself."""

    def regle(role: RoleAgent, agent: Agent) -> Q:
        return Q(**{champ: agent.pk})

    return regle


def toutes(role: RoleAgent, agent: Agent) -> Q:
    return Q()


@dataclass(frozen=True)
class Droits:
    """What each role may do on a model, in letters, and the rows of those who do not read them all."""

    lignes: Regle
    administrateur: str
    gestionnaire: str
    agent: str
    conseiller: str
    auditeur: str

    def lettres(self, role: RoleAgent) -> str:
        return str(getattr(self, role.value))


# Models of pages, and of the tables that pages hold. What has no line is read by nobody.
DROITS: dict[str, Droits] = {
    # Clients and contracts. Adding a payment is cashing it; changing one, asking the operator again.
    "pass_clients.ClientPass": Droits(du_client(), "LMR", "LMR", "LM", "L", "L"),
    "pass_clients.Contrat": Droits(du_client("client"), "L", "L", "L", "L", "L"),
    "pass_clients.SouscriptionPass": Droits(du_client("client"), "L", "L", "L", "L", "L"),
    "pass_clients.NumeroPolice": Droits(du_client("souscription__client"), "LA", "LA", "LA", "L", "L"),
    "pass_clients.PeriodeCouverture": Droits(du_client("souscription__client"), "L", "L", "L", "L", "L"),
    "pass_clients.BeneficiairePass": Droits(du_client("souscription__client"), "L", "L", "L", "L", "L"),
    "pass_clients.ModificationClient": Droits(du_client("client"), "L", "L", "L", "L", "L"),
    "pass_clients.TransitionSouscription": Droits(du_client("souscription__client"), "L", "L", "L", "L", "L"),
    "pass_payments.Cotisation": Droits(du_client("client"), "L", "L", "L", "L", "L"),
    # Payments. Whoever asks for a refund adds a proposal; whoever changes it decides, and is another person.
    "pass_payments.PaiementPass": Droits(du_client("souscription__client"), "LAM", "LAM", "LAM", "L", "L"),
    "pass_payments.EvenementPaiement": Droits(du_client("paiement__souscription__client"), "L", "L", "L", "L", "L"),
    "pass_payments.AnomaliePaiement": Droits(du_client("paiement__souscription__client"), "LM", "LM", "L", "L", "L"),
    "socle.Proposition": Droits(du_client("client"), "LAM", "LAM", "LA", "L", "L"),
    "pass_payments.Decaissement": Droits(du_client("paiement__souscription__client"), "L", "L", "L", "L", "L"),
    "pass_payments.DocumentEmis": Droits(du_client("souscription__client"), "L", "L", "L", "L", "L"),
    "pass_payments.IndicateurMensuel": Droits(de_son_agence, "L", "L", "L", "", "L"),
    # Operators.
    "pass_payments.Rapprochement": Droits(toutes, "L", "L", "", "", "L"),
    "pass_payments.EcartRapprochement": Droits(du_client("paiement__souscription__client"), "LM", "LM", "", "", "L"),
    "pass_payments.RappelOperateur": Droits(du_client("paiement__souscription__client"), "L", "L", "", "", "L"),
    "mtn_integration.TransactionMTN": Droits(toutes, "L", "L", "", "", "L"),
    "mtn_integration.LogMTN": Droits(toutes, "L", "L", "", "", "L"),
    # What runs by itself.
    "socle.MessageSortant": Droits(toutes, "L", "L", "", "", "L"),
    "socle.TachePlanifiee": Droits(toutes, "L", "L", "", "", "L"),
    "socle.Travailleur": Droits(toutes, "L", "L", "", "", "L"),
    "socle.Livraison": Droits(toutes, "LM", "L", "", "", "L"),
    # Files handed in: by each what she may do herself.
    "pass_payments.ImportFichier": Droits(de_soi("deposant"), "LA", "LA", "LA", "", "L"),
    # The former database.
    "pass_payments.LigneReprise": Droits(toutes, "L", "L", "", "", "L"),
    "pass_payments.Reprise": Droits(toutes, "L", "L", "", "", "L"),
    # Catalogue.
    "pass_products.ProduitPass": Droits(toutes, "LAM", "LM", "L", "L", "L"),
    "pass_products.Garantie": Droits(toutes, "LAMS", "LAM", "L", "L", "L"),
    "pass_products.ModificationCatalogue": Droits(toutes, "L", "L", "", "", "L"),
    "socle.Reglage": Droits(toutes, "LM", "L", "", "", "L"),
    "socle.ChangementReglage": Droits(toutes, "L", "L", "", "", "L"),
    "socle.SerieNumero": Droits(toutes, "L", "L", "", "", "L"),
    # Team and kiosks.
    "pass_clients.Agence": Droits(toutes, "LAM", "LAM", "L", "L", "L"),
    "borne_auth.Agent": Droits(soi_meme, "LAM", "L", "L", "L", "L"),
    "auth.Group": Droits(toutes, "L", "L", "", "", "L"),
    "borne_auth.Borne": Droits(de_son_agence, "LM", "LM", "L", "", "L"),
    "borne_auth.SessionBorne": Droits(du_client("client"), "L", "L", "", "", "L"),
    # The trail.
    "borne_auth.JournalAudit": Droits(toutes, "L", "L", "", "", "L"),
    "borne_auth.LectureDonnees": Droits(toutes, "L", "L", "", "", "L"),
    "borne_auth.ConnexionAgent": Droits(de_soi("agent"), "L", "L", "L", "L", "L"),
}

# Acts, on an object's page or on a list, and the permission that each takes besides that of reading the object.
ACTES: dict[str, dict[str, str]] = {
    "pass_clients.ClientPass": {
        "telephone": "pass_clients.change_clientpass",
        "rattacher_choisis": "pass_clients.rattacher_clientpass",
    },
    "pass_clients.SouscriptionPass": {
        "encaisser": "pass_payments.add_paiementpass",
        "attribuer": "pass_clients.add_numeropolice",
        "attribuer_choisies": "pass_clients.add_numeropolice",
        "remplacer": "pass_clients.add_numeropolice",
        "abandonner": "socle.add_proposition",
    },
    "pass_payments.PaiementPass": {
        "interroger": "pass_payments.change_paiementpass",
        "imprimer": "pass_payments.add_paiementpass",
        "proposer": "socle.add_proposition",
    },
    "pass_payments.Decaissement": {
        "clore": "socle.add_proposition",
        "liberer": "socle.add_proposition",
    },
    "socle.Proposition": {
        "approuver": "socle.change_proposition",
        "refuser": "socle.change_proposition",
        # Of one's own, whatever one's role.
        "retirer": "socle.view_proposition",
    },
    "pass_payments.ImportFichier": {
        "confirmer": "pass_payments.add_importfichier",
        "confirmer_doublon": "pass_payments.add_importfichier",
    },
    "pass_payments.AnomaliePaiement": {"resoudre": "pass_payments.change_anomaliepaiement"},
    "pass_payments.EcartRapprochement": {"resoudre": "pass_payments.change_ecartrapprochement"},
    "socle.Livraison": {"relancer": "socle.change_livraison", "ecarter": "socle.change_livraison"},
    "socle.Reglage": {"changer": "socle.change_reglage", "revenir": "socle.change_reglage"},
    "borne_auth.Agent": {
        "reinitialiser_facteur": "borne_auth.change_agent",
        "role": "borne_auth.change_agent",
        "mot_de_passe": "borne_auth.change_agent",
        "facteur": "borne_auth.change_agent",
    },
    "borne_auth.Borne": {
        "code_maintenance": "borne_auth.change_borne",
        "desactiver": "borne_auth.change_borne",
        "reactiver": "borne_auth.change_borne",
    },
}

# Pages beside those of every model, and the permission that each takes besides that of reading the model.
PAGES: dict[str, dict[str, str]] = {
    "pass_clients.ClientPass": {"rattacher": "pass_clients.rattacher_clientpass"},
    "pass_clients.SouscriptionPass": {"polices": "pass_clients.add_numeropolice"},
    "pass_products.ProduitPass": {"devis": "pass_products.view_produitpass"},
}

# Kinds of proposals: the permission to ask for it, and that to decide, which is another person's.
PROPOSITIONS: dict[str, tuple[str, str]] = {
    "remboursement": ("socle.add_proposition", "socle.change_proposition"),
    "annulation": ("socle.add_proposition", "socle.change_proposition"),
    "versement": ("socle.add_proposition", "socle.change_proposition"),
    "cloture": ("socle.add_proposition", "socle.change_proposition"),
    "abandon": ("socle.add_proposition", "socle.change_proposition"),
    "encaissement": ("pass_payments.add_paiementpass", "socle.change_proposition"),
    "telephone": ("pass_clients.change_clientpass", "socle.change_proposition"),
    "police": ("pass_clients.add_numeropolice", "socle.change_proposition"),
    "role_agent": ("borne_auth.change_agent", "socle.change_proposition"),
    "mot_de_passe_agent": ("borne_auth.change_agent", "socle.change_proposition"),
    "facteur_agent": ("borne_auth.change_agent", "socle.change_proposition"),
}


# Who takes lists away as files, of what they read.
EXPORTENT = frozenset({RoleAgent.ADMINISTRATEUR, RoleAgent.GESTIONNAIRE, RoleAgent.AGENT, RoleAgent.AUDITEUR})


def peut_exporter(agent: AbstractBaseUser, modele: type[Model]) -> bool:
    """Whether this person may take away, as a file, the list of `modele` that she reads."""
    return (
        isinstance(agent, Agent) and agent.role in EXPORTENT and "L" in DROITS[modele._meta.label].lettres(agent.role)
    )


def permissions_du_role(role: RoleAgent) -> frozenset[str]:
    """The permissions (`app.codename`) of the role, as the table says."""
    return frozenset(
        _permission(nom, LETTRES[lettre]) for nom, droits in DROITS.items() for lettre in droits.lettres(role)
    )


def _permission(nom: str, verbe: str) -> str:
    app, _, modele = nom.partition(".")
    return f"{app}.{verbe}_{modele.lower()}"


def droit_lisible(permission: Permission) -> str:
    """« Clients : modifier »."""
    verbe, _, _ = permission.codename.partition("_")
    lettre = next((lettre for lettre, nom in LETTRES.items() if nom == verbe), None)
    modele = permission.content_type.model_class()
    quoi = capfirst(str(modele._meta.verbose_name_plural if modele else permission.content_type.model))
    return f"{quoi} : {VERBES[lettre] if lettre else verbe}"


# Roles whose members decide what others propose: two people give them, and keep their accounts (natures.py).
ROLES_DECIDEURS = frozenset(
    role for role in RoleAgent if permissions_du_role(role) & {decider for _, decider in PROPOSITIONS.values()}
)


def est_decideur(agent: Agent) -> bool:
    return agent.role in ROLES_DECIDEURS


def droits_lisibles(role: RoleAgent) -> list[tuple[str, str]]:
    """What the role may do, a model a line, as people read it."""
    return [
        (
            capfirst(str(apps.get_model(nom)._meta.verbose_name_plural)),
            ", ".join(VERBES[lettre] for lettre in droits.lettres(role)),
        )
        for nom, droits in DROITS.items()
        if droits.lettres(role)
    ]


def lignes_permises(agent: AbstractBaseUser, lignes: QuerySet[M]) -> QuerySet[M]:
    """Those of `lignes` that this person may reach, whatever she does with them; none without a role or a line of the table."""
    if not isinstance(agent, Agent) or agent.role is None:
        return lignes.none()
    droits = DROITS.get(lignes.model._meta.label)
    if droits is None:
        return lignes.none()
    return lignes if agent.role in VOIENT_TOUT else lignes.filter(droits.lignes(agent.role, agent))
