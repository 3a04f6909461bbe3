"""One police through each view, against the fastest SQL that we could write by hand for the same rows, at both sizes.

The floor names the tables and repeats what the view says; for each view several ways were tried and the fastest kept
(joins with GROUP BY, aggregates, windows, with and without OFFSET 0). Both are plain statements of psycopg2 in autocommit,
planned each time, as a request of Django pays them. Polices are drawn at random, then read again and again: pages are warm.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bench.databases import connecter, lire, nom_de, ouvrir
from bench.report import Resultat, temps
from bench.timing import entrelacer

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connexion

TITRE = "Police lookups"
EXPLICATION = (
    "`SELECT * FROM view WHERE police = …` against hand-written SQL on the tables for the same rows. "
    "Growth compares the view with itself at the two sizes. Pages are shared buffers hit or read by one lookup, the worst of 300."
)

POLICES = 400

Lecture = Callable[[int], list[tuple[object, ...]]]

_CONTRATS = """
    SELECT n.numero_police, s.id, s.numero_souscription, s.client_id, c.nom, c.prenom, c.telephone, s.produit_id,
           p.code_pass, p.nom_pass, p.categorie,
           CASE WHEN s.statut = 'resiliee' THEN 'Résilié' WHEN s.statut = 'expiree' THEN 'Expiré'
                WHEN s.statut = 'activee' AND e.fin <= aujourdhui_pass() THEN 'Expiré'
                WHEN s.statut = 'suspendue' OR n.statut = 'suspendu' THEN 'Suspendu'
                WHEN s.statut = 'activee' THEN 'Actif' ELSE 'En attente' END,
           CASE s.statut WHEN 'resiliee' THEN s.date_resiliation WHEN 'suspendue' THEN (
               SELECT (date_transition AT TIME ZONE 'Africa/Brazzaville')::date FROM transitions_souscription
               WHERE souscription_id = s.id AND vers = 'suspendue' ORDER BY id DESC LIMIT 1
           ) END,
           e.debut, e.fin, coalesce(e.prime, s.montant_souscription), coalesce(e.periodicite, s.periodicite),
           n.mode_attribution,
           (SELECT a.first_name || ' ' || a.last_name FROM agents a WHERE a.id = n.agent_attribueur_id),
           n.date_attribution
    FROM numeros_police_congo n
    JOIN souscriptions_pass s ON s.id = n.souscription_id
    JOIN clients_pass c ON c.id = s.client_id
    JOIN produits_pass p ON p.id = s.produit_id
    LEFT JOIN LATERAL (
        SELECT min(date_debut) OVER () AS debut, max(date_fin) OVER () AS fin, prime, periodicite
        FROM periodes_couverture WHERE souscription_id = n.souscription_id
        ORDER BY numero DESC LIMIT 1
    ) e ON true
    WHERE n.numero_police = %s AND n.statut <> 'annule'
"""
_COTISATIONS = """
    SELECT 'QT-' || s.numero_souscription || '-' || p.numero || '-'
               || lpad(k::text, greatest(2, length(k::text)), '0'),
           n.numero_police, s.id, s.client_id, p.numero, k, e.debut, e.fin, e.debut, e.apres - e.avant, e.paye,
           e.apres - e.avant - e.paye,
           CASE WHEN e.paye = e.apres - e.avant THEN 'payee'
                WHEN e.debut < least(aujourdhui_pass(), s.date_resiliation) THEN 'en_retard'
                WHEN e.paye > 0 THEN 'partielle' ELSE 'a_venir' END
    FROM numeros_police_congo n
    JOIN souscriptions_pass s ON s.id = n.souscription_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(montant_net), 0) AS total FROM paiements_pass
        WHERE souscription_id = n.souscription_id AND statut = 'succes'
    ) t
    CROSS JOIN LATERAL (
        SELECT numero, date_debut, date_fin - date_debut AS jours, nombre_echeances AS nombre, prime::bigint AS prime,
               sum(prime) OVER (ORDER BY numero) - prime AS avant
        FROM periodes_couverture WHERE souscription_id = n.souscription_id
    ) p
    CROSS JOIN LATERAL generate_series(1, p.nombre) k
    CROSS JOIN LATERAL (
        SELECT p.date_debut + (k - 1) * p.jours / p.nombre AS debut, p.date_debut + k * p.jours / p.nombre AS fin,
               p.avant + (k - 1) * p.prime / p.nombre AS avant, p.avant + k * p.prime / p.nombre AS apres,
               greatest(0, least(p.avant + k * p.prime / p.nombre, t.total) - (p.avant + (k - 1) * p.prime / p.nombre))
                   AS paye
    ) e
    WHERE n.numero_police = %s AND n.statut <> 'annule'
"""
_SOLDES = """
    SELECT n.numero_police, s.id, s.client_id, e.du, t.total, e.reste, e.retard, coalesce(j.jour - e.depuis, 0),
           greatest(0, t.total - e.primes), e.prochaine, e.prochain_montant, i.solde, coalesce(i.solde, t.total)
    FROM numeros_police_congo n
    JOIN souscriptions_pass s ON s.id = n.souscription_id
    JOIN produits_pass p ON p.id = s.produit_id
    CROSS JOIN LATERAL (
        SELECT least(aujourdhui_pass(), s.date_resiliation) AS jour, coalesce(s.date_resiliation, 'infinity') AS terme
        OFFSET 0
    ) j
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(montant_net), 0) AS total,
               coalesce(sum(montant_net::bigint * greatest(0, j.jour - date_comptable)), 0) AS francs_jours
        FROM paiements_pass WHERE souscription_id = n.souscription_id AND statut = 'succes'
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
                FROM periodes_couverture WHERE souscription_id = n.souscription_id
            ) p
            CROSS JOIN LATERAL generate_series(1, p.nombre) k
            CROSS JOIN LATERAL (
                SELECT p.avant + (k - 1) * p.prime / p.nombre AS avant, p.avant + k * p.prime / p.nombre AS apres
            ) x
            OFFSET 0
        ) q
    ) e
    WHERE n.numero_police = %s AND n.statut <> 'annule'
"""
A_LA_MAIN = {"contrats": _CONTRATS, "cotisations": _COTISATIONS, "soldes_contrats": _SOLDES}


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    polices = {nombre: _tirer_polices(nom_de(nombre)) for nombre in (petit, grand)}
    bases = {nombre: ouvrir(nom_de(nombre)) for nombre in (petit, grand)}
    resultats = []
    for vue, a_la_main in A_LA_MAIN.items():
        par_la_vue = f"SELECT * FROM {vue} WHERE police = %s"
        appels = {
            f"{nom} {nombre}": _lecture(base, sql, polices[nombre])
            for nombre, base in bases.items()
            for nom, sql in (("view", par_la_vue), ("hand", a_la_main))
        }
        for tour in range(POLICES):
            for nombre in bases:
                if _triees(appels[f"view {nombre}"](tour)) != _triees(appels[f"hand {nombre}"](tour)):
                    raise AssertionError(f"{vue}: the hand-written SQL does not give the rows of the view")
        mesure = entrelacer(appels, manches=5, tours=100 if rapide else 1_000, echauffement=POLICES)
        resultats += [
            temps(mesure, ours=f"view {nombre}", floor=f"hand {nombre}", nom=f"{vue}, {nombre:,}", au_plus=1.1)
            for nombre in bases
        ]
        croissance = f"{vue}, from {petit:,} to {grand:,}"
        resultats.append(temps(mesure, ours=f"view {grand}", floor=f"view {petit}", nom=croissance, au_plus=1.15))
        resultats.append(_pages(bases[grand], vue, par_la_vue, polices[grand][:300], nombre=grand))
    for base in bases.values():
        base.close()
    return resultats


def _tirer_polices(nom: str) -> list[str]:
    """By a connection of its own: after a big sort the memory of a backend is slower by a fifth."""
    connecter(nom)
    lignes = lire("SELECT numero_police FROM numeros_police_congo ORDER BY hashint8(id) LIMIT %s", POLICES)
    return [police for (police,) in lignes]


def _lecture(base: "Connexion", sql: str, polices: list[str]) -> Lecture:
    def lire(tour: int) -> list[tuple[object, ...]]:
        with base.cursor() as cursor:
            cursor.execute(sql, [polices[tour % len(polices)]])
            return cursor.fetchall()

    return lire


def _triees(lignes: list[tuple[object, ...]]) -> list[str]:
    return sorted(map(str, lignes))


def _pages(base: "Connexion", vue: str, sql: str, polices: list[str], *, nombre: int) -> Resultat:
    lues = []
    with base.cursor() as cursor:
        for police in polices:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", [police])
            ((plans,),) = cursor.fetchall()
            racine = plans[0]["Plan"]
            lues.append(racine["Shared Hit Blocks"] + racine["Shared Read Blocks"])
    detail = f"median {sorted(lues)[len(lues) // 2]}"
    return Resultat(f"{vue}, pages at {nombre:,}", max(lues), "≤ 24", max(lues) <= 24, detail)
