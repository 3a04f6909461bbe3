"""Reads of the doors: who is behind a pair, a session or an e-mail. None of them says why it finds nobody."""

from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q, QuerySet

from apps.borne_auth.models import (
    Agent,
    Borne,
    CompteurEssais,
    ConnexionAgent,
    DemandeConfirmation,
    JetonRafraichissement,
    ResultatConnexion,
    SessionBorne,
    StatutAgent,
    StatutBorne,
)
from apps.pass_clients.models import ClientPass, Contrat
from apps.pass_clients.polices import contrat_designe
from nsia_pass_api.alertes import Alerte, Permises, compter
from nsia_pass_api.dates import maintenant
from nsia_pass_api.rows import objet, rows

# Longer than the longest window, a day.
CONSERVATION_COMPTEURS = timedelta(days=2)
# Refresh tokens of an ended session prove nothing any more; a day is left to whoever looks into an incident.
CONSERVATION_JETONS = timedelta(days=1)
# What a code confirmed is in the audit of pass_clients; what it did not is nobody's business.
CONSERVATION_DEMANDES = timedelta(days=1)

# A network from which an agent signed in is hers for so long.
MEMOIRE_DES_RESEAUX = timedelta(days=90)

# Compared when the police does not exist, so that the comparison always takes place; no normalised phone equals it.
_TELEPHONE_DE_PERSONNE = "+000000000000"


def contrat_du_couple(*, police: str, telephone: str) -> Contrat | None:
    """The contract, with its client, that this police and this phone may open; None for every other pair.

    One query whatever the pair. A contract opens in the states of settings.CONNEXION_ETATS, for an active client.
    """
    contrat = contrat_designe(police)
    connu = contrat.telephone if contrat is not None else _TELEPHONE_DE_PERSONNE
    meme_telephone = compare_digest(connu.encode(), telephone.encode())
    if contrat is None or not meme_telephone:
        return None
    return contrat if ouvre(contrat) else None


def ouvre(contrat: Contrat) -> bool:
    """Whether this contract, which comes with its client, opens the door of the kiosk."""
    return contrat.etat_du_contrat in settings.CONNEXION_ETATS and contrat.client.statut == ClientPass.Statut.ACTIF


def sessions() -> QuerySet[SessionBorne]:
    """Each with its client and its kiosk, in one query."""
    return SessionBorne.objects.select_related("client", "borne")


def polices_du_telephone(telephone: str) -> list[tuple[str, str]]:
    """The polices that open the kiosk with this phone, newest first, each with its product. One query whatever the phone."""
    contrats = Contrat.objects.filter(
        client__telephone=telephone,
        client__statut=ClientPass.Statut.ACTIF,
        etat_du_contrat__in=settings.CONNEXION_ETATS,
    )
    return list(contrats.order_by("-souscription_id").values_list("police", "nom_produit"))


def session_du_jeton(session_id: UUID) -> SessionBorne | None:
    """As `sessions` gives it, by one compiled query: each request of a client begins with it.

    Its client and its kiosk have the columns that the client routes read; any other is read when it is asked for.
    """
    for ligne in rows("SELECT * FROM session_du_jeton(%(session)s)", {"session": session_id}):
        session = objet(SessionBorne, ligne)
        session.client = objet(ClientPass, ligne, prefixe="client__")
        session.borne = objet(Borne, ligne, prefixe="borne__") if session.borne_id else None
        return session
    return None


def borne_de_la_cle(empreinte: str) -> Borne | None:
    return Borne.objects.select_related("agence").filter(cle_empreinte=empreinte).first()


def agent_par_mot_de_passe(*, email: str, mot_de_passe: str) -> Agent | None:
    """The member of staff who may sign in with these. A password is hashed even when nobody has this e-mail."""
    agent = Agent.objects.select_related("agence").filter(email=email).first()
    if agent is None:
        make_password(mot_de_passe)
        return None
    connu = check_password(mot_de_passe, agent.password)
    return agent if connu and peut_entrer(agent) else None


def agent_du_jeton(agent_id: int) -> Agent | None:
    """The agent, if still allowed in, with her second factor, in one query."""
    agent = avec_facteur(Agent.objects.select_related("agence").filter(pk=agent_id)).first()
    return agent if agent is not None and peut_entrer(agent) else None


def avec_facteur(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    """The same, each with her second factor, or knowing that there is none; without the secret."""
    return agents.select_related("facteur").defer("facteur__secret_scelle")


def agent_de_l_email(email: str) -> Agent | None:
    return Agent.objects.filter(email=email).first()


def reseau_connu(*, email: str, reseau: str, le: datetime) -> bool:
    """Whether this person signed in from there within the last three months. One query whoever is named."""
    return ConnexionAgent.objects.filter(
        agent__email=email, reseau=reseau, resultat=ResultatConnexion.REUSSIE, moment__gt=le - MEMOIRE_DES_RESEAUX
    ).exists()


def peut_entrer(agent: Agent) -> bool:
    return agent.is_active and agent.is_staff and agent.statut == StatutAgent.ACTIF


def perimes(*, le: datetime) -> dict[str, QuerySet[Any]]:
    """What may be deleted at `le`, in an order that foreign keys allow, under the names that people read."""
    fin_sessions = le - timedelta(days=settings.SESSIONS_CONSERVATION_JOURS)
    return {
        "Compteurs d'essais": CompteurEssais.objects.filter(fenetre__lt=le - CONSERVATION_COMPTEURS),
        "Jetons de rafraîchissement": JetonRafraichissement.objects.filter(expire_le__lt=le - CONSERVATION_JETONS),
        "Demandes de confirmation": DemandeConfirmation.objects.filter(expire_le__lt=le - CONSERVATION_DEMANDES),
        "Sessions": SessionBorne.objects.filter(expire_le__lt=fin_sessions),
    }


# A kiosk gives a sign of life each minute.
BORNE_MUETTE = timedelta(minutes=15)


def bornes_muettes(*, quand: datetime) -> QuerySet[Borne]:
    """Active kiosks that have given no sign of life for a quarter of an hour, or never."""
    return Borne.objects.filter(
        Q(dernier_contact__lt=quand - BORNE_MUETTE) | Q(dernier_contact__isnull=True), statut=StatutBorne.ACTIVE
    )


def sessions_ouvertes(*, borne: Borne, le: datetime) -> QuerySet[SessionBorne]:
    """Those of clients who may still act at this kiosk at `le`."""
    return SessionBorne.objects.filter(borne=borne, fermee_le__isnull=True, expire_le__gt=le)


def alertes_bornes(*, permises: Permises) -> list[Alerte]:
    """The silent kiosks among the rows that `permises` leaves; nothing when there is none. One query."""
    muettes = bornes_muettes(quand=maintenant())
    titre = "Bornes sans signe de vie depuis 15 minutes"
    return compter([("bornes_muettes", titre, muettes, {"contact": "muettes"})], permises=permises)
