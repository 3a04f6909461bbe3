"""An operator in memory: his ledger is the truth, his answers may be lost, late or refused. For tests and the simulation."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    LigneReleve,
    NatureDecaissement,
    OperateurInjoignable,
    Rappel,
    ReleveIndisponible,
)


@dataclass
class Compte:
    """What the operator holds for a reference; `debits` counts how often money moved: never more than once."""

    numero: str
    montant: int
    telephone: str
    sens: int
    constat: Constat
    debits: int = 0
    quand: datetime | None = None


@dataclass
class OperateurFactice:
    """`pannes`: what the next calls raise, in order, before or after acceptance; `retards`: look-ups that
    answer « unknown »; `refus`: what every new demand meets."""

    comptes: dict[UUID, Compte] = field(default_factory=dict)
    pannes: list[tuple[str, Exception]] = field(default_factory=list)
    retards: int = 0
    refus: Exception | None = None
    appels: list[tuple[str, UUID]] = field(default_factory=list)

    # What tests do to him

    def repondre(self, reference: UUID, etat: Etat, *, quand: datetime | None = None, **autres: Any) -> None:
        """The phone's owner approved or refused: the money moves once."""
        compte = self.comptes[reference]
        if compte.constat.etat is not Etat.EN_ATTENTE:
            return
        compte.constat = replace(compte.constat, etat=etat, **autres)
        if etat is Etat.REUSSI:
            compte.debits += 1
            compte.quand = quand
            debits = sum(autre.debits for autre in self.comptes.values())
            compte.constat = replace(compte.constat, code_confirmation=str(1_000_000 + debits))
        elif not compte.constat.motif:
            compte.constat = replace(compte.constat, motif=MotifEchec.REFUSE)

    def approuver(self, reference: UUID, *, quand: datetime | None = None) -> None:
        self.repondre(reference, Etat.REUSSI, quand=quand)

    # What the domain asks him

    def demander_paiement(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        return self._creer("demander", reference, Compte(numero, montant, telephone, 1, _attente(montant, telephone)))

    def consulter_paiement(self, *, reference: UUID) -> Constat:
        return self._consulter("consulter", reference)

    def rembourser(
        self, *, reference: UUID, paiement: UUID, montant: int, telephone: str, numero: str, libelle: str
    ) -> Accuse:
        return self._creer(
            "rembourser", reference, Compte(numero, montant, telephone, -1, _attente(montant, telephone))
        )

    def verser(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        return self._creer("verser", reference, Compte(numero, montant, telephone, -1, _attente(montant, telephone)))

    def consulter_decaissement(self, *, reference: UUID, nature: NatureDecaissement) -> Constat:
        return self._consulter("consulter_decaissement", reference)

    def lire_rappel(self, corps: str) -> Rappel | None:
        """`PAY-…|reussi|100`: as little as a callback needs."""
        numero, _, reste = corps.partition("|")
        if not reste:
            return None
        etat, _, montant = reste.partition("|")
        return Rappel(numero=numero, etat=Etat(etat), montant=int(montant) if montant else None)

    def releve(self, *, jour: date) -> Iterator[LigneReleve]:
        for reference, compte in self.comptes.items():
            if compte.debits and compte.quand is not None and timezone.localdate(compte.quand) == jour:
                yield LigneReleve(
                    reference=reference,
                    code_confirmation=compte.constat.code_confirmation,
                    montant=compte.sens * compte.montant,
                    telephone=compte.telephone,
                    quand=compte.quand,
                    numero=compte.numero,
                )

    def lire_releve(self, texte: str) -> Iterator[LigneReleve]:
        """`2026-11-24T10:00:00+01:00;1000001;100` a line, then our reference where it is known."""
        lues = []
        for rang, ecrite in enumerate(texte.splitlines(), start=1):
            quand, code, montant, *reference = ecrite.split(";")
            if not montant.lstrip("-").isdigit():
                raise ReleveIndisponible(f"Ligne {rang} du relevé : « {montant} » n'est pas un montant.")
            lues.append(
                LigneReleve(
                    reference=UUID(reference[0]) if reference else None,
                    code_confirmation=code,
                    montant=int(montant),
                    telephone="",
                    quand=datetime.fromisoformat(quand),
                )
            )
        return iter(lues)

    def _creer(self, appel: str, reference: UUID, compte: Compte) -> Accuse:
        self.appels.append((appel, reference))
        if self.refus is not None:
            raise self.refus
        avant, apres = self._panne()
        if avant is not None:
            raise avant
        connue = reference in self.comptes
        self.comptes.setdefault(reference, compte)
        if apres is not None:
            raise apres
        return Accuse.DEJA_CONNUE if connue else Accuse.ACCEPTEE

    def _consulter(self, appel: str, reference: UUID) -> Constat:
        self.appels.append((appel, reference))
        for panne in self._panne():
            if panne is not None:
                raise panne
        if self.retards:
            self.retards -= 1
            return Constat(etat=Etat.INTROUVABLE)
        compte = self.comptes.get(reference)
        return compte.constat if compte else Constat(etat=Etat.INTROUVABLE)

    def _panne(self) -> tuple[Exception | None, Exception | None]:
        if not self.pannes:
            return None, None
        moment, panne = self.pannes.pop(0)
        return (panne, None) if moment == "avant" else (None, panne)


def _attente(montant: int, telephone: str) -> Constat:
    return Constat(etat=Etat.EN_ATTENTE, montant=montant, devise="XAF", telephone=telephone)


def injoignable() -> OperateurInjoignable:
    return OperateurInjoignable("délai dépassé")


def refusee(motif: str = MotifEchec.DEMANDE_INVALIDE) -> DemandeRefusee:
    return DemandeRefusee(motif, "VALIDATION_ERROR")
