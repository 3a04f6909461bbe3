"""An operator's statement of a day against our journal: law 7 of payments (docs/payments/rapprochement.md).

A line is ours by its reference, else by the operator's code, else by our own number; payments asked with one PIN are one
line. A statement proves nothing: what it shows and we have not confirmed is asked of the operator by reference, and settled
by the one settlement or not at all. An unknown line credits nobody.

The operator's day is not always ours: a success of 23:59 is confirmed at 00:01, a forgotten one the next night. So a line is
looked for among the payments of every day, and what a statement has shown is remembered, once: a payment by the event
RAPPROCHEMENT of its journal, a disbursement by `jour_releve`. Missing on a day is what was confirmed that day and no
statement has ever shown; it is closed by itself when a later statement shows it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.pass_payments import operateurs
from apps.pass_payments.errors import EcartDejaResolu
from apps.pass_payments.models import (
    Decaissement,
    EcartRapprochement,
    EvenementPaiement,
    NatureEcart,
    PaiementPass,
    Rapprochement,
    StatutDecaissement,
    StatutPaiement,
)
from apps.pass_payments.operateurs import Etat, LigneReleve, OperateurInjoignable, ReleveIndisponible
from apps.pass_payments.services.decaissements import suivre_decaissement
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.services.suivi import juger_rappels
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import DonneesInvalides
from nsia_pass_api.money import MONTANT_MAXIMUM
from nsia_pass_api.transactions import transaction_entiere

LOT = 2_000
_REGLES = (StatutPaiement.SUCCES, StatutPaiement.REMBOURSE)
_EN_ROUTE = (StatutDecaissement.A_ENVOYER, StatutDecaissement.EN_COURS, StatutDecaissement.EN_VERIFICATION)

logger = structlog.get_logger(__name__)


def rapprocher(
    *,
    operateur: str,
    jour: date,
    lignes: Iterable[LigneReleve],
    source: str,
    acteur: AbstractBaseUser | None = None,
    quand: datetime | None = None,
    progression: Callable[[int], object] | None = None,
) -> Rapprochement:
    """The statement `lignes` of `jour` is compared with our journal: a row says how much agrees, others what does not.

    `quand`: when the statement was asked for (now); what we confirmed later is not expected on it. Run again, it writes a new
    report and no difference twice. Calls the operator: never inside a transaction. Raises ReleveIndisponible.
    """
    comparaison = _Comparaison(operateur, jour, acteur, quand or maintenant())
    restent = iter(lignes)
    while lot := list(islice(restent, LOT)):
        comparaison.confronter(lot)
        if progression is not None:
            progression(len(lot))
    rapprochement = _ecrire(comparaison, source=source)
    chiffres = {
        champ: getattr(rapprochement, champ)
        for champ in ("concordantes", "manquantes", "etrangeres", "differentes", "reglees")
    }
    ecarts = rapprochement.lignes_releve + rapprochement.lignes_journal > 2 * rapprochement.concordantes
    dire = logger.warning if ecarts else logger.info
    dire("releve_rapproche", operateur=operateur, jour=jour.isoformat(), **chiffres)
    return rapprochement


@transaction.atomic
def resoudre_ecart(*, ecart: EcartRapprochement, acteur: AbstractBaseUser, commentaire: str) -> None:
    """The difference is closed by `acteur` with what was done. Raises EcartDejaResolu, DonneesInvalides without words."""
    commentaire = commentaire.strip()
    if not 0 < len(commentaire) <= 200:
        raise DonneesInvalides("Dites ce qui a été fait de cet écart, en 200 caractères au plus.")
    fermes = EcartRapprochement.objects.filter(pk=ecart.pk, resolu_le__isnull=True).update(
        resolu_le=maintenant(), resolu_par=acteur.pk, commentaire=commentaire
    )
    if not fermes:
        raise EcartDejaResolu


@dataclass(frozen=True, slots=True)
class _Operation:
    """What a line may be of ours. `montant` in XAF as the statement should show it; `reglee`: our journal counts it."""

    pk: int
    est_paiement: bool
    numero: str
    reference: UUID | None
    code: str
    montant: int
    reglee: bool

    @property
    def paiement(self) -> int | None:
        return self.pk if self.est_paiement else None

    @property
    def decaissement(self) -> int | None:
        return None if self.est_paiement else self.pk


class _Comparaison:
    """What is found as the statement is read; nothing of it is written before the end but settlements."""

    def __init__(self, operateur: str, jour: date, acteur: AbstractBaseUser | None, quand: datetime) -> None:
        self.operateur, self.jour, self.acteur, self.quand = operateur, jour, acteur, quand
        self.ecarts: dict[tuple[str, str], dict[str, Any]] = {}
        self.concordantes: dict[str, _Operation] = {}
        self.differentes: dict[str, _Operation] = {}
        self.reconnues: set[str] = set()
        self.etrangeres = self.reglees = self.montant_releve = 0
        self._lues: set[LigneReleve] = set()

    def confronter(self, lot: list[LigneReleve]) -> None:
        nouvelles = [ligne for ligne in lot if self._nouvelle(ligne)]
        for ligne, operation in zip(nouvelles, _chercher(self.operateur, nouvelles), strict=True):
            self.montant_releve += ligne.montant
            deja = operation and (operation.numero in self.concordantes or operation.numero in self.differentes)
            if operation is None or deja:
                self._mettre_en_suspens(ligne)
                continue
            self.reconnues.add(_cle(ligne))
            operation = self._verifier(operation)
            if operation.reglee and operation.montant == ligne.montant:
                self.concordantes[operation.numero] = operation
            else:
                self.differentes[operation.numero] = operation
                self.ecarts[NatureEcart.DIFFERENT, operation.numero] = _valeurs(ligne, operation)

    def _nouvelle(self, ligne: LigneReleve) -> bool:
        """Whether the line is a movement not read yet: one repeated word for word is one movement. Raises ReleveIndisponible."""
        if not _cle(ligne) or abs(ligne.montant) > MONTANT_MAXIMUM:
            raise ReleveIndisponible(
                f"Une ligne du relevé du {self.jour:%d/%m/%Y} n'a ni code ni référence, ou un montant démesuré "
                f"({ligne.montant}) : corrigez le relevé, puis recommencez."
            )
        if ligne in self._lues:
            return False
        self._lues.add(ligne)
        return True

    def _mettre_en_suspens(self, ligne: LigneReleve) -> None:
        self.etrangeres += 1
        cle, rang = _cle(ligne), 1
        while (NatureEcart.ETRANGER, cle) in self.ecarts:
            rang += 1
            cle = f"{_cle(ligne)[:60]}/{rang}"
        self.ecarts[NatureEcart.ETRANGER, cle] = _valeurs(ligne, None)

    def _verifier(self, operation: _Operation) -> _Operation:
        """The operation after the operator was asked, if it was not settled."""
        if operation.reglee:
            return operation
        reglee = self._regler(operation) if operation.est_paiement else self._conclure(operation)
        self.reglees += reglee
        return replace(operation, reglee=reglee)

    def _regler(self, operation: _Operation) -> bool:
        """Whether the payment is settled now, because the operator confirms what the statement shows."""
        if operation.reference is None:
            return False
        try:
            constat = operateurs.operateur(self.operateur).consulter_paiement(reference=operation.reference)
        except OperateurInjoignable:
            return False
        if constat.etat is not Etat.REUSSI:
            return False
        regle = regler(
            paiement=PaiementPass.objects.get(pk=operation.pk),
            constat=constat,
            source="rapprochement",
            evenement=EvenementPaiement.Type.RAPPROCHEMENT,
            acteur=self.acteur,
            quand=self.quand,
        )
        juger_rappels(paiement=regle, constat=constat, quand=self.quand)
        return regle.statut in _REGLES

    def _conclure(self, operation: _Operation) -> bool:
        """Whether the disbursement has ended well now. One that failed for us is left to a person: money may have left twice."""
        prises = Decaissement.objects.filter(pk=operation.pk, statut__in=_EN_ROUTE).update(
            a_suivre_le=self.quand + settings.TRAVAUX_BAIL, tentatives=F("tentatives") + 1
        )
        if not prises:
            return False
        suivi = suivre_decaissement(operation.pk, horloge=lambda: self.quand)
        return suivi.statut == StatutDecaissement.SUCCES


def _cle(ligne: LigneReleve) -> str:
    """What names the movement: the operator's code, else our reference; empty when nothing does."""
    return ligne.code_confirmation[:64] or str(ligne.reference or "")


def _valeurs(ligne: LigneReleve | None, operation: _Operation | None) -> dict[str, Any]:
    """What a difference says of either side."""
    valeurs: dict[str, Any] = {}
    if operation is not None:
        valeurs |= {
            "paiement_id": operation.paiement,
            "decaissement_id": operation.decaissement,
            "montant_journal": _compte(operation),
            "code_confirmation": operation.code,
        }
    if ligne is not None:
        valeurs |= {
            "montant_releve": ligne.montant,
            "telephone": ligne.telephone[:15],
            "code_confirmation": ligne.code_confirmation[:64],
        }
    return valeurs


def _compte(operation: _Operation) -> int:
    """What our journal counts of it, XAF."""
    return operation.montant if operation.reglee else 0


# Our side


def _chercher(operateur: str, lignes: list[LigneReleve]) -> list[_Operation | None]:
    """The operation of each line: by reference, else by the operator's code, else by our number. Six queries at most."""
    trouvees: dict[LigneReleve, _Operation] = {}
    criteres: tuple[tuple[str, str, str, str], ...] = (
        ("reference", "reference", "reference_mobile_money__in", "reference__in"),
        ("code_confirmation", "code", "code_confirmation__in", "code_confirmation__in"),
        ("numero", "numero", "numero_transaction__in", "numero__in"),
    )
    for de_la_ligne, de_l_operation, au_paiement, au_decaissement in criteres:
        restent = [ligne for ligne in lignes if ligne not in trouvees and getattr(ligne, de_la_ligne)]
        if not restent:
            continue
        valeurs = {getattr(ligne, de_la_ligne) for ligne in restent}
        connues: dict[Any, _Operation] = {}
        for operation in (
            *_paiements(operateur, **{au_paiement: valeurs}),
            *_decaissements(operateur, **{au_decaissement: valeurs}),
        ):
            connues.setdefault(getattr(operation, de_l_operation), operation)
        for ligne in restent:
            if (trouvee := connues.get(getattr(ligne, de_la_ligne))) is not None:
                trouvees[ligne] = trouvee
    return [trouvees.get(ligne) for ligne in lignes]


def _paiements(operateur: str, *conditions: Any, **criteres: Any) -> Iterator[_Operation]:
    """Payments as an operator sees them: those asked with another are in its amount."""
    if "code_confirmation__in" in criteres:
        # Said again for the planner: it does not derive it from a long list, and the index is of these rows alone.
        criteres["code_confirmation__gt"] = ""
    rattaches = (
        PaiementPass.objects.filter(rattache_a=OuterRef("pk"))
        .order_by()
        .values("rattache_a")
        .annotate(total=Sum("montant"))
        .values("total")
    )
    for pk, numero, reference, code, statut, montant in (
        PaiementPass.objects.filter(*conditions, operateur=operateur, rattache_a__isnull=True, **criteres)
        .order_by("pk")
        .annotate(total=F("montant") + Coalesce(Subquery(rattaches), 0))
        .values_list("pk", "numero_transaction", "reference_mobile_money", "code_confirmation", "statut", "total")
    ):
        yield _Operation(pk, True, numero, reference, code, montant, statut in _REGLES)


def _decaissements(operateur: str, *conditions: Any, **criteres: Any) -> Iterator[_Operation]:
    """Disbursements as an operator sees them: money that leaves."""
    for pk, numero, reference, code, statut, montant in (
        Decaissement.objects.filter(*conditions, operateur=operateur, **criteres)
        .order_by("pk")
        .values_list("pk", "numero", "reference", "code_confirmation", "statut", "montant")
    ):
        yield _Operation(pk, False, numero, reference, code, -montant, statut == StatutDecaissement.SUCCES)


def _jamais_vues(comparaison: _Comparaison) -> Iterator[_Operation]:
    """What we confirmed that day, before the statement was asked for, and no statement has ever shown."""
    debut = datetime.combine(comparaison.jour, time.min, tzinfo=timezone.get_current_timezone())
    fin = min(debut + timedelta(days=1), comparaison.quand)
    vus = EvenementPaiement.objects.filter(paiement=OuterRef("pk"), type=EvenementPaiement.Type.RAPPROCHEMENT)
    yield from _paiements(
        comparaison.operateur,
        ~Exists(vus),
        _sans_difference("paiement"),
        statut__in=_REGLES,
        reference_mobile_money__isnull=False,
        date_confirmation__gte=debut,
        date_confirmation__lt=fin,
    )
    yield from _decaissements(
        comparaison.operateur,
        _sans_difference("decaissement"),
        statut=StatutDecaissement.SUCCES,
        jour_releve__isnull=True,
        termine_le__gte=debut,
        termine_le__lt=fin,
    )


def _sans_difference(champ: str) -> Any:
    """No statement has shown it with another amount, or before it was settled."""
    return ~Exists(EcartRapprochement.objects.filter(**{champ: OuterRef("pk")}, nature=NatureEcart.DIFFERENT))


# What is written


@transaction_entiere
def _ecrire(comparaison: _Comparaison, *, source: str) -> Rapprochement:
    """The report, its differences and what was seen are written together; differences whose cause is gone are closed."""
    concordantes, differentes = comparaison.concordantes, comparaison.differentes
    _retenir(comparaison, concordantes.values())
    manquantes = [operation for operation in _jamais_vues(comparaison) if operation.numero not in differentes]
    ecarts = comparaison.ecarts | {
        (NatureEcart.MANQUANT, operation.numero): _valeurs(None, operation) for operation in manquantes
    }
    rapprochement = Rapprochement.objects.create(
        operateur=comparaison.operateur,
        jour=comparaison.jour,
        source=source[:80],
        lance_par_id=comparaison.acteur.pk if comparaison.acteur else None,
        lignes_releve=len(concordantes) + comparaison.etrangeres + len(differentes),
        lignes_journal=len(concordantes) + len(manquantes) + len(differentes),
        concordantes=len(concordantes),
        manquantes=len(manquantes),
        etrangeres=comparaison.etrangeres,
        differentes=len(differentes),
        montant_releve=comparaison.montant_releve,
        montant_journal=sum(
            _compte(operation) for operation in (*concordantes.values(), *manquantes, *differentes.values())
        ),
        reglees=comparaison.reglees,
    )
    _ouvrir(ecarts, rapprochement, quand=comparaison.quand)
    _refermer(comparaison, rapprochement)
    return rapprochement


_RETENIR = """
    INSERT INTO evenements_paiement (paiement_id, type, statut, donnees, date_evenement)
    SELECT p.id, 'rapprochement', '', jsonb_build_object('releve', %(jour)s::text), %(quand)s
    FROM (
        SELECT id FROM paiements_pass WHERE id = ANY(%(ids)s)
        UNION ALL
        SELECT id FROM paiements_pass WHERE rattache_a_id = ANY(%(ids)s)
    ) p
    ORDER BY p.id
    ON CONFLICT (paiement_id) WHERE type = 'rapprochement' DO NOTHING
"""


def _retenir(comparaison: _Comparaison, operations: Iterable[_Operation]) -> None:
    """What a statement has shown is known to have been seen: the first time only, whoever else is reconciling."""
    vues = list(operations)
    paiements = sorted(operation.pk for operation in vues if operation.est_paiement)
    decaissements = sorted(operation.pk for operation in vues if not operation.est_paiement)
    if paiements:
        parametres: dict[str, Any] = {
            "jour": comparaison.jour.isoformat(),
            "quand": comparaison.quand,
            "ids": paiements,
        }
        with connection.cursor() as cursor:
            cursor.execute(_RETENIR, parametres)
    Decaissement.objects.filter(pk__in=decaissements, jour_releve__isnull=True).update(jour_releve=comparaison.jour)


def _ouvrir(ecarts: dict[tuple[str, str], dict[str, Any]], rapprochement: Rapprochement, *, quand: datetime) -> None:
    """Each difference has its one row; one that had closed by itself is open again, what a person closed stays closed."""
    communs = {
        "operateur": rapprochement.operateur,
        "jour": rapprochement.jour,
        "rapprochement": rapprochement,
        "detecte_le": quand,
    }
    EcartRapprochement.objects.bulk_create(
        [
            EcartRapprochement(nature=nature, cle=cle, **communs, **ecarts[nature, cle])
            for nature, cle in sorted(ecarts)
        ],
        batch_size=LOT,
        update_conflicts=True,
        unique_fields=["operateur", "nature", "cle"],
        update_fields=["rapprochement", "montant_releve", "montant_journal", "telephone", "code_confirmation"],
    )
    EcartRapprochement.objects.filter(
        rapprochement=rapprochement, resolu_le__isnull=False, resolu_par__isnull=True
    ).update(resolu_le=None, commentaire="")


def _refermer(comparaison: _Comparaison, rapprochement: Rapprochement) -> None:
    """What no longer differs is closed, and says why."""
    ouverts: QuerySet[EcartRapprochement] = EcartRapprochement.objects.filter(
        operateur=comparaison.operateur, resolu_le__isnull=True
    ).exclude(rapprochement=rapprochement)
    anciens = list(ouverts.only("nature", "cle", "montant_releve", "paiement", "decaissement"))
    vues = comparaison.concordantes.keys() | comparaison.differentes.keys()
    regles = _reglees_depuis(comparaison, [ecart for ecart in anciens if ecart.nature == NatureEcart.DIFFERENT])
    causes: dict[str, list[int]] = {
        "la ligne figure sur ce relevé": [
            ecart.pk for ecart in anciens if ecart.nature == NatureEcart.MANQUANT and ecart.cle in vues
        ],
        "le relevé et le journal concordent": [
            ecart.pk
            for ecart in anciens
            if ecart.nature == NatureEcart.DIFFERENT and (ecart.cle in comparaison.concordantes or ecart.cle in regles)
        ],
        "la ligne est celle d'une de nos opérations": [
            ecart.pk for ecart in anciens if ecart.nature == NatureEcart.ETRANGER and ecart.cle in comparaison.reconnues
        ],
    }
    for cause, idents in causes.items():
        ouverts.filter(pk__in=idents).update(
            resolu_le=comparaison.quand,
            commentaire=f"Fermé par le rapprochement du {comparaison.jour:%d/%m/%Y} : {cause}.",
        )


def _reglees_depuis(comparaison: _Comparaison, ecarts: list[EcartRapprochement]) -> set[str]:
    """Numbers of what an earlier statement showed before it was settled, and that counts now for what was shown."""
    montres = {ecart.cle: ecart.montant_releve for ecart in ecarts}
    accordees = [
        operation
        for operation in (
            *_paiements(comparaison.operateur, pk__in=[ecart.paiement_id for ecart in ecarts if ecart.paiement_id]),
            *_decaissements(
                comparaison.operateur, pk__in=[ecart.decaissement_id for ecart in ecarts if ecart.decaissement_id]
            ),
        )
        if operation.reglee and operation.montant == montres[operation.numero]
    ]
    _retenir(comparaison, accordees)
    return {operation.numero for operation in accordees}
