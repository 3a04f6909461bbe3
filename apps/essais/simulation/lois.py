"""What must hold when all has calmed down, counted again in plain Python from rows and from the operator's ledger.

Literal on purpose: nothing of `conduite`, `reglement` or `lifecycle` is used. Each law yields what breaks it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.essais.simulation.monde import Monde
from apps.essais.simulation.operateur import Compte, OperateurMenteur
from apps.pass_clients.models import (
    TRANSITIONS as TRANSITIONS_SOUSCRIPTION,
)
from apps.pass_clients.models import (
    NumeroPolice,
    PeriodeCouverture,
    SouscriptionPass,
    TransitionSouscription,
)
from apps.pass_payments.models import (
    TRANSITIONS,
    AnomaliePaiement,
    Decaissement,
    EvenementPaiement,
    OperateurPaiement,
    PaiementPass,
    RappelOperateur,
)
from apps.pass_payments.operateurs import Etat
from apps.socle.models import Fait, MessageSortant, Proposition

Ligne = dict[str, Any]
CONFIRMES = ("succes", "rembourse")
OUVERTS = ("initie", "en_cours", "en_verification")
LITIGES = ("montant_different", "devise_differente", "payeur_different")


@dataclass(frozen=True)
class Etats:
    """All rows, grouped by what they hang on, and the operator's side."""

    jour: date
    monde: Monde
    menteur: OperateurMenteur
    debits: dict[UUID, list[int]]
    paiements: dict[int, Ligne]
    groupes: dict[int, list[Ligne]]
    """Payments asked for together, by the id of the one that carries the reference."""
    par_souscription: dict[int, list[Ligne]]
    journal: dict[int, list[Ligne]]
    souscriptions: dict[int, Ligne]
    periodes: dict[int, list[Ligne]]
    transitions: dict[int, list[Ligne]]
    polices: Counter[int]
    anomalies: dict[int, list[Ligne]]
    decaissements: list[Ligne]
    annulations: set[int]
    """Payments whose cancellation two people decided."""

    def confirmes(self) -> list[Ligne]:
        return [un for un in self.paiements.values() if un["statut"] in CONFIRMES]

    def conteste(self, decaissement: Ligne) -> Compte | None:
        """What the operator holds of a disbursement, when he moved another amount and has not taken it back."""
        compte = self.menteur.comptes.get(decaissement["reference"])
        faux = compte is not None and compte.etat is Etat.REUSSI and compte.montant != decaissement["montant"]
        return compte if faux else None

    def litiges(self, paiement: int) -> list[Ligne]:
        return [une for une in self.anomalies[paiement] if une["nature"] in LITIGES]


def lire_etats(monde: Monde) -> Etats:
    debits: dict[UUID, list[int]] = defaultdict(list)
    for mouvement in monde.menteur.mouvements:
        debits[mouvement.reference].append(mouvement.montant)
    paiements: dict[int, Ligne] = {ligne["id"]: dict(ligne) for ligne in PaiementPass.objects.order_by("id").values()}
    for ligne in paiements.values():
        ligne["principal"] = ligne["rattache_a_id"] or ligne["id"]
    return Etats(
        jour=monde.jour,
        monde=monde,
        menteur=monde.menteur,
        debits=debits,
        paiements=paiements,
        groupes=_par(paiements.values(), "principal"),
        par_souscription=_par(paiements.values(), "souscription_id"),
        journal=_par(EvenementPaiement.objects.order_by("id").values("paiement_id", "type", "statut"), "paiement_id"),
        souscriptions={
            ligne["id"]: dict(ligne)
            for ligne in SouscriptionPass.objects.values(
                "id", "numero_souscription", "statut", "date_souscription", "produit__delai_grace_jours"
            )
        },
        periodes=_par(PeriodeCouverture.objects.order_by("numero").values(), "souscription_id"),
        transitions=_par(
            TransitionSouscription.objects.order_by("id").values("souscription_id", "de", "vers"), "souscription_id"
        ),
        polices=Counter(NumeroPolice.objects.values_list("souscription_id", flat=True)),
        anomalies=_par(AnomaliePaiement.objects.order_by("id").values(), "paiement_id"),
        decaissements=[dict(ligne) for ligne in Decaissement.objects.order_by("id").values()],
        annulations=set(
            Proposition.objects.filter(nature="annulation", statut="approuvee").values_list("paiement_id", flat=True)
        ),
    )


def _par(lignes: Any, cle: str) -> dict[int, list[Ligne]]:
    groupes: dict[int, list[Ligne]] = defaultdict(list)
    for ligne in lignes:
        groupes[ligne[cle]].append(ligne)
    return groupes


def chaque_debit_compte_une_fois(e: Etats) -> Iterator[str]:
    """A reference moved money once at most, for the very sum that its payments count; what is not counted is in dispute."""
    principaux = {groupe[0]["reference_mobile_money"]: groupe for groupe in e.groupes.values()}
    for reference, compte in e.menteur.comptes.items():
        montants = e.debits.get(reference, [])
        if len(montants) > (2 if compte.extourne else 1):
            yield f"{compte.numero} : l'argent a bougé {len(montants)} fois"
        if compte.sens < 0:
            continue
        groupe = principaux.get(reference)
        if groupe is None:
            yield f"{compte.numero} : l'opérateur tient une référence que nous n'avons pas"
            continue
        compte_pour = sum(un["montant"] for un in groupe if un["statut"] in CONFIRMES)
        recu = sum(montants)
        if compte_pour == recu:
            continue
        if compte_pour or not e.litiges(groupe[0]["id"]):
            yield f"{compte.numero} : {recu} XAF chez l'opérateur, {compte_pour} chez nous ({groupe[0]['statut']})"
    for reference, groupe in principaux.items():
        confirme = any(un["statut"] in CONFIRMES for un in groupe)
        if reference is not None and confirme and not e.debits.get(reference):
            yield f"{groupe[0]['numero_transaction']} : confirmé sans argent"


def les_demandes_ensemble_vont_ensemble(e: Etats) -> Iterator[str]:
    for groupe in e.groupes.values():
        etats = {"succes" if un["statut"] == "rembourse" else un["statut"] for un in groupe}
        if len(etats) > 1:
            yield f"{groupe[0]['numero_transaction']} : {sorted(etats)}"


def journal_paiements_et_operateur_sont_egaux(e: Etats) -> Iterator[str]:
    """Law 7: three sums, taken from three places."""
    journal = sum(
        e.paiements[paiement]["montant_net"]
        for paiement, lignes in e.journal.items()
        for ligne in lignes
        if ligne["statut"] == "succes"
    )
    confirmes = sum(un["montant_net"] for un in e.confirmes())
    guichet = sum(un["montant_net"] for un in e.confirmes() if un["operateur"] != OperateurPaiement.MTN.value)
    litiges = sum(
        sum(e.debits.get(groupe[0]["reference_mobile_money"], []))
        for ident, groupe in e.groupes.items()
        if e.litiges(ident) and groupe[0]["statut"] not in CONFIRMES
    )
    sortis = sum(
        conteste.montant if (conteste := e.conteste(un)) else un["montant"] * (un["statut"] == "succes")
        for un in e.decaissements
    )
    operateur = sum(mouvement.montant for mouvement in e.menteur.mouvements)
    if journal != confirmes:
        yield f"journal {journal}, paiements confirmés {confirmes}"
    if confirmes - guichet + litiges - sortis != operateur:
        yield f"opérateur {operateur}, chez nous {confirmes} - {guichet} + {litiges} - {sortis}"


def rien_ne_reste_ouvert(e: Etats) -> Iterator[str]:
    """All outages are over: only what is in dispute may still wait, and an anomaly says so."""
    for un in e.paiements.values():
        if (un["statut"] in OUVERTS or un["a_suivre_le"]) and not any(
            une["resolue_le"] is None for une in e.litiges(un["principal"])
        ):
            yield f"{un['numero_transaction']} : {un['statut']}, à suivre le {un['a_suivre_le']}"
    for un in e.decaissements:
        if un["statut"] not in ("succes", "echec") and not e.conteste(un):
            yield f"{un['numero']} : {un['statut']}"


def le_succes_est_immuable(e: Etats) -> Iterator[str]:
    for ident, lignes in e.journal.items():
        etats = [ligne["statut"] for ligne in lignes if ligne["statut"]]
        if etats[:1] != ["initie"] or any(paire not in TRANSITIONS for paire in pairwise(etats)):
            yield f"{e.paiements[ident]['numero_transaction']} : journal {etats}"
        if etats[-1] != e.paiements[ident]["statut"] or etats[-1] != e.monde.vus[ident].statut:
            yield f"{e.paiements[ident]['numero_transaction']} : le journal dit {etats[-1]}"
        if etats.count("succes") > 1:
            yield f"{e.paiements[ident]['numero_transaction']} : confirmé deux fois"


def paye_et_avoir_font_les_succes(e: Etats) -> Iterator[str]:
    """The views place every franc received, once: on instalments or as `avoir`."""
    lignes = _selectionner(
        """
        SELECT sc.souscription_id, sc.avoir, sc.total_paye,
               (SELECT coalesce(sum(c.montant_paye), 0) FROM cotisations c WHERE c.souscription_id = sc.souscription_id)
        FROM soldes_contrats sc
        """
    )
    vus = set()
    for souscription, avoir, total, place in lignes:
        vus.add(souscription)
        recu = _recu(e, souscription)
        if not place + avoir == total == recu:
            yield f"{_nom(e, souscription)} : payé {place}, avoir {avoir}, total {total}, succès {recu}"
    yield from (
        f"{_nom(e, ident)} : sans solde"
        for ident, une in e.souscriptions.items()
        if une["statut"] == "activee" and ident not in vus
    )


def _recu(e: Etats, souscription: int) -> int:
    return sum(un["montant"] - un["frais"] for un in e.par_souscription[souscription] if un["statut"] == "succes")


def les_etats_suivent_les_paiements(e: Etats) -> Iterator[str]:
    minuit = timezone.localtime(e.monde.heure).replace(hour=0, minute=0, second=0, microsecond=0)
    limite = minuit - timedelta(hours=settings.SOUSCRIPTION_DELAI_PAIEMENT_HEURES)
    for ident, souscription in e.souscriptions.items():
        confirmes = [paiement for paiement in e.par_souscription[ident] if paiement["statut"] in CONFIRMES]
        if souscription["statut"] in ("activee", "suspendue", "expiree"):
            yield from _elle_vit(e, souscription, confirmes)
        if souscription["statut"] in ("en_cours", "annulee"):
            yield from _elle_attend(e, souscription, confirmes, limite)


def _elle_vit(e: Etats, souscription: Ligne, confirmes: list[Ligne]) -> Iterator[str]:
    """A living subscription was paid, and has its periods and one police."""
    statut, nom, periodes = souscription["statut"], souscription["numero_souscription"], e.periodes[souscription["id"]]
    if not any(paiement["type_paiement"] == "souscription_initiale" for paiement in confirmes):
        yield f"{nom} : {statut} sans premier paiement"
    if periodes:
        yield from _selon_le_jour(e, souscription, statut, periodes)
    else:
        yield f"{nom} : {statut} sans période"
    if e.polices[souscription["id"]] != 1:
        yield f"{nom} : {e.polices[souscription['id']]} polices"


def _elle_attend(e: Etats, souscription: Ligne, confirmes: list[Ligne], limite: datetime) -> Iterator[str]:
    """One that does not live yet, or no longer will, was not paid with an effect, and does not wait beyond `limite`."""
    statut, nom = souscription["statut"], souscription["numero_souscription"]
    if not all(_sans_effet(e, paiement["id"]) for paiement in confirmes):
        yield f"{nom} : {statut} malgré un paiement, sans anomalie"
    if statut == "en_cours" and souscription["date_souscription"] < limite:
        paiements = e.par_souscription[souscription["id"]]
        if not any(paiement["statut"] in (*OUVERTS, "succes") for paiement in paiements):
            yield f"{nom} : attend toujours"


def _selon_le_jour(e: Etats, une: Ligne, statut: str, periodes: list[Ligne]) -> Iterator[str]:
    grace = timedelta(days=une["produit__delai_grace_jours"])
    du = sum(
        (k + 1) * p["prime"] // p["nombre_echeances"] - k * p["prime"] // p["nombre_echeances"]
        for p in periodes
        for k in range(p["nombre_echeances"])
        if p["date_debut"] + timedelta(days=k * (p["date_fin"] - p["date_debut"]).days // p["nombre_echeances"]) + grace
        < e.jour
    )
    en_retard, finie = du > _recu(e, une["id"]), max(p["date_fin"] for p in periodes) <= e.jour
    if statut == "activee" and (en_retard or finie):
        yield f"{une['numero_souscription']} : active, en retard {en_retard}, finie {finie}"
    if statut == "suspendue" and not en_retard:
        yield f"{une['numero_souscription']} : suspendue sans retard"
    if statut == "expiree" and not finie:
        yield f"{une['numero_souscription']} : expirée avant sa fin"


def _sans_effet(e: Etats, paiement: int) -> bool:
    return any(une["nature"] == "sans_effet" for une in e.anomalies[paiement])


def une_periode_par_renouvellement(e: Etats) -> Iterator[str]:
    for ident, une in e.souscriptions.items():
        confirmes = [
            un for un in e.par_souscription[ident] if un["statut"] in CONFIRMES and not _sans_effet(e, un["id"])
        ]
        renouvellements = sum(un["type_paiement"] == "renouvellement" for un in confirmes)
        attendues = renouvellements + (une["statut"] not in ("en_cours", "annulee") and bool(confirmes))
        if len(e.periodes[ident]) != attendues:
            yield f"{une['numero_souscription']} : {len(e.periodes[ident])} périodes pour {attendues}"


def les_recus_sont_uniques(e: Etats) -> Iterator[str]:
    """One a success, none otherwise, and a series without a hole."""
    recus: dict[str, list[int]] = defaultdict(list)
    for un in e.paiements.values():
        if (un["statut"] in CONFIRMES) != (un["numero_recu"] is not None):
            yield f"{un['numero_transaction']} : {un['statut']}, reçu {un['numero_recu']}"
        if un["numero_recu"]:
            annee, _, sequence = un["numero_recu"].removeprefix("REC-").partition("-")
            recus[annee].append(int(sequence))
    for annee, sequences in recus.items():
        if sorted(sequences) != list(range(1, len(sequences) + 1)):
            yield f"reçus de {annee} : {len(sequences)} numéros, de {min(sequences)} à {max(sequences)}"


def une_cle_un_paiement(e: Etats) -> Iterator[str]:
    cles = Counter(groupe[0]["cle_idempotence"] for groupe in e.groupes.values() if groupe[0]["cle_idempotence"])
    yield from (f"{cle} : {nombre} paiements" for cle, nombre in cles.items() if nombre > 1)


def une_tentative_ouverte(e: Etats) -> Iterator[str]:
    ouvertes = Counter(
        (un["souscription_id"], un["type_paiement"]) for un in e.paiements.values() if un["statut"] in OUVERTS
    )
    yield from (f"{_nom(e, cle[0])} : {nombre} tentatives ouvertes" for cle, nombre in ouvertes.items() if nombre > 1)


def les_rappels_sont_juges(e: Etats) -> Iterator[str]:
    """A callback is confirmed exactly when it said what the operator says, whoever sent it.

    Where he never names the payer, that is whoever was asked.
    """
    comptes = {compte.numero: compte for compte in e.menteur.comptes.values()}
    demandes = {
        groupe[0]["numero_transaction"]: groupe[0]["numero_payeur"]
        for groupe in e.groupes.values()
        if groupe[0]["reference_mobile_money"]
    }
    for ident, corps, verdict in RappelOperateur.objects.order_by("id").values_list("id", "corps", "verdict"):
        dit = e.monde.affirmations.get(corps)
        compte = comptes.get(dit.numero) if dit else None
        if compte is not None and compte.extourne:
            continue
        if dit is None:
            attendu = "illisible"
        elif dit.numero not in demandes:
            attendu = "inconnu"
        else:
            payeur = compte.telephone if compte and not compte.discret else demandes[dit.numero]
            vrai = (
                compte is not None
                and dit.etat is compte.etat
                and dit.montant in (None, compte.montant)
                and dit.telephone in ("", payeur)
            )
            attendu = "confirme" if vrai else "contredit"
        e.monde.verdicts[verdict] += 1
        if verdict != attendu:
            yield f"rappel {ident} « {verdict} » au lieu de « {attendu} » : {corps}"


def ce_qui_sort_sort_une_fois(e: Etats) -> Iterator[str]:
    """A disbursement succeeded exactly when its money left; a payment is refunded once, by its operator or by two people.

    When another amount left it waits in verification, and somebody is told of a refund.
    """
    for decaissement in e.decaissements:
        yield from _il_est_sorti(e, decaissement)
    reussis = [decaissement for decaissement in e.decaissements if decaissement["statut"] == "succes"]
    cles = Counter(decaissement["cle"] for decaissement in reussis)
    yield from (f"{cle} : payé {nombre} fois" for cle, nombre in cles.items() if nombre > 1)
    rembourses = Counter(decaissement["paiement_id"] for decaissement in reussis)
    for ident, paiement in e.paiements.items():
        attendu = rembourses[ident] or ident in e.annulations
        if bool(attendu) != (paiement["statut"] == "rembourse"):
            yield f"{paiement['numero_transaction']} : {paiement['statut']}, remboursé {rembourses[ident]} fois"


def _il_est_sorti(e: Etats, decaissement: Ligne) -> Iterator[str]:
    numero, statut, montant = decaissement["numero"], decaissement["statut"], decaissement["montant"]
    sorti = -sum(e.debits.get(decaissement["reference"], []))
    anomalies = e.anomalies[decaissement["paiement_id"]]
    attendu: tuple[int, str] = (montant if statut == "succes" else 0, statut)
    if conteste := e.conteste(decaissement):
        attendu = (conteste.montant, "en_verification")
        dites = [anomalie["nature"] for anomalie in anomalies if anomalie["donnees"].get("decaissement") == numero]
        if decaissement["paiement_id"] and dites != ["montant_different"]:
            yield f"{numero} : {len(dites)} anomalies pour un autre montant"
    if (sorti, statut) != attendu:
        yield f"{numero} : {statut} de {montant} XAF, sorti {sorti}"
    echoue = statut == "echec" and decaissement["paiement_id"]
    if echoue and not any(anomalie["nature"] == "remboursement_echoue" for anomalie in anomalies):
        yield f"{numero} : remboursement échoué que personne ne voit"


def l_audit_dit_les_etats(e: Etats) -> Iterator[str]:
    for ident, une in e.souscriptions.items():
        etats = ["en_cours"]
        for passage in e.transitions[ident]:
            paire = (passage["de"], passage["vers"])
            if passage["de"] != etats[-1] or paire not in TRANSITIONS_SOUSCRIPTION:
                yield f"{une['numero_souscription']} : {paire} après {etats[-1]}"
            etats.append(passage["vers"])
        if etats[-1] != une["statut"]:
            yield f"{une['numero_souscription']} : {une['statut']}, l'audit dit {etats[-1]}"


def chaque_succes_est_annonce_une_fois(e: Etats) -> Iterator[str]:
    annonces = Counter(MessageSortant.objects.filter(cle__endswith=":succes").values_list("cle", flat=True))
    attendues = {
        f"paiement:{groupe[0]['numero_transaction']}:succes": 1
        for groupe in e.groupes.values()
        if groupe[0]["statut"] in CONFIRMES
    }
    if annonces != attendues:
        yield f"annonces : {len(annonces)} pour {len(attendues)}"


_DITS = {
    "succes": "paiement.regle",
    "echec": "paiement.echoue",
    "expire": "paiement.echoue",
    "rembourse": "paiement.rembourse",
    "activee": "souscription.activee",
    "suspendue": "souscription.suspendue",
    "expiree": "souscription.expiree",
    "resiliee": "souscription.resiliee",
}


def chaque_acte_est_dit_une_fois(e: Etats) -> Iterator[str]:
    """No act without its fact, no fact without its act, and in the same order for one payment and for one contract."""
    dits: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for nom, donnees in Fait.objects.order_by("id").values_list("nom", "donnees"):
        genre = nom.partition(".")[0]
        dits[genre][donnees[genre if genre in donnees else "souscription"]].append(nom)
    attendus: dict[str, dict[int, list[str]]] = {
        "paiement": {
            ident: [_DITS[evenement["statut"]] for evenement in e.journal[ident] if evenement["statut"] in _DITS]
            for ident in e.paiements
        },
        "souscription": {
            ident: [
                "souscription.reprise" if (une["de"], une["vers"]) == ("suspendue", "activee") else _DITS[une["vers"]]
                for une in e.transitions[ident]
                if une["vers"] in _DITS
            ]
            for ident in e.souscriptions
        },
        "decaissement": {
            une["id"]: ["decaissement.fini"] for une in e.decaissements if une["statut"] in ("succes", "echec")
        },
        "police": {ident: ["police.attribuee"] * nombre for ident, nombre in e.polices.items()},
    }
    for genre, par_objet in attendus.items():
        for ident in par_objet.keys() | dits[genre].keys():
            if par_objet.get(ident, []) != dits[genre].get(ident, []):
                yield f"{genre} {ident} : {dits[genre].get(ident)} au lieu de {par_objet.get(ident)}"


LOIS: tuple[Callable[[Etats], Iterator[str]], ...] = (
    chaque_debit_compte_une_fois,
    les_demandes_ensemble_vont_ensemble,
    journal_paiements_et_operateur_sont_egaux,
    rien_ne_reste_ouvert,
    le_succes_est_immuable,
    paye_et_avoir_font_les_succes,
    les_etats_suivent_les_paiements,
    une_periode_par_renouvellement,
    les_recus_sont_uniques,
    une_cle_un_paiement,
    une_tentative_ouverte,
    les_rappels_sont_juges,
    ce_qui_sort_sort_une_fois,
    l_audit_dit_les_etats,
    chaque_succes_est_annonce_une_fois,
    chaque_acte_est_dit_une_fois,
)


def violations(monde: Monde) -> list[str]:
    """What breaks which law, at most a few lines each; empty when all hold."""
    etats = lire_etats(monde)
    monde.verdicts.clear()
    trouvees: list[str] = []
    for loi in LOIS:
        lignes = list(loi(etats))
        trouvees += [f"{loi.__name__} : {ligne}" for ligne in lignes[:5]]
        if len(lignes) > 5:
            trouvees.append(f"{loi.__name__} : et {len(lignes) - 5} autres")
    return trouvees


def _nom(e: Etats, souscription: int) -> str:
    return str(e.souscriptions[souscription]["numero_souscription"])


def _selectionner(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        lignes: list[tuple[Any, ...]] = cursor.fetchall()
    return lignes
