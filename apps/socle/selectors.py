"""What the back office looks at: facts and messages that did not get there, whether a worker lives."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from apps.socle.models import (
    EtatFichier,
    FichierPrive,
    Livraison,
    MessageSortant,
    StatutLivraison,
    StatutMessage,
    Travailleur,
)
from nsia_pass_api.alertes import Alerte, Permises, compter
from nsia_pass_api.dates import maintenant

ESSAIS_SUSPECTS = 5
# Without a beat for this long a worker is taken for dead.
ABSENCE = timedelta(seconds=30)
# A file that waits longer for its check waits for the antivirus, or for a worker.
ATTENTE_D_UN_FICHIER = timedelta(minutes=30)
MESSAGES_RECENTS = timedelta(days=7)
# As the partial index `livraisons_bloquees`.
DONT_ON_SE_SOUCIE = Q(statut=StatutLivraison.A_FAIRE, tentatives__gte=ESSAIS_SUSPECTS)


def alertes_faits(*, permises: Permises = lambda lignes: lignes) -> list[Alerte]:
    """Deliveries that failed time after time, among the rows that `permises` leaves. One query."""
    bloquees = Livraison.objects.filter(DONT_ON_SE_SOUCIE)
    titre = "Faits qui n'arrivent pas à destination"
    return compter([("faits_non_transmis", titre, bloquees, {"difficulte": "oui"})], permises=permises)


def fichiers_en_attente(*, quand: datetime) -> QuerySet[FichierPrive]:
    """Files that nobody can open yet, deposited too long ago."""
    return FichierPrive.objects.filter(etat=EtatFichier.QUARANTAINE, depose_le__lt=quand - ATTENTE_D_UN_FICHIER)


def alertes_fichiers(*, permises: Permises = lambda lignes: lignes) -> list[Alerte]:
    """Files that wait too long for their check, among the rows that `permises` leaves. One query."""
    attente = fichiers_en_attente(quand=maintenant())
    titre = "Fichiers reçus que rien ne vérifie"
    return compter([("fichiers_en_attente", titre, attente, {"a_voir": "en_attente"})], permises=permises)


def messages_abandonnes(*, quand: datetime) -> QuerySet[MessageSortant]:
    """Messages of the last seven days that could not be sent."""
    return MessageSortant.objects.filter(statut=StatutMessage.ABANDONNE, cree_le__gte=quand - MESSAGES_RECENTS)


def travailleur_present() -> str | None:
    """For /sante/pret/: None when a worker lives, else why the service is not whole."""
    if Travailleur.objects.filter(vu_le__gt=maintenant() - ABSENCE).exists():
        return None
    return "aucun travailleur ne suit les paiements (python manage.py travaux)"
