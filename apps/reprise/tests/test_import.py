"""The import of the former database, on a former database full of faults: exact figures, to the row and to the franc."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_payments.models import PaiementPass
from apps.pass_products.models import Garantie, ProduitPass
from apps.reprise import services
from apps.reprise.ancienne_base import AncienneBase, Ecrite, inventer
from apps.reprise.bilan import Bilan, ReconciliationFausse, bilan_du_registre
from apps.reprise.models import LigneReprise, Reprise, TableReprise
from apps.reprise.restauration import SauvegardeIllisible
from apps.reprise.services import importer
from apps.reprise.source import SourceIllisible, ouvrir
from apps.socle.models import SerieNumero
from nsia_pass_api.database import binaries

JOUR = date(2026, 11, 25)


@contextmanager
def muet(libelle: str, total: int | None) -> Iterator[Callable[[int], object]]:
    yield lambda nombre: None


def adresse(nom: str) -> str:
    reglages = connection.get_connection_params()
    return (
        f"postgresql://{quote(reglages['user'])}:{quote(reglages['password'], safe='')}@{reglages['host']}:{reglages['port']}"
        f"/{nom}?sslmode=disable"
    )


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    call_command("load_produits_pass", stdout=io.StringIO())


@pytest.fixture
def ancienne() -> Iterator[Callable[[AncienneBase], str]]:
    """Makes databases of a former base, given by their address, on the server of the tests; gone at the end."""
    noms: list[str] = []

    def maitre(ordre: str) -> None:
        with closing(psycopg2.connect(adresse("postgres"))) as connexion, connexion.cursor() as curseur:
            connexion.autocommit = True
            curseur.execute(ordre)

    def ecrire(base: AncienneBase) -> str:
        nom = f"ancienne_{os.getpid()}_{len(noms)}"
        maitre(f'CREATE DATABASE "{nom}"')
        noms.append(nom)
        with closing(psycopg2.connect(adresse(nom))) as connexion:
            base.ecrire(connexion)
        return adresse(nom)

    yield ecrire
    for nom in noms:
        maitre(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')


def reprendre(source: str, **options: Any) -> Bilan:
    return importer(adresse=source, progression=muet, jour=JOUR, **options)


def registre() -> Counter[tuple[str, str]]:
    """Rows of the register by table and reason; none waits to be decided."""
    assert not LigneReprise.objects.filter(sort="a_placer").exists()
    return Counter(LigneReprise.objects.values_list("table_source", "motif"))


@pytest.mark.parametrize("graine", range(3))
def test_chaque_ligne_a_le_sort_attendu_au_franc_pres(ancienne: Any, graine: int) -> None:
    base = inventer(lignes=700, graine=graine, jour=JOUR)
    bilan = reprendre(ancienne(base))
    assert registre() == base.attendus, f"graine {graine}"
    argent: Counter[tuple[str, str]] = Counter()
    for table, motif, montant in LigneReprise.objects.values_list("table_source", "motif", "montant"):
        argent[table, motif] += montant or 0
    assert argent == base.argent
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert bilan.paiements_confirmes == sum(
        PaiementPass.objects.filter(statut="succes").values_list("montant", flat=True)
    )


def contenu() -> dict[str, list[tuple[Any, ...]]]:
    """All that an import writes, but for the ids and moments that the server gives."""
    requetes = {
        "clients": "SELECT nom, prenom, telephone, adresse, operateur_mobile FROM clients_pass ORDER BY telephone",
        "souscriptions": """
            SELECT c.telephone, s.numero_souscription, s.produit_id, s.montant_souscription, s.statut, s.date_souscription,
                   n.numero_police, (SELECT string_agg(t.vers, ' ' ORDER BY t.id) FROM transitions_souscription t
                                     WHERE t.souscription_id = s.id)
            FROM souscriptions_pass s JOIN clients_pass c ON c.id = s.client_id
            LEFT JOIN numeros_police_congo n ON n.souscription_id = s.id ORDER BY 2
        """,
        "periodes": """
            SELECT s.numero_souscription, p.numero, p.date_debut, p.date_fin, p.prime, p.nombre_echeances
            FROM periodes_couverture p JOIN souscriptions_pass s ON s.id = p.souscription_id ORDER BY 1, 2
        """,
        "paiements": """
            SELECT p.numero_transaction, s.numero_souscription, p.montant, p.operateur, p.type_paiement, p.statut,
                   p.date_comptable,
                   (SELECT string_agg(e.type, ' ' ORDER BY e.id) FROM evenements_paiement e WHERE e.paiement_id = p.id)
            FROM paiements_pass p JOIN souscriptions_pass s ON s.id = p.souscription_id ORDER BY 1
        """,
        "series": "SELECT serie, annee, dernier FROM series_numeros ORDER BY 1, 2",
        "lignes": """
            SELECT l.table_source, l.empreinte, l.rang, l.sort, l.motif, l.explication, l.reserves, l.montant, l.ecart,
                   s.numero_souscription, p.numero_transaction
            FROM lignes_reprises l LEFT JOIN souscriptions_pass s ON s.id = l.souscription_id
            LEFT JOIN paiements_pass p ON p.id = l.paiement_id ORDER BY 1, 2, 3
        """,
        "agents": "SELECT telephone, matricule, last_name, solde_commissions FROM agents ORDER BY 1",
    }
    tout = {}
    with connection.cursor() as cursor:
        for nom, requete in requetes.items():
            cursor.execute(requete)
            tout[nom] = cursor.fetchall()
    return tout


def test_une_seconde_fois_ne_change_rien(ancienne: Any) -> None:
    source = ancienne(inventer(lignes=400, graine=5, jour=JOUR))
    premier = reprendre(source)
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(l::text, '' ORDER BY id)) FROM lignes_reprises l")
        avant = (contenu(), cursor.fetchone())
        essai = reprendre(source, essai=True)
        second = reprendre(source)
        cursor.execute("SELECT md5(string_agg(l::text, '' ORDER BY id)) FROM lignes_reprises l")
        assert (contenu(), cursor.fetchone()) == avant
    assert premier.en_json() == second.en_json() == essai.en_json()


def test_un_essai_donne_les_memes_chiffres_et_n_ecrit_rien(ancienne: Any) -> None:
    source = ancienne(inventer(lignes=400, graine=6, jour=JOUR))
    avant = contenu()
    essai = reprendre(source, essai=True)
    assert contenu() == avant
    assert not LigneReprise.objects.exists()
    assert not Reprise.objects.exists()
    assert essai.en_json() == reprendre(source).en_json()


def test_les_lois_de_l_argent_tiennent_sur_ce_qui_est_repris(ancienne: Any) -> None:
    reprendre(ancienne(inventer(lignes=600, graine=7, jour=JOUR)))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            """
            SELECT s.souscription_id FROM soldes_contrats s
            LEFT JOIN LATERAL (
                SELECT sum(montant_paye) AS pose FROM cotisations c WHERE c.souscription_id = s.souscription_id
            ) c ON true
            JOIN LATERAL (
                SELECT coalesce(sum(montant), 0) AS recu FROM paiements_pass p
                WHERE p.souscription_id = s.souscription_id AND p.statut = 'succes'
            ) p ON true
            WHERE s.total_paye <> p.recu OR coalesce(c.pose, 0) + s.avoir <> p.recu
            """
        )
        assert cursor.fetchall() == []
    souscription = SouscriptionPass.objects.filter(police__isnull=True, statut="activee").first()
    assert souscription is None  # sound files all have a police
    police = NumeroPolice.objects.filter(numero_police__startswith="CG-2025-VIE-").order_by("-numero_police").first()
    assert police is not None
    serie = SerieNumero.objects.get(serie="police-VIE", annee=2025)
    assert serie.dernier == int(police.numero_police.rsplit("-", 1)[1])


def test_une_ligne_corrigee_est_placee_et_l_ancienne_retiree(ancienne: Any) -> None:
    base = inventer(lignes=60, graine=8, jour=JOUR)
    orphelin = Ecrite(TableReprise.PAIEMENTS, {"souscription": "CG-0", "montant": "750", "date": "2026-11-01", "statut": "ok",
                                               "mode_paiement": "mtn"}, 750, "sans_souscription")  # fmt: skip
    base.lignes.append(orphelin)
    source = ancienne(base)
    reprendre(source)
    police = NumeroPolice.objects.first()
    assert police is not None
    with closing(psycopg2.connect(source)) as connexion, connexion.cursor() as curseur:
        curseur.execute(
            'UPDATE "PaiementPass" SET souscription = %s WHERE souscription = %s', [police.numero_police, "CG-0"]
        )
        connexion.commit()
    bilan = reprendre(source)
    assert PaiementPass.objects.get(montant=750).souscription_id == police.souscription_id
    assert LigneReprise.objects.get(motif="retiree").montant == 750
    assert sum(compte.lues for compte in bilan.tables.values()) == len(base.lignes)


def test_ce_qui_est_change_apres_coup_n_est_pas_paye_deux_fois(ancienne: Any) -> None:
    base = inventer(lignes=60, graine=9, jour=JOUR)
    source = ancienne(base)
    reprendre(source)
    nombre = (PaiementPass.objects.count(), SouscriptionPass.objects.count())
    with closing(psycopg2.connect(source)) as connexion, connexion.cursor() as curseur:
        curseur.execute("""UPDATE "PaiementPass" SET mode_paiement = 'Cash', souscription = upper(souscription)""")
        curseur.execute("""UPDATE "SouscriptionPass" SET "Adresse" = 'Ailleurs'""")
        connexion.commit()
    reprendre(source)
    assert (PaiementPass.objects.count(), SouscriptionPass.objects.count()) == nombre
    assert LigneReprise.objects.filter(motif="deja_reprise", table_source="souscriptionpass").exists()
    assert LigneReprise.objects.filter(motif="deja_reprise", table_source="paiementpass").exists()


def test_la_source_n_est_que_lue(ancienne: Any) -> None:
    with ouvrir(ancienne(inventer(lignes=20, graine=1, jour=JOUR))) as source:
        curseur = source.connexion.cursor()
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            curseur.execute('DELETE FROM "agents"')
        source.connexion.rollback()
        curseur.execute("SHOW transaction_isolation")
        assert curseur.fetchone() == ("repeatable read",)


@pytest.mark.parametrize("forme", ["sql", "pg_dump"])
def test_une_sauvegarde_se_lit_comme_la_base(ancienne: Any, forme: str, tmp_path: Path, settings: Any) -> None:
    base = inventer(lignes=150, graine=10, jour=JOUR)
    source = ancienne(base)
    settings.DATA_DIR = tmp_path
    fichier = tmp_path / "ancienne.dump"
    commande = [binaries.installed().program("pg_dump"), "--format", "plain" if forme == "sql" else "custom", "--file"]
    subprocess.run([*commande, str(fichier), source], check=True)
    reprendre(str(fichier))
    assert registre() == base.attendus
    assert not (tmp_path / "reprise").exists()


@pytest.mark.parametrize(
    "contenu",
    [
        "SELECT 1;\n\\! touch {temoin}\n",
        "COPY (SELECT 1) TO PROGRAM 'touch {temoin}';\n",
        "INSERT INTO rien VALUES (1);\n",
        "PGDMPcassé",
    ],
)
def test_une_sauvegarde_douteuse_est_refusee(contenu: str, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    fichier, temoin = tmp_path / "douteuse.sql", tmp_path / "temoin"
    fichier.write_text(contenu.format(temoin=temoin))
    with pytest.raises((SauvegardeIllisible, SourceIllisible)):
        reprendre(str(fichier))
    assert not temoin.exists()


@pytest.mark.parametrize(
    ("definition", "phrase"),
    [
        ('"Autre" (a int)', "SouscriptionPass est absente"),
        ('"SouscriptionPass" ("Nom" text)', "n'a pas les colonnes"),
        ('"SouscriptionPass" ("Nom" text, "Telephone" text, "LibelleProduit" text, "MontantDeLaPrime" text); '
         'CREATE TABLE souscription_pass AS TABLE "SouscriptionPass"', "Deux tables"),
    ],
)  # fmt: skip
def test_ce_qui_n_est_pas_l_ancienne_base_est_refuse(ancienne: Any, definition: str, phrase: str) -> None:
    class Autre(AncienneBase):
        def ecrire(self, connexion: Any) -> None:
            connexion.cursor().execute(f"CREATE TABLE {definition}")
            connexion.commit()

    with pytest.raises(SourceIllisible, match=phrase):
        reprendre(ancienne(Autre([])))


@pytest.mark.parametrize("source", ["postgresql://nul:secret@127.0.0.1:1/rien", "/nulle/part", "http://a"])
def test_une_source_introuvable_ne_dit_pas_ses_secrets(source: str) -> None:
    with pytest.raises(SourceIllisible) as levee:
        reprendre(source)
    assert "secret" not in levee.value.detail


def test_la_commande_rend_compte(ancienne: Any, capsys: Any) -> None:
    source = ancienne(inventer(lignes=120, graine=11, jour=timezone.localdate()))
    call_command("import_whatsappdb", source, "--essai")
    assert capsys.readouterr().out.startswith("Essai : rien n'a été écrit.")
    call_command("import_whatsappdb", source)
    sortie = capsys.readouterr().out
    assert "Le compte est juste" in sortie
    assert "\nEn quarantaine, " in sortie
    with pytest.raises(CommandError, match="positif"):
        call_command("import_whatsappdb", source, "--lot", "0")


def test_sans_catalogue_ou_a_deux_l_import_attend(ancienne: Any) -> None:
    source = ancienne(inventer(lignes=10, graine=1, jour=JOUR))
    with closing(psycopg2.connect(adresse(connection.settings_dict["NAME"]))) as autre, autre.cursor() as curseur:
        curseur.execute("SELECT pg_advisory_lock(%s)", [services._VERROU])
        with pytest.raises(services.ImportEnCours):
            reprendre(source)
    Garantie.objects.all().delete()
    ProduitPass.objects.all().delete()
    with pytest.raises(services.CatalogueVide):
        reprendre(source)


def test_un_franc_perdu_est_dit(ancienne: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ancienne(inventer(lignes=40, graine=2, jour=JOUR))
    monkeypatch.setattr(services, "bilan_du_registre", lambda: _amputer(bilan_du_registre()))
    with pytest.raises(ReconciliationFausse, match="PaiementPass"):
        reprendre(source)


def _amputer(bilan: Bilan) -> Bilan:
    bilan.tables["paiementpass"].argent_place -= 1
    return bilan


@pytest.mark.django_db(transaction=True)
def test_tue_au_milieu_puis_repris_finit_comme_sans_arret(ancienne: Any) -> None:
    """kill -9 on a real process, once some batches are committed; then the same command again."""
    source = ancienne(inventer(lignes=500, graine=12, jour=timezone.localdate()))
    commande = [sys.executable, "manage.py", "import_whatsappdb", source, "--lot", "1"]
    environnement = {**os.environ, "DATABASE_URL": adresse(connection.settings_dict["NAME"])}
    with subprocess.Popen(
        commande, env=environnement, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as processus:
        attendre(lambda: Reprise.objects.filter(lots__gte=5).exists() or processus.poll() is not None)
        processus.send_signal(signal.SIGKILL)
    interrompue = Reprise.objects.get()
    assert interrompue.terminee_le is None
    assert PaiementPass.objects.exists()
    assert LigneReprise.objects.filter(sort="a_placer").exists()
    importer(adresse=source, progression=muet, lot=1)
    repris = contenu()
    vider()
    importer(adresse=source, progression=muet, lot=250)
    assert contenu() == repris


def vider() -> None:
    """As if nothing had been imported. Triggers that forbid it are for everyone else."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE lignes_reprises, reprises, series_numeros, clients_pass, agents CASCADE")


def attendre(vrai: Callable[[], bool]) -> None:
    fin = time.monotonic() + 120
    while not vrai():
        assert time.monotonic() < fin
        threading.Event().wait(0.02)
