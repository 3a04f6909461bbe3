"""The second factor of members of staff: six digits of a telephone (TOTP, RFC 6238), or one of ten codes on paper.

Lock order: counters of guesses, agent, second factor, recovery codes. A code is looked for first, then claimed by a
conditional UPDATE: of N uses of one code one succeeds.
"""

import hashlib
import re
import secrets
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from urllib.parse import quote, urlencode

import structlog
from django.db import transaction
from django_otp.oath import hotp

from apps.borne_auth import attempts, coffre
from apps.borne_auth.droits import est_decideur
from apps.borne_auth.errors import (
    CodeErrone,
    CoffreFerme,
    CompteADeux,
    CompteProtege,
    FacteurAbsent,
    FacteurRemplace,
)
from apps.borne_auth.journal import Origine, noter, noter_blocage
from apps.borne_auth.models import (
    Agent,
    CodeSecours,
    FacteurAgent,
    MotifConnexion,
    MoyenConnexion,
    ResultatConnexion,
    cle_du_facteur,
)
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import TropDEssais

logger = structlog.get_logger(__name__)

EMETTEUR = "NSIA PASS"
PAS_SECONDES = 30
DERIVE = 1
"""Steps that a telephone may be early or late."""
CODES_SECOURS = 10
# Without letters and digits that look alike. Sixteen of them are 80 bits: their SHA-256, sealed, needs neither salt nor slowness.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LONGUEUR_SECOURS = 16


@dataclass(frozen=True)
class _Trouve:
    """A code that is good: the step of a telephone's, or the row of one on paper."""

    facteur: FacteurAgent
    pas: int | None = None
    secours: CodeSecours | None = None


def tirer_secret() -> bytes:
    return secrets.token_bytes(coffre.LONGUEUR)


def lisible(secret: bytes) -> str:
    """The secret as one types it into a telephone: groups of four letters and digits."""
    return " ".join(re.findall("....", b32encode(secret).decode()))


def adresse_otpauth(secret: bytes, *, agent: Agent) -> str:
    """What the QR code says: the address that authenticator applications read."""
    parametres = urlencode({"secret": b32encode(secret).decode(), "issuer": EMETTEUR}, quote_via=quote)
    return f"otpauth://totp/{quote(EMETTEUR)}:{quote(agent.email)}?{parametres}"


def pas_du_code(secret: bytes, code: str, *, le: datetime, apres: int = -1) -> int | None:
    """The step, later than `apres`, whose code this is; None when there is none within DERIVE of now."""
    actuel = int(le.timestamp()) // PAS_SECONDES
    bons = [
        pas
        for pas in range(actuel - DERIVE, actuel + DERIVE + 1)
        if compare_digest(f"{hotp(secret, pas):06d}".encode(), code.encode()) and pas > apres
    ]
    return bons[-1] if bons else None


def est_le_code(secret: bytes, code: str) -> bool:
    """Whether it is a present code of this secret; it is not used up."""
    return pas_du_code(secret, normaliser(code), le=maintenant()) is not None


@transaction.atomic
def activer(
    *, agent: Agent, secret: bytes, code: str, remplace: str, origine: Origine
) -> tuple[FacteurAgent, list[str]]:
    """The agent's codes are now those of `secret`, whose present code she has given; returns ten new recovery codes.

    `remplace`: key of the factor that she had, empty when none. Raises CodeErrone, FacteurRemplace when it is another by now.
    """
    pas = pas_du_code(secret, normaliser(code), le=maintenant())
    if pas is None:
        raise CodeErrone
    _verrouiller(agent, attendu=remplace)
    _effacer(agent)
    facteur = FacteurAgent.objects.create(
        agent_id=agent.pk, secret_scelle=coffre.sceller(secret, proprietaire=agent.pk), dernier_pas=pas
    )
    codes = _tirer_codes(facteur)
    _noter(agent, MotifConnexion.REMPLACE if remplace else MotifConnexion.ACTIVE, origine, par=agent)
    return facteur, codes


@transaction.atomic
def renouveler_codes(*, agent: Agent, facteur: str, origine: Origine) -> list[str]:
    """Ten new recovery codes are good for this factor of hers, the former ones no more. Raises FacteurRemplace."""
    _verrouiller(agent, attendu=facteur)
    actuel = FacteurAgent.objects.get(pk=facteur)
    CodeSecours.objects.filter(facteur=actuel).delete()
    codes = _tirer_codes(actuel)
    _noter(agent, MotifConnexion.CODES, origine, par=agent)
    return codes


@transaction.atomic
def reinitialiser(*, agent: Agent, acteur: Agent | None, motif: str, origine: Origine) -> None:
    """The agent has no second factor any more, her sessions and tokens end, and she must enrol again.

    `acteur` is another person, None for a command on the server. Raises CompteProtege, FacteurAbsent, and CompteADeux for the
    factor of who decides, which two people take away (`natures.FacteurPerdu`).
    """
    if acteur is not None and acteur.pk == agent.pk:
        raise CompteProtege("Vous ne pouvez pas réinitialiser votre propre second facteur. Changez-le sur sa page.")
    actuel = Agent.objects.select_for_update().get(pk=agent.pk)
    if acteur is not None and actuel.is_superuser and not acteur.is_superuser:
        raise CompteProtege
    if acteur is not None and est_decideur(actuel):
        raise CompteADeux
    retirer(agent=actuel, par=acteur, motif=motif, origine=origine)


@transaction.atomic
def retirer(*, agent: Agent, par: Agent | None, motif: str, origine: Origine) -> None:
    """As `reinitialiser`, for what two people decided. Raises FacteurAbsent.

    The database refuses that of who decides to whoever serves requests, but in the transaction of that decision.
    """
    if not _effacer(agent):
        raise FacteurAbsent
    _noter(agent, MotifConnexion.REINITIALISE, origine, par=par, commentaire=motif)


def verifier(*, agent: Agent, code: str, origine: Origine) -> MoyenConnexion:
    """The code is the agent's and is used up; returns of which kind it was. Raises CodeErrone, TropDEssais."""
    le = maintenant()
    saisi = normaliser(code)
    try:
        trouve = attempts.tenter(
            budgets=attempts.budgets_facteur(agent_id=agent.pk, appareil=origine.appareil_de(agent.email), le=le),
            evaluer=lambda: _chercher(agent, saisi, le),
            le=le,
        )
    except TropDEssais:
        noter_blocage(email=agent.email, agent=agent, moyen=MoyenConnexion.CODE, origine=origine, le=le)
        raise
    if trouve is None or not _consommer(trouve, le):
        noter(
            email=agent.email,
            agent=agent,
            moyen=MoyenConnexion.CODE,
            resultat=ResultatConnexion.REFUSEE,
            motif=MotifConnexion.CODE,
            origine=origine,
        )
        raise CodeErrone
    return MoyenConnexion.CODE_SECOURS if trouve.secours is not None else MoyenConnexion.CODE


def codes_restants(facteur: FacteurAgent) -> int:
    return CodeSecours.objects.filter(facteur=facteur, utilise_le__isnull=True).count()


def rechiffrer() -> Iterator[bool]:
    """Each secret, and the hashes of its recovery codes, are sealed under the present key; yields, factor by factor, whether they
    had to be. Raises CoffreFerme. Called as the owner of the database, which refuses it to the service for who decides.
    """
    for facteur in FacteurAgent.objects.order_by("pk").iterator():
        yield _rechiffrer(facteur)


@transaction.atomic
def _rechiffrer(facteur: FacteurAgent) -> bool:
    codes = [
        code
        for code in CodeSecours.objects.select_for_update().filter(facteur=facteur)
        if not coffre.empreinte_a_jour(code.empreinte)
    ]
    # A hash does not change in its row: another row takes its place.
    nouveaux = [
        CodeSecours(
            facteur=facteur,
            utilise_le=code.utilise_le,
            empreinte=coffre.sceller_empreinte(
                coffre.ouvrir_empreinte(code.empreinte, facteur=facteur), facteur=facteur
            ),
        )
        for code in codes
    ]
    CodeSecours.objects.filter(pk__in=[code.pk for code in codes]).delete()
    CodeSecours.objects.bulk_create(nouveaux)
    perime = not coffre.a_jour(facteur.secret_scelle)
    if perime:
        secret = coffre.ouvrir(facteur.secret_scelle, proprietaire=facteur.agent_id)
        FacteurAgent.objects.filter(pk=facteur.pk, secret_scelle=facteur.secret_scelle).update(
            secret_scelle=coffre.sceller(secret, proprietaire=facteur.agent_id)
        )
    return perime or bool(codes)


def normaliser(code: str) -> str:
    """As it is compared: without spaces nor hyphens, in capitals."""
    return re.sub(r"[\s-]", "", code).upper()


def _chercher(agent: Agent, code: str, le: datetime) -> _Trouve | None:
    facteur = FacteurAgent.objects.filter(agent=agent).first()
    if facteur is None:
        return None
    if len(code) == _LONGUEUR_SECOURS:
        lignes = CodeSecours.objects.filter(facteur=facteur, utilise_le__isnull=True)
        ligne = next((une for une in lignes if _est_le_code_secours(une, facteur, code)), None)
        return _Trouve(facteur, secours=ligne) if ligne is not None else None
    secret = coffre.ouvrir(facteur.secret_scelle, proprietaire=agent.pk)
    pas = pas_du_code(secret, code, le=le, apres=facteur.dernier_pas)
    return _Trouve(facteur, pas=pas) if pas is not None else None


def _est_le_code_secours(ligne: CodeSecours, facteur: FacteurAgent, code: str) -> bool:
    """False also of a row that was not sealed for this factor: somebody wrote it by hand, or its key is no longer known."""
    try:
        attendue = coffre.ouvrir_empreinte(ligne.empreinte, facteur=facteur)
    except CoffreFerme:
        logger.error("code_secours_illisible", agent=facteur.agent_id)
        return False
    return compare_digest(attendue, hashlib.sha256(code.encode()).digest())


def _consommer(trouve: _Trouve, le: datetime) -> bool:
    """Whether this use is the one that counts."""
    if trouve.secours is not None:
        return bool(CodeSecours.objects.filter(pk=trouve.secours.pk, utilise_le__isnull=True).update(utilise_le=le))
    lignes = FacteurAgent.objects.filter(pk=trouve.facteur.pk, dernier_pas__lt=trouve.pas)
    return bool(lignes.update(dernier_pas=trouve.pas))


def _verrouiller(agent: Agent, *, attendu: str) -> None:
    actuel = Agent.objects.select_for_update().get(pk=agent.pk)
    if cle_du_facteur(actuel) != attendu:
        raise FacteurRemplace


def _effacer(agent: Agent) -> bool:
    CodeSecours.objects.filter(facteur__agent=agent).delete()
    effaces, _ = FacteurAgent.objects.filter(agent=agent).delete()
    return bool(effaces)


def _tirer_codes(facteur: FacteurAgent) -> list[str]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LONGUEUR_SECOURS)) for _ in range(CODES_SECOURS)]
    CodeSecours.objects.bulk_create(
        CodeSecours(
            facteur=facteur,
            empreinte=coffre.sceller_empreinte(hashlib.sha256(code.encode()).digest(), facteur=facteur),
        )
        for code in codes
    )
    return ["-".join(re.findall("....", code)) for code in codes]


def _noter(agent: Agent, motif: MotifConnexion, origine: Origine, *, par: Agent | None, commentaire: str = "") -> None:
    noter(
        email=agent.email,
        agent=agent,
        moyen=MoyenConnexion.FACTEUR,
        resultat=ResultatConnexion.FACTEUR,
        motif=motif,
        origine=origine,
        par=par,
        commentaire=commentaire,
    )
    logger.info("second_facteur", agent=agent.pk, par=par and par.pk, motif=motif.value)
