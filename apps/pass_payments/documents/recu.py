"""The receipt: on a roll of 58 or 80 mm as high as what it says, in black for thermal printers, or on A4."""

from typing import Any

from django.db import models

from apps.pass_payments.documents.services import Emission
from apps.pass_payments.models import TypePaiement
from nsia_pass_api.money import formater_nombre, formater_xaf
from nsia_pass_api.pdf.dessin import BLEU, FOND, GRIS, NOIR, OR, VERT, Cellule, Colonne, Document, FeuilleA4
from nsia_pass_api.pdf.typographie import jour, moment

TITRE = "Reçu de paiement"
_QUITTANCES = (
    Colonne("Quittance", 62),
    Colonne("Échéance", 28),
    Colonne("Montant", 28, "R"),
    Colonne("Réglé", 28, "R"),
    Colonne("Reste", 28, "R"),
)
_TRES_LONG = 5_000.0
_SANS_POLICE = "en cours d'attribution"


class Papier(models.TextChoices):
    A4 = "a4", "A4"
    ROULEAU_58 = "58", "Rouleau de 58 mm"
    ROULEAU_80 = "80", "Rouleau de 80 mm"


def dessiner(recu: dict[str, Any], emission: Emission, *, papier: str = Papier.ROULEAU_80) -> bytes:
    if papier == Papier.A4:
        return _feuille(recu, emission)
    largeur = float(papier)
    # Drawn once on a very long roll to know how high it is, then on one of that height.
    with _Rouleau(titre=TITRE, emission=emission, largeur=largeur, hauteur=_TRES_LONG) as essai:
        hauteur = essai.composer(recu)
    with _Rouleau(titre=TITRE, emission=emission, largeur=largeur, hauteur=hauteur) as rouleau:
        rouleau.composer(recu)
        return rouleau.octets()


def faits(recu: dict[str, Any]) -> list[tuple[str, str]]:
    """What a receipt says of its payment, beside its amount and its quittances."""
    lignes = [
        ("Payé le", moment(recu["date_confirmation"])),
        ("Client", f"{recu['prenom']} {recu['nom']}"),
        ("Contrat", recu["nom_produit"]),
        ("Police", recu["police"] or _SANS_POLICE),
        ("Objet", TypePaiement(recu["type_paiement"]).label),
        ("Moyen", recu["mode_paiement"]),
    ]
    if recu["numero_payeur"]:
        lignes.append(("Payé par", recu["numero_payeur"]))
    lignes.append(("Transaction", recu["numero_transaction"]))
    if recu["code_confirmation"]:
        lignes.append(("Référence de l'opérateur", recu["code_confirmation"]))
    if recu["frais"]:
        lignes += [
            ("Frais", formater_xaf(recu["frais"])),
            ("Compté pour le contrat", formater_xaf(recu["montant_net"])),
        ]
    return lignes


def _numero(recu: dict[str, Any]) -> str:
    return str(recu["numero_recu"] or recu["numero_transaction"])


class _Rouleau(Document):
    def composer(self, recu: dict[str, Any]) -> float:
        """Everything is on the roll; returns its height."""
        self.add_page()
        etroit = self.w < 70
        self.marge = 4.0 if etroit else 5.0
        self.utile = self.w - 2 * self.marge
        self.petit, self.normal = (6.4, 7.0) if etroit else (7.2, 8.0)
        taille = 15 if etroit else 19
        self.marque(x=(self.w - self.largeur_marque(taille=taille)) / 2, y=5, taille=taille, nsia=NOIR, suite=NOIR)
        y = self._centre("NSIA Congo · Micro-assurances", y=5 + taille * 0.47, taille=self.petit)
        y = self._centre(TITRE, y=y + 2.5, taille=self.normal + 2.5, gras=True)
        y = self._centre(f"N° {_numero(recu)}", y=y + 0.5, taille=self.normal)
        y = self._montant(recu, y=y + 3)
        for libelle, valeur in faits(recu):
            y = self._fait(libelle, valeur, y=y)
        y = self._quittances(recu, y=y + 1.5)
        y = self._verification(y=y + 2)
        return y + 8

    def _montant(self, recu: dict[str, Any], *, y: float) -> float:
        hauteur = 13.0 if self.w < 70 else 15.0
        self.set_draw_color(*NOIR)
        self.set_line_width(0.5)
        self.rect(self.marge, y, self.utile, hauteur, style="D", round_corners=True, corner_radius=2)
        taille = 15.0 if self.w < 70 else 19.0
        self.ligne(
            formater_xaf(recu["montant"]),
            x=self.marge + 2,
            y=y + (hauteur - taille * 0.44) / 2,
            largeur=self.utile - 4,
            taille=taille,
            gras=True,
            couleur=NOIR,
            align="C",
        )
        return y + hauteur + 3.5

    def _fait(self, libelle: str, valeur: str, *, y: float) -> float:
        """Label and value on a line, or the value below when both do not fit."""
        self.set_font("dejavu", "", self.petit)
        large = self.get_string_width(libelle)
        self.set_font("dejavu", "B", self.normal)
        reste = self.utile - large - 3
        hauteur = self.normal * 0.55
        self.ligne(libelle, x=self.marge, y=y + 0.3, largeur=self.utile, taille=self.petit, couleur=NOIR)
        if self.get_string_width(valeur) <= reste:
            self.ligne(
                valeur,
                x=self.marge + large + 3,
                y=y,
                largeur=reste,
                taille=self.normal,
                gras=True,
                couleur=NOIR,
                align="R",
            )
            return y + hauteur
        bas = self.paragraphe(
            valeur,
            x=self.marge,
            y=y + hauteur - 0.4,
            largeur=self.utile,
            taille=self.normal,
            gras=True,
            couleur=NOIR,
            align="R",
            interligne=1.3,
        )
        return bas + 0.6

    def _quittances(self, recu: dict[str, Any], *, y: float) -> float:
        self._pointille(y)
        self.ligne(
            "Ce que ce paiement a réglé",
            x=self.marge,
            y=y + 2.5,
            largeur=self.utile,
            taille=self.normal,
            gras=True,
            couleur=NOIR,
        )
        y += 2.5 + self.normal * 0.62
        for quittance in recu["quittances"]:
            self.ligne(
                quittance["numero_quittance"], x=self.marge, y=y, largeur=self.utile, taille=self.petit, couleur=NOIR
            )
            y += self.petit * 0.47
            reste = quittance["reste_a_payer"]
            self.ligne(
                f"Échéance du {jour(quittance['date_echeance'])}",
                x=self.marge,
                y=y,
                largeur=self.utile * 0.6,
                taille=self.petit,
                couleur=NOIR,
            )
            self.ligne(
                formater_xaf(quittance["montant_regle"]),
                x=self.marge + self.utile * 0.6,
                y=y - 0.2,
                largeur=self.utile * 0.4,
                taille=self.normal,
                gras=True,
                couleur=NOIR,
                align="R",
            )
            y += self.petit * 0.5
            if reste:
                self.ligne(
                    f"reste {formater_xaf(reste)} à payer",
                    x=self.marge,
                    y=y,
                    largeur=self.utile,
                    taille=self.petit,
                    couleur=NOIR,
                )
                y += self.petit * 0.5
            y += 1
        if recu["avoir"]:
            y = self._fait("Avoir pour la suite", formater_xaf(recu["avoir"]), y=y)
        self._pointille(y + 1)
        return y + 1

    def _verification(self, *, y: float) -> float:
        cote = 34.0 if self.w < 70 else 40.0
        self.qr(x=(self.w - cote) / 2, y=y, cote=cote)
        y = self._centre(self.emission.code, y=y + cote - 1, taille=self.normal + 2.5, gras=True)
        y = self._centre("Vérifiez ce reçu en scannant le code ou sur", y=y + 1, taille=self.petit)
        self.ligne(
            self.emission.adresse,
            x=self.marge,
            y=y + 0.3,
            largeur=self.utile,
            taille=self.petit,
            couleur=NOIR,
            align="C",
        )
        y += self.petit * 0.5
        return self._centre("Merci de votre confiance.", y=y + 2.5, taille=self.normal, gras=True)

    def _centre(self, texte: str, *, y: float, taille: float, gras: bool = False) -> float:
        return self.paragraphe(
            texte,
            x=self.marge,
            y=y,
            largeur=self.utile,
            taille=taille,
            gras=gras,
            couleur=NOIR,
            align="C",
            interligne=1.3,
        )

    def _pointille(self, y: float) -> None:
        self.set_draw_color(*NOIR)
        self.set_line_width(0.25)
        self.set_dash_pattern(dash=0.8, gap=0.8)
        self.line(self.marge, y, self.marge + self.utile, y)
        self.set_dash_pattern()


def _feuille(recu: dict[str, Any], emission: Emission) -> bytes:
    feuille = FeuilleA4(titre=TITRE, sous_titre=f"N° {_numero(recu)}", rappel=f"N° {_numero(recu)}", emission=emission)
    with feuille:
        _composer(feuille, recu)
        return feuille.octets()


def _composer(feuille: FeuilleA4, recu: dict[str, Any]) -> None:
    x, utile, y = feuille.MARGE, feuille.UTILE, feuille.get_y()
    feuille.aplat(x=x, y=y, largeur=utile, hauteur=24, couleur=FOND, rayon=2.5)
    feuille.aplat(x=x, y=y + 3, largeur=1.4, hauteur=18, couleur=OR)
    feuille.ligne("Montant payé", x=x + 8, y=y + 4, largeur=80, taille=8, couleur=GRIS)
    feuille.ligne(formater_xaf(recu["montant"]), x=x + 8, y=y + 9.5, largeur=100, taille=22, gras=True, couleur=BLEU)
    feuille.ligne(
        "Paiement confirmé", x=x + utile - 68, y=y + 9.8, largeur=60, taille=11, gras=True, couleur=VERT, align="R"
    )
    y = _faits(feuille, faits(recu), y=y + 33)
    y = feuille.intertitre("Ce que ce paiement a réglé", y=y + 4)
    if recu["quittances"]:
        lignes = [
            [
                Cellule(quittance["numero_quittance"]),
                Cellule(jour(quittance["date_echeance"])),
                Cellule(formater_nombre(quittance["montant"])),
                Cellule(formater_nombre(quittance["montant_regle"]), gras=True),
                Cellule(formater_nombre(quittance["reste_a_payer"])),
            ]
            for quittance in recu["quittances"]
        ]
        regle = formater_nombre(recu["montant_net"] - recu["avoir"])
        total = [Cellule(texte, gras=True) for texte in ("Total en FCFA", "", "", regle, "")]
        y = feuille.tableau(_QUITTANCES, lignes, y=y, total=total)
    if recu["avoir"]:
        y = feuille.paragraphe(
            f"Avoir pour la suite : {formater_xaf(recu['avoir'])}", x=x, y=y + 3, largeur=utile, gras=True, couleur=BLEU
        )
    feuille.verification(
        x=x,
        y=feuille.reserver(40, y=y + 10),
        largeur=utile,
        phrase="Scannez ce code, ou ouvrez l'adresse : la page dit si ce reçu est authentique et s'il a été annulé.",
    )


def _faits(feuille: FeuilleA4, lignes: list[tuple[str, str]], *, y: float) -> float:
    """Two columns, row by row; long values wrap."""
    largeur = feuille.UTILE / 2 - 5
    for gauche in range(0, len(lignes), 2):
        bas = y
        for rang, (libelle, valeur) in enumerate(lignes[gauche : gauche + 2]):
            x = feuille.MARGE + rang * (feuille.UTILE / 2 + 5)
            bas = max(bas, feuille.champ(libelle, valeur, x=x, y=y, largeur=largeur))
        y = bas
    return y
