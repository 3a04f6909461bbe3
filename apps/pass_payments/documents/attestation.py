"""The attestation, on one A4 page."""

from typing import Any

from apps.pass_payments.documents.services import Emission
from apps.pass_products.models import Periodicite
from nsia_pass_api.money import formater_xaf
from nsia_pass_api.pdf.dessin import BLEU, ENCRE, FOND, GRIS, OR, FeuilleA4
from nsia_pass_api.pdf.typographie import jour_en_lettres

# One page holds these: beyond, the last line says how many more, and the name is written smaller.
_GARANTIES_MAX, _ASSURES_MAX, _NOM_COURT = 6, 6, 60

CONDITIONS = (
    "Elle vaut pour les dates ci-dessus, tant que les cotisations sont payées à leur échéance : la garantie s'arrête "
    "quand le contrat est suspendu ou résilié. La page de vérification dit à tout moment si le contrat est en vigueur "
    "et à jour. Les garanties s'exercent dans les limites et conditions du contrat."
)


def dessiner(attestation: dict[str, Any], emission: Emission) -> bytes:
    feuille = FeuilleA4(
        titre="Attestation d'assurance",
        sous_titre=f"Délivrée le {jour_en_lettres(emission.emis_le)}",
        rappel=attestation["police"],
        emission=emission,
    )
    with feuille:
        _composer(feuille, attestation)
        return feuille.octets()


def _composer(feuille: FeuilleA4, attestation: dict[str, Any]) -> None:
    x, utile = feuille.MARGE, feuille.UTILE
    y = feuille.paragraphe("NSIA Congo atteste que", x=x, y=feuille.get_y() + 5, largeur=utile, taille=10.5)
    nom = f"{attestation['prenom']} {attestation['nom']}"
    y = feuille.paragraphe(
        nom,
        x=x,
        y=y + 2,
        largeur=utile,
        taille=19 if len(nom) <= _NOM_COURT else 13,
        gras=True,
        couleur=BLEU,
        interligne=1.3,
    )
    feuille.filet(x=x, y=y + 2, largeur=26, couleur=OR, epaisseur=0.9)
    y = feuille.paragraphe(
        f"est titulaire du contrat {attestation['nom_produit']} désigné ci-dessous, en vigueur et à jour de ses "
        "cotisations à la date de délivrance.",
        x=x,
        y=y + 6.5,
        largeur=utile,
        taille=10.5,
        interligne=1.55,
    )
    y = _contrat(feuille, attestation, y=y + 6)
    y = _couverture(feuille, attestation, y=y + 8)
    y = feuille.intertitre("Ce que vaut cette attestation", y=y + 2)
    feuille.paragraphe(CONDITIONS, x=x, y=y, largeur=utile, taille=9.2, interligne=1.65)
    feuille.verification(
        x=x,
        y=feuille.BAS - 38,
        largeur=utile,
        phrase="Scannez ce code, ou ouvrez l'adresse et tapez le code : la page dit si l'attestation est authentique "
        "et si elle vaut encore aujourd'hui.",
    )


def _contrat(feuille: FeuilleA4, attestation: dict[str, Any], *, y: float) -> float:
    x, utile, hauteur = feuille.MARGE, feuille.UTILE, 42.0
    feuille.aplat(x=x, y=y, largeur=utile, hauteur=hauteur, couleur=FOND, rayon=2.5)
    feuille.aplat(x=x, y=y + 3, largeur=1.4, hauteur=hauteur - 6, couleur=OR)
    demi = utile / 2 - 10
    gauche, droite = x + 8, x + utile / 2 + 4
    periodicite = Periodicite(attestation["periodicite"]).label.lower()
    prime = f"{formater_xaf(attestation['prime'])}, cotisation {periodicite}"
    for rang, ((libelle, valeur), (libelle_2, valeur_2)) in enumerate(
        (
            (("Produit", attestation["nom_produit"]), ("Numéro de police", attestation["police"])),
            (
                ("Couvert à partir du", jour_en_lettres(attestation["date_debut"])),
                ("Jusqu'au (inclus)", jour_en_lettres(attestation["dernier_jour_couvert"])),
            ),
            (
                ("Prime de la période", prime),
                ("Bénéficiaires désignés", str(attestation["nombre_beneficiaires"] or "Aucun")),
            ),
        )
    ):
        haut = y + 4.5 + rang * 12
        for colonne, nom, texte in ((gauche, libelle, valeur), (droite, libelle_2, valeur_2)):
            feuille.ligne(nom, x=colonne, y=haut, largeur=demi, taille=7.2, couleur=GRIS)
            feuille.ligne(texte, x=colonne, y=haut + 4, largeur=demi, taille=11, gras=True, couleur=BLEU)
    return y + hauteur


def _couverture(feuille: FeuilleA4, attestation: dict[str, Any], *, y: float) -> float:
    """The guarantees, one below the other; then the people who are insured beside the holder."""
    garanties, assures = attestation["garanties"], attestation["assures"]
    x, utile = feuille.MARGE, feuille.UTILE
    if garanties:
        y = feuille.intertitre("Garanties", y=y)
        for texte in _au_plus(garanties, _GARANTIES_MAX):
            feuille.aplat(x=x + 0.4, y=y + 1.6, largeur=1.2, hauteur=1.2, couleur=OR, rayon=0.6)
            feuille.ligne(texte, x=x + 4, y=y, largeur=utile - 4, taille=9.2, couleur=ENCRE)
            y += 5.4
        y += 2
    if assures:
        y = feuille.intertitre("Assurés avec le titulaire", y=y)
        y = feuille.paragraphe(", ".join(_au_plus(assures, _ASSURES_MAX)), x=x, y=y, largeur=utile, taille=9.2) + 2
    return y


def _au_plus(textes: list[str], maximum: int) -> list[str]:
    return textes if len(textes) <= maximum else [*textes[: maximum - 1], f"et {len(textes) - maximum + 1} autres"]
