"""What the worker does for every app: scheduled jobs, messages, facts to deliver, files to check."""

from apps.socle.files import File, Tache, inscrire, planifier
from apps.socle.messagerie import messagerie
from apps.socle.services.faits import livrer, reserver_livraisons
from apps.socle.services.fichiers import reserver_fichiers, verifier_fichier
from apps.socle.services.messages import envoyer_message, reserver_messages
from apps.socle.services.planification import executer_tache, reserver_tache


def _taches_dues(*, nombre: int) -> list[str]:
    nom = reserver_tache()
    return [] if nom is None else [nom]


def _messages_a_envoyer(*, nombre: int) -> list[int]:
    """None where nothing can send them."""
    return [] if messagerie() is None else reserver_messages(nombre=nombre)


def _envoyer(ident: int) -> None:
    par = messagerie()
    assert par is not None  # noqa: S101 - `_messages_a_envoyer` claimed it
    envoyer_message(ident, par=par)


TACHES = inscrire(File("taches", _taches_dues, executer_tache, fils=1))
MESSAGES = inscrire(File("messages", _messages_a_envoyer, _envoyer, fils=4))
LIVRAISONS = inscrire(File("livraisons", reserver_livraisons, livrer, fils=2))
# One at a time: the program that opens them may take a gigabyte.
FICHIERS = inscrire(File("fichiers", reserver_fichiers, verifier_fichier, fils=1))

planifier(Tache("fichiers", "Ménage des fichiers", cron="40 3 * * *", commande=["balayer_fichiers"]))
