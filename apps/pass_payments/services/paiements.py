"""The two writes on a payment from which all others are made: it is asked for, it changes state. Its journal moves with it."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.pass_clients.models import ClientPass, SouscriptionPass, StatutSouscription
from apps.pass_payments.errors import (
    PaiementImpossible,
    PayeurDejaSollicite,
    TentativeOuverte,
    TransitionPaiementRefusee,
)
from apps.pass_payments.models import TRANSITIONS, EvenementPaiement, PaiementPass, StatutPaiement
from apps.pass_products.models import ProduitPass
from apps.socle.errors import CleDejaUtilisee
from apps.socle.services.faits import dire
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import maintenant
from nsia_pass_api.rows import colonnes, ecrire, objet, rows

# Read aloud and typed back: no 0/O, 1/I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def enregistrer_demande(
    *,
    souscription: SouscriptionPass,
    montant: int,
    type_paiement: str,
    operateur: str,
    numero_payeur: str = "",
    acteur: AbstractBaseUser | None = None,
    quand: datetime | None = None,
    saisi_le: datetime | None = None,
    **suivi: Any,
) -> PaiementPass:
    """A payment of `montant` XAF is asked for (`initie`), with the first row of its journal.

    `saisi_le`: when somebody typed what happened at `quand`; the journal dates its first row by it.
    `suivi`: columns that say how it is followed (`limite`, `a_suivre_le`, `rattache_a`, …). Holds the subscription, so that
    `cycle_de_vie` never cancels it beside. Raises PaiementImpossible when it is cancelled, TentativeOuverte while another
    attempt of this type is open for it, PayeurDejaSollicite while too many wait on the payer's phone, CleDejaUtilisee when an
    older one had this key.
    """
    quand = quand or maintenant()
    while True:
        numero = numero_aleatoire("PAY", quand)
        try:
            return _enregistrer(
                PaiementPass(
                    souscription=souscription,
                    numero_transaction=numero,
                    montant=montant,
                    type_paiement=type_paiement,
                    operateur=operateur,
                    mode_paiement=PaiementPass.Operateur(operateur).label,
                    numero_payeur=numero_payeur,
                    date_demande=quand,
                    **suivi,
                ),
                acteur=acteur,
                quand=saisi_le or quand,
            )
        except _NumeroPris:
            continue


class _NumeroPris(Exception):
    """Another payment has this number."""


@transaction.atomic
def _enregistrer(paiement: PaiementPass, *, acteur: AbstractBaseUser | None, quand: datetime) -> PaiementPass:
    """As `enregistrer_demande`, under the number that `paiement` bears. Raises _NumeroPris when it is taken."""
    (tenue,) = rows(
        "SELECT statut FROM souscriptions_pass WHERE id = %(id)s FOR NO KEY UPDATE", {"id": paiement.souscription_id}
    )
    if tenue["statut"] == StatutSouscription.ANNULEE:
        raise PaiementImpossible(
            "Cette souscription a été annulée : elle ne peut plus être payée. Souscrivez à nouveau."
        )
    try:
        paiement.save(force_insert=True)
    except IntegrityError as error:
        match violee(error):
            case "paiements_numero_unique":
                raise _NumeroPris from error
            case "paiements_une_tentative_ouverte":
                raise TentativeOuverte("Un paiement est déjà en cours pour ce contrat. Attendez sa réponse.") from error
            case "paiements_deux_par_payeur":
                raise PayeurDejaSollicite from error
            case "paiements_cle_unique":  # its answer has been forgotten since
                raise CleDejaUtilisee from error
        raise
    consigner(paiement, EvenementPaiement.Type.DEMANDE, statut=paiement.statut, acteur=acteur, quand=quand)
    return paiement


def numero_aleatoire(prefixe: str, quand: datetime) -> str:
    """A number such as `PAY-20261121-7F3K9Q`, drawn at random so that nobody can count or guess payments."""
    return f"{prefixe}-{timezone.localdate(quand):%Y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"


@transaction.atomic
def changer_statut_paiement(
    *,
    paiement: PaiementPass,
    vers: str,
    evenement: str,
    donnees: dict[str, Any] | None = None,
    motif_echec: str = "",
    code_confirmation: str = "",
    acteur: AbstractBaseUser | None = None,
    quand: datetime | None = None,
) -> PaiementPass:
    """The payment is in state `vers` since `quand` (now), and its journal says why.

    Locks the subscription, then the payment. Raises TransitionPaiementRefusee when docs/spec/payments.md has no such transition.
    """
    SouscriptionPass.objects.select_for_update(no_key=True).get(pk=paiement.souscription_id)
    actuel = PaiementPass.objects.select_for_update(no_key=True).get(pk=paiement.pk)
    passer(
        actuel,
        vers,
        evenement=evenement,
        donnees=donnees,
        motif_echec=motif_echec,
        code_confirmation=code_confirmation,
        acteur=acteur,
        quand=quand or maintenant(),
    )
    return actuel


def verrouiller_groupe(paiement: PaiementPass) -> tuple[list[SouscriptionPass], list[PaiementPass]]:
    """The payment and those asked with it, as they are now, held until the transaction ends; their subscriptions first.

    The first payment is the one that carries the reference. Who is asked with whom never changes, hence is read with the locks.
    """
    souscriptions = []
    # Read first: the locks are taken in this order.
    for ligne in rows(_souscriptions_du_groupe(), {"paiement": paiement.pk}):
        souscription = objet(SouscriptionPass, ligne)
        souscription.produit = objet(ProduitPass, ligne, prefixe="produit__")
        souscription.client = objet(ClientPass, ligne, prefixe="client__")
        souscriptions.append(souscription)
    groupe = rows(_paiements_du_groupe(), {"paiement": paiement.pk})
    return souscriptions, [objet(PaiementPass, ligne) for ligne in groupe]


@cache
def _souscriptions_du_groupe() -> str:
    return f"""
        SELECT {colonnes(SouscriptionPass, de="s")}, {colonnes(ProduitPass, de="p", prefixe="produit__")},
               {colonnes(ClientPass, de="c", prefixe="client__")}
        FROM souscriptions_pass s
        JOIN produits_pass p ON p.id = s.produit_id
        JOIN clients_pass c ON c.id = s.client_id
        WHERE s.id IN (
            SELECT souscription_id FROM paiements_pass WHERE id = %(paiement)s OR rattache_a_id = %(paiement)s
        )
        ORDER BY s.id
        FOR NO KEY UPDATE OF s
    """  # noqa: S608 - names of columns


@cache
def _paiements_du_groupe() -> str:
    return f"""
        SELECT {colonnes(PaiementPass, de="paiements_pass")} FROM paiements_pass
        WHERE id = %(paiement)s OR rattache_a_id = %(paiement)s
        ORDER BY id
        FOR NO KEY UPDATE
    """  # noqa: S608 - names of columns


def passer(
    actuel: PaiementPass,
    vers: str,
    *,
    evenement: str,
    quand: datetime,
    donnees: dict[str, Any] | None = None,
    motif_echec: str = "",
    code_confirmation: str = "",
    acteur: AbstractBaseUser | None = None,
) -> None:
    """`actuel`, locked by the caller with its subscription, is in state `vers`. Raises TransitionPaiementRefusee."""
    if (actuel.statut, vers) not in TRANSITIONS:
        raise TransitionPaiementRefusee(
            f"Le paiement {actuel.numero_transaction} est « {actuel.get_statut_display().lower()} » : "
            f"il ne peut pas devenir « {StatutPaiement(vers).label.lower()} »."
        )
    actuel.statut = vers
    actuel.motif_echec = motif_echec
    champs = ["statut", "motif_echec"]
    if vers == StatutPaiement.SUCCES:
        actuel.date_confirmation = quand
        actuel.date_comptable = timezone.localdate(quand)
        actuel.code_confirmation = code_confirmation
        champs += ["date_confirmation", "date_comptable", "code_confirmation"]
    if vers in _TERMINES and actuel.a_suivre_le is not None:
        actuel.a_suivre_le = None
        champs.append("a_suivre_le")
    ecrire(
        f"UPDATE paiements_pass SET {', '.join(f'{champ} = %({champ})s' for champ in champs)} WHERE id = %(pk)s",  # noqa: S608
        {"pk": actuel.pk} | {champ: getattr(actuel, champ) for champ in champs},
    )
    consigner(actuel, evenement, statut=vers, donnees=donnees, acteur=acteur, quand=quand)
    if (nom := _FAITS_DES_ETATS.get(StatutPaiement(vers))) is not None:
        dire(
            nom,
            cle=f"souscription:{actuel.souscription_id}",
            donnees={
                "paiement": actuel.pk,
                "souscription": actuel.souscription_id,
                "montant_net": actuel.montant - actuel.frais,
            },
            quand=quand,
        )


_FAITS_DES_ETATS = {
    StatutPaiement.SUCCES: "paiement.regle",
    StatutPaiement.ECHEC: "paiement.echoue",
    StatutPaiement.EXPIRE: "paiement.echoue",
    StatutPaiement.REMBOURSE: "paiement.rembourse",
}
_TERMINES = (StatutPaiement.SUCCES, StatutPaiement.ECHEC, StatutPaiement.REMBOURSE)


def passer_ensemble(groupe: Sequence[PaiementPass], vers: str, **fait: Any) -> None:
    """Every payment of `groupe` is in state `vers`, as `passer`."""
    for paiement in groupe:
        passer(paiement, vers, **fait)


def consigner(
    paiement: PaiementPass,
    evenement: str,
    *,
    statut: str = "",
    donnees: dict[str, Any] | None = None,
    acteur: AbstractBaseUser | None = None,
    quand: datetime,
) -> None:
    """The journal holds one more fact; `statut` is the state that it led to, empty when it led to none."""
    ecrire(
        """
        INSERT INTO evenements_paiement (paiement_id, type, statut, donnees, acteur_id, date_evenement)
        VALUES (%(paiement)s, %(type)s, %(statut)s, %(donnees)s::jsonb, %(acteur)s, %(quand)s)
        """,
        {
            "paiement": paiement.pk,
            "type": evenement,
            "statut": statut,
            "donnees": json.dumps(donnees or {}),
            "acteur": acteur.pk if acteur else None,
            "quand": quand,
        },
    )
