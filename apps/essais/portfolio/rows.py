"""The rows of a batch of lives, as lines of COPY's text format, table by table, made one by one as they are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TypeVar

from apps.pass_clients.models import CANAUX_QUI_PROUVENT, PreuveTelephone
from apps.pass_payments.models import OperateurPaiement, TypeEvenement
from nsia_pass_api.noms_inventes import PRENOMS

from .lives import ACTIVEE, ECHEC, EXPIRE, REMBOURSE, SUCCES, Versement, Vie

T = TypeVar("T")

COLONNES = {
    "clients_pass": "id, nom, prenom, telephone, date_naissance, lieu_naissance, adresse, operateur_mobile, "
    "numero_mobile_money, statut, cree_le",
    "souscriptions_pass": "id, client_id, produit_id, numero_souscription, montant_souscription, periodicite, "
    "taux_epargne, canal, preuve, prouvee_le, statut, date_souscription, date_activation, date_resiliation",
    "periodes_couverture": "souscription_id, numero, date_debut, date_fin, prime, periodicite, nombre_echeances",
    "beneficiaires_pass": "souscription_id, nom, prenom, telephone, relation, role, date_naissance, ordre_priorite, "
    "statut",
    "numeros_police_congo": "souscription_id, numero_police, mode_attribution, date_attribution, commentaire, statut",
    "transitions_souscription": "souscription_id, de, vers, motif, date_transition",
    "paiements_pass": "id, souscription_id, numero_transaction, montant, frais, devise, operateur, mode_paiement, "
    "numero_payeur, type_paiement, statut, motif_echec, reference_mobile_money, code_confirmation, cle_idempotence, "
    "date_demande, date_confirmation, date_comptable",
    "evenements_paiement": "paiement_id, type, statut, donnees, date_evenement",
}

_QUARTIERS = ("Poto-Poto", "Bacongo", "Moungali", "Makélékélé", "Ouenzé", "Talangaï", "Mfilou", "Tié-Tié", "Loandjili")
_VILLES = ("Brazzaville", "Pointe-Noire", "Dolisie", "Nkayi", "Ouesso", "Owando")
_CANAUX = ("ussd", "ussd", "ussd", "borne", "borne", "whatsapp", "agence")
_RELATIONS = ("conjoint", "enfant", "enfant", "enfant", "parent", "fratrie", "autre")

_MODES = {operateur.value: operateur.label for operateur in OperateurPaiement}
_ESPECES = OperateurPaiement.ESPECES.value

# The rows of a payment's journal that follow its request, by the state in which it ended.
_JOURNAL = {
    SUCCES: ((TypeEvenement.CONFIRMATION.value, SUCCES),),
    ECHEC: ((TypeEvenement.ECHEC.value, ECHEC),),
    EXPIRE: ((TypeEvenement.EXPIRATION.value, EXPIRE),),
    REMBOURSE: ((TypeEvenement.CONFIRMATION.value, SUCCES), (TypeEvenement.REMBOURSEMENT.value, REMBOURSE)),
}

# The six signs of `PAY-20261121-7F3K9Q`: multiplying an id by an odd number modulo 32⁶ gives each id its own.
_SIGNES = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PAIRES = tuple(a + b for a in _SIGNES for b in _SIGNES)
_MELANGE, _SUFFIXES = 716_898_125, 32**6
_UUID_HASARD, _UUID_V4 = ~(0xF << 76 | 0x3 << 62), 0x4 << 76 | 0x2 << 62

# Brazzaville is at +01 all year round.
_HEURES = tuple(f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}+01" for s in range(7 * 3600, 20 * 3600, 43))
_NUIT = " 02:00:00+01"
_NUL = r"\N"


@dataclass(frozen=True, slots=True)
class Client:
    id: int
    nom: str
    prenom: str
    telephone: str
    operateur: str  # of OperateurMobile, whose values OperateurPaiement shares


@dataclass(frozen=True, slots=True)
class Numeros:
    """Numbers drawn for a batch, by (product code, year) and (branch, year): each is given once."""

    souscriptions: dict[tuple[str, int], Iterator[str]]
    polices: dict[tuple[str, int], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch: `vies[i]` has id `ids[i]`; `paiements` are the ids of all their payments, in order."""

    hasard: Random
    jour: int
    clients: list[Client]
    vies: list[Vie]
    ids: list[int]
    paiements: list[int]
    numeros: Numeros

    def tables(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Each table with its lines, in an order that keeps ids of journal rows chronological. To be read once, in order."""
        jours = Jours(avant=min(vie.souscrite for vie in self.vies), apres=self.jour)
        yield "clients_pass", self._clients(jours)
        yield "souscriptions_pass", self._souscriptions(jours)
        yield "periodes_couverture", self._periodes(jours)
        yield "beneficiaires_pass", self._beneficiaires()
        yield "numeros_police_congo", self._polices(jours)
        yield "transitions_souscription", self._transitions(jours)
        yield "paiements_pass", self._paiements(jours)
        yield "evenements_paiement", self._evenements(jours)

    def _clients(self, jours: "Jours") -> Iterator[str]:
        arrivees = [self.jour] * len(self.clients)
        for vie in self.vies:
            arrivees[vie.rang_client] = min(arrivees[vie.rang_client], vie.souscrite)
        for client, arrivee in zip(self.clients, arrivees, strict=True):
            yield (
                f"{client.id}\t{client.nom}\t{client.prenom}\t{client.telephone}\t{_naissance(self.hasard, 1950, 2006)}\t"
                f"{_parmi(self.hasard, _VILLES)}\t{_parmi(self.hasard, _QUARTIERS)}, Brazzaville\t{client.operateur}\t"
                f"{client.telephone}\tactif\t{jours[arrivee]}{_HEURES[0]}\n"
            )

    def _souscriptions(self, jours: "Jours") -> Iterator[str]:
        for ident, vie in zip(self.ids, self.vies, strict=True):
            offre = vie.offre
            souscrite = jours[vie.souscrite]
            numero = next(self.numeros.souscriptions[offre.code, int(souscrite[:4])])
            activation = f"{souscrite}{_heure(ident, 1)}" if vie.periodes else _NUL
            resiliation = _NUL if vie.resiliee is None else jours[vie.resiliee]
            canal = _parmi(self.hasard, _CANAUX)
            preuve = CANAUX_QUI_PROUVENT.get(canal) or (PreuveTelephone.PAIEMENT.value if vie.periodes else "")
            quand = f"{souscrite}{_heure(ident)}"
            yield (
                f"{ident}\t{self.clients[vie.rang_client].id}\t{offre.produit_id}\t{numero}\t{vie.prime}\t"
                f"{vie.echeancier.periodicite}\t{offre.taux or _NUL}\t{canal}\t{preuve}\t"
                f"{quand if preuve else _NUL}\t{vie.statut}\t{quand}\t{activation}\t{resiliation}\n"
            )

    def _periodes(self, jours: "Jours") -> Iterator[str]:
        for ident, vie in zip(self.ids, self.vies, strict=True):
            for numero, debut in enumerate(vie.periodes, start=1):
                yield (
                    f"{ident}\t{numero}\t{jours[debut]}\t{jours[debut + vie.offre.duree]}\t{vie.prime}\t"
                    f"{vie.echeancier.periodicite}\t{vie.echeancier.nombre}\n"
                )

    def _beneficiaires(self) -> Iterator[str]:
        hasard = self.hasard
        for ident, vie in zip(self.ids, self.vies, strict=True):
            nom = self.clients[vie.rang_client].nom
            for rang in range(1, vie.beneficiaires + 1):
                yield (
                    f"{ident}\t{nom}\t{_parmi(hasard, PRENOMS)}\t\t{_parmi(hasard, _RELATIONS)}\tbeneficiaire\t"
                    f"{_naissance(hasard, 1960, 2024)}\t{rang}\tactif\n"
                )

    def _polices(self, jours: "Jours") -> Iterator[str]:
        for ident, vie in zip(self.ids, self.vies, strict=True):
            if vie.police:
                jour = jours[vie.souscrite]
                numero = next(self.numeros.polices[vie.offre.branche, int(jour[:4])])
                yield f"{ident}\t{numero}\tautomatique\t{jour}{_heure(ident, 2)}\t\tattribue\n"

    def _transitions(self, jours: "Jours") -> Iterator[str]:
        for ident, vie in zip(self.ids, self.vies, strict=True):
            for de, vers, motif, jour in vie.transitions:
                heure = _heure(ident, 1) if vers == ACTIVEE else _NUIT
                yield f"{ident}\t{de}\t{vers}\t{motif}\t{jours[jour]}{heure}\n"

    def _versements(self) -> Iterator[tuple[int, int, Vie, Versement]]:
        paiements = iter(self.paiements)
        for ident, vie in zip(self.ids, self.vies, strict=True):
            for versement in vie.versements:
                yield next(paiements), ident, vie, versement

    def _paiements(self, jours: "Jours") -> Iterator[str]:
        hasard = self.hasard
        for paiement, souscription, vie, versement in self._versements():
            client = self.clients[vie.rang_client]
            jour, statut = jours[versement.jour], versement.statut
            operateur, payeur, reference, code = client.operateur, client.telephone, _NUL, ""
            if hasard.random() < 0.07:
                operateur, payeur = _ESPECES, ""
            else:
                reference = f"{hasard.getrandbits(128) & _UUID_HASARD | _UUID_V4:032x}"
            confirmation = comptable = _NUL
            if statut in (SUCCES, REMBOURSE):
                confirmation, comptable = f"{jour}{_heure(paiement, 1)}", jour
                code = str(7_000_000_000 + paiement) if payeur else ""
            yield (
                f"{paiement}\t{souscription}\tPAY-{jour[:4]}{jour[5:7]}{jour[8:]}-{_suffixe(paiement)}\t"
                f"{versement.net + versement.frais}\t{versement.frais}\tXAF\t{operateur}\t{_MODES[operateur]}\t{payeur}\t"
                f"{versement.type}\t{statut}\t{versement.motif}\t{reference}\t{code}\t\t{jour}{_heure(paiement)}\t"
                f"{confirmation}\t{comptable}\n"
            )

    def _evenements(self, jours: "Jours") -> Iterator[str]:
        for paiement, _, _, versement in self._versements():
            jour = jours[versement.jour]
            yield f"{paiement}\tdemande\tinitie\t{{}}\t{jour}{_heure(paiement)}\n"
            for pas, (nature, statut) in enumerate(_JOURNAL[versement.statut], start=1):
                yield f"{paiement}\t{nature}\t{statut}\t{{}}\t{jour}{_heure(paiement, pas)}\n"


class Jours:
    """ISO dates by ordinal, written once."""

    # The longest period of a product (constraint `produits_duree_bornee`) ends within that.
    _FIN = 3_660

    def __init__(self, *, avant: int, apres: int) -> None:
        self._avant = avant
        self._textes = [date.fromordinal(jour).isoformat() for jour in range(avant, apres + self._FIN + 1)]

    def __getitem__(self, jour: int) -> str:
        return self._textes[jour - self._avant]


def _heure(ident: int, pas: int = 0) -> str:
    """A time of the day that depends on `ident` alone, and later ones on the same day."""
    return _HEURES[ident * 7 % (len(_HEURES) - 8) + pas]


def _suffixe(paiement: int) -> str:
    melange = paiement * _MELANGE % _SUFFIXES
    return _PAIRES[melange >> 20] + _PAIRES[melange >> 10 & 1023] + _PAIRES[melange & 1023]


def _naissance(hasard: Random, premiere: int, derniere: int) -> str:
    annee = premiere + int(hasard.random() * (derniere - premiere))
    return f"{annee}-{1 + int(hasard.random() * 12):02}-{1 + int(hasard.random() * 28):02}"


def _parmi(hasard: Random, choix: "list[T] | tuple[T, ...]") -> T:
    return choix[int(hasard.random() * len(choix))]
