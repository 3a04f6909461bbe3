"""What happens in the simulator: an operation is asked, answered, settled once; callbacks leave when they are due."""

import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from typing import Any

from nsia_pass_api.acces_momo import acces_de_demonstration

from . import montants, operations, protocole, rappels
from .defauts import Defauts
from .grand_livre import GrandLivre, SoldeInsuffisant
from .horloge import Horloge
from .operations import Conduite, Operation, Reponses
from .protocole import Genre, Statut


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the simulated operators behave. Every field may be changed while it runs (`/simulateur/reglages`)."""

    reponses: str = Reponses.TELEPHONE.value
    delai_reponse: float = 0
    validite_demande: float = 300
    sandbox_au_telephone: bool = False
    erreurs_sandbox: str = "statut"
    plateforme: str = "ancienne"
    raison_objet: bool = False
    verbe_rappel: str = "POST"
    repetition_rappel: float = protocole.REPETITION_RAPPEL
    cles_strictes: bool = False
    disbursement_autorise: bool = True
    pin: str = "1234"
    rappel_airtel: str = ""
    hash_airtel: bool = True

    @property
    def conduite(self) -> Conduite:
        return Conduite(
            reponses=Reponses(self.reponses),
            delai=self.delai_reponse,
            validite=self.validite_demande,
            sandbox_au_telephone=self.sandbox_au_telephone,
        )


_CHOIX = {
    "reponses": tuple(reponse.value for reponse in Reponses),
    "erreurs_sandbox": ("statut", "creation"),
    "plateforme": ("ancienne", "nouvelle"),
    "verbe_rappel": ("POST", "PUT"),
}


class OptionInconnue(ValueError):
    """The message is French and says what may be written."""


def options_lues(options: Options, valeurs: dict[str, Any]) -> Options:
    """`options` with `valeurs`, each of the type of its field."""
    types = {champ.name: type(getattr(options, champ.name)) for champ in fields(Options)}
    lues: dict[str, Any] = {}
    for nom, valeur in valeurs.items():
        if nom not in types:
            raise OptionInconnue(f"« {nom} » n'est pas un réglage. Réglages : {', '.join(types)}.")
        attendu = types[nom]
        if attendu in (float, int):
            reconnu = type(valeur) in (float, int) and valeur >= 0
        else:
            reconnu = type(valeur) is attendu and valeur in _CHOIX.get(nom, (valeur,))
        if not reconnu:
            attendus = _CHOIX.get(nom, (attendu.__name__,))
            raise OptionInconnue(f"{nom} : « {valeur} » n'est pas reconnu. Attendu : {', '.join(attendus)}.")
        lues[nom] = valeur
    return replace(options, **lues)


class RefusTelephone(Exception):
    """What the phone's page says; the message is French."""


DEPOT_TELEPHONE = {"XAF": 5_000_000, "EUR": 100_000}
DEPOT_MARCHAND = {"XAF": 500_000_000, "EUR": 1_000_000}
SECRET_AIRTEL = acces_de_demonstration("airtel").cle


class Simulateur:
    """The two operators behind their HTTP faces. Threads may call any method."""

    def __init__(self, *, livre: GrandLivre, horloge: Horloge, defauts: Defauts, options: Options) -> None:
        self.livre = livre
        self.horloge = horloge
        self.defauts = defauts
        self.options = options
        self._reveil = threading.Event()
        self._fin = threading.Event()
        self._en_vol: set[int] = set()
        self._verrou = threading.Lock()
        self._envois = ThreadPoolExecutor(8, thread_name_prefix="rappels")
        self._fil: threading.Thread | None = None
        self._inscrire_demonstration()

    def _inscrire_demonstration(self) -> None:
        with self.livre.transaction():
            for produit in protocole.PRODUITS:
                acces = acces_de_demonstration(produit)
                self.livre.executer("INSERT OR IGNORE INTO abonnements VALUES (?, ?)", acces.cle_abonnement, produit)
                self.livre.executer(
                    "INSERT OR IGNORE INTO utilisateurs VALUES (?, ?, ?, ?, '*', ?)",
                    *(acces.utilisateur, acces.cle, acces.cle_abonnement, produit, acces.cible),
                )

    # Asking

    def demander(self, operation: Operation) -> Operation:
        """The operation is kept, and already finished when nothing is to be waited for. Raises ReferenceDejaPrise."""
        if self.defauts.arrive("introuvable_dabord", operation.reference):
            operation = replace(operation, introuvable=2)
        with self.livre.transaction():
            prevu = operations.prevoir(
                genre=operation.genre,
                operateur=operation.operateur,
                cible=operation.cible,
                partie=operation.partie,
                conduite=self.options.conduite,
            )
            statut, raison = prevu.statut, prevu.raison
            if operation.genre is Genre.REFUND and (refus := self._refus_de_remboursement(operation)):
                statut, raison = Statut.FAILED, refus
            attente = Statut.PENDING if statut not in operations.OUVERTS else statut
            operation = replace(
                operation,
                statut=attente,
                echeance=None if prevu.apres is None else operation.creee + prevu.apres,
                suite=prevu.suite,
                suite_raison=prevu.suite_raison,
                au_telephone=prevu.au_telephone,
            )
            self.livre.creer_operation(operation)
            self._ouvrir_portefeuilles(operation)
            if statut not in operations.OUVERTS:
                operation = self._conclure(operation, statut, raison)
            elif operation.echeance is not None and operation.echeance <= operation.creee and prevu.suite:
                operation = self._conclure(operation, prevu.suite, prevu.suite_raison)
        self._reveil.set()
        return operation

    def _refus_de_remboursement(self, operation: Operation) -> str | None:
        origine = self.livre.operation(operation.origine or "")
        if origine is None or origine.statut is not Statut.SUCCESSFUL or origine.devise != operation.devise:
            return "TRANSACTION_NOT_FOUND"
        deja = self.livre.ligne(
            "SELECT coalesce(sum(montant), 0) AS total FROM operations WHERE origine = ? AND statut <> 'FAILED'",
            operation.origine,
        )
        return "NOT_ALLOWED" if deja and deja["total"] + operation.montant > origine.montant else None

    def _ouvrir_portefeuilles(self, operation: Operation) -> None:
        if virement := operations.virement(operation):
            self.ouvrir_portefeuille(virement.debite, operation.devise)
            self.ouvrir_portefeuille(virement.credite, operation.devise)

    def ouvrir_portefeuille(self, nom: str, devise: str) -> None:
        """Inside a transaction: the wallet exists, with its first deposit; those in euros, of the sandbox, may go below zero."""
        depots = DEPOT_MARCHAND if nom.startswith("marchand:") else DEPOT_TELEPHONE
        self.livre.ouvrir_portefeuille(
            nom,
            devise,
            depot=0 if nom.startswith("service:") else depots.get(devise, 0),
            decouvert=devise != "XAF",
            instant=self.horloge.maintenant(),
        )

    # Settling

    def _conclure(self, operation: Operation, statut: Statut, raison: str | None) -> Operation:
        """Inside a transaction: state, money, callbacks and messages change together, or the operation was finished before."""
        operations.verifier_transition(operation.statut, statut)
        maintenant = self.horloge.maintenant()
        if statut is Statut.SUCCESSFUL and (imposee := self.livre.reglage(f"imposer:{operation.partie}", "")):
            statut, raison = Statut.FAILED, imposee
        financiere = None
        if statut is Statut.SUCCESSFUL and (virement := operations.virement(operation)):
            try:
                self.livre.virer(
                    virement,
                    reference=operation.reference,
                    montant=operation.montant,
                    devise=operation.devise,
                    instant=maintenant,
                )
            except SoldeInsuffisant:
                statut, raison = Statut.FAILED, operations.raison_de_solde(operation)
        if statut is Statut.SUCCESSFUL and operation.genre is not Genre.PREAPPROVAL:
            financiere = _numero_financier(operation)
        avance = self.defauts.arrive("rappel_en_avance", operation.reference)
        # Seen in the sandbox: the callback of 453 came before the status changed.
        visible = maintenant + (avance.duree if avance else 0)
        change = self.livre.modifier_operation(
            operation.reference,
            statut=statut.value,
            raison=raison,
            transaction_financiere=financiere,
            terminee=maintenant,
            echeance=None,
            visible_a=visible,
        )
        conclue = self.livre.operation(operation.reference)
        if conclue is None or not change:
            raise operations.TransitionInterdite(operation.reference)
        self._prevoir_rappels(conclue)
        self._annoncer(conclue)
        return conclue

    def _prevoir_rappels(self, operation: Operation) -> None:
        maintenant = self.horloge.maintenant()
        for rappel in rappels.a_envoyer(
            operation,
            defauts=self.defauts,
            repetition=self.options.repetition_rappel,
            raison_objet=self.options.raison_objet,
            secret_airtel=SECRET_AIRTEL if self.options.hash_airtel else None,
        ):
            verbe = self.options.verbe_rappel if operation.operateur == "mtn" else "POST"
            self.livre.executer(
                "INSERT INTO rappels (reference, url, verbe, corps, nature, a_envoyer) VALUES (?, ?, ?, ?, ?, ?)",
                *(
                    operation.reference,
                    operation.rappel_url,
                    verbe,
                    rappel.corps,
                    rappel.nature,
                    maintenant + rappel.apres,
                ),
            )

    def _annoncer(self, operation: Operation) -> None:
        virement = operations.virement(operation)
        if operation.statut is not Statut.SUCCESSFUL or virement is None:
            return
        nom = operations.telephone(operation.partie)
        if nom not in (virement.debite, virement.credite):
            return
        somme = montants.pour_les_gens(operation.montant, operation.devise)
        solde = montants.pour_les_gens(self.livre.portefeuille(nom, operation.devise)["solde"], operation.devise)
        fait = f"Paiement de {somme} effectué" if nom == virement.debite else f"Vous avez reçu {somme}"
        marque = "MobileMoney" if operation.operateur == "mtn" else "AirtelMoney"
        texte = f"{fait}. ID : {operation.transaction_financiere}. Nouveau solde : {solde}."
        self.ecrire_sms(operation.partie, marque, texte)

    # The phone

    def demandes(self, msisdn: str) -> list[Operation]:
        """The prompts that wait on this phone, oldest first."""
        return self.livre.operations(
            "partie = ? AND au_telephone AND statut IN ('CREATED', 'PENDING') ORDER BY creee", msisdn
        )

    def approuver(self, reference: str, *, pin: str) -> Operation:
        """The money has moved, or the operation failed for a reason; three wrong PINs fail it too."""
        with self.livre.transaction():
            operation = self._en_attente(reference)
            if not secrets.compare_digest(pin.encode(), self.options.pin.encode()):
                essais = operation.essais_pin + 1
                self.livre.modifier_operation(reference, essais_pin=essais)
                if essais < operations.ESSAIS_PIN:
                    refus: str | None = f"Code PIN incorrect. Essais restants : {operations.ESSAIS_PIN - essais}."
                else:
                    self._conclure(operation, Statut.FAILED, "PAYMENT_NOT_APPROVED")
                    refus = "Code PIN incorrect trois fois : l'opération est annulée."
            else:
                refus = None
                operation = self._conclure(operation, Statut.SUCCESSFUL, None)
        self._reveil.set()
        if refus:
            raise RefusTelephone(refus)
        return operation

    def refuser(self, reference: str) -> Operation:
        return self._repondre(reference, "APPROVAL_REJECTED")

    def expirer(self, reference: str) -> Operation:
        return self._repondre(reference, "EXPIRED")

    def annuler(self, operation: Operation) -> None:
        """The merchant takes the request back; a finished one stays as it is."""
        with self.livre.transaction():
            trouvee = self.livre.operation(operation.reference)
            if trouvee and trouvee.est_ouverte:
                self._conclure(trouvee, Statut.FAILED, "TRANSACTION_CANCELED")
        self._reveil.set()

    def _repondre(self, reference: str, raison: str) -> Operation:
        with self.livre.transaction():
            operation = self._conclure(self._en_attente(reference), Statut.FAILED, raison)
        self._reveil.set()
        return operation

    def _en_attente(self, reference: str) -> Operation:
        operation = self.livre.operation(reference)
        if operation is None or not operation.est_ouverte or not operation.au_telephone:
            raise RefusTelephone("Cette demande n'attend plus de réponse.")
        if operation.echeance is not None and operation.echeance <= self.horloge.maintenant():
            raise RefusTelephone("Cette demande a expiré.")
        return operation

    def ecrire_sms(self, msisdn: str, expediteur: str, texte: str) -> None:
        self.livre.executer(
            "INSERT INTO sms (msisdn, instant, expediteur, texte) VALUES (?, ?, ?, ?)",
            *(msisdn, self.horloge.maintenant(), expediteur, texte),
        )

    # Time

    def avancer(self) -> None:
        """Whatever was due by now has happened, in the order of its due time."""
        maintenant = self.horloge.maintenant()
        dues = self.livre.operations("echeance IS NOT NULL AND echeance <= ? ORDER BY echeance", maintenant)
        for due in dues:
            with self.livre.transaction():
                operation = self.livre.operation(due.reference)
                if operation is None or operation.echeance is None or operation.suite is None:
                    continue
                if operation.est_ouverte:
                    self._conclure(operation, operation.suite, operation.suite_raison)

    def envoyer_rappels(self, *, attendre: bool = False) -> None:
        """Due callbacks have left, in parallel; with `attendre`, they have been answered."""
        dus = self.livre.lignes(
            "SELECT * FROM rappels WHERE envoye IS NULL AND a_envoyer <= ? ORDER BY a_envoyer, id",
            self.horloge.maintenant(),
        )
        with self._verrou:
            a_faire = [rappel for rappel in dus if rappel["id"] not in self._en_vol]
            self._en_vol.update(rappel["id"] for rappel in a_faire)
        envois = [self._envois.submit(self._envoyer, rappel) for rappel in a_faire]
        if attendre:
            for envoi in envois:
                envoi.result()

    def _envoyer(self, rappel: dict[str, Any]) -> None:
        try:
            code = rappels.envoyer(url=rappel["url"], verbe=rappel["verbe"], corps=rappel["corps"])
            self.livre.executer(
                "UPDATE rappels SET envoye = ?, code = ? WHERE id = ?", self.horloge.maintenant(), code, rappel["id"]
            )
        finally:
            with self._verrou:
                self._en_vol.discard(rappel["id"])

    def deplacer_le_temps(self, secondes: float) -> None:
        """`secondes` have passed: what was due happened, and its callbacks were answered."""
        decalage = self.horloge.avancer(secondes)
        self.livre.regler("decalage", repr(decalage))
        self.avancer()
        self.envoyer_rappels(attendre=True)

    def demarrer(self) -> None:
        self._fil = threading.Thread(target=self._veiller, name="moteur", daemon=True)
        self._fil.start()

    def _veiller(self) -> None:
        while not self._fin.is_set():
            self._reveil.clear()
            self.avancer()
            self.envoyer_rappels()
            prochaine = self.livre.prochaine_echeance()
            attente = 1.0 if prochaine is None else min(max(prochaine - self.horloge.maintenant(), 0.02), 1.0)
            self._reveil.wait(attente)

    def arreter(self) -> None:
        """Threads have ended and the ledger is closed; what was due stays due for the next start."""
        self._fin.set()
        self._reveil.set()
        if self._fil:
            self._fil.join()
        self._envois.shutdown(wait=True, cancel_futures=True)
        self.livre.fermer()

    # Reading

    def consulter(self, *, condition: Callable[[Operation], bool], reference: str) -> Operation | None:
        """The operation as the operator tells it now; None when it is unknown, or hidden by a fault."""
        self.avancer()
        operation = self.livre.operation(reference)
        if operation is None or not condition(operation):
            return None
        if operation.introuvable:
            self.livre.executer(
                "UPDATE operations SET introuvable = introuvable - 1 WHERE reference = ? AND introuvable > 0", reference
            )
            return None
        if operation.visible_a > self.horloge.maintenant():
            return replace(operation, statut=Statut.PENDING, raison=None, transaction_financiere=None)
        return operation


def _numero_financier(operation: Operation) -> str:
    """Ten digits, the same whenever the same reference is settled; Airtel's start with letters."""
    tire = int(hashlib.sha256(operation.reference.encode()).hexdigest(), 16) % 9_000_000_000 + 1_000_000_000
    return str(tire) if operation.operateur == "mtn" else f"MP{tire}"


def corps_json(valeur: Any) -> str:
    return json.dumps(valeur, ensure_ascii=False)
