"""The worker: everything that is due, by threads that fail alone, through lost databases and signals, beside others."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.tests.factories import SouscriptionFactory
from apps.pass_payments.models import Decaissement, PaiementPass, RappelOperateur
from apps.pass_payments.services import enregistrer_demande
from apps.pass_payments.services.decaissements import demander_versement
from apps.pass_payments.services.rappels import recevoir_rappel
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.socle import messagerie, selectors, travailleur
from apps.socle.files import FILES, TACHES, File, Tache, inscrire, planifier
from apps.socle.models import MessageSortant, TachePlanifiee, Travailleur
from apps.socle.selectors import travailleur_present
from apps.socle.services.messages import annoncer
from apps.socle.travailleur import Travaux

pytestmark = pytest.mark.django_db(transaction=True)

PAYEUR = "+242061234567"


class MessagerieFactice:
    envoyes: list[str] = []

    def envoyer(self, *, telephone: str, texte: str, cle: str) -> None:
        self.envoyes.append(cle)


MENAGE = Tache("menage", "Ménage", cron="* * * * *", commande=["purger_paiements"])


@pytest.fixture(autouse=True)
def reglages(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.MESSAGERIE = f"{__name__}.MessagerieFactice"
    for nom in list(TACHES):
        monkeypatch.delitem(TACHES, nom)
    messagerie._instance.cache_clear()
    MessagerieFactice.envoyes.clear()
    yield
    messagerie._instance.cache_clear()


def du(**valeurs: Any) -> PaiementPass:
    """A payment that is due at once, by the client's own phone: two at most may wait on one."""
    maintenant = timezone.now()
    souscription = valeurs.pop("souscription", None) or SouscriptionFactory()
    return enregistrer_demande(
        **{
            "souscription": souscription,
            "montant": 100,
            "type_paiement": "souscription_initiale",
            "operateur": "mtn_money",
            "numero_payeur": souscription.client.telephone,
            "limite": maintenant + timedelta(minutes=10),
            "a_suivre_le": maintenant,
            **valeurs,
        }
    )


def finir(*ouvriers: Travaux) -> None:
    for ouvrier in ouvriers:
        ouvrier.finir()


def un_tour(**options: Any) -> bool:
    ouvrier = Travaux(**options)
    occupe = ouvrier.tour()
    finir(ouvrier)
    return occupe


def statuts() -> Counter[str]:
    return Counter(PaiementPass.objects.values_list("statut", flat=True))


class TestTour:
    def test_everything_that_is_due(self, operateur: OperateurFactice, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(TACHES, "menage", MENAGE)
        paiement = du()
        demander_versement(cle="s:1", operateur="mtn_money", telephone=PAYEUR, montant=5, libelle="essai")
        annoncer(cle="m:1", telephone=PAYEUR, texte="Bonjour", quand=timezone.now())
        recevoir_rappel(operateur="mtn_money", corps="PAY-1|reussi", adresse="")
        TachePlanifiee.objects.create(nom="menage", prochaine_le=timezone.now() - timedelta(minutes=1))

        assert un_tour()

        paiement.refresh_from_db()
        assert paiement.statut == "en_cours"
        assert Decaissement.objects.get().statut == "en_cours"
        assert (MessageSortant.objects.get().statut, MessagerieFactice.envoyes) == ("envoye", ["m:1"])
        assert RappelOperateur.objects.get().verdict == "inconnu"
        tache = TachePlanifiee.objects.get()
        assert tache.fin_le is not None
        assert tache.erreur == ""
        assert not un_tour()

    def test_messages_wait_where_nothing_can_send_them(self, operateur: OperateurFactice, settings: Settings) -> None:
        settings.MESSAGERIE = ""
        annoncer(cle="m:1", telephone=PAYEUR, texte="Bonjour", quand=timezone.now())
        assert not un_tour()
        assert MessageSortant.objects.get().tentatives == 0

    def test_nothing_is_claimed_beyond_the_free_threads(self, operateur: OperateurFactice) -> None:
        for _ in range(3):
            du()
        ouvert, entre = threading.Event(), threading.Event()
        demander = operateur.demander_paiement

        def lent(**valeurs: Any) -> object:
            entre.set()
            assert ouvert.wait(30)
            return demander(**valeurs)

        operateur.demander_paiement = lent  # type: ignore[method-assign, assignment]
        ouvrier = Travaux(fils=1)

        assert ouvrier.tour()
        assert entre.wait(30)
        assert not ouvrier.tour()  # the others stay due for whoever is free
        assert PaiementPass.objects.filter(tentatives=0).count() == 2
        ouvert.set()
        finir(ouvrier)
        assert statuts() == {"en_cours": 1, "initie": 2}
        assert (ouvrier.equipes["paiements"].libres, ouvrier.faits) == (1, {"paiements": 1})


class TestFiles:
    """Each queue has its own threads."""

    @pytest.fixture
    def lente(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
        """A gateway that holds each message until the test ends. Released once for each that it holds."""
        tenus, ouverte = threading.Semaphore(0), threading.Event()

        def envoyer(factice: MessagerieFactice, **_: str) -> None:
            tenus.release()
            assert ouverte.wait(60)

        monkeypatch.setattr(MessagerieFactice, "envoyer", envoyer)
        yield tenus
        ouverte.set()

    def test_a_thousand_slow_messages_delay_neither_payments_nor_callbacks(
        self, operateur: OperateurFactice, lente: threading.Semaphore
    ) -> None:
        for rang in range(1_000):
            annoncer(cle=f"m:{rang}", telephone=PAYEUR, texte="Bonjour", quand=timezone.now())
        ouvrier = Travaux()
        assert ouvrier.tour()
        for _ in range(ouvrier.equipes["messages"].fils._max_workers):
            assert lente.acquire(timeout=60)

        paiement = du()
        demander_versement(cle="s:1", operateur="mtn_money", telephone=PAYEUR, montant=5, libelle="essai")
        recevoir_rappel(operateur="mtn_money", corps="illisible", adresse="")
        RappelOperateur.objects.update(verdict="a_traiter", traite_le=None)
        assert ouvrier.tour()
        for nom in ("paiements", "decaissements", "rappels"):
            ouvrier.equipes[nom].fils.shutdown(wait=True)

        paiement.refresh_from_db()
        assert (paiement.statut, Decaissement.objects.get().statut) == ("en_cours", "en_cours")
        assert RappelOperateur.objects.get().verdict == "illisible"
        assert MessageSortant.objects.filter(statut="envoye").count() == 0
        assert MessageSortant.objects.filter(tentatives=0).count() == 1_000 - 4

    def test_slow_look_ups_delay_no_callback(self, operateur: OperateurFactice) -> None:
        ouvert, entres = threading.Event(), threading.Semaphore(0)
        demander = operateur.demander_paiement

        def lent(**valeurs: Any) -> object:
            entres.release()
            assert ouvert.wait(60)
            return demander(**valeurs)

        operateur.demander_paiement = lent  # type: ignore[method-assign, assignment]
        for _ in range(3):
            du()
        ouvrier = Travaux(fils=2)
        assert ouvrier.tour()
        assert entres.acquire(timeout=60)
        assert entres.acquire(timeout=60)

        RappelOperateur.objects.create(operateur="mtn_money", corps="PAY-1|reussi|100")
        assert ouvrier.tour()
        ouvrier.equipes["rappels"].fils.shutdown(wait=True)

        assert RappelOperateur.objects.get().verdict == "inconnu"
        assert statuts() == {"initie": 3}
        ouvert.set()
        finir(ouvrier)
        assert statuts() == {"initie": 1, "en_cours": 2}

    def test_a_queue_that_fails_waits_for_the_next_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also one whose rows stay due while they fail: the worker does not turn around them without a pause."""
        essais: list[int] = []

        def echouer(ident: int) -> None:
            essais.append(ident)
            raise ValueError

        for nom in list(FILES):
            monkeypatch.delitem(FILES, nom)
        monkeypatch.setitem(FILES, "essai", File("essai", lambda nombre: [7], echouer, fils=1))
        ouvrier = Travaux()
        finies = [ouvrier._confier(ouvrier.equipes["essai"])]
        ouvrier.finir()
        finies.append(ouvrier._confier(ouvrier.equipes["essai"]))

        assert (finies, essais) == ([1, 0], [7])
        assert ouvrier._reveils.empty()

    def test_a_name_is_one_queue_s(self) -> None:
        with pytest.raises(ValueError, match="deux fois"):
            inscrire(File("paiements", lambda nombre: [], print))
        planifier(MENAGE)
        with pytest.raises(ValueError, match="deux fois"):
            planifier(Tache("menage", "Autre", cron="* * * * *", commande=["autre"]))


class TestPannes:
    def test_an_error_costs_its_own_row_and_is_told_without_a_phone(
        self, operateur: OperateurFactice, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        casse, sains = du(), [du() for _ in range(3)]
        demander = operateur.demander_paiement

        def capricieux(**valeurs: Any) -> object:
            if valeurs["reference"] == casse.reference_mobile_money:
                raise ValueError(f"réponse illisible pour {valeurs['telephone']}")
            return demander(**valeurs)

        operateur.demander_paiement = capricieux  # type: ignore[method-assign, assignment]

        un_tour()

        assert statuts() == {"initie": 1, "en_cours": len(sains)}
        casse.refresh_from_db()
        assert casse.a_suivre_le > timezone.now()
        (echec,) = [ligne for ligne in caplog.records if "travail_echoue" in ligne.getMessage()]
        assert echec.levelname == "ERROR"
        dit = capfd.readouterr()
        assert "travail_echoue" in dit.err + dit.out
        assert casse.numero_payeur not in dit.err + dit.out

    def test_a_poisonous_callback_stops_neither_the_others_nor_the_worker(self, operateur: OperateurFactice) -> None:
        for corps in ("PAY-1|reussi|beaucoup", "PAY-1|reussi|100"):
            RappelOperateur.objects.create(operateur="mtn_money", corps=corps)

        assert un_tour()

        verdicts = RappelOperateur.objects.order_by("id").values_list("verdict", flat=True)
        assert list(verdicts) == ["illisible", "inconnu"]

    def test_the_database_goes_and_comes_back(
        self, operateur: OperateurFactice, caplog: pytest.LogCaptureFixture
    ) -> None:
        paiement = du()

        class Malchanceux(Travaux):
            tours = 0

            def tour(self) -> bool:
                self.tours += 1
                if self.tours == 2:
                    couper(connection.connection.info.backend_pid)
                if self.tours >= 2:
                    self._vu -= timedelta(minutes=1)
                occupe = super().tour()
                if self.tours > 2:
                    self.arreter()
                return occupe

        ouvrier = Malchanceux(pause=0.001)
        ouvrier.tourner()

        assert ouvrier.tours == 3
        assert sum("base_injoignable" in ligne.getMessage() for ligne in caplog.records) == 1
        paiement.refresh_from_db()
        assert paiement.statut == "en_cours"

    def test_a_thread_that_lost_its_connection_takes_another(self, operateur: OperateurFactice) -> None:
        premier, second = du(), du()
        demander = operateur.demander_paiement

        def couper_ensuite(**valeurs: Any) -> object:
            accuse = demander(**valeurs)
            if valeurs["reference"] == premier.reference_mobile_money:
                couper(connection.connection.info.backend_pid)
            return accuse

        operateur.demander_paiement = couper_ensuite  # type: ignore[method-assign, assignment]

        un_tour(fils=1)  # the same thread serves both
        un_tour(fils=1)

        premier.refresh_from_db()
        second.refresh_from_db()
        assert (premier.statut, second.statut) == ("initie", "en_cours")
        assert premier.a_suivre_le > timezone.now()


class TestFin:
    def test_what_was_begun_is_finished_and_nothing_new_is_claimed(self, operateur: OperateurFactice) -> None:
        premier = du()
        ouvrier = Travaux(fils=1, pause=0.001)
        demander = operateur.demander_paiement

        def arreter_pendant(**valeurs: Any) -> object:
            ouvrier.arreter()
            du(souscription=SouscriptionFactory(numero_souscription="PASS-TEST-2026-TARDIF"))
            return demander(**valeurs)

        operateur.demander_paiement = arreter_pendant  # type: ignore[method-assign, assignment]

        ouvrier.tourner()

        premier.refresh_from_db()
        assert premier.statut == "en_cours"
        assert ouvrier.faits == {"paiements": 1}
        assert statuts()["initie"] == 1
        assert Travailleur.objects.count() == 0

    @pytest.mark.parametrize("numero", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_the_command(
        self,
        operateur: OperateurFactice,
        capsys: pytest.CaptureFixture[str],
        numero: signal.Signals,
        settings: Settings,
    ) -> None:
        settings.TRAVAUX_PAUSE = 0.001
        paiement = du()
        avant = {un: signal.getsignal(un) for un in (signal.SIGTERM, signal.SIGINT)}
        demander = operateur.demander_paiement

        def tuer_pendant(**valeurs: Any) -> object:
            os.kill(os.getpid(), numero)
            return demander(**valeurs)

        operateur.demander_paiement = tuer_pendant  # type: ignore[method-assign, assignment]
        try:
            call_command("travaux", "--fils", "1")
        finally:
            for un, geste in avant.items():
                signal.signal(un, geste)

        paiement.refresh_from_db()
        assert paiement.statut == "en_cours"
        assert capsys.readouterr().out.splitlines() == [
            "Travaux en cours. Ctrl-C ou SIGTERM pour arrêter : ce qui est commencé sera fini.",
            "Travaux arrêtés. Faits : paiements 1.",
        ]


class TestADeux:
    def test_each_row_is_followed_by_one(self, operateur: OperateurFactice) -> None:
        paiements = [du() for _ in range(24)]

        def travailler(rang: int) -> None:
            ouvrier = Travaux(fils=3)
            while ouvrier.tour():
                pass
            finir(ouvrier)
            un_tour(fils=24)

        en_parallele(3, travailler)

        appels = Counter(reference for appel, reference in operateur.appels if appel == "demander")
        assert appels == {paiement.reference_mobile_money: 1 for paiement in paiements}
        assert statuts() == {"en_cours": 24}


class TestBattement:
    def test_it_is_seen_alive_until_it_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(TACHES, "menage", MENAGE)
        heure = timezone.now()
        for module in (travailleur, selectors):
            monkeypatch.setattr(module, "maintenant", lambda: heure)
        ouvrier = Travaux()
        assert travailleur_present() == "aucun travailleur ne suit les paiements (python manage.py travaux)"

        ouvrier.tour()
        assert travailleur_present() is None
        moi = Travailleur.objects.get()
        assert (moi.pid, moi.vu_le) == (os.getpid(), heure)
        assert TachePlanifiee.objects.get().nom == "menage"

        debut, heure = heure, heure + timedelta(seconds=4)
        ouvrier.tour()
        assert Travailleur.objects.get().vu_le == debut
        heure += timedelta(seconds=1)
        ouvrier.tour()
        assert Travailleur.objects.get().vu_le == heure
        heure += timedelta(seconds=30)
        assert travailleur_present() is not None
        finir(ouvrier)

    def test_the_dead_of_yesterday_are_forgotten(self) -> None:
        vu = timezone.now() - timedelta(days=1, seconds=1)
        mort = Travailleur.objects.create(hote="ailleurs", pid=1, vu_le=vu)
        absent = Travailleur.objects.create(hote="ailleurs", pid=2, vu_le=vu + timedelta(hours=1))

        un_tour()

        restent = set(Travailleur.objects.values_list("pk", flat=True))
        assert mort.pk not in restent
        assert absent.pk in restent

    def test_a_row_that_somebody_removed_is_written_again(self) -> None:
        ouvrier = Travaux()
        ouvrier.tour()
        Travailleur.objects.all().delete()
        ouvrier._vu -= timedelta(minutes=1)
        ouvrier.tour()
        finir(ouvrier)
        assert Travailleur.objects.count() == 1


def couper(pid: int) -> None:
    """PostgreSQL ends the connection `pid`, as a restart would."""
    reglages = connection.settings_dict
    autre = psycopg2.connect(
        host=reglages["HOST"],
        port=reglages["PORT"] or None,
        user=reglages["USER"],
        password=reglages["PASSWORD"],
        dbname=reglages["NAME"],
    )
    with autre.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)
    autre.close()
