"""What the back office looks at: facts and messages that did not get there, proposals and jobs, whether a worker lives."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from apps.socle.models import (
    EtatFichier,
    FichierPrive,
    Livraison,
    MessageSortant,
    StatutLivraison,
    StatutMessage,
    TachePlanifiee,
    Travailleur,
)
from apps.socle.selectors_propositions import a_decider_par, en_attente
from nsia_pass_api.alertes import Alerte, Permises, Source, compter
from nsia_pass_api.back_office.regard import Regard
from nsia_pass_api.dates import maintenant

ESSAIS_SUSPECTS = 5
# Without a beat for this long a worker is taken for dead.
ABSENCE = timedelta(seconds=30)
# A file that waits longer for its check waits for the antivirus, or for a worker.
ATTENTE_D_UN_FICHIER = timedelta(minutes=30)
MESSAGES_RECENTS = timedelta(days=7)
# As the partial index `livraisons_bloquees`.
DONT_ON_SE_SOUCIE = Q(statut=StatutLivraison.A_FAIRE, tentatives__gte=ESSAIS_SUSPECTS)


def alertes_travail(*, permises: Permises = lambda lignes: lignes, quand: datetime | None = None) -> list[Alerte]:
    """What stops everything: no worker lives; then deliveries that failed time after time. Two queries."""
    bloquees = Livraison.objects.filter(DONT_ON_SE_SOUCIE)
    titre = "Faits qui n'arrivent pas à destination"
    faits = compter([("faits_non_transmis", titre, bloquees, {"difficulte": "oui"})], permises=permises)
    if travailleur_present() is None:
        return faits
    sans_travailleur = Alerte(
        code="aucun_travailleur",
        titre="Aucun travailleur ne suit les paiements",
        nombre=1,
        vue="admin:socle_travailleur_changelist",
        requete="",
    )
    return [sans_travailleur, *faits]


def alertes_attente(*, permises: Permises = lambda lignes: lignes, quand: datetime | None = None) -> list[Alerte]:
    """What waits for somebody at `quand` (now), among the rows that `permises` leaves. Four queries.

    Of proposals, those that whoever looks may decide; all that wait when nobody looks (the metrics).
    """
    quand = quand or maintenant()
    sources: list[Source] = [
        _propositions(permises, quand=quand),
        ("taches_echouees", "Tâches planifiées qui ont échoué", TachePlanifiee.objects.exclude(erreur=""), {}),
        (
            "messages_abandonnes",
            "Messages abandonnés depuis 7 jours",
            messages_abandonnes(quand=quand),
            {"a_voir": "abandonnes"},
        ),
        (
            "fichiers_en_attente",
            "Fichiers reçus que rien ne vérifie",
            fichiers_en_attente(quand=quand),
            {"a_voir": "en_attente"},
        ),
    ]
    return compter(sources, permises=permises)


def _propositions(permises: Permises, *, quand: datetime) -> Source:
    if isinstance(permises, Regard):
        a_decider = a_decider_par(permises.agent, quand=quand)
        return "propositions", "Propositions qui attendent votre décision", a_decider, {"attend": "moi"}
    attendent = en_attente(quand=quand)
    return "propositions", "Propositions qui attendent une seconde personne", attendent, {"attend": "toutes"}


def fichiers_en_attente(*, quand: datetime) -> QuerySet[FichierPrive]:
    """Files that nobody can open yet, deposited too long ago."""
    return FichierPrive.objects.filter(etat=EtatFichier.QUARANTAINE, depose_le__lt=quand - ATTENTE_D_UN_FICHIER)


def messages_abandonnes(*, quand: datetime) -> QuerySet[MessageSortant]:
    """Messages of the last seven days that could not be sent."""
    return MessageSortant.objects.filter(statut=StatutMessage.ABANDONNE, cree_le__gte=quand - MESSAGES_RECENTS)


def travailleur_present() -> str | None:
    """For /sante/pret/: None when a worker lives, else why the service is not whole."""
    if Travailleur.objects.filter(vu_le__gt=maintenant() - ABSENCE).exists():
        return None
    return "aucun travailleur ne suit les paiements (python manage.py travaux)"
