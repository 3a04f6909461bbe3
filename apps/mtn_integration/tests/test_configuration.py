"""From settings to ConfigurationMTN, and what `diagnostic` says of it."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from apps.mtn_integration.configuration import Acces, Produit, configuration
from apps.mtn_integration.diagnostic import examiner
from apps.mtn_integration.operateur import OperateurMTN
from apps.pass_payments.operateurs import est_en_ligne, operateur
from nsia_pass_api.diagnostic import Constat, Niveau

from .reglages import JETON, acces

ACCES = {
    f"MTN_{quoi}_{produit}": f"{quoi}-{produit}".lower()
    for produit in ("COLLECTE", "DECAISSEMENT")
    for quoi in ("CLE", "UTILISATEUR", "SECRET")
}


def regler(settings: Any, **valeurs: Any) -> None:
    for nom, valeur in valeurs.items():
        setattr(settings, nom, valeur)


@pytest.fixture
def chez_mtn(settings: Any) -> Any:
    regler(
        settings,
        **ACCES,
        MTN_ENVIRONNEMENT="mtncongo",
        MTN_PLATEFORME="ancienne",
        MTN_URL="https://proxy.exemple",
        MTN_URL_RAPPEL="https://pass.exemple.cg",
        MTN_RELEVE_URL="",
        MTN_DECAISSEMENT=True,
    )
    return settings


def test_le_simulateur_a_ses_acces_publics(settings: Any) -> None:
    regler(settings, MTN_ENVIRONNEMENT="simulateur", **dict.fromkeys(ACCES, ""))
    assert configuration().acces == {produit: acces(produit) for produit in Produit}
    settings.MTN_CLE_COLLECTE = "la-mienne"
    assert configuration().acces[Produit.COLLECTE] == replace(acces(Produit.COLLECTE), cle="la-mienne")


def test_ce_que_mtn_a_donne(chez_mtn: Any) -> None:
    lue = configuration()
    assert lue.acces == {
        Produit.COLLECTE: Acces(cle="cle-collecte", utilisateur="utilisateur-collecte", secret="secret-collecte"),
        Produit.DECAISSEMENT: Acces(
            cle="cle-decaissement", utilisateur="utilisateur-decaissement", secret="secret-decaissement"
        ),
    }
    assert (lue.cible, lue.devise, lue.destination) == ("mtncongo", "XAF", "mtncongo ancienne")
    assert lue.rappel == "https://pass.exemple.cg/api/v1/mtn/callback/"
    assert lue.delai_total == 2 * (15 + 10) + 2 * (15 + 20)
    assert [valeur for valeur in ACCES.values() if valeur in repr(lue)] == []
    chez_mtn.MTN_DECAISSEMENT = False
    assert set(configuration().acces) == {Produit.COLLECTE}
    chez_mtn.MTN_URL_RAPPEL = ""
    assert configuration().rappel == ""


@pytest.mark.parametrize(
    ("environnement", "cible", "devise"),
    [("simulateur", "mtncongo", "XAF"), ("mtncongo", "mtncongo", "XAF"), ("sandbox", "sandbox", "EUR")],
)
def test_chaque_cible_n_a_qu_une_devise(chez_mtn: Any, environnement: str, cible: str, devise: str) -> None:
    chez_mtn.MTN_ENVIRONNEMENT = environnement
    assert (configuration().cible, configuration().devise) == (cible, devise)


def test_les_reglages_nomment_cette_classe() -> None:
    assert est_en_ligne("mtn_money")
    instance = operateur("mtn_money")
    assert isinstance(instance, OperateurMTN)
    assert operateur("mtn_money") is instance


class TestDiagnostic:
    OU = "mtncongo, plateforme ancienne, https://proxy.exemple, XAF"

    def dire(self, reponse: httpx2.Response | Exception) -> Constat:
        def repondre(_: httpx2.Request) -> httpx2.Response:
            if isinstance(reponse, Exception):
                raise reponse
            return httpx2.Response(reponse.status_code, content=reponse.content)

        return examiner(transport=httpx2.MockTransport(repondre))

    def test_tout_va(self, chez_mtn: Any) -> None:
        constat = self.dire(httpx2.Response(200, json=JETON))
        assert constat == Constat(
            Niveau.OK,
            "mobile money",
            f"{self.OU} : jetons obtenus (collection, disbursement), "
            "rappels vers https://pass.exemple.cg/api/v1/mtn/callback/.",
        )
        assert [valeur for valeur in ACCES.values() if valeur in constat.texte] == []

    def test_ce_qui_manque_sans_empecher(self, chez_mtn: Any) -> None:
        jeton = httpx2.Response(200, json=JETON)
        chez_mtn.MTN_URL_RAPPEL = ""
        assert self.dire(jeton) == Constat(
            Niveau.ATTENTION,
            "mobile money",
            f"{self.OU} : jetons obtenus (collection, disbursement). "
            "Sans MTN_URL_RAPPEL, MTN n'annonce rien : les paiements sont interrogés.",
        )
        chez_mtn.MTN_DECAISSEMENT = False
        assert self.dire(jeton) == Constat(
            Niveau.ATTENTION,
            "mobile money",
            f"{self.OU} : jetons obtenus (collection). MTN_DECAISSEMENT=0 : ni remboursement ni versement.",
        )
        chez_mtn.MTN_ENVIRONNEMENT = "aucun"
        assert self.dire(jeton) == Constat(
            Niveau.ATTENTION, "mobile money", "MTN_ENVIRONNEMENT=aucun : aucun paiement MTN n'est possible."
        )

    def test_mtn_refuse(self, chez_mtn: Any) -> None:
        assert self.dire(httpx2.Response(500, json={"error": "login_failed"})) == Constat(
            Niveau.ERREUR,
            "mobile money",
            f"{self.OU} : jeton refusé (HTTP 500 login_failed). "
            "Vérifiez MTN_CLE_COLLECTE, MTN_UTILISATEUR_COLLECTE, MTN_SECRET_COLLECTE et MTN_PLATEFORME.",
        )

    def test_mtn_ne_repond_pas(self, chez_mtn: Any) -> None:
        assert self.dire(httpx2.ConnectTimeout("lent")) == Constat(
            Niveau.ERREUR,
            "mobile money",
            f"{self.OU} : pas de réponse (ConnectTimeout). Vérifiez MTN_URL, le réseau et le pare-feu.",
        )
        chez_mtn.MTN_ENVIRONNEMENT = "simulateur"
        assert self.dire(httpx2.ConnectError("fermé")) == Constat(
            Niveau.ATTENTION,
            "mobile money",
            "simulateur, plateforme ancienne, https://proxy.exemple, XAF : pas de réponse. "
            "Lancez : python manage.py simulateur_momo.",
        )
