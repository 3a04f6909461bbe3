"""How MTN is reached, read from settings. See docs/decisions/0008-mtn-by-environment.md for why it is no table."""

from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings

from apps.pass_payments.operateurs.http import Delais
from nsia_pass_api.acces_momo import acces_de_demonstration

CHEMIN_RAPPEL = "/api/v1/mtn/callback/"


class Produit(StrEnum):
    """The value is the product's name in MTN's addresses; each has its own key, user and token."""

    COLLECTE = "collection"
    DECAISSEMENT = "disbursement"


# The only currency that MTN takes in each of its environments.
DEVISES = {"sandbox": "EUR", "mtncongo": "XAF"}


@dataclass(frozen=True, kw_only=True)
class Acces:
    """What MTN gave for one product. Nothing of it is ever shown."""

    cle: str = field(repr=False)
    utilisateur: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ConfigurationMTN(Delais):
    """`acces` lacks a product that MTN has not opened."""

    environnement: str
    plateforme: str
    url: str
    acces: dict[Produit, Acces]
    url_rappel: str = ""
    releve_url: str = ""

    @property
    def cible(self) -> str:
        """X-Target-Environment; the simulator plays Congo's production."""
        return "sandbox" if self.environnement == "sandbox" else "mtncongo"

    @property
    def devise(self) -> str:
        """The only currency of the target: euros in the sandbox, where our francs are sent one for one and cost nothing."""
        return DEVISES[self.cible]

    @property
    def rappel(self) -> str:
        """X-Callback-Url, empty for no callbacks."""
        return self.url_rappel and self.url_rappel + CHEMIN_RAPPEL

    @property
    def destination(self) -> str:
        """Where a reference is known: MTN's other platform, and another environment, answer that it does not exist."""
        return f"{self.environnement} {self.plateforme}"


def configuration() -> ConfigurationMTN:
    """That of settings; the simulator's public credentials stand for those that are not given when it is meant."""
    acces = {
        Produit.COLLECTE: Acces(
            cle=settings.MTN_CLE_COLLECTE,
            utilisateur=settings.MTN_UTILISATEUR_COLLECTE,
            secret=settings.MTN_SECRET_COLLECTE,
        )
    }
    if settings.MTN_DECAISSEMENT:
        acces[Produit.DECAISSEMENT] = Acces(
            cle=settings.MTN_CLE_DECAISSEMENT,
            utilisateur=settings.MTN_UTILISATEUR_DECAISSEMENT,
            secret=settings.MTN_SECRET_DECAISSEMENT,
        )
    if settings.MTN_ENVIRONNEMENT == "simulateur":
        acces = {produit: _du_simulateur(produit, donne) for produit, donne in acces.items()}
    return ConfigurationMTN(
        environnement=settings.MTN_ENVIRONNEMENT,
        plateforme=settings.MTN_PLATEFORME,
        url=settings.MTN_URL,
        acces=acces,
        url_rappel=settings.MTN_URL_RAPPEL,
        releve_url=settings.MTN_RELEVE_URL,
        delai_connexion=settings.MTN_DELAI_CONNEXION,
        delai_reponse=settings.MTN_DELAI_REPONSE,
        delai_jeton=settings.MTN_DELAI_JETON,
        tentatives=settings.MTN_TENTATIVES,
    )


def _du_simulateur(produit: Produit, donne: Acces) -> Acces:
    publics = acces_de_demonstration(produit)
    return Acces(
        cle=donne.cle or publics.cle_abonnement,
        utilisateur=donne.utilisateur or publics.utilisateur,
        secret=donne.secret or publics.cle,
    )
