"""No list tells a column that it does not show: not by a filter, an order, a search, an export nor an action.

The columns come from the models, the lists from the registry of the admin and from the addresses of the API. A parameter that no
filter of the list declares is refused before the table is read; what filters do declare never breaks, whatever it is given.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from rest_framework.test import APIClient
from test_droits import MODELES, Monde, monde, page, sans_dessiner
from unfold.views import ChangeList

from apps.borne_auth.models import Agent
from apps.borne_auth.tokens import JetonAgent
from apps.pass_clients.models import NumeroPolice
from apps.socle.models import MessageSortant
from apps.socle.services.messages import annoncer_code
from nsia_pass_api.back_office.listes import Liste
from nsia_pass_api.dates import maintenant

pytestmark = pytest.mark.django_db

COMPARAISONS = ("exact", "regex", "startswith", "gt", "in", "isnull")
# What no type of column is, or what a careless comparison would hand to PostgreSQL.
ABSURDES = ["(", "9" * 400, "1e309", "2026-99-99", "é'%\\", ""]


def colonnes(modele: type[Model]) -> Iterator[tuple[str, str]]:
    """Each column of the table and of those one relation away: what an address would call it, and the way from a row."""
    for champ in modele._meta.concrete_fields:
        yield champ.name, champ.attname
        if champ.is_relation and champ.related_model is not None:
            for autre in champ.related_model._meta.concrete_fields:
                yield f"{champ.name}__{autre.name}", f"{champ.name}.{autre.attname}"


def suivre(objet: Any, chemin: str) -> Any:
    for etape in chemin.split("."):
        objet = getattr(objet, etape, None)
    return objet


def valeurs(objet: Model, chemin: str, comparaison: str) -> tuple[str, str]:
    """What is true of this row, and what is not."""
    vraie = str(suivre(objet, chemin))
    match comparaison:
        case "regex":
            return f"^{vraie[:1]}" if vraie[:1].isalnum() else "^", "^zzzz$"
        case "startswith":
            return vraie[:1], "zzzz"
        case "gt":
            return "", "zzzz"
        case "isnull":
            return ("1", "0") if suivre(objet, chemin) is None else ("0", "1")
    return vraie, "zzzz"


@pytest.fixture(scope="module")
def auditeur(base_du_module: None) -> Monde:
    """Who reads every list and changes nothing, and one row at least in each."""
    un = monde("auditeur")
    annoncer_code(objet="7", telephone="+242061234567", texte="NSIA : 483920 est votre code.", quand=maintenant())
    return un


class Listes:
    """Lists asked without the way there: an answer costs a millisecond."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    def demander(self, modele: str, parametres: dict[str, str]) -> Any:
        adresse = page(modele, "changelist")
        request = RequestFactory().get(adresse, parametres)
        request.resolver_match = resolve(adresse)
        request.user = self.agent
        request.session = {}  # type: ignore[assignment]
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
        return self.page(modele).get_changelist_instance(request)

    def reponse(self, modele: str, parametres: dict[str, str]) -> Any:
        """The rows, or how it was refused."""
        try:
            return [ligne.pk for ligne in self.demander(modele, parametres).result_list]
        except (DisallowedModelAdminLookup, IncorrectLookupParameters) as refus:
            return type(refus).__name__, str(refus)

    @staticmethod
    def page(modele: str) -> Any:
        (page,) = (page for cle, page in admin.site._registry.items() if cle._meta.label == modele)
        return page

    def filtres(self, modele: str) -> Sequence[Any]:
        request = RequestFactory().get("/")
        request.user = self.agent
        filtres: Sequence[Any] = self.page(modele).get_list_filter(request)
        return filtres

    def restes(self, modele: str, parametres: dict[str, str]) -> set[str]:
        """Those of `parametres` that are refused: by Django itself, else by the list, each as the only one that no filter took.

        Filters are asked for all at once, because making them takes most of the time of a list.
        """
        liste, page = self.demander(modele, {}), self.page(modele)
        request = RequestFactory().get("/")
        request.user = self.agent
        permis = {nom: [valeur] for nom, valeur in parametres.items() if page.lookup_allowed(nom, valeur, request)}
        liste.filter_params = permis
        refuses = set(parametres) - set(permis)
        avant, apres = (pris := super(Liste, liste).get_filters(request))[:2], pris[3:]
        with patch.object(ChangeList, "get_filters") as filtres:
            for nom, valeur in pris[2].items():
                filtres.return_value = (*avant, {nom: valeur}, *apres)
                try:
                    liste.get_filters(request)
                except DisallowedModelAdminLookup:
                    refuses.add(nom)
        return refuses

    def declares(self, modele: str) -> set[str]:
        """The parameters that the filters of the list read."""
        return {
            str(nom) for filtre in self.demander(modele, {}).filter_specs for nom in filtre.expected_parameters() if nom
        }


@pytest.fixture
def listes(auditeur: Monde) -> Listes:
    return Listes(auditeur.moi)


def test_no_column_is_compared_that_no_filter_declares(auditeur: Monde, listes: Listes) -> None:
    """Refused alike for what is true and for what is not: no filter takes any, and each column is tried on its list."""
    fautes, essais = [], 0
    for modele in MODELES:
        _, objet = auditeur.lignes[modele][0]
        declares, filtres = listes.declares(modele), listes.filtres(modele)
        tentes: dict[str, tuple[str, str]] = {}
        for rang, (nom, chemin) in enumerate(colonnes(type(objet))):
            comparaisons = [c for c in ("", *COMPARAISONS) if "__".join((nom, c)).removesuffix("__") not in declares]
            de_la_colonne = {"__".join((nom, c)).removesuffix("__"): valeurs(objet, chemin, c) for c in comparaisons}
            tentes |= de_la_colonne
            # A filter with one choice is not shown, and what is asked of it is forgotten.
            cache = nom.split("__")[0] in filtres
            for parametre in [*de_la_colonne][rang % len(comparaisons) :][:1]:
                reponses = [listes.reponse(modele, {parametre: valeur}) for valeur in tentes[parametre]]
                if reponses[0] != reponses[1] or (reponses[0][0] != "DisallowedModelAdminLookup" and not cache):
                    fautes.append((modele, parametre, reponses))
        essais += len(tentes)
        attendus = {parametre for parametre in tentes if parametre.split("__")[0] not in filtres}
        for vrai in (0, 1):
            pris = attendus - listes.restes(modele, {nom: essai[vrai] for nom, essai in tentes.items()})
            fautes += [(modele, parametre, "pris") for parametre in pris]
    assert fautes == []
    assert essais > 5_000


def test_what_filters_declare_takes_anything(listes: Listes) -> None:
    """Bad types, bad expressions, huge numbers: rows or a refusal, never an error."""
    for modele in MODELES:
        for parametre in listes.declares(modele) | {"q", "o", "p"}:
            for valeur in ABSURDES:
                listes.reponse(modele, {parametre: valeur})


def test_an_order_is_one_of_the_sortable_columns(listes: Listes) -> None:
    """Fixed where nothing is sortable, whatever the address asks; the team alone sorts, by what it reads."""
    triees = []
    for modele in MODELES:
        fixe = listes.demander(modele, {}).queryset.query.order_by
        ordres = {listes.demander(modele, {"o": f"-{rang}"}).queryset.query.order_by for rang in range(9)}
        if ordres != {fixe}:
            triees.append(modele)
    assert triees == ["borne_auth.Agent"]


def test_a_search_finds_no_row_by_a_secret(auditeur: Monde, listes: Listes) -> None:
    secrets = {"password", "texte", "corps", "cle_empreinte", "empreinte", "reponse", "demande"}
    essais = 0
    for modele in MODELES:
        for _, objet in auditeur.lignes[modele]:
            for nom in secrets & {champ.name for champ in type(objet)._meta.concrete_fields}:
                valeur = str(getattr(objet, nom) or "")[:200]
                if len(valeur) > 3:
                    essais += 1
                    assert objet.pk not in listes.reponse(modele, {"q": valeur}), (modele, nom)
    assert essais > 5


@pytest.fixture
def bureau(client: Client, auditeur: Monde, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    client.force_login(auditeur.moi)
    with sans_dessiner(monkeypatch):
        yield client


def test_a_code_is_not_read_letter_by_letter(bureau: Client) -> None:
    """What an auditor did in 22 requests: the same answer to each guess, on the list, its file and its actions."""
    for vue, args in (("changelist", ()), ("export", ("csv",))):
        essais = [page("socle.MessageSortant", vue, *args, texte__regex=f"NSIA . {debut}") for debut in ("4", "5")]
        reponses = [bureau.get(essai) for essai in essais]
        reponses += [bureau.post(essai, {"action": "delete_selected"}) for essai in essais if vue == "changelist"]
        assert [reponse.status_code for reponse in reponses] == [400] * len(reponses)
        assert len({reponse.content for reponse in reponses}) == 1
    assert not MessageSortant.objects.filter(texte__contains="483920").exists()


def test_each_door_of_each_list_takes_anything(bureau: Client) -> None:
    """List, file, page of an object, history: what is absurd is refused, and nothing breaks."""
    fautes = []
    for modele in MODELES:
        for vue, args, nom, valeur in (
            ("changelist", (), "id__gt", "9" * 400),
            ("changelist", (), "_to_field", "password"),
            ("changelist", (), "q", "a\x00b"),
            ("changelist", (), "p", "9" * 400),
            ("export", ("csv",), "zzz\x00", "1"),
            ("change", ("9" * 30,), "_changelist_filters", "password__regex=("),
            ("history", ("zzz",), "_popup", "\x00"),
        ):
            reponse = bureau.get(page(modele, vue, *args, **{nom: valeur}))
            if reponse.status_code >= 500:
                fautes.append((modele, vue, nom))
    assert fautes == []


@pytest.mark.parametrize("champ", ["suivi_par", "client", "password", "zzz"])
@pytest.mark.parametrize("terme", ["a", "a\x00", "(", "9" * 400])
def test_choices_of_a_field_are_those_of_its_page(bureau: Client, champ: str, terme: str) -> None:
    adresse = reverse(
        "admin:autocomplete",
        query={"app_label": "pass_clients", "model_name": "clientpass", "field_name": champ, "term": terme},
    )
    assert bureau.get(adresse).status_code in (200, 400, 403)


def lu(reponse: Any) -> Any:
    """The answer without its links, which repeat the address."""
    corps = reponse.json()
    return (
        {cle: contenu for cle, contenu in corps.items() if cle not in ("next", "previous")}
        if isinstance(corps, dict)
        else corps
    )


def test_lists_of_the_api_read_what_they_declare_and_nothing_else(auditeur: Monde) -> None:
    """All columns of all tables compared at once: the answer is that of the list itself."""
    _, police = auditeur.lignes["pass_clients.NumeroPolice"][0]
    assert isinstance(police, NumeroPolice)
    telephone = police.souscription.client.telephone
    api = APIClient()
    corps = {"police": police.numero_police, "telephone": telephone}
    entree = api.post("/api/v1/auth/login/", corps, format="json")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {entree.json()['tokens']['access']}")
    base = f"/api/v1/clients/{police.numero_police}/"
    chemins = [
        *(f"{base}{suite}" for suite in ("dashboard/", "contrats/", "cotisations/")),
        f"/api/v1/contrats/{police.numero_police}/",
        f"/api/v1/souscriptions/{police.souscription.numero_souscription}/beneficiaires/",
        "/api/v1/produits/",
        "/api/v1/agents/",
    ]
    noms = {nom for modele in MODELES for nom, _ in colonnes(Listes.page(modele).model)}
    jeton = JetonAgent.emettre(fin=maintenant() + timedelta(minutes=5), agent=auditeur.moi.pk)
    agent = APIClient(headers={"Authorization": f"Bearer {jeton}"})
    for chemin in chemins:
        qui = agent if chemin.endswith("/agents/") else api
        seule = qui.get(chemin)
        assert seule.status_code == 200, chemin
        for comparaison in COMPARAISONS:
            for valeur in ("^zzzz$", "(", "1"):
                parametres = {f"{nom}__{comparaison}": valeur for nom in noms} | {"ordering": "password", "search": "("}
                filtree = qui.get(chemin, parametres)
                assert (filtree.status_code, lu(filtree)) == (200, lu(seule)), (chemin, comparaison)
