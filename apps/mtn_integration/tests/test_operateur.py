"""The operator over real HTTP, against the simulator: money, faults, tokens, callbacks, statement."""

import json
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from apps.mtn_integration.models import LogMTN
from apps.mtn_integration.operateur import OperateurMTN
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    LigneReleve,
    NatureDecaissement,
    OperateurInjoignable,
    ReleveIndisponible,
)
from apps.pass_payments.operateurs.errors import AppelDansUneTransaction
from apps.pass_payments.operateurs.models import StatutDemande
from apps.pass_payments.tests.temps import Temps
from apps.simulateur.moteur import Options, Simulateur
from apps.simulateur.tests.clients import ecouteur

from .reglages import NUMERO, RAPPEL, TELEPHONE, echanges, payer, reglages
from .reglages import transaction as trace

Connecter = Callable[..., OperateurMTN]
EN_ATTENTE = Constat(etat=Etat.EN_ATTENTE, montant=1_500, devise="XAF", telephone=TELEPHONE)


def echec(motif: str, raison: str) -> Constat:
    return Constat(etat=Etat.ECHOUE, montant=1_500, devise="XAF", telephone=TELEPHONE, motif=motif, raison=raison)


class TestPaiement:
    def test_approuve(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        reference, accuse = payer(operateur)
        assert accuse is Accuse.ACCEPTEE
        assert trace(reference).statut == StatutDemande.ACCEPTEE
        assert operateur.consulter_paiement(reference=reference) == EN_ATTENTE
        assert trace(reference).statut == StatutDemande.EN_ATTENTE

        conclue = simulateur.approuver(str(reference), pin="1234")

        constat = operateur.consulter_paiement(reference=reference)
        assert constat == replace(EN_ATTENTE, etat=Etat.REUSSI, code_confirmation=str(conclue.transaction_financiere))
        vue = trace(reference)
        assert (vue.statut, vue.code_financier) == (StatutDemande.REUSSIE, constat.code_confirmation)
        assert (vue.genre, vue.numero, vue.montant, vue.devise, vue.tentatives) == (
            *("requesttopay", NUMERO, 1_500, "XAF", 1),
        )
        assert vue.telephone == "+242\u00a006\u00a0•••\u00a0••\u00a056"
        assert echanges(reference) == [("POST", 202), ("GET", 200), ("GET", 200)]
        assert echanges() == [("POST", 200)]

    def test_ce_que_le_client_lit(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        reference, _ = payer(operateur, libelle="Prime d'août — « KIMIA »", montant=100)
        (demande,) = simulateur.demandes("242066123456")
        assert (demande.reference, demande.montant, demande.devise) == (str(reference), 10_000, "XAF")
        assert (demande.externe, demande.message) == (NUMERO, "Prime d aout - KIMIA")

    def test_refuse_sur_le_telephone(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        reference, _ = payer(operateur)
        simulateur.refuser(str(reference))
        assert operateur.consulter_paiement(reference=reference) == echec(MotifEchec.REFUSE, "APPROVAL_REJECTED")
        assert (trace(reference).statut, trace(reference).raison) == (StatutDemande.ECHOUEE, "APPROVAL_REJECTED")

    def test_expire(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        reference, _ = payer(operateur)
        simulateur.deplacer_le_temps(301)
        assert operateur.consulter_paiement(reference=reference) == echec(MotifEchec.DELAI_DEPASSE, "EXPIRED")

    def test_sans_argent(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        reference, _ = payer(operateur, montant=60_000)
        simulateur.approuver(str(reference), pin="1234")
        assert operateur.consulter_paiement(reference=reference) == replace(
            echec(MotifEchec.SOLDE_OU_PLAFOND, "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED"), montant=60_000
        )

    def test_la_raison_peut_etre_un_objet(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        simulateur.options = replace(simulateur.options, raison_objet=True)
        reference, _ = payer(operateur)
        simulateur.refuser(str(reference))
        assert operateur.consulter_paiement(reference=reference) == echec(MotifEchec.REFUSE, "APPROVAL_REJECTED")

    def test_numero_sans_compte(self, operateur: OperateurMTN) -> None:
        reference, _ = payer(operateur, telephone="+242055123456")
        constat = operateur.consulter_paiement(reference=reference)
        assert (constat.etat, constat.motif) == (Etat.ECHOUE, MotifEchec.COMPTE_INCONNU)

    def test_repete_avec_la_meme_reference_n_est_paye_qu_une_fois(
        self, operateur: OperateurMTN, simulateur: Simulateur
    ) -> None:
        reference, premier = payer(operateur)
        assert (premier, payer(operateur, reference)[1]) == (Accuse.ACCEPTEE, Accuse.DEJA_CONNUE)
        assert trace(reference).tentatives == 2
        assert len(simulateur.demandes("242066123456")) == 1

    def test_une_reference_que_mtn_ne_connait_pas(self, operateur: OperateurMTN) -> None:
        inconnue = uuid.uuid4()
        assert operateur.consulter_paiement(reference=inconnue) == Constat(etat=Etat.INTROUVABLE)
        for nature in NatureDecaissement:
            assert operateur.consulter_decaissement(reference=inconnue, nature=nature).etat is Etat.INTROUVABLE

    def test_une_consultation_plus_lente_ne_defait_pas_la_fin(
        self, operateur: OperateurMTN, simulateur: Simulateur, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It read PENDING before the other read SUCCESSFUL, and writes after it."""
        reference, _ = payer(operateur)
        constater = operateur._constat

        def lentement(*args: Any, **options: Any) -> Constat:
            lu = constater(*args, **options)
            monkeypatch.setattr(operateur, "_constat", constater)
            simulateur.approuver(str(reference), pin="1234")
            assert operateur.consulter_paiement(reference=reference).etat is Etat.REUSSI
            return lu

        monkeypatch.setattr(operateur, "_constat", lentement)
        assert operateur.consulter_paiement(reference=reference).etat is Etat.EN_ATTENTE
        assert trace(reference).statut == StatutDemande.REUSSIE


class TestDecaissement:
    def payer_pour_de_bon(self, operateur: OperateurMTN, simulateur: Simulateur) -> uuid.UUID:
        reference, _ = payer(operateur)
        simulateur.approuver(str(reference), pin="1234")
        return reference

    def solde(self, simulateur: Simulateur) -> int:
        return int(simulateur.livre.portefeuille("telephone:242066123456", "XAF")["solde"])

    def test_rembourser(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        paiement, reference = self.payer_pour_de_bon(operateur, simulateur), uuid.uuid4()
        avant = self.solde(simulateur)
        for attendu in (Accuse.ACCEPTEE, Accuse.DEJA_CONNUE):
            accuse = operateur.rembourser(
                reference=reference,
                paiement=paiement,
                montant=1_000,
                telephone=TELEPHONE,
                numero="REM-1",
                libelle="Remboursement",
            )
            assert accuse is attendu
        constat = operateur.consulter_decaissement(reference=reference, nature=NatureDecaissement.REMBOURSEMENT)
        assert (constat.etat, constat.montant, constat.devise) == (Etat.REUSSI, 1_000, "XAF")
        assert constat.code_confirmation.isdecimal()
        assert self.solde(simulateur) - avant == 100_000
        assert (trace(reference).genre, trace(reference).statut) == ("refund", StatutDemande.REUSSIE)

    def test_rembourser_un_paiement_inconnu(self, operateur: OperateurMTN) -> None:
        reference = uuid.uuid4()
        operateur.rembourser(
            reference=reference, paiement=uuid.uuid4(), montant=5, telephone=TELEPHONE, numero="R", libelle="R"
        )
        constat = operateur.consulter_decaissement(reference=reference, nature=NatureDecaissement.REMBOURSEMENT)
        assert (constat.etat, constat.motif) == (Etat.ECHOUE, MotifEchec.DEMANDE_INVALIDE)
        assert constat.raison == "TRANSACTION_NOT_FOUND"

    def test_verser(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        reference = uuid.uuid4()
        accuse = operateur.verser(
            reference=reference, montant=25_000, telephone=TELEPHONE, numero="SIN-1", libelle="Capital décès"
        )
        assert accuse is Accuse.ACCEPTEE
        constat = operateur.consulter_decaissement(reference=reference, nature=NatureDecaissement.VERSEMENT)
        assert (constat.etat, constat.montant, constat.telephone) == (Etat.REUSSI, 25_000, TELEPHONE)
        assert self.solde(simulateur) == 5_000_000 + 2_500_000

    def test_mtn_ne_l_a_pas_ouvert(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        simulateur.options = replace(simulateur.options, disbursement_autorise=False)
        with pytest.raises(DemandeRefusee) as refus:
            operateur.verser(
                reference=(reference := uuid.uuid4()), montant=5, telephone=TELEPHONE, numero="S", libelle="S"
            )
        assert (refus.value.motif, refus.value.raison) == (MotifEchec.OPERATION_INTERDITE, "HTTP 403 Forbidden")
        assert trace(reference).statut == StatutDemande.REFUSEE

    def test_nous_ne_l_avons_pas(self, connecter: Connecter, port: int) -> None:
        tout = reglages(port)
        operateur = connecter(replace(tout, acces=dict(list(tout.acces.items())[:1])))
        with pytest.raises(DemandeRefusee) as refus:
            operateur.verser(reference=uuid.uuid4(), montant=5, telephone=TELEPHONE, numero="S", libelle="S")
        assert (refus.value.motif, refus.value.raison) == (MotifEchec.OPERATION_INTERDITE, "MTN_DECAISSEMENT=0")
        with pytest.raises(OperateurInjoignable):
            operateur.consulter_decaissement(reference=uuid.uuid4(), nature=NatureDecaissement.VERSEMENT)
        assert LogMTN.objects.count() == 0


class TestDefauts:
    @pytest.mark.parametrize(
        ("defaut", "existe", "dit"),
        [
            ("erreur_avant=1x", False, "HTTP 503 SERVICE_UNAVAILABLE"),
            ("coupure_avant=1x", False, "RemoteProtocolError"),
            ("erreur_apres=1x", True, "HTTP 500 INTERNAL_PROCESSING_ERROR"),
            ("coupure_apres=1x", True, "RemoteProtocolError"),
        ],
    )
    def test_sans_reponse_rien_n_est_repete_et_la_meme_reference_finit_bien(
        self, operateur: OperateurMTN, defauts: Callable[[str], None], defaut: str, existe: bool, dit: str
    ) -> None:
        operateur.consulter_paiement(reference=uuid.uuid4())  # a token
        defauts(defaut)
        reference = uuid.uuid4()
        with pytest.raises(OperateurInjoignable, match=dit):
            payer(operateur, reference)
        assert len(echanges(reference)) == 1
        assert (trace(reference).statut, trace(reference).raison) == (StatutDemande.SANS_REPONSE, dit)
        trouvee = operateur.consulter_paiement(reference=reference)
        assert trouvee == (EN_ATTENTE if existe else Constat(etat=Etat.INTROUVABLE))
        assert payer(operateur, reference)[1] is (Accuse.DEJA_CONNUE if existe else Accuse.ACCEPTEE)
        assert operateur.consulter_paiement(reference=reference) == EN_ATTENTE

    def test_trop_lent_pour_la_demande(self, connecter: Connecter, port: int, defauts: Callable[[str], None]) -> None:
        operateur = connecter(reglages(port, delai_reponse=0.2))
        defauts("lenteur=1x:0.5")
        reference = uuid.uuid4()
        with pytest.raises(OperateurInjoignable, match="ReadTimeout"):
            payer(operateur, reference)
        assert echanges(reference) == [("POST", None)]
        assert LogMTN.objects.get(reference=reference).erreur == "ReadTimeout: timed out"

    def test_trop_lent_pour_une_lecture_qui_est_retentee(
        self, connecter: Connecter, port: int, defauts: Callable[[str], None]
    ) -> None:
        operateur = connecter(reglages(port, delai_reponse=0.3))
        reference, _ = payer(operateur)
        defauts("lenteur=1x:0.6")
        assert operateur.consulter_paiement(reference=reference) == EN_ATTENTE
        assert echanges(reference) == [("POST", 202), ("GET", None), ("GET", 200)]

    def test_les_lectures_sont_retentees_trois_fois_au_plus(
        self, operateur: OperateurMTN, defauts: Callable[[str], None]
    ) -> None:
        reference, _ = payer(operateur)
        defauts("statut_erreur=2x")
        assert operateur.consulter_paiement(reference=reference) == EN_ATTENTE
        defauts("statut_erreur=3x")
        with pytest.raises(OperateurInjoignable, match="HTTP 503 SERVICE_UNAVAILABLE"):
            operateur.consulter_paiement(reference=reference)
        assert echanges(reference)[1:] == [("GET", 503), ("GET", 503), ("GET", 200), *[("GET", 503)] * 3]

    def test_introuvable_d_abord(self, operateur: OperateurMTN, defauts: Callable[[str], None]) -> None:
        """Two look-ups say « unknown » of a reference that MTN holds: sending it again changes nothing."""
        defauts("introuvable_dabord=1x")
        reference, _ = payer(operateur)
        assert operateur.consulter_paiement(reference=reference) == Constat(etat=Etat.INTROUVABLE)
        assert trace(reference).statut == StatutDemande.INTROUVABLE
        assert payer(operateur, reference)[1] is Accuse.DEJA_CONNUE
        assert operateur.consulter_paiement(reference=reference) == Constat(etat=Etat.INTROUVABLE)
        assert operateur.consulter_paiement(reference=reference) == EN_ATTENTE

    def test_personne_n_ecoute(self, connecter: Connecter) -> None:
        operateur = connecter(reglages(1))
        with pytest.raises(OperateurInjoignable, match="ConnectError"):
            payer(operateur)
        with pytest.raises(OperateurInjoignable, match="ConnectError"):
            operateur.consulter_paiement(reference=uuid.uuid4())


class TestJetons:
    def test_un_jeton_par_produit_sert_a_tous_les_appels(self, operateur: OperateurMTN, temps: Temps) -> None:
        for _ in range(3):
            payer(operateur)
        operateur.verser(reference=uuid.uuid4(), montant=5, telephone=TELEPHONE, numero="S", libelle="S")
        assert list(LogMTN.objects.filter(reference=None).order_by("id").values_list("chemin", flat=True)) == [
            "/collection/token/",
            "/disbursement/token/",
        ]

    def test_renouvele_dix_minutes_avant_sa_fin(
        self, operateur: OperateurMTN, simulateur: Simulateur, temps: Temps
    ) -> None:
        payer(operateur)
        temps.passer(2_999)
        payer(operateur)
        assert len(echanges()) == 1
        temps.passer(2)
        payer(operateur)
        assert len(echanges()) == 2

    def test_expire_avant_l_heure(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        payer(operateur)
        simulateur.livre.executer("UPDATE jetons SET expire = 0")
        reference, accuse = payer(operateur)
        assert accuse is Accuse.ACCEPTEE
        assert echanges(reference) == [("POST", 401), ("POST", 202)]
        assert len(echanges()) == 2

    def test_un_seul_nouveau_jeton_par_appel(
        self, operateur: OperateurMTN, simulateur: Simulateur, defauts: Callable[[str], None]
    ) -> None:
        defauts("jeton_expire=1x")
        assert payer(operateur)[1] is Accuse.ACCEPTEE
        defauts("jeton_expire=2x")
        reference = uuid.uuid4()
        with pytest.raises(DemandeRefusee) as refus:
            payer(operateur, reference)
        assert (refus.value.motif, refus.value.raison) == (MotifEchec.DEMANDE_INVALIDE, "HTTP 401 Unauthorized")
        assert echanges(reference) == [("POST", 401), ("POST", 401)]
        defauts("jeton_expire=2x")
        with pytest.raises(OperateurInjoignable, match="HTTP 401 Unauthorized"):
            operateur.consulter_paiement(reference=reference)

    @pytest.mark.parametrize(
        ("plateforme", "raison"),
        [("ancienne", "HTTP 500 login_failed"), ("nouvelle", "HTTP 401 invalid_client")],
    )
    def test_secret_faux(
        self, connecter: Connecter, simulateur: Simulateur, port: int, plateforme: str, raison: str
    ) -> None:
        simulateur.options = replace(simulateur.options, plateforme=plateforme)
        tout = reglages(port, plateforme=plateforme)
        faux = {produit: replace(donne, secret="autre") for produit, donne in tout.acces.items()}
        operateur = connecter(replace(tout, acces=faux))
        with pytest.raises(DemandeRefusee) as refus:
            payer(operateur, reference := uuid.uuid4())
        assert (refus.value.motif, refus.value.raison) == (MotifEchec.DEMANDE_INVALIDE, raison)
        assert trace(reference).statut == StatutDemande.REFUSEE
        with pytest.raises(OperateurInjoignable, match=raison):
            operateur.consulter_paiement(reference=reference)

    def test_nouvelle_plateforme(self, connecter: Connecter, simulateur: Simulateur, port: int) -> None:
        simulateur.options = Options(plateforme="nouvelle")
        operateur = connecter(reglages(port, plateforme="nouvelle"))
        reference, accuse = payer(operateur)
        assert accuse is Accuse.ACCEPTEE
        assert operateur.consulter_paiement(reference=reference) == EN_ATTENTE

    def test_seize_fils_demandent_un_seul_jeton(self, connecter: Connecter, port: int, temps: Temps) -> None:
        operateur = connecter(reglages(port))
        depart = threading.Barrier(16)

        def un_paiement(_: int) -> Accuse:
            depart.wait()
            try:
                return payer(operateur)[1]
            finally:
                connection.close()

        with ThreadPoolExecutor(16) as fils:
            assert list(fils.map(un_paiement, range(16))) == [Accuse.ACCEPTEE] * 16
        assert echanges() == [("POST", 200)]


class TestChangementDePlateforme:
    def test_une_reference_de_l_autre_plateforme_n_est_ni_oubliee_ni_renvoyee(
        self, connecter: Connecter, simulateur: Simulateur, port: int
    ) -> None:
        reference, _ = payer(connecter(reglages(port)))
        simulateur.options = Options(plateforme="nouvelle")
        nouvelle = connecter(reglages(port, plateforme="nouvelle"))
        with pytest.raises(OperateurInjoignable, match="autre plateforme"):
            nouvelle.consulter_paiement(reference=reference)
        for _ in range(9):  # and this is no sign that MTN does not answer
            with pytest.raises(OperateurInjoignable, match="autre plateforme"):
                payer(nouvelle, reference)
        vue = trace(reference)
        assert (vue.destination, vue.statut, vue.tentatives) == ("simulateur ancienne", StatutDemande.ACCEPTEE, 1)
        assert echanges(reference) == [("POST", 202), ("GET", 404)]
        assert payer(nouvelle)[1] is Accuse.ACCEPTEE


class TestRappels:
    def test_mtn_rappelle_l_adresse_donnee(self, connecter: Connecter, simulateur: Simulateur, port: int) -> None:
        with ecouteur() as ecoute:
            operateur = connecter(reglages(port, url_rappel=ecoute.url.removesuffix("/rappel")))
            reference, _ = payer(operateur)
            assert simulateur.livre.operation(str(reference)).rappel_url == (  # type: ignore[union-attr]
                ecoute.url.removesuffix("/rappel") + "/api/v1/mtn/callback/"
            )
            simulateur.approuver(str(reference), pin="1234")
            simulateur.envoyer_rappels(attendre=True)
            simulateur.deplacer_le_temps(0)
            ((_, _, corps), *_) = ecoute.recus
        rappel = operateur.lire_rappel(json.dumps(corps))
        assert rappel is not None
        assert (rappel.numero, rappel.etat, rappel.montant, rappel.telephone) == (
            *(NUMERO, Etat.REUSSI, 1_500, TELEPHONE),
        )

    def test_sans_adresse_aucun_rappel(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        reference, _ = payer(operateur)
        assert simulateur.livre.operation(str(reference)).rappel_url == ""  # type: ignore[union-attr]

    def test_un_hote_que_mtn_ne_connait_pas(self, connecter: Connecter, simulateur: Simulateur, port: int) -> None:
        simulateur.livre.executer("UPDATE utilisateurs SET hote = 'pass.exemple.cg'")
        operateur = connecter(reglages(port, url_rappel=RAPPEL))
        with pytest.raises(DemandeRefusee) as refus:
            payer(operateur)
        assert (refus.value.motif, refus.value.raison) == (
            *(MotifEchec.DEMANDE_INVALIDE, "HTTP 500 INVALID_CALLBACK_URL_HOST"),
        )


class TestReleve:
    def test_les_mouvements_du_jour(self, operateur: OperateurMTN, simulateur: Simulateur) -> None:
        recu, verse = payer(operateur)[0], uuid.uuid4()
        encaisse = simulateur.approuver(str(recu), pin="1234")
        operateur.verser(reference=verse, montant=700, telephone=TELEPHONE, numero="SIN-1", libelle="Capital")
        decaisse = simulateur.livre.operation(str(verse))
        quand = datetime.fromtimestamp(simulateur.horloge.maintenant(), ZoneInfo("Africa/Brazzaville"))
        assert list(operateur.releve(jour=quand.date())) == [
            LigneReleve(
                reference=recu,
                code_confirmation=str(encaisse.transaction_financiere),
                montant=1_500,
                telephone=TELEPHONE,
                quand=quand,
                numero=NUMERO,
            ),
            LigneReleve(
                reference=verse,
                code_confirmation=str(decaisse.transaction_financiere),  # type: ignore[union-attr]
                montant=-700,
                telephone=TELEPHONE,
                quand=quand,
                numero="SIN-1",
            ),
        ]
        assert list(operateur.releve(jour=quand.date() + timedelta(days=1))) == []
        (ligne, _) = LogMTN.objects.filter(chemin__startswith="/simulateur/releve").order_by("id")
        assert ligne.reponse.startswith("[")
        assert "242066123456" not in ligne.reponse

    def test_mtn_n_en_donne_pas(self, connecter: Connecter) -> None:
        with pytest.raises(ReleveIndisponible) as refus:
            connecter(reglages(releve_url="")).releve(jour=date(2026, 11, 21))
        assert str(refus.value) == (
            "MTN ne donne pas de relevé par son API. Exportez celui du jour depuis le portail MTN, "
            "puis lancez : manage.py rapprocher --fichier releve.csv."
        )

    def test_pas_de_reponse(self, connecter: Connecter, port: int) -> None:
        with pytest.raises(ReleveIndisponible, match=r"Le relevé du 21/11/2026 ne répond pas \(ConnectError\)"):
            connecter(reglages(1)).releve(jour=date(2026, 11, 21))
        ailleurs = connecter(reglages(port, releve_url=f"http://127.0.0.1:{port}/ailleurs"))
        with pytest.raises(ReleveIndisponible, match=r"refusé \(HTTP 404\)\. Vérifiez MTN_RELEVE_URL"):
            ailleurs.releve(jour=date(2026, 11, 21))


def test_jamais_dans_une_transaction(operateur: OperateurMTN) -> None:
    appels: list[Callable[[], Any]] = [
        lambda: payer(operateur),
        lambda: operateur.consulter_paiement(reference=uuid.uuid4()),
        lambda: operateur.consulter_decaissement(reference=uuid.uuid4(), nature=NatureDecaissement.VERSEMENT),
        lambda: operateur.releve(jour=date(2026, 11, 21)),
    ]
    for appel in appels:
        with pytest.raises(AppelDansUneTransaction), transaction.atomic():
            appel()
    assert LogMTN.objects.count() == 0
