"""The three reads of the kiosk (dashboard, contrats, cotisations), against two views of REST framework in the same run.

The bare view asks by hand-written SQL over the tables, each statement bound to the client, and answers the same JSON (compared
before the clock starts); it shares with ours only what turns a row into what a person reads. The view of the token checks the
same token and runs `SELECT 1`: it tells how much of a request is the read. All go through the whole WSGI application in this
process: middleware, routing, the token of an open session, permission, JSON. In a copy, where sessions are opened and clients of
12 contracts made.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.borne_auth.services import ouvrir_session
from apps.pass_clients.errors import ContratIntrouvable
from apps.pass_payments.alerts import alertes
from apps.pass_payments.apis import PageCotisations, PagePaiements
from apps.pass_payments.models import Cotisation, PaiementPass
from apps.pass_payments.selectors import (
    DERNIERS_PAIEMENTS,
    MOIS_DU_TABLEAU_DE_BORD,
    avec_situation,
    paiement_lisible,
)
from bench.databases import copie, lire, nom_de
from bench.report import Resultat, vitesse
from bench.timing import entrelacer
from nsia_pass_api import converters  # noqa: F401 - registers <police:…>
from nsia_pass_api.dates import aujourdhui, dernier_jour_couvert
from nsia_pass_api.telephones import masquer

TITRE = "Reads of the kiosk"
EXPLICATION = (
    "`GET /api/v1/clients/{police}/{dashboard, contrats, cotisations}/` through the WSGI application: requests a second, "
    "against a REST framework view that checks the same token and runs `SELECT 1`, and against a bare view with hand-written "
    "SQL on the tables, the same authentication and the same JSON. The three interleaved, 40 clients in turn."
)
# Of the requests a second of the view that only checks the token.
PARTS = {"dashboard": 0.55, "contrats": 0.5, "cotisations": 0.4}
# Requests a second of the bare view; of 12 contracts, which no client has, it is the same rows that are read and told.
FOIS_LA_VUE_NUE, FOIS_DE_DOUZE = 1.3, 1.1
CLIENTS = 40

Reponse = Callable[[int], bytes]

_CONTRATS = """
    SELECT c.nom, c.prenom, c.telephone, aujourdhui_pass() AS jour,
           n.numero_police AS police, s.numero_souscription, p.code_pass AS code_produit, p.nom_pass AS nom_produit,
           p.categorie,
           CASE WHEN s.statut = 'resiliee' THEN 'Résilié' WHEN s.statut = 'expiree' THEN 'Expiré'
                WHEN s.statut = 'activee' AND d.fin <= aujourdhui_pass() THEN 'Expiré'
                WHEN s.statut = 'suspendue' OR n.statut = 'suspendu' THEN 'Suspendu'
                WHEN s.statut = 'activee' THEN 'Actif' ELSE 'En attente' END AS etat_du_contrat,
           CASE s.statut WHEN 'resiliee' THEN s.date_resiliation WHEN 'suspendue' THEN (
               SELECT date_transition::date FROM transitions_souscription
               WHERE souscription_id = s.id AND vers = 'suspendue' ORDER BY id DESC LIMIT 1
           ) END AS etat_depuis,
           d.debut AS date_effet, d.fin AS date_expiration, coalesce(d.prime, s.montant_souscription) AS prime,
           coalesce(d.periodicite, s.periodicite) AS periodicite,
           e.du AS du_a_ce_jour, t.total AS total_paye, e.reste AS reste_a_payer, e.retard AS montant_en_retard,
           coalesce(j.jour - e.depuis, 0) AS jours_de_retard, greatest(0, t.total - e.primes) AS avoir,
           e.prochaine AS prochaine_echeance_date, e.prochain_montant AS prochaine_echeance_montant,
           i.solde AS solde_epargne, coalesce(i.solde, t.total) AS solde {autres}
    FROM souscriptions_pass s
    JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
    JOIN clients_pass c ON c.id = s.client_id
    JOIN produits_pass p ON p.id = s.produit_id
    LEFT JOIN LATERAL (
        SELECT min(date_debut) OVER () AS debut, max(date_fin) OVER () AS fin, prime, periodicite
        FROM periodes_couverture WHERE souscription_id = s.id ORDER BY numero DESC LIMIT 1
    ) d ON true
    CROSS JOIN LATERAL (
        SELECT least(aujourdhui_pass(), s.date_resiliation) AS jour, coalesce(s.date_resiliation, 'infinity') AS terme
        OFFSET 0
    ) j
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(montant_net), 0) AS total,
               coalesce(sum(montant_net::bigint * greatest(0, j.jour - date_comptable)), 0) AS francs_jours
        FROM paiements_pass WHERE souscription_id = s.id AND statut = 'succes'
    ) t
    CROSS JOIN LATERAL (
        SELECT t.total + div(t.francs_jours * coalesce(s.taux_epargne, p.taux_epargne), 36500)::bigint AS solde
    ) i
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(montant), 0)::bigint AS primes,
               coalesce(sum(montant) FILTER (WHERE jour <= j.jour AND jour < j.terme), 0)::bigint AS du,
               coalesce(sum(montant - paye) FILTER (WHERE jour < j.terme), 0)::bigint AS reste,
               coalesce(sum(montant - paye) FILTER (WHERE jour < j.jour), 0)::bigint AS retard,
               min(jour) FILTER (WHERE jour < j.jour AND paye < montant) AS depuis,
               min(jour) FILTER (WHERE jour >= j.jour AND paye < montant AND jour < j.terme) AS prochaine,
               (array_agg(montant - paye ORDER BY jour)
                FILTER (WHERE jour >= j.jour AND paye < montant AND jour < j.terme))[1] AS prochain_montant
        FROM (
            SELECT p.date_debut + (k - 1) * p.jours / p.nombre AS jour, x.apres - x.avant AS montant,
                   greatest(0, least(x.apres, t.total) - x.avant) AS paye
            FROM (
                SELECT date_debut, date_fin - date_debut AS jours, nombre_echeances AS nombre, prime::bigint AS prime,
                       sum(prime) OVER (ORDER BY numero) - prime AS avant
                FROM periodes_couverture WHERE souscription_id = s.id
            ) p
            CROSS JOIN LATERAL generate_series(1, p.nombre) k
            CROSS JOIN LATERAL (
                SELECT p.avant + (k - 1) * p.prime / p.nombre AS avant, p.avant + k * p.prime / p.nombre AS apres
            ) x
            OFFSET 0
        ) q
    ) e
    WHERE s.client_id = %s
    ORDER BY s.id
"""
_TENUS = """,
    (SELECT json_agg(json_build_object(
        'code', code, 'libelle', libelle, 'type', type, 'montant', montant, 'plafond', plafond, 'franchise', franchise,
        'taux', taux::text, 'delai_carence_jours', delai_carence_jours, 'age_min', age_min, 'age_max', age_max,
        'a_confirmer', a_confirmer) ORDER BY id)
     FROM garanties_pass WHERE produit_id = s.produit_id) AS garanties,
    (SELECT json_agg(json_build_object(
        'nom', nom, 'prenom', prenom, 'telephone', telephone, 'relation', relation, 'role', role,
        'ordre_priorite', ordre_priorite) ORDER BY ordre_priorite)
     FROM beneficiaires_pass WHERE souscription_id = s.id AND statut = 'actif') AS beneficiaires
"""
# Only instalments of the last months are built: the number of the first and last ones is computed, not searched.
_COTISATIONS = """
    SELECT n.numero_police AS police,
           'QT-' || s.numero_souscription || '-' || p.numero || '-'
               || lpad(k::text, greatest(2, length(k::text)), '0') AS numero_quittance,
           p.numero AS periode, k AS numero, e.debut AS date_debut, e.fin AS date_fin, e.debut AS date_echeance,
           e.apres - e.avant AS montant, e.paye AS montant_paye, e.apres - e.avant - e.paye AS reste_a_payer,
           CASE WHEN e.paye = e.apres - e.avant THEN 'payee'
                WHEN e.debut < least(aujourdhui_pass(), s.date_resiliation) THEN 'en_retard'
                WHEN e.paye > 0 THEN 'partielle' ELSE 'a_venir' END AS statut
    FROM souscriptions_pass s
    JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
    CROSS JOIN (SELECT (%(jour)s::date - %(mois)s * interval '1 month')::date AS debut, %(jour)s::date AS fin) f
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(montant_net), 0) AS total FROM paiements_pass
        WHERE souscription_id = s.id AND statut = 'succes'
    ) t
    CROSS JOIN LATERAL (
        SELECT numero, date_debut, date_fin - date_debut AS jours, nombre_echeances AS nombre, prime::bigint AS prime,
               sum(prime) OVER (ORDER BY numero) - prime AS avant
        FROM periodes_couverture WHERE souscription_id = s.id
    ) p
    CROSS JOIN LATERAL generate_series({numeros}) k
    CROSS JOIN LATERAL (
        SELECT p.date_debut + (k - 1) * p.jours / p.nombre AS debut, p.date_debut + k * p.jours / p.nombre AS fin,
               p.avant + (k - 1) * p.prime / p.nombre AS avant, p.avant + k * p.prime / p.nombre AS apres,
               greatest(0, least(p.avant + k * p.prime / p.nombre, t.total) - (p.avant + (k - 1) * p.prime / p.nombre))
                   AS paye
    ) e
    WHERE s.client_id = %(client)s {filtre}
    ORDER BY e.debut, numero_quittance
"""
_DES_DERNIERS_MOIS = {
    "numeros": """
        greatest(1, (f.debut - p.date_debut) * p.nombre / p.jours),
        least(p.nombre, (f.fin - p.date_debut) * p.nombre / p.jours + 2)
    """,
    "filtre": "AND e.debut BETWEEN f.debut AND f.fin",
}
_TOUTES = {"numeros": "1, p.nombre", "filtre": ""}
_PAIEMENTS = """
    SELECT n.numero_police AS police, p.numero_transaction, p.montant, p.frais, p.montant_net, p.devise, p.operateur,
           p.mode_paiement, p.numero_payeur, p.type_paiement, p.statut, p.motif_echec, p.date_demande, p.date_confirmation
    FROM paiements_pass p
    JOIN souscriptions_pass s ON s.id = p.souscription_id
    JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
    WHERE s.client_id = %s
    ORDER BY p.date_demande DESC, p.numero_transaction DESC
    LIMIT %s
"""
_POLICE = """
    SELECT FROM numeros_police_congo n
    JOIN souscriptions_pass s ON s.id = n.souscription_id
    WHERE s.client_id = %s AND n.numero_police = %s AND n.statut <> 'annule'
"""


class JetonApi(APIView):
    """What every request costs: the token of an open session, one round trip, an answer."""

    def get(self, request: Request, police: str) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return Response({"un": cursor.fetchall()[0][0]})


class NueApi(APIView):
    """A bare view: default authentication and permission, hand-written SQL, a dictionary."""

    def get(self, request: Request, police: str) -> Response:
        client_id = request.user.client_id  # type: ignore[union-attr]
        with connection.cursor() as cursor:
            return Response(self.lire(cursor, request, client_id, police))

    def lire(self, cursor: Any, request: Request, client_id: int, police: str) -> dict[str, Any]:
        raise NotImplementedError


class TableauNuApi(NueApi):
    def lire(self, cursor: Any, request: Request, client_id: int, police: str) -> dict[str, Any]:
        contrats = _contrats(cursor, client_id, police)
        for contrat in contrats:
            client = {champ: contrat.pop(champ) for champ in ("nom", "prenom", "telephone")}
            jour = contrat.pop("jour")
        periode = {"client": client_id, "jour": jour, "mois": MOIS_DU_TABLEAU_DE_BORD}
        cotisations = _dictionnaires(cursor, _COTISATIONS.format(**_DES_DERNIERS_MOIS), periode)
        paiements = _dictionnaires(cursor, _PAIEMENTS, [client_id, DERNIERS_PAIEMENTS])
        preavis = settings.ALERTE_EXPIRATION_JOURS
        return {
            "date": jour,
            "client": client | {"telephone": masquer(client["telephone"])},
            "solde_global": sum(contrat["solde"] for contrat in contrats),
            "contrats": [avec_situation(contrat, jour=jour, preavis_jours=preavis) for contrat in contrats],
            "cotisations": [_avec_dernier_jour(cotisation) for cotisation in cotisations],
            "derniers_paiements": [paiement_lisible(paiement) for paiement in paiements],
            "alertes": alertes(contrats=contrats, jour=jour, preavis_jours=preavis),
        }


class ContratsNusApi(NueApi):
    def lire(self, cursor: Any, request: Request, client_id: int, police: str) -> dict[str, Any]:
        contrats = _contrats(cursor, client_id, police, _TENUS)
        for contrat in contrats:
            jour = contrat.pop("jour")
            for champ in ("nom", "prenom", "telephone"):
                del contrat[champ]
            contrat["garanties"] = contrat["garanties"] or []
            contrat["beneficiaires"] = [
                un | {"telephone": masquer(un["telephone"]) if un["telephone"] else ""}
                for un in contrat["beneficiaires"] or []
            ]
        preavis = settings.ALERTE_EXPIRATION_JOURS
        lus = [avec_situation(contrat, jour=jour, preavis_jours=preavis) for contrat in contrats]
        return {"next": None, "previous": None, "results": lus}


class CotisationsNuesApi(NueApi):
    def lire(self, cursor: Any, request: Request, client_id: int, police: str) -> dict[str, Any]:
        cursor.execute(_POLICE, [client_id, police])
        if not cursor.fetchall():
            raise ContratIntrouvable
        pages, pages_paiements = PageCotisations(), PagePaiements()
        page, page_paiements = pages.asked(request, Cotisation), pages_paiements.asked(request, PaiementPass)
        toutes = _dictionnaires(
            cursor, _COTISATIONS.format(**_TOUTES), {"client": client_id, "jour": aujourdhui(), "mois": 0}
        )
        paiements = _dictionnaires(cursor, _PAIEMENTS, [client_id, page_paiements.limit])
        return {
            "totaux": {"nombre": len(toutes)}
            | {somme: sum(une[somme] for une in toutes) for somme in ("montant", "montant_paye", "reste_a_payer")},
            **pages.payload([_avec_dernier_jour(une) for une in pages.page(toutes[: page.limit])]),
            "paiements": pages_paiements.payload([paiement_lisible(un) for un in pages_paiements.page(paiements)]),
        }


_NUES = {"dashboard": TableauNuApi, "contrats": ContratsNusApi, "cotisations": CotisationsNuesApi}

urlpatterns = [
    path("api/jeton/<police:police>/", JetonApi.as_view()),
    *(path(f"api/nue/<police:police>/{nom}/", vue.as_view()) for nom, vue in _NUES.items()),
    path("", include("nsia_pass_api.urls")),
]


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    resultats = []
    with _sans_trace(), override_settings(ROOT_URLCONF=__name__), copie(nom_de(grand)):
        for nombre in (1, 2, 12):
            appels = _appels(_clients(nombre))
            for lecture, part in PARTS.items():
                trois = {
                    "ours": appels(f"/api/v1/clients/{{police}}/{lecture}/"),
                    "bare": appels(f"/api/nue/{{police}}/{lecture}/"),
                    "token": appels("/api/jeton/{police}/"),
                }
                with CaptureQueriesContext(connection) as vues:
                    trois["ours"](0)
                requetes = len(vues)
                for tour in range(CLIENTS):
                    if _sans_adresses(trois["ours"](tour)) != _sans_adresses(trois["bare"](tour)):
                        raise AssertionError(f"the bare view does not answer the JSON of {lecture}")
                mesure = entrelacer(trois, manches=5, tours=20 if rapide else 200, echauffement=CLIENTS)
                nom = f"{lecture}, {nombre} contract{'s' * (nombre > 1)}"
                au_moins = FOIS_LA_VUE_NUE if nombre <= 2 else FOIS_DE_DOUZE
                resultats.append(
                    vitesse(mesure, ours="ours", floor="bare", nom=f"{nom} / bare view", au_moins=au_moins)
                )
                if nombre <= 2:
                    resultats.append(
                        vitesse(mesure, ours="ours", floor="token", nom=f"{nom} / token alone", au_moins=part)
                    )
                resultats.append(Resultat(f"{nom}: queries", requetes, "2", requetes == 2, "session and read"))
    return resultats


def _sans_adresses(corps: bytes) -> Any:
    """The JSON, of whose links it is said only that they are there: their addresses differ."""
    return json.loads(re.sub(rb'"http[^"]*"', b"true", corps))


def _contrats(cursor: Any, client_id: int, police: str, autres: str = "") -> list[dict[str, Any]]:
    contrats = _dictionnaires(cursor, _CONTRATS.format(autres=autres), [client_id])
    if police not in {contrat["police"] for contrat in contrats}:
        raise ContratIntrouvable
    return contrats


def _avec_dernier_jour(cotisation: dict[str, Any]) -> dict[str, Any]:
    return cotisation | {"dernier_jour_couvert": dernier_jour_couvert(cotisation["date_fin"])}


def _dictionnaires(cursor: Any, sql: str, parametres: Any) -> list[dict[str, Any]]:
    cursor.execute(sql, parametres)
    colonnes = [colonne.name for colonne in cursor.description]
    return [dict(zip(colonnes, ligne, strict=True)) for ligne in cursor.fetchall()]


def _clients(nombre: int) -> list[tuple[str, str]]:
    """A police and the phone of each of `CLIENTS` clients of `nombre` contracts; for 12, contracts of others are lent to them."""
    elus = _clients_de(2 if nombre == 2 else 1)
    if nombre == 12:
        pretes = lire(
            "SELECT s.id FROM numeros_police_congo n JOIN souscriptions_pass s ON s.id = n.souscription_id "
            "WHERE s.client_id <> ALL(%s) ORDER BY hashint8(s.id) LIMIT %s",
            [client for client, _, _ in elus],
            11 * len(elus),
        )
        with pgtrigger.ignore():  # a subscription keeps its client
            lire(
                "UPDATE souscriptions_pass s SET client_id = p.client FROM unnest(%s, %s) AS p (id, client) WHERE s.id = p.id",
                [ident for (ident,) in pretes],
                [client for client, _, _ in elus for _ in range(11)],
            )
    return [(police, telephone) for _, police, telephone in elus]


def _clients_de(nombre: int) -> list[tuple[int, str, str]]:
    """Clients of exactly `nombre` contracts, one of which opens the door of the kiosk."""
    return lire(
        """
        SELECT c.id, min(n.numero_police) FILTER (WHERE s.statut <> 'resiliee'), c.telephone
        FROM numeros_police_congo n
        JOIN souscriptions_pass s ON s.id = n.souscription_id
        JOIN clients_pass c ON c.id = s.client_id
        GROUP BY c.id
        HAVING count(*) = %s AND count(*) FILTER (WHERE s.statut <> 'resiliee') > 0
        ORDER BY hashint8(c.id) LIMIT %s
        """,
        nombre,
        CLIENTS,
    )


def _appels(clients: list[tuple[str, str]]) -> Callable[[str], Reponse]:
    """Gives the calls of an address, client after client, each with the token of an open session."""
    application, demandes = get_wsgi_application(), RequestFactory()
    entetes = []
    for rang, (police, telephone) in enumerate(clients):
        ouverte, _ = ouvrir_session(police=police, telephone=telephone, borne=None, adresse=f"10.0.0.{rang}")
        entetes.append((police, f"Bearer {ouverte.acces}"))

    def appels(adresse: str) -> Reponse:
        def appeler(tour: int) -> bytes:
            police, jeton = entetes[tour % len(entetes)]
            environ = demandes.get(adresse.format(police=police), HTTP_AUTHORIZATION=jeton).environ
            reponse = application(environ, lambda *_: lambda _: None)
            corps = b"".join(reponse)
            reponse.close()
            if reponse.status_code != 200:
                raise AssertionError(f"{adresse}: {reponse.status_code}, {corps!r}")
            return corps

        return appeler

    return appels


@contextmanager
def _sans_trace() -> Iterator[None]:
    """Without a log line a request, which would be written to the terminal."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
