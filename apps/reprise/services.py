"""The import of the former database, whole: read, decide, write, reconcile. Run again it changes nothing, or goes on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date

from django.contrib.auth import get_user_model
from django.db import connection

from apps.pass_clients.models import NumeroPolice
from apps.pass_products.models import ProduitPass
from apps.reprise import registre
from apps.reprise.bilan import Bilan, bilan_d_essai, bilan_du_registre
from apps.reprise.examen import Contexte, Examen, Produit, examiner
from apps.reprise.models import Reprise
from apps.reprise.placement import ecrire_agents, ecrire_dossiers, tables_a_jour
from apps.reprise.source import Source, SourceIllisible, ouvrir
from nsia_pass_api.dates import aujourdhui, maintenant
from nsia_pass_api.errors import Conflit, RegleMetier

TAILLE_LOT = 250
_VERROU = 0x4E534941_5041  # « NSIAPA »: one import at a time on a database

Progression = Callable[[str, int | None], AbstractContextManager[Callable[[int], object]]]
"""From a label and a total: a context that gives what to call with the number just done."""


class ImportEnCours(Conflit):
    code = "import_en_cours"
    titre = "Import en cours"
    detail = "Un autre import de l'ancienne base est en cours. Attendez qu'il finisse."


class CatalogueVide(RegleMetier):
    code = "catalogue_vide"
    titre = "Catalogue vide"
    detail = "Aucun produit n'est au catalogue. Lancez d'abord : manage.py load_produits_pass"


def importer(
    *, adresse: str, progression: Progression, essai: bool = False, lot: int = TAILLE_LOT, jour: date | None = None
) -> Bilan:
    """The rows of the former database at `adresse` (URL or dump) are placed or in quarantine, and the account is right.

    `essai`: the same figures, and nothing is written. Raises SourceIllisible, SauvegardeIllisible, ImportEnCours, CatalogueVide,
    ReconciliationFausse.
    """
    jour = jour or aujourdhui()
    if not ProduitPass.objects.exists():
        raise CatalogueVide
    with _seul(), _lues(adresse, progression) as (source, lues):
        if essai:
            examen = examiner(registre.lire(), _contexte(jour))
            reussis = {id(v.ligne): v.reussi for d in examen.dossiers for s in d.souscriptions for v in s.versements}
            bilan = bilan_d_essai(examen.lignes, reussis)
            if any(ligne.placee for ligne in examen.lignes):
                # What was written before is known by the register alone.
                _reprendre_les_anciens(bilan)
        else:
            bilan = _ecrire(source, lues, jour=jour, lot=lot, progression=progression)
    bilan.verifier()
    return bilan


def _ecrire(source: str, lues: int, *, jour: date, lot: int, progression: Progression) -> Bilan:
    passage = Reprise.objects.create(source=source[:200], lignes_lues=lues)
    nouvelles, _ = registre.inscrire()
    Reprise.objects.filter(pk=passage.pk).update(lignes_nouvelles=nouvelles)
    examen = examiner(registre.lire(), _contexte(jour))
    with progression("Écriture", len(examen.dossiers)) as avancer:
        ecrire_dossiers(examen.dossiers, passage=passage, jour=jour, lot=lot, progression=avancer)
    if examen.agents:
        ecrire_agents(examen.agents, passage=passage)
    registre.ecrire_quarantaine([ligne for ligne in examen.lignes if ligne.motif])
    if examen.dossiers:
        tables_a_jour()
    bilan = bilan_du_registre()
    Reprise.objects.filter(pk=passage.pk).update(terminee_le=maintenant(), bilan=bilan.en_json())
    return bilan


def _reprendre_les_anciens(bilan: Bilan) -> None:
    """Payments that an earlier passage wrote as failed are not confirmed ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(p.montant), 0)::bigint FROM lignes_reprises l
            JOIN reprise_rangee r USING (table_source, empreinte, rang)
            JOIN paiements_pass p ON p.id = l.paiement_id AND p.date_confirmation IS NULL
            """
        )
        (echoues,) = cursor.fetchone()
    bilan.paiements_confirmes -= echoues
    bilan.paiements_echoues += echoues


@contextmanager
def _lues(adresse: str, progression: Progression) -> Iterator[tuple[str, int]]:
    """This session holds all rows of the source, whose name and number of rows are given; the source is closed."""
    try:
        with ouvrir(adresse) as source:
            attendues = source.nombre_de_lignes()
            with progression("Lecture", attendues) as avancer:
                lues = registre.recueillir(_toutes(source, avancer))
            nom = source.nom
        if lues != attendues:
            raise SourceIllisible(f"{attendues} lignes étaient annoncées, {lues} ont été lues. Recommencez.")
        yield nom, lues
    finally:
        registre.oublier()


def _toutes(source: Source, avancer: Callable[[int], object]) -> Iterator[tuple[str, str]]:
    for table in source.tables:
        for ligne in source.lignes(table):
            yield table, ligne
            avancer(1)


def _contexte(jour: date) -> Contexte:
    return Contexte(
        jour=jour,
        produits=tuple(
            Produit(p.pk, p.code_pass, p.nom_pass, p.branche, p.duree_validite_jours, p.taux_epargne)
            for p in ProduitPass.objects.order_by("code_pass")
        ),
        polices=frozenset(NumeroPolice.objects.values_list("numero_police", flat=True).iterator()),
        agents=frozenset(get_user_model().objects.values_list("telephone", flat=True)),
    )


@contextmanager
def _seul() -> Iterator[None]:
    """Nobody else imports meanwhile. The lock dies with the session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_VERROU])
        (obtenu,) = cursor.fetchone()
        if not obtenu:
            raise ImportEnCours
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_VERROU])


__all__ = ["TAILLE_LOT", "Bilan", "Examen", "importer"]
