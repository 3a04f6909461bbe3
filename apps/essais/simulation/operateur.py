"""An operator who lies about everything but money: his ledger is the truth, his answers and callbacks are not.

Money moves once for a reference, when the phone's owner approves. Answers are lost before or after acceptance, look-ups find
nothing for a while, calls last while the world goes on. He never says that something ended which did not.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from apps.pass_payments.models import NatureDecaissement
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    LigneReleve,
    OperateurFerme,
    OperateurInjoignable,
    Rappel,
)

# No prompt lives longer: beyond it our late follow-up (24 h) would end first, and reconciliation take over.
INVITE_MAX = timedelta(hours=20)


_SILENCES = {
    "avant": "demandes perdues à l'aller",
    "apres": "réponses perdues au retour",
    "ferme": "appels retenus par le circuit",
}


class ProcessusTue(BaseException):
    """The process is killed here: nothing catches it, what is not committed never was."""


@dataclass(frozen=True)
class Mouvement:
    """One line of the ledger; `montant` in XAF, negative when money left our account."""

    reference: UUID
    montant: int
    telephone: str
    quand: datetime
    code: str


@dataclass
class Compte:
    """What the operator holds for a reference."""

    reference: UUID
    numero: str
    montant: int
    telephone: str
    sens: int
    cree_le: datetime
    visible_le: datetime
    repond_le: datetime
    """When he ends by himself what nobody answered, or does what he was asked."""
    etat: Etat = Etat.EN_ATTENTE
    motif: str = ""
    code: str = ""
    discret: bool = False
    """He never says whose phone paid."""
    extourne: bool = False
    """Given back by hand after a dispute."""


@dataclass
class Pannes:
    """What goes wrong until `fin`: `avant` nothing arrives, `apres` the answer is lost, `ferme` our own circuit is open."""

    fin: datetime | None = None
    nature: str = ""
    part: float = 1.0
    """How many of the calls meet it."""


@dataclass
class OperateurMenteur:
    """Made by `operateurs.operateur`; `brancher` gives him the clock and the chance of a run."""

    comptes: dict[UUID, Compte] = field(default_factory=dict)
    mouvements: list[Mouvement] = field(default_factory=list)
    vivants: list[Compte] = field(default_factory=list)
    pannes: Pannes = field(default_factory=Pannes)
    appels: int = 0
    mensonges: Counter[str] = field(default_factory=Counter)
    sincere: bool = True
    """True: no outage, no lag. So he is when a run ends."""

    def brancher(
        self,
        *,
        horloge: Callable[[], datetime],
        alea: random.Random,
        pendant: Callable[[], None],
        mort: Callable[[], None],
    ) -> None:
        """`pendant` plays the world while a call lasts; `mort` raises ProcessusTue when the caller's hour has come."""
        self.horloge, self.alea, self.pendant, self.mort = horloge, alea, pendant, mort
        self.sincere = False

    # The phone's owner and the operator's own clock

    def en_attente(self, sens: int = 1) -> list[Compte]:
        return [compte for compte in self._ouverts() if compte.sens == sens]

    def approuver(self, compte: Compte, *, montant: int | None = None, telephone: str = "") -> None:
        """The money moves, once; `montant` and `telephone` are those of a mistake."""
        compte.etat = Etat.REUSSI
        compte.code = f"{7_000_000 + len(self.mouvements)}"
        compte.montant = compte.montant if montant is None else montant
        compte.telephone = telephone or compte.telephone
        self._mouvoir(compte, compte.sens * compte.montant)

    def refuser(self, compte: Compte, motif: str = MotifEchec.REFUSE) -> None:
        compte.etat, compte.motif = Etat.ECHOUE, motif

    def extourner(self, compte: Compte) -> None:
        """His support undoes by hand what should not have moved."""
        compte.etat, compte.motif, compte.extourne = Etat.ECHOUE, MotifEchec.ANNULE, True
        self._mouvoir(compte, -compte.sens * compte.montant)

    def vieillir(self) -> list[Compte]:
        """What nobody answered in time has ended; what he does alone is done. Returns what has just ended."""
        finis = [compte for compte in self._ouverts() if compte.repond_le <= self.horloge()]
        for compte in finis:
            if compte.sens > 0:
                self.refuser(compte, MotifEchec.DELAI_DEPASSE)
            elif self.alea.random() < 0.1 and not self.sincere:
                self.approuver(compte, montant=compte.montant - 1)
                self.mensonges["décaissements d'un autre montant"] += 1
            elif self.alea.random() < 0.9:
                self.approuver(compte)
            else:
                self.refuser(compte, MotifEchec.BENEFICIAIRE_REFUSE)
        return finis

    def _ouverts(self) -> list[Compte]:
        self.vivants = [compte for compte in self.vivants if compte.etat is Etat.EN_ATTENTE]
        return self.vivants

    def _mouvoir(self, compte: Compte, montant: int) -> None:
        self.mouvements.append(Mouvement(compte.reference, montant, compte.telephone, self.horloge(), compte.code))

    # What the domain asks him

    def demander_paiement(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        delai = timedelta(minutes=5) if self.alea.random() < 0.6 else self.alea.random() * INVITE_MAX
        return self._creer(reference, montant, telephone, numero, sens=1, delai=delai)

    def consulter_paiement(self, *, reference: UUID) -> Constat:
        return self._consulter(reference)

    def rembourser(
        self, *, reference: UUID, paiement: UUID, montant: int, telephone: str, numero: str, libelle: str
    ) -> Accuse:
        return self._creer(reference, montant, telephone, numero, sens=-1, delai=self._duree_decaissement())

    def verser(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        return self._creer(reference, montant, telephone, numero, sens=-1, delai=self._duree_decaissement())

    def consulter_decaissement(self, *, reference: UUID, nature: NatureDecaissement) -> Constat:
        return self._consulter(reference)

    def lire_rappel(self, corps: str) -> Rappel | None:
        try:
            lu = json.loads(corps)
            return Rappel(numero=lu["numero"], etat=Etat(lu["etat"]), montant=lu["montant"], telephone=lu["telephone"])
        except (ValueError, KeyError, TypeError):
            return None

    def releve(self, *, jour: date) -> Iterator[LigneReleve]:
        for un in self.mouvements:
            if un.quand.date() == jour:
                yield LigneReleve(
                    reference=un.reference,
                    code_confirmation=un.code,
                    montant=un.montant,
                    telephone=un.telephone,
                    quand=un.quand,
                    numero=self.comptes[un.reference].numero,
                )

    # How he lies

    def _duree_decaissement(self) -> timedelta:
        return timedelta(seconds=self.alea.choice((0, 2, 30, 600, 20_000)))

    def _creer(
        self, reference: UUID, montant: int, telephone: str, numero: str, *, sens: int, delai: timedelta
    ) -> Accuse:
        self._traverser("avant")
        connu = self.comptes.get(reference)
        if connu is None and not self.sincere and self.alea.random() < 0.03:
            self.mensonges["demandes refusées"] += 1
            self._revenir()
            raise DemandeRefusee(MotifEchec.COMPTE_INCONNU, "PAYER_NOT_FOUND")
        if connu is None:
            maintenant = self.horloge()
            retard = timedelta(
                seconds=0 if self.sincere or self.alea.random() < 0.8 else self.alea.choice((3, 40, 300))
            )
            compte = Compte(
                reference, numero, montant, telephone, sens, maintenant, maintenant + retard, maintenant + delai
            )
            compte.discret = self.alea.random() < 0.2
            self.comptes[reference] = compte
            self.vivants.append(compte)
        elif not self.sincere and self.alea.random() < 0.1:
            # He holds it and says that he refuses: only a look-up may be believed.
            self.mensonges["refus de ce qu'il tient"] += 1
            raise DemandeRefusee(MotifEchec.DEMANDE_INVALIDE, "VALIDATION_ERROR")
        self._revenir()
        return Accuse.ACCEPTEE if connu is None else Accuse.DEJA_CONNUE

    def _consulter(self, reference: UUID) -> Constat:
        self._traverser("avant")
        compte = self.comptes.get(reference)
        if compte is None:
            constat = Constat(etat=Etat.INTROUVABLE)
        elif not self.sincere and self.horloge() < compte.visible_le:
            self.mensonges["introuvables qu'il tient"] += 1
            constat = Constat(etat=Etat.INTROUVABLE)
        else:
            constat = Constat(
                etat=compte.etat,
                montant=compte.montant,
                devise="XAF",
                telephone="" if compte.discret else compte.telephone,
                code_confirmation=compte.code,
                motif=compte.motif,
                raison=compte.motif.upper(),
            )
        self._revenir()
        return constat

    def _traverser(self, moment: str) -> None:
        """The request is on its way to him."""
        self.appels += 1
        self.mort()
        if self.sincere:
            return
        self.pendant()
        self._subir("ferme")
        self._subir(moment)

    def _revenir(self) -> None:
        """His answer is on its way back; what he did is done."""
        if not self.sincere:
            self.pendant()
            self._subir("apres")
        self.mort()

    def _subir(self, nature: str) -> None:
        panne = self.pannes
        if panne.fin is None or panne.nature != nature:
            return
        if panne.fin <= self.horloge():
            self.pannes = Pannes()
        elif self.alea.random() < panne.part:
            self.mensonges[_SILENCES[nature]] += 1
            raise OperateurFerme(30) if nature == "ferme" else OperateurInjoignable("délai dépassé")
