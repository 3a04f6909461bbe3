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
from apps.pass_clients.services import enregistrer_client, modifier_client
from apps.pass_clients.tests import refus
from apps.pass_clients.tests.factories import BeneficiaireFactory, ClientFactory
from nsia_pass_api import tableaux
from nsia_pass_api.errors import DonneesInvalides, RequeteIllisible
from nsia_pass_api.parsers import ObjetJSONParser
from nsia_pass_api.telephones import TelephoneFormField
from nsia_pass_api.textes import INVISIBLES, EmailTape, TexteRefuse, TexteTape, epurer, nettoyer, verifier_nom

RENVERSES = ["\u202e", "\u202d"]
COUPES = [
    "\ufe0f",
    "\U0001bca0",
    "\U0001d173",
    "\u180f",
    "\u2065",
    "\ufff0",
    "\u200b",
    "\ufeff",
    "\u2060",
    "\u00ad",
    "\u200e",
    "\u202a",
    "\u2066",
    "\U000e0041",
    "\u3164",
]


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

    def test_each_code_point_is_seen_or_goes(self) -> None:
        """One by one: what stays is a letter, a mark, a digit, a sign or a plain space, and what fonts may ignore never does."""
        restent = {signe for signe in map(chr, range(0x110000)) if not _defait(signe)}
        assert {unicodedata.category(signe)[0] for signe in restent} == {"L", "M", "N", "P", "S", "Z"}
        assert {signe for signe in restent if unicodedata.category(signe)[0] == "Z"} == {" "}
        assert restent & IGNORABLES == set()
        assert len(restent) > 140_000

    @pytest.mark.parametrize("nom", ["Ŋɔ̂", "Nguyễn", "שָׁלוֹם", "नीति", "O’Brien", "Mbɛ́ɛ̃́"])
    def test_names_of_any_language_stay(self, nom: str) -> None:
        assert nettoyer(nom) == unicodedata.normalize("NFC", nom)
        verifier_nom(nom)

    def test_four_accents_in_a_row_and_no_more(self) -> None:
        quatre = "q" + "\u0323\u0301\u0302\u0303"
        assert nettoyer(quatre) == quatre
        assert epurer(quatre + "\u0301" * 80 + " K") == quatre + " K"
        with pytest.raises(TexteRefuse):
            nettoyer(quatre + "\u0301")

    @pytest.mark.parametrize("nom", ["", "-", "12", "́", "👍", "..."])
    def test_a_name_has_a_letter(self, nom: str) -> None:
        with pytest.raises(ValidationError, match="avec des lettres"):
            verifier_nom(nom)

    def test_lines_of_a_paragraph_stay(self) -> None:
        assert nettoyer("\nPayé  deux fois\r\n\u200bvu\u2028ici \n", lignes=True) == "Payé deux fois\nvu\nici"

    @pytest.mark.parametrize(
        "signe",
        [
            *RENVERSES,
            "\ue000",
            "\U000f0000",
            "\u0600",
            "\U00013430",
            "\u0378",
            "\U00050000",
            "e" + "\u0301\u0302" * 3,
            "\x00",
            "\x1b",
            "\x7f",
            "\x9b",
            chr(0xD800),
            "\ufffd",
            "\ufffe",
            "\ufdd0",
        ],
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
        """One by one, in one query: what `nettoyer` keeps as it is, the sign of a lost letter, and among signs what Unicode has
        not given yet, alone pass."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT i FROM generate_series(1, 1114111) i WHERE i NOT BETWEEN 55296 AND 57343 AND chr(i) ~ %s",
                [INVISIBLES],
            )
            refuses = {chr(code) for (code,) in cursor.fetchall()}
        stockables = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF]
        attendus = {signe for signe in stockables if signe != " " and _defait(signe)} - {"\ufffd"}
        assert refuses - attendus == set()
        assert {unicodedata.category(signe) for signe in attendus - refuses} == {"Cn"}
        assert max(attendus - refuses) < "\U00040000"

    def test_piled_accents_are_refused_by_postgresql_too(self) -> None:
        with refus.refuse("clients_noms_lisibles"):
            ClientFactory(nom="A" + "\u0301" * 5)
        ClientFactory(nom="A" + "\u0301" * 4)

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

    def test_a_name_has_a_letter_when_it_is_written_and_only_then(self) -> None:
        with pytest.raises(ValidationError, match="avec des lettres"):
            enregistrer_client(nom="12", prenom="Jean", telephone="061234567")
        ancien = ClientFactory(nom="-")
        assert modifier_client(client=ancien, adresse="Ouenzé").adresse == "Ouenzé"
        with pytest.raises(ValidationError, match="avec des lettres"):
            modifier_client(client=ancien, nom="..")


# Default_Ignorable_Code_Point, of DerivedCoreProperties.txt.
IGNORABLES = {
    chr(code)
    for debut, fin in (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
        (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    )
    for code in range(debut, fin + 1)
}  # fmt: skip


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
        lignes = tableaux.lire_tableau(contenu, colonnes=("nom", "motif"), obligatoires=frozenset({"nom"}), maximum=10)
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
