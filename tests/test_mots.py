"""What people read in the back office is French that they know: no English, no name of a column, no code of a state.

Every page of the admin is opened by who may open all, with rows of everything. English is what Django and unfold are written in;
codes are those of the project's own choices.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Max
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import trans_real

from apps.borne_auth.models import JournalAudit
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import BeneficiairePass
from apps.pass_clients.services import Auteur, modifier_beneficiaire, modifier_client
from apps.pass_payments.cles_du_journal import FAITS
from apps.pass_payments.models import AnomaliePaiement
from apps.pass_payments.services.indicateurs import calculer_indicateurs
from apps.pass_payments.services.paiements import consigner
from apps.pass_products.models import ProduitPass
from apps.pass_products.services import ecrire_garantie, ecrire_produit
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory
from apps.socle.models import MessageSortant, TachePlanifiee
from apps.socle.services.planification import inscrire_taches
from apps.socle.services.propositions import refuser
from nsia_pass_api.audit import Contexte, au_nom_de
from tests.test_droits import MODELES, SAISIES, Monde, monde, page

pytestmark = pytest.mark.django_db

# Words that both languages have.
FRANCAIS = {"active", "an", "as", "back", "change", "dec", "expire", "main", "me", "note", "or", "second", "tag", "via"}
# Icons are ligatures of English names; what came from outside is quoted as it came.
TUS = {"material-symbols-outlined", "brut"}
MONTRES = {"title", "placeholder", "aria-label", "alt"}
VIDES = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Lecteur(HTMLParser):
    """What a person reads of a page, node by node."""

    def __init__(self) -> None:
        super().__init__()
        self.textes: list[str] = []
        self._tues: list[bool] = []

    def handle_starttag(self, balise: str, attributs: list[tuple[str, str | None]]) -> None:
        dits = {nom: valeur or "" for nom, valeur in attributs}
        tue = balise in ("script", "style", "template") or bool(TUS & set(dits.get("class", "").split()))
        if not (tue or any(self._tues)):
            self.textes += [dits[nom] for nom in MONTRES & set(dits)]
            if balise == "input" and dits.get("type") in ("submit", "button"):
                self.textes.append(dits.get("value", ""))
        if balise not in VIDES:
            self._tues.append(tue)

    def handle_endtag(self, balise: str) -> None:
        if balise not in VIDES and self._tues:
            self._tues.pop()

    def handle_data(self, texte: str) -> None:
        if texte.strip() and not any(self._tues):
            # A filter is named after a field, as a state may be.
            self.textes.append(f"{'Filtre ' if self.lasttag == 'h3' else ''}{' '.join(texte.split())}")


def mots(texte: str) -> set[str]:
    return set(re.findall(r"[a-zà-ÿœ]{2,}", re.sub(r"%\(\w+\)\w|\{\w*\}", "", texte.lower())))


@pytest.fixture(scope="module")
def anglais() -> set[str]:
    """The words of what Django and unfold say before it is translated, that no translation has."""
    catalogue = dict(trans_real.translation("fr")._catalog.items())
    originaux = [cle[0] if isinstance(cle, tuple) else cle for cle in catalogue]
    dits = set().union(*(mots(original.rpartition("\x04")[2]) for original in originaux))
    return dits - set().union(*(mots(traduit) for traduit in catalogue.values())) - FRANCAIS


@pytest.fixture(scope="module")
def codes() -> set[str]:
    """The values of choices, but for those that are also how they are called."""
    champs = [champ for modele in apps.get_models() for champ in modele._meta.concrete_fields if champ.choices]
    choix = [(str(valeur), str(libelle)) for champ in champs for valeur, libelle in champ.flatchoices]
    return {valeur for valeur, _ in choix if not valeur.isdecimal()} - {libelle for _, libelle in choix}


class Juge:
    """What is wrong with a page. Most of what it says other pages say too, and is judged once."""

    def __init__(self, anglais: set[str], codes: set[str]) -> None:
        self.anglais, self.codes = anglais, codes
        self.connus: dict[str, list[str]] = {}

    def fautes(self, html: str) -> Iterator[str]:
        lecteur = Lecteur()
        lecteur.feed(html)
        for texte in lecteur.textes:
            if texte not in self.connus:
                self.connus[texte] = list(self._fautes(texte))
            yield from self.connus[texte]

    def _fautes(self, texte: str) -> Iterator[str]:
        sans_adresses = re.sub(r"\S+@\S+|https?://\S+|[0-9a-f]{8}-[0-9a-f-]{27}", "", texte, flags=re.IGNORECASE)
        sans_adresses = re.sub(r"SANS_AGENCE|GARANTIE_\d+|PAYER_NOT_FOUND", "", sans_adresses)
        if dits := mots(sans_adresses) & self.anglais:
            yield f"anglais {sorted(dits)} : {texte[:120]}"
        if bruts := re.findall(r"[A-Za-zÀ-ÿ]+_\w+", sans_adresses):
            yield f"code {bruts} : {texte[:120]}"
        if bruts := re.findall(r"\b[a-z]+:\w+", sans_adresses):
            yield f"clé {bruts} : {texte[:120]}"
        if texte.rpartition(" : ")[2] in self.codes - {"recherche", "agence"}:  # words too
            yield f"code : {texte[:120]}"


@pytest.fixture
def un() -> Monde:
    """With what changed of everything, a refusal, a job of each name, and the facts that journals of payments keep."""
    ContentType.objects.clear_cache()
    avant = JournalAudit.objects.aggregate(Max("pk", default=0))["pk__max"]
    un = monde("administrateur")
    personne = un.une_de_chaque("pass_clients.ClientPass")["suivie"]
    modifier_client(client=personne, auteur=Auteur(agent=un.moi), suivi_par_id=AgentFactory.create().pk)
    beneficiaire = BeneficiairePass.objects.filter(souscription__client=personne.pk)[0]
    modifier_beneficiaire(beneficiaire=beneficiaire, relation="enfant", auteur=Auteur(agent=un.moi))
    produit = ProduitEpargneFactory()
    produit.taux_epargne = Decimal("4.25")
    ecrire_produit(produit=produit, acteur=un.moi)
    garantie = GarantieFactory(produit=produit)
    garantie.montant = 750_000
    ecrire_garantie(garantie=garantie, acteur=un.moi)
    un.lignes["pass_products.ProduitPass"] = [("commune", produit)]
    paiement = un.une_de_chaque("pass_payments.PaiementPass")["suivie"]
    faits = {
        "source": "guichet",
        "operateur": "PAYER_NOT_FOUND",
        "ecarts": ["montant_different", "devise_differente"],
        "demande": 100,
        "constate": 90,
        "souscription": "resiliee",
        "motif": "compte_inconnu",
        "decaissement": "DEC-20261121-000000",
        "proposition": 1,
        "rappel": 1,
    }
    assert set(faits) == set(FAITS)
    consigner(paiement, "litige", donnees=faits, quand=timezone.now())
    AnomaliePaiement.objects.create(paiement=paiement, nature="montant_different", donnees=faits)
    refusee = un.une_de_chaque("socle.Proposition")["suivie"]
    refuser(proposition=refusee, decideur=un.moi, commentaire="déjà rendu")
    inscrire_taches()
    taches = TachePlanifiee.objects.exclude(nom="essai")
    un.lignes["socle.TachePlanifiee"] = [("commune", taches[0])]
    MessageSortant.objects.create(cle=f"paiement:{paiement}:succes", telephone="+242066123456", texte="Bonjour")
    un.lignes["socle.MessageSortant"] = [("commune", MessageSortant.objects.latest("pk"))]
    with au_nom_de(Contexte(acteur="commande:cycle_de_vie", source="commande")):
        ProduitPass.objects.filter(pk=produit.pk).update(description="Changée")
    # A line of the journal of each table, the newest of each kind; what other tests committed stays in it.
    d_ici = JournalAudit.objects.filter(pk__gt=avant)
    derniers = d_ici.order_by("table_nom", "action", "-pk").distinct("table_nom", "action")
    un.lignes["borne_auth.JournalAudit"] = [(f"{une.table_nom} {une.action}", une) for une in derniers]
    calculer_indicateurs()
    return un


def adresses(un: Monde) -> Iterator[str]:
    yield from (reverse(nom) for nom in ("admin:index", "admin:password_change", "second-facteur"))
    yield reverse("admin:auth_user_password_change", args=[un.une_de_chaque("borne_auth.Agent")["agence"].pk])
    yield page("pass_clients.SouscriptionPass", "polices")
    yield page("pass_products.ProduitPass", "devis", un.une_de_chaque("pass_products.ProduitPass")["commune"].pk)
    yield from ("/admin/rien/", "/admin/login/")
    yield from (reverse("trouver", query={"q": terme}) for terme in ("nom", "zzz"))
    for modele in MODELES:
        for parametres in ({}, {"q": "zzz"}):
            yield page(modele, "changelist", **parametres)
        yield page(modele, "add")
        # Rows of others say the same things of other people; each line of the journal is of another kind.
        objets = list(un.une_de_chaque(modele).values())
        for objet in objets if modele == "borne_auth.JournalAudit" else objets[-1:]:
            yield page(modele, "change", objet.pk)
        yield page(modele, "delete", objets[-1].pk)
    yield from actes(un)


def actes(un: Monde) -> Iterator[str]:
    for (modele, nom), objets in un.a_faire.items():
        if nom in SAISIES:
            yield page(modele, "acte", next(iter(objets.values())).pk, nom)


def test_pages(un: Monde, anglais: set[str], codes: set[str]) -> None:
    tout = Client()
    tout.force_login(AgentFactory.create(is_superuser=True))
    juge, vues = Juge(anglais, codes), dict[str, set[str]]()
    for adresse in adresses(un):
        reponse = tout.get(adresse)
        assert reponse.status_code in (200, 302, 403, 404), adresse
        if "html" in reponse.get("Content-Type", ""):
            for faute in juge.fautes(reponse.content.decode()):
                vues.setdefault(faute, set()).add(adresse)
    for adresse in ("/admin/login/", page("borne_auth.Agent", "add"), *actes(un)):
        refusee = (Client() if "login" in adresse else tout).post(adresse, {"montant": "x"})
        if "html" in refusee.get("Content-Type", "") and refusee.status_code == 200:
            for faute in juge.fautes(refusee.content.decode()):
                vues.setdefault(faute, set()).add(f"POST {adresse}")
    assert not vues, "\n".join(sorted(f"{faute} ({min(ou)})" for faute, ou in vues.items()))
