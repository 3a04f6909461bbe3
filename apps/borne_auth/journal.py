"""The log of sign-ins (`connexions_agents`): who, when, from where, how, and what came of it. Rows are added, never changed."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from apps.borne_auth.appareils import COOKIE, Appareil
from apps.borne_auth.attempts import reseau_de
from apps.borne_auth.models import (
    Agent,
    CanalConnexion,
    ConnexionAgent,
    MotifConnexion,
    MoyenConnexion,
    ResultatConnexion,
)
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.redaction import masquer_texte

# Refusals of a spent budget are told once in so many seconds.
_BLOCAGE_SECONDES = 900


@dataclass(frozen=True)
class Origine:
    """Where a sign-in comes from."""

    canal: CanalConnexion
    adresse: str = ""
    navigateur: str = ""
    appareil: Appareil | None = None

    @classmethod
    def de(cls, request: HttpRequest, canal: CanalConnexion) -> "Origine":
        """`request` of Django or of REST framework."""
        return cls(
            canal=canal,
            adresse=adresse_du_client(request),
            navigateur=_propre(request.META.get("HTTP_USER_AGENT", "")),
            appareil=Appareil.lire(request.COOKIES.get(COOKIE)),
        )

    def appareil_de(self, email: str) -> str:
        """The number of this device if she has signed in there before, else nothing."""
        return self.appareil.numero if self.appareil is not None and self.appareil.connait(email) else ""


COMMANDE = Origine(CanalConnexion.COMMANDE)


def noter(
    *,
    email: str,
    agent: Agent | None,
    moyen: MoyenConnexion,
    resultat: ResultatConnexion,
    origine: Origine,
    motif: MotifConnexion | None = None,
    par: Agent | None = None,
    commentaire: str = "",
) -> None:
    """One more line tells it."""
    ligne = _ligne(email=email, agent=agent, moyen=moyen, resultat=resultat, origine=origine, motif=motif)
    ligne.par, ligne.commentaire = par, _propre(commentaire)
    ligne.save(force_insert=True)


def noter_blocage(*, email: str, agent: Agent | None, moyen: MoyenConnexion, origine: Origine, le: datetime) -> None:
    """A line tells that too many guesses were made; one only for this account and network in a quarter of an hour."""
    ligne = _ligne(
        email=email,
        agent=agent,
        moyen=moyen,
        resultat=ResultatConnexion.REFUSEE,
        origine=origine,
        motif=MotifConnexion.TROP_D_ESSAIS,
    )
    periode = int(le.timestamp()) // _BLOCAGE_SECONDES
    cle = "\0".join([moyen.value, ligne.identifiant, ligne.reseau, str(periode)])
    ligne.blocage = hashlib.sha256(cle.encode()).hexdigest()
    ConnexionAgent.objects.bulk_create([ligne], ignore_conflicts=True)


def identifiant(email: str) -> str:
    """Under what an e-mail, anybody's or nobody's, is found in the log."""
    return hmac.new(settings.CLE_COMPTEURS.encode(), f"identifiant\0{email}".encode(), hashlib.sha256).hexdigest()


def _ligne(
    *,
    email: str,
    agent: Agent | None,
    moyen: MoyenConnexion,
    resultat: ResultatConnexion,
    origine: Origine,
    motif: MotifConnexion | None,
) -> ConnexionAgent:
    return ConnexionAgent(
        agent=agent,
        identifiant=identifiant(email),
        canal=origine.canal,
        moyen=moyen,
        resultat=resultat,
        motif=motif or "",
        adresse=origine.adresse[:45],
        reseau=reseau_de(origine.adresse)[:49],
        navigateur=origine.navigateur,
        appareil_connu=bool(origine.appareil_de(email)),
    )


def _propre(texte: str) -> str:
    """What others wrote: one line of printable characters, without phone, password or token, cut to the column."""
    return "".join(signe for signe in masquer_texte(texte[:2_000]) if signe.isprintable())[:200]
