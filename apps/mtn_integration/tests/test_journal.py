"""What the database keeps of exchanges: no secret, no phone, never changed."""

import json
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx2
import pytest
from django.db import DatabaseError, IntegrityError, connection

from apps.mtn_integration.configuration import Produit
from apps.mtn_integration.models import LogMTN, TransactionMTN
from apps.mtn_integration.operateur import OperateurMTN
from apps.mtn_integration.services import TRACES
from apps.pass_clients.tests.refus import sans_gardes
from apps.pass_payments.operateurs import DemandeRefusee, NatureDecaissement, OperateurInjoignable
from apps.simulateur.moteur import Simulateur
from nsia_pass_api import logs

from .reglages import TELEPHONE, Passerelle, acces, payer, reglages

pytestmark = pytest.mark.django_db(transaction=True)


def base_entiere() -> str:
    """Every value of the two tables, as PostgreSQL writes them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT j::text FROM journal_mtn j UNION ALL SELECT t::text FROM transactions_mtn t")
        return "\n".join(ligne for (ligne,) in cursor.fetchall())


def test_ni_secret_ni_telephone_dans_la_base_ni_dans_les_journaux(
    operateur: OperateurMTN,
    simulateur: Simulateur,
    defauts: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    settings: pytest.FixtureRequest,
) -> None:
    logs.configure({"level": "DEBUG", "format": "json"})
    reference, _ = payer(operateur)
    simulateur.approuver(str(reference), pin="1234")
    operateur.consulter_paiement(reference=reference)
    versement = uuid.uuid4()
    operateur.verser(reference=versement, montant=5, telephone=TELEPHONE, numero="SIN-1", libelle="Pour 066123456")
    operateur.consulter_decaissement(reference=versement, nature=NatureDecaissement.VERSEMENT)
    for defaut in ("coupure_avant=1x", "erreur_apres=1x"):
        defauts(defaut)
        with pytest.raises(OperateurInjoignable):
            payer(operateur)
    defauts("statut_erreur=5x")
    with pytest.raises(OperateurInjoignable):
        operateur.consulter_paiement(reference=reference)
    defauts("jeton_expire=2x")
    with pytest.raises(DemandeRefusee):
        payer(operateur)
    list(operateur.releve(jour=date(2026, 11, 18)))
    logs.configure(settings.LOGGING)  # type: ignore[attr-defined]

    jetons = [ligne["jeton"] for ligne in simulateur.livre.lignes("SELECT jeton FROM jetons")]
    donnes = [valeur for produit in Produit for valeur in vars(acces(produit)).values()]
    dits = capsys.readouterr().err
    assert len(jetons) >= 3
    assert "acces_operateur_refuse" in dits
    for ou in (base_entiere(), dits):
        assert [secret for secret in (*jetons, *donnes) if secret in ou] == []
        assert "066123456" not in ou.replace(" ", "")
    assert LogMTN.objects.count() >= 15


def test_ce_qu_un_echange_garde(operateur: OperateurMTN) -> None:
    payer(operateur)
    jeton, demande = LogMTN.objects.order_by("id")
    assert json.loads(jeton.reponse) == {
        "access_token": "[masqué]",
        "token_type": "[masqué]",
        "expires_in": 3600,
    }
    assert (demande.chemin, demande.erreur, demande.reponse) == ("/collection/v1_0/requesttopay", "", "")
    assert json.loads(demande.demande)["payer"] == {"partyIdType": "MSISDN", "partyId": "[masqué]"}
    assert json.loads(demande.demande)["amount"] == "1500"


def test_une_passerelle_qui_repete_nos_secrets(connecter: Callable[..., OperateurMTN]) -> None:
    cle = acces(Produit.COLLECTE).cle
    page = f"<html>key {cle} token jeton-de-test for 46733123450, or 242066123456 \x00{'x' * 9_000}"
    reponses = httpx2.Response(502, text=page), httpx2.Response(400, json={"a": [{"partyId": "46733123450"}]})
    operateur = connecter(reglages(), transport=Passerelle(*reponses))
    for attendue in (OperateurInjoignable, DemandeRefusee):
        with pytest.raises(attendue):
            payer(operateur)
    _, sale, autre = LogMTN.objects.order_by("id")
    assert sale.reponse.startswith("<html>key [masqué] token [masqué] for 46733123450, or[téléphone] \ufffdxxx")
    assert len(sale.reponse) == 4_000
    assert autre.reponse == '{"a": [{"partyId": "[masqué]"}]}'


def test_le_journal_ne_se_change_pas(operateur: OperateurMTN) -> None:
    payer(operateur)
    for ecriture in (lambda: LogMTN.objects.update(statut=200), lambda: LogMTN.objects.all().delete()):
        with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"):
            ecriture()
    with pytest.raises(DatabaseError, match="Cannot delete"):
        TransactionMTN.objects.all().delete()


def test_un_telephone_entier_n_entre_pas(operateur: OperateurMTN) -> None:
    payer(operateur)
    with sans_gardes(), pytest.raises(IntegrityError, match="transactions_mtn_telephone_masque"):
        TransactionMTN.objects.update(telephone=TELEPHONE)


def test_une_demande_qui_ne_peut_pas_etre_notee_ne_part_pas(
    connecter: Callable[..., OperateurMTN], tmp_path: Path
) -> None:
    passerelle = Passerelle(httpx2.Response(202))
    with pytest.raises(IntegrityError, match="transactions_mtn_montant_positif"):
        payer(connecter(reglages(), transport=passerelle), montant=0)
    assert passerelle.recues == []


def test_sans_reference_connue_un_constat_ne_cree_rien() -> None:
    TRACES.noter_constat(reference=uuid.uuid4(), statut=TransactionMTN.Statut.REUSSIE)
    assert TransactionMTN.objects.count() == 0
