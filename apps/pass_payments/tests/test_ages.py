"""Nobody is sold what her age keeps from her: every door by which cover begins or goes on, at every age that matters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.borne_auth.confirmations import Changement, demander
from apps.borne_auth.models import ActeSensible
from apps.borne_auth.tests.factories import AgentFactory, SessionFactory
from apps.pass_clients.models import BeneficiairePass, ClientPass, ModificationClient, SouscriptionPass
from apps.pass_clients.selectors import ages_a_revoir
from apps.pass_clients.services import modifier_beneficiaire
from apps.pass_clients.tests.factories import BeneficiaireFactory, ClientFactory, SouscriptionFactory
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.services.guichet import encaisser_au_guichet
from apps.pass_payments.services.imports import ImportImpossible, deposer
from apps.pass_payments.tests.factories import contrat_finissant
from apps.pass_payments.tests.test_apis_paiements import connecter, envoyer
from apps.pass_products.ages import Limites
from apps.pass_products.errors import AgeHorsLimites
from apps.pass_products.models import Garantie, ProduitPass
from apps.pass_products.tests.factories import GarantieFactory, ProduitFactory
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.tests.conformite import verifier_conformite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operateur")]

LIMITES = Limites(18, 65)
GISELE = {"nom": "MAKOSSO", "prenom": "Gisèle", "telephone": "06 412 33 44"}


def ne_a(ans: int, *, dans: int = 0) -> date:
    """The last birth date of those who are `ans` years old in `dans` days."""
    derniere = Limites(ans).naissances(jour=timezone.localdate() + timedelta(days=dans))[1]
    assert derniere is not None
    return derniere


@pytest.fixture
def kimia() -> ProduitPass:
    """« De 18 à 65 ans », one guarantee until 70."""
    produit = ProduitFactory()
    GarantieFactory(produit=produit, age_min=18, age_max=65)
    GarantieFactory(produit=produit, age_min=18, age_max=70)
    return produit


def corps(settings: Settings, **valeurs: Any) -> dict[str, Any]:
    return {
        "produit": "KIMIA",
        "montant": 1_200,
        "periodicite": "mensuelle",
        "conditions_acceptees": True,
        "version_conditions": settings.VERSION_CONDITIONS,
        **valeurs,
    }


def iso(naissance: date | None) -> str | None:
    return naissance and naissance.isoformat()


@dataclass
class Monde:
    settings: Settings
    produit: ProduitPass


# Each door takes the birth date of whoever comes and answers the code of the refusal, or nothing; a refusal leaves no money.


def _http(reponse: Any) -> str:
    return "" if reponse.status_code < 300 else verifier_conformite(reponse)["code"]


def _service(appel: Callable[[], object]) -> str:
    try:
        appel()
    except ErreurPass as refus:
        return refus.code
    return ""


def devis(monde: Monde, naissance: date | None) -> str:
    demande = {"montant": 1_200, "periodicite": "mensuelle", "date_naissance": iso(naissance)}
    reponse = APIClient().post("/api/v1/produits/KIMIA/devis/", demande, format="json")
    if naissance is None:
        return "date_naissance_requise" if verifier_conformite(reponse)["date_naissance_requise"] else ""
    return _http(reponse)


def devis_d_une_cliente(monde: Monde, naissance: date | None) -> str:
    """What is typed counts for nothing: the date on file does."""
    api = connecter(ClientFactory(date_naissance=naissance))
    demande = {"montant": 1_200, "periodicite": "mensuelle", "date_naissance": "1990-01-01" if naissance else None}
    reponse = api.post("/api/v1/produits/KIMIA/devis/", demande, format="json")
    if naissance is None:
        return "date_naissance_requise" if verifier_conformite(reponse)["date_naissance_requise"] else ""
    return _http(reponse)


def prospecte(monde: Monde, naissance: date | None) -> str:
    client = {**GISELE, "date_naissance": iso(naissance)}
    return _http(envoyer(APIClient(), "/api/v1/souscriptions/", corps(monde.settings, client=client)))


def cliente(monde: Monde, naissance: date | None) -> str:
    api = connecter(ClientFactory(date_naissance=naissance))
    return _http(envoyer(api, "/api/v1/souscriptions/", corps(monde.settings)))


def cliente_sans_date(monde: Monde, naissance: date | None) -> str:
    api = connecter(ClientFactory())
    return _http(envoyer(api, "/api/v1/souscriptions/", corps(monde.settings, date_naissance=iso(naissance))))


def renouvellement(monde: Monde, naissance: date | None, **demande: Any) -> str:
    """Ends today: the next period begins today."""
    client = ClientFactory(date_naissance=naissance)
    contrat = contrat_finissant(client, fin_dans=0)
    SouscriptionPass.objects.filter(pk=contrat.souscription_id).update(produit=monde.produit)
    chemin = f"/api/v1/souscriptions/{contrat.souscription.numero_souscription}/renouveler/"
    options = connecter(client).get(f"/api/v1/contrats/{contrat.numero_police}/paiement/").json()
    code = _http(envoyer(connecter(client), chemin, demande))
    # The screen says the same before: bounds, a refusal, or that the date is to be given.
    attendu = (code != "age_hors_limites", code == "date_naissance_requise")
    assert (options["renouvellement"] is not None, options["date_naissance_requise"]) == attendu
    return code


def guichet(monde: Monde, naissance: date | None) -> str:
    souscription = SouscriptionFactory(client=ClientFactory(date_naissance=naissance), produit=monde.produit)
    caisse = {"souscription": souscription, "montant": 100, "operateur": "especes", "agent": AgentFactory()}
    return _service(lambda: encaisser_au_guichet(**caisse))


def guichet_qui_renouvelle(monde: Monde, naissance: date | None) -> str:
    contrat = contrat_finissant(ClientFactory(date_naissance=naissance), fin_dans=0)
    SouscriptionPass.objects.filter(pk=contrat.souscription_id).update(produit=monde.produit)
    souscription = SouscriptionPass.objects.get(pk=contrat.souscription_id)
    caisse = {"souscription": souscription, "montant": 100, "operateur": "especes", "agent": AgentFactory()}
    return _service(lambda: encaisser_au_guichet(**caisse, renouvellement=True))


PORTES: list[Callable[[Monde, date | None], str]] = [
    devis,
    devis_d_une_cliente,
    prospecte,
    cliente,
    cliente_sans_date,
    renouvellement,
    guichet,
    guichet_qui_renouvelle,
]
AGES = {
    "né en 1940": (date(1940, 5, 1), "age_hors_limites"),
    "né en 2015": (date(2015, 5, 1), "age_hors_limites"),
    "18 ans demain": (18, 1, "age_hors_limites"),
    "18 ans": (18, 0, ""),
    "66 ans demain": (66, 1, ""),
    "66 ans": (66, 0, "age_hors_limites"),
    "sans date": (None, "date_naissance_requise"),
}


@pytest.mark.parametrize("porte", PORTES, ids=lambda porte: porte.__name__)
@pytest.mark.parametrize("cas", list(AGES))
def test_every_door(
    settings: Settings, kimia: ProduitPass, porte: Callable[[Monde, date | None], str], cas: str
) -> None:
    naissance, attendu = _cas(cas)
    avant = PaiementPass.objects.filter(statut__in=("initie", "en_cours")).count()

    assert porte(Monde(settings, kimia), naissance) == attendu
    if attendu:
        assert PaiementPass.objects.filter(statut__in=("initie", "en_cours")).count() == avant


def _cas(cas: str) -> tuple[date | None, str]:
    match AGES[cas]:
        case (int() as ans, int() as dans, str() as attendu):
            return ne_a(ans, dans=dans), attendu
        case (naissance, attendu):
            return naissance, attendu
    raise AssertionError(cas)


@pytest.mark.parametrize("porte", PORTES, ids=lambda porte: porte.__name__)
def test_a_product_without_limits_asks_nothing(
    settings: Settings, kimia: ProduitPass, porte: Callable[[Monde, date | None], str]
) -> None:
    Garantie.objects.update(age_min=None, age_max=None)

    assert porte(Monde(settings, kimia), None) == ""


def test_the_refusal_says_the_limits_and_what_to_do(settings: Settings, kimia: ProduitPass) -> None:
    client = {**GISELE, "date_naissance": "1940-05-01"}
    probleme = verifier_conformite(envoyer(APIClient(), "/api/v1/souscriptions/", corps(settings, client=client)))

    ans = timezone.localdate().year - 1940 - (timezone.localdate() < date(timezone.localdate().year, 5, 1))
    assert (probleme["status"], probleme["code"]) == (422, "age_hors_limites")
    assert probleme["detail"] == (
        f"PASS KIMIA se souscrit de 18 à 65 ans, et cette date de naissance donne {ans} ans. "
        "Choisissez un autre PASS, ou adressez-vous à une agence NSIA."
    )
    assert probleme["champs"] == {"client.date_naissance": [probleme["detail"]]}
    assert not ClientPass.objects.exists()


def test_the_field_where_a_date_is_missing_is_named(settings: Settings, kimia: ProduitPass) -> None:
    sans = envoyer(APIClient(), "/api/v1/souscriptions/", corps(settings, client=GISELE))
    connectee = envoyer(connecter(ClientFactory()), "/api/v1/souscriptions/", corps(settings))

    assert verifier_conformite(sans)["champs"] == {"client.date_naissance": ["Donnez la date de naissance."]}
    assert verifier_conformite(connectee)["champs"] == {"date_naissance": ["Donnez la date de naissance."]}


class TestLaDateConnue:
    def test_a_client_gives_it_once_and_it_is_audited(self, settings: Settings, kimia: ProduitPass) -> None:
        client = ClientFactory()
        api = connecter(client)

        assert envoyer(api, "/api/v1/souscriptions/", corps(settings, date_naissance="1990-02-28")).status_code == 202
        client.refresh_from_db()
        assert client.date_naissance == date(1990, 2, 28)
        modification = ModificationClient.objects.get()
        assert (modification.avant, modification.apres) == (
            {"date_naissance": None},
            {"date_naissance": "1990-02-28"},
        )
        assert modification.session_borne is not None

    def test_what_is_on_file_is_not_changed_by_what_is_typed(self, settings: Settings, kimia: ProduitPass) -> None:
        client = ClientFactory(date_naissance="1990-02-28")

        envoyer(connecter(client), "/api/v1/souscriptions/", corps(settings, date_naissance="1980-01-01"))
        client.refresh_from_db()
        assert client.date_naissance == date(1990, 2, 28)

    @pytest.mark.parametrize("connue", [None, "1990-02-28", "1940-05-01"])
    def test_a_stranger_with_her_phone_neither_writes_it_nor_learns_of_it(
        self, settings: Settings, kimia: ProduitPass, connue: str | None
    ) -> None:
        client = ClientFactory(telephone="+242064123344", date_naissance=connue)

        refusee = envoyer(
            APIClient(),
            "/api/v1/souscriptions/",
            corps(settings, client={**GISELE, "date_naissance": "2015-05-01"}),
        )
        assert verifier_conformite(refusee)["code"] == "age_hors_limites"
        autre = envoyer(
            APIClient(),
            "/api/v1/souscriptions/",
            corps(settings, client={**GISELE, "date_naissance": "1985-05-01"}),
        )
        if autre.status_code != 202:
            # Nothing of her age: the words for whoever cannot subscribe here.
            assert (autre.json()["code"], "champs" in autre.json()) == ("paiement_impossible", False)
        client.refresh_from_db()
        assert iso(client.date_naissance) == connue

    def test_a_renewal_keeps_it(self, settings: Settings, kimia: ProduitPass) -> None:
        assert renouvellement_avec_date(kimia, "1990-02-28") == date(1990, 2, 28)


def renouvellement_avec_date(produit: ProduitPass, naissance: str) -> date | None:
    client = ClientFactory()
    contrat = contrat_finissant(client, fin_dans=5)
    SouscriptionPass.objects.filter(pk=contrat.souscription_id).update(produit=produit)
    chemin = f"/api/v1/souscriptions/{contrat.souscription.numero_souscription}/renouveler/"
    assert envoyer(connecter(client), chemin, {"date_naissance": naissance}).status_code == 202
    client.refresh_from_db()
    connue: date | None = client.date_naissance
    return connue


def test_a_renewal_is_of_the_age_at_the_start_of_the_new_period(settings: Settings, kimia: ProduitPass) -> None:
    """Sixty-five today, sixty-six before the period that would open in twenty days."""
    client = ClientFactory(date_naissance=ne_a(66, dans=10))
    contrat = contrat_finissant(client, fin_dans=20)
    SouscriptionPass.objects.filter(pk=contrat.souscription_id).update(produit=kimia)

    options = connecter(client).get(f"/api/v1/contrats/{contrat.numero_police}/paiement/").json()
    assert options["renouvellement"] is None
    assert "se renouvelle de 18 à 65 ans, et cette date de naissance donne 66 ans" in options["raison_renouvellement"]


class TestAssures:
    """Whoever is insured beside the subscriber needs one guarantee that plays; whoever receives has any age."""

    def cas(self, settings: Settings, naissance: date | None, role: str) -> Any:
        beneficiaire = {"nom": "MAKOSSO", "prenom": "Paul", "relation": "enfant", "role": role}
        client = {**GISELE, "date_naissance": "1990-01-01"}
        return envoyer(
            APIClient(),
            "/api/v1/souscriptions/",
            corps(settings, client=client, beneficiaires=[{**beneficiaire, "date_naissance": iso(naissance)}]),
        )

    @pytest.mark.parametrize(
        ("role", "naissance", "attendu"),
        [
            ("assure", date(2015, 5, 1), "age_hors_limites"),
            ("assure", date(1940, 5, 1), "age_hors_limites"),
            ("assure", None, "date_naissance_requise"),
            ("assure", date(1958, 1, 1), ""),  # beyond 65: funeral costs play until 70
            ("assure", date(1990, 1, 1), ""),
            ("beneficiaire", date(2015, 5, 1), ""),
            ("beneficiaire", date(1940, 5, 1), ""),
            ("beneficiaire", None, ""),
        ],
    )
    def test_subscribing(
        self, settings: Settings, kimia: ProduitPass, role: str, naissance: date | None, attendu: str
    ) -> None:
        if naissance == date(1958, 1, 1):
            naissance = ne_a(70)
        reponse = self.cas(settings, naissance, role)

        assert _http(reponse) == attendu
        if attendu:
            assert list(reponse.json()["champs"]) == ["beneficiaires.0.date_naissance"]
            assert not ClientPass.objects.exists()

    @pytest.mark.parametrize(("naissance", "passe"), [("2015-05-01", False), (None, False), ("1990-05-01", True)])
    def test_at_the_kiosk_before_any_code(self, kimia: ProduitPass, naissance: str | None, passe: bool) -> None:
        session = SessionFactory()
        souscription = SouscriptionFactory(client=session.client, produit=kimia, active=True)
        champs = {"nom": "KONGO", "prenom": "Paul", "relation": "enfant", "role": "assure", "date_naissance": naissance}
        ajout = Changement(acte=ActeSensible.BENEFICIAIRE_AJOUTER, souscription=souscription, champs=champs)

        assert (_service(lambda: demander(session_id=session.pk, changement=ajout)) == "") is passe

    def test_a_beneficiary_who_becomes_insured(self, kimia: ProduitPass) -> None:
        souscription = SouscriptionFactory(produit=kimia, active=True)
        grace = BeneficiaireFactory(souscription=souscription)

        with pytest.raises(AgeHorsLimites):
            modifier_beneficiaire(beneficiaire=grace, role="assure")
        modifier_beneficiaire(beneficiaire=grace, role="assure", date_naissance="1990-05-01")
        # Known before ages were looked at: what has nothing to do with them can be corrected.
        BeneficiairePass.objects.update(date_naissance=None)
        assert modifier_beneficiaire(beneficiaire=grace, nom="MALONGA").nom == "MALONGA"

    def test_who_aged_out_stops_the_renewal_and_is_named(self, kimia: ProduitPass) -> None:
        client = ClientFactory(date_naissance="1990-01-01")
        contrat = contrat_finissant(client, fin_dans=5)
        SouscriptionPass.objects.filter(pk=contrat.souscription_id).update(produit=kimia)
        BeneficiaireFactory(souscription=contrat.souscription, role="assure", prenom="Anne", date_naissance=ne_a(71))

        options = connecter(client).get(f"/api/v1/contrats/{contrat.numero_police}/paiement/").json()
        assert options["renouvellement"] is None
        assert "la date de naissance de Anne KONGO donne 71 ans" in options["raison_renouvellement"]


def test_a_cash_book_is_held_to_it(kimia: ProduitPass) -> None:
    agence = "Poto-Poto"
    souscription = SouscriptionFactory(client=ClientFactory(agence=agence, date_naissance="1940-05-01"), produit=kimia)
    ligne = f"{souscription.numero_souscription};100;Espèces;{timezone.localdate():%d/%m/%Y};"
    contenu = f"contrat;montant;mode;date;justificatif\n{ligne}".encode()

    with pytest.raises(ImportImpossible) as refus:
        deposer(nature="encaissements", nom="c.csv", contenu=contenu, agent=AgentFactory(role="agent", agence=agence))
    assert "se souscrit de 18 à 65 ans" in refus.value.erreurs[0].pourquoi


class TestFile:
    """Those who were already in: found, shown by a filter, counted on the home page."""

    @pytest.fixture
    def contrats(self, kimia: ProduitPass) -> dict[str, SouscriptionPass]:
        libre = ProduitFactory(code_pass="LIBRE")
        naissances = {
            "trop âgé": ne_a(66),
            "65 ans": ne_a(66, dans=1),
            "18 ans": ne_a(18),
            "trop jeune": ne_a(18, dans=1),
            "sans date": None,
        }
        contrats = {
            nom: SouscriptionFactory(client=ClientFactory(date_naissance=naissance), produit=kimia, active=True)
            for nom, naissance in naissances.items()
        }
        contrats["libre"] = SouscriptionFactory(client=ClientFactory(), produit=libre, active=True)
        contrats["annulée"] = SouscriptionFactory(client=ClientFactory(), produit=kimia, statut="annulee")
        adulte = ClientFactory(date_naissance="1990-01-01")
        for nom, naissance in {"enfant": date(2015, 5, 1), "inconnu": None, "adulte": date(1990, 1, 1)}.items():
            contrats[f"assuré {nom}"] = SouscriptionFactory(client=adulte, produit=kimia, active=True)
            BeneficiaireFactory(souscription=contrats[f"assuré {nom}"], role="assure", date_naissance=naissance)
            BeneficiaireFactory(souscription=contrats[f"assuré {nom}"], ordre_priorite=2, date_naissance=None)
            BeneficiaireFactory(
                souscription=contrats[f"assuré {nom}"], ordre_priorite=3, role="assure", statut="inactif"
            )
        return contrats

    def test_who_is_in_it(self, contrats: dict[str, SouscriptionPass]) -> None:
        file = ages_a_revoir(jour=timezone.localdate())

        noms = {souscription.pk: nom for nom, souscription in contrats.items()}
        assert {noms[une.pk] for une in file.souscripteurs} == {"trop âgé", "trop jeune", "sans date"}
        assert {noms[une.pk] for une in file.assures} == {"assuré enfant", "assuré inconnu"}

    @pytest.mark.parametrize(("filtre", "nombre"), [("souscripteur", 3), ("assure", 2)])
    def test_its_list_and_the_home_page_agree(
        self, contrats: dict[str, SouscriptionPass], client: Client, filtre: str, nombre: int
    ) -> None:
        client.force_login(AgentFactory(role="gestionnaire"))
        adresse = reverse("admin:pass_clients_souscriptionpass_changelist") + f"?age={filtre}"

        assert client.get(adresse).context["cl"].result_count == nombre
        accueil = client.get(reverse("admin:index")).context["alertes"]
        assert [(une.nombre, une.url) for une in accueil if une.url == adresse] == [(nombre, adresse)]

    def test_nothing_to_do_without_limits(self, contrats: dict[str, SouscriptionPass]) -> None:
        Garantie.objects.update(age_min=None, age_max=None)

        file = ages_a_revoir(jour=timezone.localdate())
        assert [*file.souscripteurs, *file.assures] == []
