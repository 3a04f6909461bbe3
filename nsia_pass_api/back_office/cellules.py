"""Cells: callables for `list_display`, `fields`, `fieldsets`. A path follows relations: « souscription__client__telephone »."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib.admin.utils import quote
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join

from ..dates import dernier_jour_couvert
from ..lisible import VIDE, Cles, champs, cles_lisibles, valeur_lisible
from ..lisible import libelle as libelle_du_champ
from ..money import formater_xaf
from ..redaction import masquer_texte
from ..telephones import afficher, masquer

Cellule = Callable[[Any], Any]


def _cellule(genre: str, chemin: str, libelle: str, montrer: Callable[[Any], Any]) -> Cellule:
    """`genre` begins the cell's CSS class: back_office.css lays out amounts, dates and phones."""

    def cellule(objet: Any) -> Any:
        valeur = suivre(objet, chemin)
        return VIDE if valeur is None or valeur in ("", {}) else montrer(valeur)

    cellule.__name__ = f"{genre}_{chemin}"
    cellule.short_description = libelle  # type: ignore[attr-defined]
    if genre in _BRUTES:
        cellule.brute = lambda objet: suivre(objet, chemin)  # type: ignore[attr-defined]
    return cellule


# Cells that files hold as they are; others are read as they are shown, without their HTML.
_BRUTES = frozenset({"texte", "code", "montant", "taux", "moment"})


def suivre(objet: Any, chemin: str) -> Any:
    """What lies at the end of `chemin`, called when it is a method; None when one step is absent; the object for no path."""
    for etape in chemin.split("__") if chemin else ():
        # A reverse one-to-one that nobody points to raises a subclass of AttributeError.
        objet = getattr(objet, etape, None)
    return objet() if callable(objet) else objet


def texte(chemin: str, libelle: str) -> Cellule:
    return _cellule("texte", chemin, libelle, str)


def code(chemin: str, libelle: str) -> Cellule:
    """A number that is never cut over two lines."""
    return _cellule("code", chemin, libelle, str)


def xaf(chemin: str, libelle: str) -> Cellule:
    return _cellule("montant", chemin, libelle, formater_xaf)


def taux(chemin: str, libelle: str) -> Cellule:
    return _cellule("taux", chemin, libelle, lambda valeur: f"{number_format(valeur, 2)} %")


def du(chemin: str, libelle: str) -> Cellule:
    """An amount that nobody should owe: nothing is written of zero, the rest is red."""

    def montrer(montant: int) -> str:
        return (
            format_html('<span class="text-red-600 dark:text-red-400">{}</span>', formater_xaf(montant))
            if montant
            else VIDE
        )

    return _cellule("montant", chemin, libelle, montrer)


def telephone(chemin: str, libelle: str = "Téléphone") -> Cellule:
    cellule = _cellule("telephone", chemin, libelle, afficher)
    cellule.brute = lambda objet: suivre(objet, chemin)  # type: ignore[attr-defined]
    return cellule


def telephone_masque(chemin: str, libelle: str = "Téléphone") -> Cellule:
    """Enough of a number to recognise it, where many are read together."""
    return _cellule("telephone", chemin, libelle, masquer)


def brut(chemin: str, libelle: str) -> Cellule:
    """A text as it came from outside, phones and secrets masked."""

    def montrer(valeur: str) -> str:
        return format_html('<pre class="brut">{}</pre>', masquer_texte(valeur))

    return _cellule("brut", chemin, libelle, montrer)


def jour(chemin: str, libelle: str) -> Cellule:
    """A date, or that of a moment in Brazzaville."""

    def montrer(valeur: date) -> str:
        return f"{timezone.localtime(valeur) if isinstance(valeur, datetime) else valeur:%d/%m/%Y}"

    cellule = _cellule("jour", chemin, libelle, montrer)
    cellule.brute = lambda objet: _jour(suivre(objet, chemin))  # type: ignore[attr-defined]
    return cellule


def dernier_jour(chemin: str, libelle: str) -> Cellule:
    """The last covered day of a term, at whose `chemin` lies the first day that it no longer covers; in files too."""
    cellule = _cellule("jour", chemin, libelle, lambda fin: f"{dernier_jour_couvert(fin):%d/%m/%Y}")

    def brute(objet: Any) -> date | None:
        fin = suivre(objet, chemin)
        return fin and dernier_jour_couvert(fin)

    cellule.brute = brute  # type: ignore[attr-defined]
    return cellule


def _jour(valeur: date | None) -> date | None:
    return timezone.localtime(valeur).date() if isinstance(valeur, datetime) else valeur


def mois(chemin: str, libelle: str) -> Cellule:
    """The month of a date."""
    return _cellule("jour", chemin, libelle, lambda valeur: f"{MONTHS[valeur.month].capitalize()} {valeur.year}")


def moment(chemin: str, libelle: str, *, secondes: bool = False) -> Cellule:
    """Date and time in Brazzaville."""

    def montrer(valeur: datetime) -> str:
        return f"{timezone.localtime(valeur):{'%d/%m/%Y %H:%M:%S' if secondes else '%d/%m/%Y %H:%M'}}"

    return _cellule("moment", chemin, libelle, montrer)


def donnees(chemin: str, libelle: str, *, cles: Cles) -> Cellule:
    """A JSON object, a key a line, each called and read as `cles` says."""

    def montrer(valeur: dict[str, Any]) -> str:
        return format_html_join("", "<div>{} : {}</div>", cles_lisibles(valeur, cles))

    return _cellule("donnees", chemin, libelle, montrer)


def donnees_brutes(chemin: str, libelle: str) -> Cellule:
    """A JSON object as it came from outside, a key a line."""

    def montrer(valeur: dict[str, Any]) -> str:
        lignes = ((cle, json.dumps(contenu, ensure_ascii=False).strip('"')) for cle, contenu in valeur.items())
        return format_html_join("", '<div class="brut">{} : {}</div>', lignes)

    return _cellule("donnees", chemin, libelle, montrer)


def fiche(chemin: str, libelle: str, *, modele: Callable[[Any], type[models.Model]]) -> Cellule:
    """A record of the fields of `modele` as JSON, a field a line; in a table of `FichesLues`, what they point to is named."""

    def cellule(objet: Any) -> str:
        connus, noms = champs(modele(objet)), getattr(objet, "noms", None)
        lignes = (
            (libelle_du_champ(connus[nom]), valeur_lisible(connus[nom], valeur, noms))
            for nom, valeur in (suivre(objet, chemin) or {}).items()
            if nom in connus
        )
        return format_html_join("", "<div>{} : {}</div>", lignes) or VIDE

    cellule.__name__ = f"donnees_{chemin}"
    cellule.short_description = libelle  # type: ignore[attr-defined]
    return cellule


def pastille(chemin: str, libelle: str, couleurs: dict[str, str], choix: type[models.TextChoices]) -> Cellule:
    """The label of `choix` as a badge, in the colour that `couleurs` gives its value."""

    def montrer(valeur: str) -> str:
        return badge(choix(valeur).label, couleurs.get(valeur, ""))

    return _cellule("pastille", chemin, libelle, montrer)


def badge(texte: str, couleur: str) -> str:
    """`couleur`: success, info, warning, danger, primary, or nothing for grey."""
    return render_to_string("unfold/helpers/label.html", {"type": couleur, "text": texte})


def lien(chemin: str, libelle: str, *, modele: str, pk: str) -> Cellule:
    """The text at `chemin`, leading to the page of the `modele` (`app.Modele`) whose key lies at `pk`."""

    def cellule(objet: Any) -> Any:
        valeur, cle = suivre(objet, chemin), suivre(objet, pk)
        return VIDE if valeur is None or cle is None else vers(modele, cle, valeur)

    cellule.__name__ = f"lien_{chemin}"
    cellule.short_description = libelle  # type: ignore[attr-defined]
    return cellule


def vers(modele: str, cle: Any, texte: Any) -> str:
    """`texte`, leading to the page of the `modele` (`app.Modele`) of key `cle`."""
    page = reverse(f"admin:{modele.lower().replace('.', '_')}_change", args=[quote(cle)])
    return format_html('<a class="text-link" href="{}">{}</a>', page, texte)
