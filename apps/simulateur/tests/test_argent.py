"""Money: what the ledger promises whatever is asked, the phone, the faults, Airtel, and death in the middle."""

import base64
import csv
import hashlib
import hmac
import http.client
import io
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.simulateur import montants
from apps.simulateur.airtel import IDENTIFIANT
from apps.simulateur.defauts import DefautInconnu, Defauts, lire_defauts
from apps.simulateur.grand_livre import GrandLivre, ReferenceDejaPrise
from apps.simulateur.horloge import Horloge
from apps.simulateur.moteur import SECRET_AIRTEL, Options, RefusTelephone, Simulateur
from apps.simulateur.operations import Operation
from apps.simulateur.protocole import Genre, Statut
from tests.tirages import tirages

from .clients import CLIENTE, Appelant, congo, ecouteur, paiement


def comptes(simulateur: Simulateur) -> tuple[list[Any], int, list[Any]]:
    """Wallets whose balance is not the sum of their movements; the sum of all movements; references counted more than twice."""
    faux = simulateur.livre.lignes(
        "SELECT p.nom, p.solde, coalesce(sum(m.montant), 0) AS somme FROM portefeuilles p LEFT JOIN mouvements m "
        "ON m.portefeuille = p.nom AND m.devise = p.devise GROUP BY p.nom, p.devise HAVING p.solde <> somme"
    )
    total = simulateur.livre.lignes("SELECT coalesce(sum(montant), 0) AS total FROM mouvements")[0]["total"]
    doubles = simulateur.livre.lignes("SELECT reference FROM mouvements GROUP BY reference HAVING count(*) <> 2")
    return faux, total, doubles


def operation(genre: Genre, reference: str, montant: int, partie: str, instant: float) -> Operation:
    return Operation(
        reference=reference,
        operateur="mtn",
        produit="collection" if genre is Genre.REQUESTTOPAY else "disbursement",
        genre=genre,
        cible="mtncongo",
        plateforme="ancienne",
        montant=montant,
        devise="XAF",
        partie=partie,
        corps="{}",
        rappel_url="",
        statut=Statut.PENDING,
        creee=instant,
    )


GESTES = st.lists(
    st.tuples(
        st.sampled_from(["demander", "transferer", "approuver", "refuser", "expirer", "attendre", "mauvais_pin"]),
        st.integers(0, 5),
        st.sampled_from(["242060000001", "242060000002", "242050000003"]),
        st.integers(1, 30_000).map(lambda francs: francs * 100),
    ),
    max_size=25,
)


@hypothesis_settings(max_examples=tirages(60))
@given(gestes=GESTES)
def test_whatever_is_asked_balances_are_sums_and_a_reference_counts_once(
    gestes: list[tuple[str, int, str, int]],
) -> None:
    horloge = Horloge(figee=1_795_000_000.0)
    simulateur = Simulateur(livre=GrandLivre(":memory:"), horloge=horloge, defauts=Defauts(), options=Options())
    finis: dict[str, Statut] = {}
    for geste, rang, partie, montant in gestes:
        reference = f"reference-{rang}"
        try:
            match geste:
                case "demander":
                    simulateur.demander(operation(Genre.REQUESTTOPAY, reference, montant, partie, horloge.maintenant()))
                case "transferer":
                    simulateur.demander(operation(Genre.TRANSFER, reference, montant, partie, horloge.maintenant()))
                case "approuver":
                    simulateur.approuver(reference, pin="1234")
                case "mauvais_pin":
                    simulateur.approuver(reference, pin="9999")
                case "refuser":
                    simulateur.refuser(reference)
                case "expirer":
                    simulateur.expirer(reference)
                case "attendre":
                    simulateur.deplacer_le_temps(rang * 100)
        except (ReferenceDejaPrise, RefusTelephone):
            pass
        assert comptes(simulateur) == ([], 0, [])
        for lue in simulateur.livre.operations("terminee IS NOT NULL"):
            assert finis.setdefault(lue.reference, lue.statut) is lue.statut
    reussies = {reference for reference, statut in finis.items() if statut is Statut.SUCCESSFUL}
    comptees = simulateur.livre.lignes("SELECT DISTINCT reference FROM mouvements WHERE reference LIKE 'reference-%'")
    assert {ligne["reference"] for ligne in comptees} == reussies
    simulateur.arreter()


@pytest.mark.parametrize(
    ("ecrit", "devise", "centiemes", "rendu"),
    [
        ("12.50", "EUR", 1250, "12.5"),
        ("100", "XAF", 10000, "100"),
        ("100.00", "XAF", 10000, "100"),
        (5, "EUR", 500, "5"),
    ],
)
def test_amounts_are_normalised(ecrit: object, devise: str, centiemes: int, rendu: str) -> None:
    assert montants.lire_montant(ecrit, devise=devise) == centiemes
    assert montants.ecrire(centiemes) == rendu


@pytest.mark.parametrize("ecrit", ["0", "-5", "1e3", "1.234", "", None, 1.5, True, "١", "12.5 ", "9" * 20])
def test_what_is_no_amount_is_refused(ecrit: object) -> None:
    with pytest.raises(montants.MontantInvalide):
        montants.lire_montant(ecrit, devise="EUR")


def test_xaf_has_no_subunit() -> None:
    with pytest.raises(montants.MontantInvalide):
        montants.lire_montant("12.50", devise="XAF")


# The phone


def formulaire(client: Appelant, reference: str, action: str, pin: str = "") -> int:
    return client.appeler(
        "POST",
        f"/telephone/{CLIENTE}/repondre",
        f"reference={reference}&action={action}&pin={pin}",
        Content_Type="application/x-www-form-urlencoded",
    ).statut


@pytest.mark.parametrize(
    ("action", "statut", "raison", "solde"),
    [
        ("approuver", "SUCCESSFUL", None, "48500"),
        ("refuser", "FAILED", "APPROVAL_REJECTED", "50000"),
        ("expirer", "FAILED", "EXPIRED", "50000"),
    ],
)
def test_the_client_answers_on_her_phone(port: int, action: str, statut: str, raison: str | None, solde: str) -> None:
    client = congo(port)
    reference, _ = client.creer("v1_0/requesttopay", paiement())
    assert client.statut("v1_0/requesttopay", reference)["status"] == "PENDING"
    page = client.appeler("GET", f"/telephone/{CLIENTE}").brut.decode()
    assert "1\u202f500\u202fFCFA" in page
    assert "Prime KIMIA" in page

    assert formulaire(client, reference, action, "1234") == 303
    assert formulaire(client, reference, action, "1234") == 409  # a second press changes nothing

    lu = client.statut("v1_0/requesttopay", reference)
    assert (lu["status"], lu.get("reason")) == (statut, raison)
    soldes = client.appeler("GET", "/simulateur/portefeuilles").corps
    assert [ligne["solde"] for ligne in soldes if ligne["nom"] == f"telephone:{CLIENTE}"] == [solde]


def test_three_wrong_pins_cancel_and_a_prompt_dies_after_five_minutes(port: int) -> None:
    client = congo(port)
    fautif, _ = client.creer("v1_0/requesttopay", paiement())
    assert [formulaire(client, fautif, "approuver", "0000") for _ in range(3)] == [409, 409, 409]
    oublie, _ = client.creer("v1_0/requesttopay", paiement())
    client.avancer(300)

    raisons = [client.statut("v1_0/requesttopay", reference)["reason"] for reference in (fautif, oublie)]
    assert raisons == ["PAYMENT_NOT_APPROVED", "EXPIRED"]


def test_thirty_presses_at_once_pay_once(port: int, simulateur: Simulateur) -> None:
    client = congo(port)
    reference, _ = client.creer("v1_0/requesttopay", paiement())

    with ThreadPoolExecutor(8) as fils:
        reponses = list(fils.map(lambda _: formulaire(client, reference, "approuver", "1234"), range(30)))

    assert (reponses.count(303), reponses.count(409)) == (1, 29)
    assert comptes(simulateur) == ([], 0, [])


@pytest.mark.parametrize(
    ("numero", "montant", "raison"),
    [
        (CLIENTE, "50001", "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED"),
        ("242051234567", "500", "PAYER_NOT_FOUND"),
        ("+242066123456", "500", "PAYER_NOT_FOUND"),
    ],
)
def test_congo_refuses_with_its_own_reasons(port: int, numero: str, montant: str, raison: str) -> None:
    client = congo(port)
    client.regler(reponses="approuver")
    reference, _ = client.creer("v1_0/requesttopay", paiement(numero, montant=montant))

    assert client.statut("v1_0/requesttopay", reference)["reason"] == raison


def test_any_reason_can_be_imposed_on_a_phone(port: int) -> None:
    client = congo(port)
    client.regler(reponses="approuver", delai_reponse=10)
    client.appeler("POST", "/simulateur/imposer", {"telephone": CLIENTE, "raison": "PAYER_LIMIT_REACHED"})
    reference, _ = client.creer("v1_0/requesttopay", paiement())
    client.avancer(10)

    assert client.statut("v1_0/requesttopay", reference)["reason"] == "PAYER_LIMIT_REACHED"


def test_the_statement_and_the_messages(port: int) -> None:
    client = congo(port)
    client.regler(reponses="approuver")
    reference, _ = client.creer("v1_0/requesttopay", paiement())
    financier = client.statut("v1_0/requesttopay", reference)["financialTransactionId"]
    client.appeler("POST", "/simulateur/sms", {"telephone": "06 612 34 56", "texte": "Votre code <b>482913</b>"})

    brut = client.appeler("GET", "/simulateur/releve?date=2026-11-18&format=csv").brut.decode()
    page = client.appeler("GET", f"/telephone/{CLIENTE}").brut.decode()
    recus = client.appeler("GET", f"/simulateur/sms?telephone={CLIENTE}").corps

    (ligne,) = csv.DictReader(io.StringIO(brut))
    assert (ligne["reference"], ligne["montant"], ligne["telephone"]) == (reference, "1500", CLIENTE)
    assert (ligne["transaction_financiere"], ligne["reference_externe"]) == (financier, "PAY-1")
    assert client.appeler("GET", "/simulateur/releve?date=2026-11-17").corps["lignes"] == []
    assert "Votre code &lt;b&gt;482913&lt;/b&gt;" in page
    assert [recu["expediteur"] for recu in recus] == ["NSIA", "MobileMoney"]
    assert recus[0]["texte"] == "Votre code <b>482913</b>"
    assert f"Paiement de 1\u202f500\u202fFCFA effectué. ID : {financier}." in page


# Faults


def test_faults_are_read_and_refused_in_french() -> None:
    lus = lire_defauts("rappel_perdu=0.2, erreur_apres=3x,lenteur=0.1:5")
    assert {nom: str(reglage) for nom, reglage in lus.items()} == {
        "rappel_perdu": "0.2",
        "erreur_apres": "3x",
        "lenteur": "0.1:5",
    }
    with pytest.raises(DefautInconnu, match="« panne=1 » n'est pas un défaut"):
        lire_defauts("panne=1")
    with pytest.raises(DefautInconnu, match="une probabilité va de 0 à 1 ; pour un nombre de fois, écrivez 3x"):
        lire_defauts("lenteur=3")


def test_the_same_seed_draws_the_same_faults_in_any_order() -> None:
    references = [str(rang) for rang in range(200)]
    un, deux = (Defauts(lire_defauts("rappel_perdu=0.3"), graine=5) for _ in range(2))
    a_l_endroit = {reference: bool(un.arrive("rappel_perdu", reference)) for reference in references}
    a_l_envers = {reference: bool(deux.arrive("rappel_perdu", reference)) for reference in reversed(references)}

    assert a_l_endroit == a_l_envers
    assert 35 < sum(a_l_endroit.values()) < 85


@pytest.mark.parametrize(
    ("defaut", "statut", "existe"),
    [
        ("erreur_avant", 503, False),
        ("erreur_apres", 500, True),
        ("coupure_avant", None, False),
        ("coupure_apres", None, True),
    ],
)
def test_what_breaks_before_or_after_acceptance(port: int, defaut: str, statut: int | None, existe: bool) -> None:
    client = congo(port)
    client.defauts(f"{defaut}=1x")
    reference = str(uuid.uuid4())

    if statut is None:
        with pytest.raises((http.client.HTTPException, OSError)):
            client.creer("v1_0/requesttopay", paiement(), reference=reference)
    else:
        assert client.creer("v1_0/requesttopay", paiement(), reference=reference)[1].statut == statut

    assert client.mtn("GET", f"/collection/v1_0/requesttopay/{reference}").statut == (200 if existe else 404)
    assert client.creer("v1_0/requesttopay", paiement(), reference=reference)[1].statut == (409 if existe else 202)


def test_reads_fail_then_find(port: int) -> None:
    client = congo(port)
    client.defauts("introuvable_dabord=1x,statut_erreur=1x,jeton_expire=1x")
    entetes = {"X_Reference_Id": str(uuid.uuid4())}
    chemin = f"/collection/v1_0/requesttopay/{entetes['X_Reference_Id']}"

    crees = [client.mtn("POST", "/collection/v1_0/requesttopay", paiement(), **entetes).statut for _ in range(2)]

    assert crees == [401, 202]
    assert [client.mtn("GET", chemin).statut for _ in range(4)] == [503, 404, 404, 200]


@pytest.mark.parametrize(
    ("defaut", "natures", "retards"),
    [
        ("", ["vrai"], [0]),
        ("rappel_perdu=1", [], []),
        ("rappel_double=1", ["vrai", "vrai, double"], [0, 0]),
        ("rappel_tardif=1:90", ["vrai"], [90]),
        ("rappel_forge=1", ["forgé", "vrai"], [0, 0]),
        ("rappel_montant_faux=1", ["montant faux"], [0]),
        ("rappel_payeur_faux=1", ["payeur faux"], [0]),
    ],
)
def test_callbacks_lie_as_told(
    port: int, simulateur: Simulateur, defaut: str, natures: list[str], retards: list[int]
) -> None:
    client = congo(port)
    client.regler(repetition_rappel=0, reponses="approuver")
    client.defauts(defaut)
    reference, _ = client.creer("v1_0/requesttopay", paiement(), X_Callback_Url="http://127.0.0.1:9/rappel")

    lus = sorted(client.appeler("GET", f"/simulateur/rappels?reference={reference}").corps, key=lambda lu: lu["id"])

    maintenant = simulateur.horloge.maintenant()
    assert [lu["nature"] for lu in lus] == natures
    assert [round(lu["a_envoyer"] - maintenant) for lu in lus] == retards
    dits = [json.loads(lu["corps"]) for lu in lus]
    for nature, dit in zip(natures, dits, strict=True):
        assert dit["status"] == ("FAILED" if nature == "forgé" else "SUCCESSFUL")
        assert dit["amount"] == ("1600" if nature == "montant faux" else "1500")
        assert dit["payer"]["partyId"] == ("242060000000" if nature == "payeur faux" else CLIENTE)


def test_a_callback_may_come_before_the_status(port: int) -> None:
    client = congo(port)
    client.defauts("rappel_en_avance=1:10")
    client.regler(reponses="approuver")
    reference, _ = client.creer("v1_0/requesttopay", paiement())

    avant = client.statut("v1_0/requesttopay", reference)["status"]
    client.avancer(10)

    assert (avant, client.statut("v1_0/requesttopay", reference)["status"]) == ("PENDING", "SUCCESSFUL")


# Airtel


def airtel(client: Appelant) -> dict[str, str]:
    identite = {"client_id": IDENTIFIANT, "client_secret": SECRET_AIRTEL, "grant_type": "client_credentials"}
    jeton = client.appeler("POST", "/airtel/auth/oauth2/token", identite).corps["access_token"]
    return {"Authorization": f"Bearer {jeton}", "X_Country": "CG", "X_Currency": "XAF"}


def test_airtel_collects_calls_back_and_refunds(port: int) -> None:
    client = Appelant(port)
    entetes = airtel(client)
    corps = {
        "reference": "Prime",
        "subscriber": {"country": "CG", "currency": "XAF", "msisdn": "051234567"},
        "transaction": {"amount": 700, "country": "CG", "currency": "XAF", "id": "PAY-77"},
    }
    with ecouteur() as ecoute:
        client.regler(rappel_airtel=ecoute.url)
        accepte = client.appeler("POST", "/airtel/merchant/v1/payments/", corps, **entetes)
        double = client.appeler("POST", "/airtel/merchant/v1/payments/", corps, **entetes)
        attente = client.appeler("GET", "/airtel/standard/v1/payments/PAY-77", **entetes).corps
        client.appeler(
            "POST",
            "/telephone/242051234567/repondre",
            "reference=PAY-77&action=approuver&pin=1234",
            Content_Type="application/x-www-form-urlencoded",
        )
        client.avancer(0)
        for _ in range(200):
            if ecoute.recus:
                break
            client.appeler("GET", "/simulateur/sante")
        (_, _, recu) = ecoute.recus[0]

    assert accepte.corps["status"] == {
        "code": "200",
        "message": "SUCCESS",
        "result_code": "ESB000010",
        "response_code": "DP00800001006",
        "success": True,
    }
    assert accepte.corps["data"]["transaction"] == {"id": "PAY-77", "status": "SUCCESS"}
    assert (double.statut, double.corps["status"]["success"]) == (200, False)
    assert attente["data"]["transaction"]["status"] == "TIP"
    lu = client.appeler("GET", "/airtel/standard/v1/payments/PAY-77", **entetes).corps["data"]["transaction"]
    assert (lu["status"], recu["transaction"]["status_code"]) == ("TS", "TS")
    compact = json.dumps(recu["transaction"], separators=(",", ":")).encode()
    attendu = base64.b64encode(hmac.digest(SECRET_AIRTEL.encode(), compact, hashlib.sha256)).decode()
    assert recu["hash"] == attendu
    rendre = {"transaction": {"airtel_money_id": lu["airtel_money_id"]}}
    rendus = [
        client.appeler("POST", "/airtel/standard/v1/payments/refund", rendre, **entetes).corps["status"]["success"]
        for _ in range(2)
    ]
    assert rendus == [True, False]


def test_airtel_pays_out_and_refuses_strangers(port: int) -> None:
    client = Appelant(port)
    entetes = airtel(client)
    corps = {
        "payee": {"msisdn": "051234567"},
        "reference": "r",
        "pin": "chiffré",
        "transaction": {"amount": 50, "id": "V1"},
    }

    assert client.appeler("POST", "/airtel/standard/v1/disbursements/", corps, **entetes).corps["status"]["success"]
    lu = client.appeler("GET", "/airtel/standard/v1/disbursements/V1", **entetes).corps
    assert lu["data"]["transaction"]["status"] == "TS"
    assert client.appeler("GET", "/airtel/standard/v1/payments/V1").statut == 401
    faux = {"client_id": IDENTIFIANT, "client_secret": "faux", "grant_type": "client_credentials"}
    assert client.appeler("POST", "/airtel/auth/oauth2/token", faux).statut == 401


# The process


class Processus:
    """`manage.py simulateur_momo` for true, on a port of its own."""

    def __init__(self, dossier: Path, *arguments: str) -> None:
        self.processus = subprocess.Popen(
            [sys.executable, "manage.py", "simulateur_momo", "--port", "0", "--dossier", str(dossier), *arguments],
            cwd=settings.BASE_DIR,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.processus.stdout
        self.annonce = self.processus.stdout.readline()
        self.port = int(self.annonce.split("127.0.0.1:")[1].split("/")[0])

    def finir(self, avec: signal.Signals) -> tuple[int, str]:
        self.processus.send_signal(avec)
        sortie, _ = self.processus.communicate(timeout=30)
        return self.processus.returncode, sortie


def test_killed_between_acceptance_and_answer_it_has_lost_nothing(tmp_path: Path) -> None:
    premier = Processus(tmp_path, "--graine", "3")
    client = congo(premier.port)
    garde, _ = client.creer("v1_0/requesttopay", paiement())
    client.defauts("arret_apres=1x")
    reference = str(uuid.uuid4())
    with pytest.raises((http.client.HTTPException, OSError)):
        client.creer("v1_0/requesttopay", paiement(), reference=reference)
    assert premier.processus.wait(timeout=30) == -signal.SIGKILL
    assert premier.processus.stdout
    premier.processus.stdout.close()

    second = Processus(tmp_path)
    client.port = second.port
    try:
        assert client.creer("v1_0/requesttopay", paiement(), reference=reference)[1].statut == 409
        for connue in (garde, reference):
            assert client.statut("v1_0/requesttopay", connue)["status"] == "PENDING"  # with the token from before
        assert formulaire(client, reference, "approuver", "1234") == 303
        assert client.statut("v1_0/requesttopay", reference)["status"] == "SUCCESSFUL"
    finally:
        code, sortie = second.finir(signal.SIGTERM)
    assert code == 0
    assert sortie.endswith("Simulateur arrêté ; tout est gardé.\n")


def test_a_taken_port_and_a_wrong_fault_are_one_french_line(tmp_path: Path, port: int) -> None:
    def dire(*arguments: str) -> tuple[int, str]:
        fait = subprocess.run(
            [sys.executable, "manage.py", "simulateur_momo", "--dossier", str(tmp_path), *arguments],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return fait.returncode, fait.stderr.strip()

    code, ligne = dire("--port", str(port))
    assert code == 1
    assert f"Le simulateur ne peut pas écouter sur 127.0.0.1:{port} : il est pris par " in ligne
    code, ligne = dire("--defauts", "panne=1")
    assert (code, "« panne=1 » n'est pas un défaut." in ligne) == (1, True)


def test_every_page_is_served(port: int) -> None:
    client = congo(port)
    client.creer("v1_0/requesttopay", paiement())

    for chemin in ("/", f"/telephone/{CLIENTE}", "/simulateur/controle"):
        page = client.appeler("GET", chemin)
        assert (page.statut, "http" in page.brut.decode().replace("http://www.w3.org", "")) == (200, False), chemin
    assert client.appeler("GET", "/?numero=06+612+34+56").entetes["location"] == f"/telephone/{CLIENTE}"
    assert client.appeler("GET", "/?numero=12").statut == 400
    saisie = "rappel_perdu=0.5&reponses=refuser"
    formulaire_web = {"Content_Type": "application/x-www-form-urlencoded"}
    assert client.appeler("POST", "/simulateur/controle", saisie, **formulaire_web).statut == 303
    assert client.appeler("GET", "/simulateur/defauts").corps["defauts"] == {"rappel_perdu": "0.5"}
    assert client.appeler("GET", "/simulateur/reglages").corps["reponses"] == "refuser"


def test_a_slow_answer_waits_without_holding_the_others(port: int) -> None:
    client = congo(port)
    client.defauts("lenteur=1x:0.3")
    debut = time.monotonic()
    client.creer("v1_0/requesttopay", paiement())
    lent = time.monotonic() - debut

    assert lent >= 0.3
