"""What the worker does for payments. Calls to operators have threads of their own, callbacks another."""

from apps.pass_payments.services.decaissements import reserver_decaissements, suivre_decaissement
from apps.pass_payments.services.rappels import rappels_a_traiter, traiter_rappel
from apps.pass_payments.services.suivi import reserver_paiements, suivre_paiement
from apps.socle.files import File, Tache, inscrire, planifier

_RAPPELS_D_AFFILEE = 100


def _traiter_les_rappels(_premier: int) -> None:
    for _ in range(_RAPPELS_D_AFFILEE):
        if not traiter_rappel():
            return


RAPPELS = inscrire(File("rappels", rappels_a_traiter, _traiter_les_rappels, fils=1))
PAIEMENTS = inscrire(File("paiements", reserver_paiements, suivre_paiement))
DECAISSEMENTS = inscrire(File("decaissements", reserver_decaissements, suivre_decaissement, fils=2))

planifier(
    Tache(
        "cycle_de_vie",
        "Vie des contrats : suspensions, expirations, annulations",
        cron="0 2 * * *",
        commande=["cycle_de_vie"],
    )
)
planifier(Tache("rapprochement", "Rapprochement avec les opérateurs", cron="0 4 * * *", commande=["rapprocher"]))
planifier(Tache("menage", "Ménage des paiements et des messages", cron="0 3 * * *", commande=["purger_paiements"]))
planifier(Tache("indicateurs", "Chiffres du mois", cron="45 2 * * *", commande=["calculer_indicateurs"]))
