"""What people type, wherever they type it: nothing that cannot be seen, nothing that changes the order of reading."""

import io
import json
import unicodedata
from typing import Any

import openpyxl
import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.parsers import JSONParser
from rest_framework.views import APIView

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import BeneficiairePass, ClientPass
from apps.pass_clients.tests import refus
from apps.pass_clients.tests.factories import BeneficiaireFactory, ClientFactory
from nsia_pass_api import tableaux
from nsia_pass_api.errors import DonneesInvalides, RequeteIllisible
from nsia_pass_api.parsers import ObjetJSONParser
from nsia_pass_api.telephones import TelephoneFormField
from nsia_pass_api.textes import INVISIBLES, EmailTape, TexteRefuse, TexteTape, epurer, nettoyer

TOUS = [
    chr(code) for code in [*range(0xD800), *range(0xE000, 0x3100), *range(0xFB00, 0x10000)] if chr(code) not in "\n"
]
RENVERSES = ["\u202e", "\u202d"]
COUPES = ["\u200b", "\ufeff", "\u2060", "\u00ad", "\u200e", "\u202a", "\u2066", "\U000e0041", "\u3164"]


class TestNettoyer:
    @pytest.mark.parametrize(
        ("tape", "garde"),
        [
            ("  Jean \t Baptiste ", "Jean Baptiste"),
            ("Jean\u00a0\u202fBaptiste\u3000", "Jean Baptiste"),
            ("Jean\r\nBaptiste", "Jean Baptiste"),
            ("Gise\u0300le", "Gisèle"),
            ("\ufeffKON\u200bGO\u00ad", "KONGO"),
            ("\u202aKONGO\u202c", "KONGO"),
            ("\u3164\ufffc", ""),
            ("N’ZABA Ŋɔ 王", "N’ZABA Ŋɔ 王"),
        ],
    )
    def test_what_is_kept(self, tape: str, garde: str) -> None:
        assert nettoyer(tape) == garde

    def test_lines_of_a_paragraph_stay(self) -> None:
        assert nettoyer("\nPayé  deux fois\r\n\u200bvu\u2028ici \n", lignes=True) == "Payé deux fois\nvu\nici"

    @pytest.mark.parametrize(
        "signe", [*RENVERSES, "\x00", "\x1b", "\x7f", "\x9b", chr(0xD800), "\ufffd", "\ufffe", "\ufdd0"]
    )
    @pytest.mark.parametrize("lignes", [False, True])
    def test_what_is_refused(self, signe: str, lignes: bool) -> None:
        with pytest.raises(TexteRefuse):
            nettoyer(f"KON{signe}GO", lignes=lignes)

    @given(st.text(), st.booleans())
    def test_what_is_kept_is_plain_and_stays_as_it_is(self, texte: str, lignes: bool) -> None:
        try:
            garde = nettoyer(texte, lignes=lignes)
        except TexteRefuse:
            return
        assert nettoyer(garde, lignes=lignes) == garde == unicodedata.normalize("NFC", garde)
        permis = {"\n"} if lignes else set()
        assert {signe for signe in garde if unicodedata.category(signe) in ("Cc", "Cf", "Cs", "Zl", "Zp")} <= permis
        assert not any(
            unicodedata.bidirectional(signe) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI") for signe in garde
        )

    @given(st.text())
    def test_what_nobody_can_type_again_is_always_kept_without_them(self, texte: str) -> None:
        assert nettoyer(epurer(texte).replace("\ufffd", "?")) == epurer(texte).replace("\ufffd", "?")


@pytest.mark.django_db
class TestNames:
    """The database refuses, whoever writes."""

    def test_each_sign_that_is_not_kept_is_refused_by_postgresql_and_no_other(self) -> None:
        """One by one, in one query: what `nettoyer` keeps as it is, and the sign of a lost letter, alone pass."""
        refus.sql("CREATE TEMPORARY TABLE signes (signe text)")
        from django.db import connection

        with connection.cursor() as cursor:
            stockables = [signe for signe in TOUS if signe != "\x00"]
            cursor.execute("INSERT INTO signes SELECT * FROM unnest(%s)", [stockables])
            cursor.execute("SELECT signe FROM signes WHERE signe ~ %s", [INVISIBLES])
            refuses = {signe for (signe,) in cursor.fetchall()}
        attendus = {signe for signe in stockables if signe != " " and _defait(signe)} - {"\ufffd"}
        assert refuses == attendus

    @pytest.mark.parametrize("signe", [*RENVERSES, *COUPES, "\x1b", "\u00a0", "\n", "\u2028"])
    def test_neither_a_client_nor_a_beneficiary_has_one(self, signe: str) -> None:
        client, beneficiaire = ClientFactory(), BeneficiaireFactory()
        for champ in ("nom", "prenom"):
            with refus.refuse("clients_noms_lisibles"):
                ClientPass.objects.filter(pk=client.pk).update(**{champ: f"A{signe}B"})
            with refus.refuse("beneficiaires_noms_lisibles"):
                BeneficiairePass.objects.filter(pk=beneficiaire.pk).update(**{champ: f"A{signe}B"})

    def test_a_lost_letter_of_the_former_database_waits(self) -> None:
        ClientFactory(nom="LO\ufffdMBA")


def _defait(signe: str) -> bool:
    """Whether a name does not keep this sign as it is; composition is not the matter of the database."""
    try:
        return nettoyer(f"A{signe}B") != unicodedata.normalize("NFC", f"A{signe}B")
    except TexteRefuse:
        return True


def _vues(motifs: Any) -> Any:
    for motif in motifs:
        if hasattr(motif, "url_patterns"):
            yield from _vues(motif.url_patterns)
        elif isinstance(classe := getattr(motif.callback, "cls", None), type) and issubclass(classe, APIView):
            yield classe


class TestApi:
    def test_each_view_reads_its_texts_by_the_one_parser(self) -> None:
        vues = set(_vues(get_resolver().url_patterns))
        assert len(vues) > 20
        assert {parser for vue in vues for parser in vue.parser_classes} == {ObjetJSONParser}
        assert issubclass(ObjetJSONParser, JSONParser)

    @pytest.mark.parametrize("signe", RENVERSES)
    def test_a_refusal_names_its_field(self, signe: str) -> None:
        corps = {"a": [{"nom": "KONGO"}, {"nom": f"KON{signe}GO"}]}
        with pytest.raises(TexteRefuse) as refuse:
            lire(corps)
        assert list(refuse.value.champs) == ["a.1.nom"]
        assert refuse.value.statut == 400

    def test_what_is_invisible_goes_and_a_password_stays(self) -> None:
        corps = {"client": {"nom": "KON\u200bGO\u00a0", "mots": ["a\ufeff"]}, "password": " une\u200b phrase ", "n": 1}
        assert lire(corps) == {"client": {"nom": "KONGO", "mots": ["a"]}, "password": " une\u200b phrase ", "n": 1}

    @given(
        st.recursive(st.text() | st.integers(0, 9) | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
    )
    def test_any_body_comes_out_clean_or_is_refused(self, corps: Any) -> None:
        try:
            lu = lire({"a": corps})
        except (DonneesInvalides, RequeteIllisible):
            return
        assert lire(lu) == lu

    def test_over_http(self, client: Client) -> None:
        reponse = client.post(
            "/api/v1/auth/login/",
            json.dumps({"police": "CG\u202e", "telephone": "06"}),
            content_type="application/json",
        )
        assert (reponse.status_code, reponse.json()["code"]) == (400, "texte_refuse")
        assert list(reponse.json()["champs"]) == ["police"]


def lire(corps: Any) -> Any:
    return ObjetJSONParser().parse(io.BytesIO(json.dumps(corps).encode()))


# What is typed and kept nowhere, or compared as it is: sign-in, filters of the journal.
NON_GARDES = {"MotDePasseForm", "CodeForm", "ActiverForm", "RenouvelerForm", "RemplacerForm"}


def _textes(formulaire: Any) -> Any:
    for nom, champ in formulaire.items():
        if isinstance(champ, forms.CharField) and not isinstance(champ.widget, forms.PasswordInput):
            yield nom, champ


def _classes(base: type) -> Any:
    for classe in base.__subclasses__():
        yield classe
        yield from _classes(classe)


@pytest.mark.django_db
class TestFormulaires:
    def champs(self) -> list[tuple[str, forms.CharField]]:
        """Each text that a form of the back office writes: pages, tables in pages, acts."""
        request = RequestFactory().get("/")
        request.user = AgentFactory(is_superuser=True)
        trouves = []
        for modele, page in admin.site._registry.items():
            for obj in (None, request.user if modele is Agent else modele()):
                formulaires = [page.get_form(request, obj, change=obj is not None)]
                formulaires += [formset.form for formset, _ in page.get_formsets_with_inlines(request, obj)]
                for formulaire in formulaires:
                    trouves += [
                        (f"{modele._meta.label}.{nom}", champ) for nom, champ in _textes(formulaire.base_fields)
                    ]
        for classe in _classes(forms.BaseForm):
            if classe.__module__.startswith(("apps.", "nsia_pass_api.")) and classe.__name__ not in NON_GARDES:
                # Fields of a model are made by its page, above.
                propres = getattr(classe, "declared_fields", classe.base_fields)
                trouves += [(f"{classe.__name__}.{nom}", champ) for nom, champ in _textes(propres)]
        return trouves

    def test_each_text_is_kept_as_people_read_it(self) -> None:
        champs, fautes = self.champs(), []
        for nom, champ in champs:
            if isinstance(champ, TelephoneFormField):  # digits alone come out of it
                continue
            if not isinstance(champ, TexteTape):
                fautes.append(nom)
                continue
            for signe in (*RENVERSES, "\x1b", "\ufffd"):
                with pytest.raises(ValidationError):
                    champ.to_python(f"KON{signe}GO")
            for signe in COUPES:
                assert champ.to_python(f" KON{signe}GO ") == "KONGO", (nom, signe)
        assert fautes == []
        assert len(champs) > 30
        assert any(isinstance(champ, EmailTape) for _, champ in champs)


class TestFichiers:
    def lire(self, contenu: bytes) -> list[dict[str, str]]:
        lignes = tableaux.lire(contenu, colonnes=("nom", "motif"), obligatoires=frozenset({"nom"}), maximum=10)
        return [ligne.cases for ligne in lignes]

    def classeur(self, *rangees: list[str]) -> bytes:
        classeur = openpyxl.Workbook()
        for rangee in rangees:
            classeur.active.append(rangee)
        tampon = io.BytesIO()
        classeur.save(tampon)
        return tampon.getvalue()

    @pytest.mark.parametrize("genre", ["csv", "xlsx"])
    def test_what_is_invisible_goes_what_turns_is_refused_with_its_line(self, genre: str) -> None:
        def fichier(nom: str) -> bytes:
            rangees = [["nom", "motif"], ["KONGO", "x"], [nom, "y"]]
            return self.classeur(*rangees) if genre == "xlsx" else "\n".join(";".join(r) for r in rangees).encode()

        assert self.lire(fichier("LO\u200bEMBA\u00a0"))[1] == {"nom": "LOEMBA", "motif": "y"}
        with pytest.raises(tableaux.FichierRefuse, match="Ligne 3 : ce texte contient un caractère invisible"):
            self.lire(fichier("LO\u202eEMBA"))
