"""The statement, in A4: each contract with its balance, its instalments, its payments."""

from typing import Any

from apps.pass_clients.models import EtatContrat
from apps.pass_payments.documents.services import Emission
from apps.pass_payments.models import StatutCotisation, StatutPaiement
from apps.pass_products.models import Periodicite
from nsia_pass_api.money import formater_nombre, formater_xaf
from nsia_pass_api.pdf.dessin import (
    BLANC,
    BLEU,
    ENCRE,
    FOND,
    GRIS,
    ROUGE,
    VERT,
    Cellule,
    Colonne,
    Couleur,
    FeuilleA4,
)
from nsia_pass_api.pdf.typographie import jour, jour_en_lettres, moment

_COTISATIONS = (
    Colonne("Quittance", 56),
    Colonne("Échéance", 23),
    Colonne("Montant", 22, "R"),
    Colonne("Payé", 22, "R"),
    Colonne("Reste", 21, "R"),
    Colonne("État", 30, "R"),
)
_PAIEMENTS = (
    Colonne("Confirmé le", 34),
    Colonne("Numéro", 43),
    Colonne("Moyen", 37),
    Colonne("Montant", 20, "R"),
    Colonne("Frais", 17, "R"),
    Colonne("Compté", 23, "R"),
)
_COULEURS_ETAT: dict[str, Couleur] = {EtatContrat.ACTIF: VERT, EtatContrat.EN_ATTENTE: GRIS}
_COULEURS_STATUT: dict[str, Couleur] = {
    StatutCotisation.PAYEE: VERT,
    StatutCotisation.EN_RETARD: ROUGE,
    StatutCotisation.A_VENIR: GRIS,
}


def dessiner(releve: dict[str, Any], emission: Emission) -> bytes:
    client = f"{releve['client']['prenom']} {releve['client']['nom']}"
    feuille = FeuilleA4(
        titre="Relevé de cotisations",
        sous_titre=f"Situation au {jour_en_lettres(releve['date'])}",
        rappel=client,
        emission=emission,
    )
    with feuille:
        y = _identite(feuille, releve, client=client, y=feuille.get_y())
        for contrat in releve["contrats"]:
            y = _contrat(feuille, contrat, y=y + 9)
        if len(releve["contrats"]) > 1:
            _ensemble(feuille, releve, y=y + 9)
        return feuille.octets()


def _identite(feuille: FeuilleA4, releve: dict[str, Any], *, client: str, y: float) -> float:
    gauche, largeur = feuille.MARGE, 78.0
    haut = y
    y = feuille.champ("Client", client, x=gauche, y=y, largeur=largeur, taille=13, gras=True)
    y = feuille.champ("Téléphone", releve["client"]["telephone"], x=gauche, y=y, largeur=largeur)
    y = feuille.champ("Échéances et paiements", _dates(releve), x=gauche, y=y, largeur=largeur)
    bas = feuille.verification(
        x=gauche + largeur + 6,
        y=haut,
        largeur=feuille.UTILE - largeur - 6,
        phrase="Scannez pour vérifier que ce relevé vient de NSIA.",
    )
    return max(y, bas)


def _dates(releve: dict[str, Any]) -> str:
    du, au = releve["du"], releve["au"]
    if du and au:
        return f"Du {jour(du)} au {jour(au)} inclus"
    if du:
        return f"À partir du {jour(du)}"
    return f"Jusqu'au {jour(au)} inclus" if au else "Depuis le début des contrats"


def _contrat(feuille: FeuilleA4, contrat: dict[str, Any], *, y: float) -> float:
    y = feuille.reserver(72, y=y)
    y = _bandeau(feuille, contrat, y=y)
    y = _chiffres(feuille, contrat, y=y + 4)
    y = feuille.intertitre("Cotisations", y=feuille.reserver(40, y=y + 6))
    if contrat["cotisations"]:
        lignes = [_cotisation(ligne) for ligne in contrat["cotisations"]]
        y = feuille.tableau(_COTISATIONS, lignes, y=y, total=_total(contrat["totaux"]))
    else:
        y = _rien(feuille, "Aucune échéance dans ces dates.", y=y)
    y = feuille.intertitre("Paiements", y=feuille.reserver(34, y=y + 6))
    if not contrat["paiements"]:
        return _rien(feuille, "Aucun paiement confirmé dans ces dates.", y=y)
    vides = [Cellule("")] * 4
    total = [Cellule("Total compté", gras=True), *vides, Cellule(formater_nombre(contrat["total_recu"]), gras=True)]
    return feuille.tableau(_PAIEMENTS, [_paiement(ligne) for ligne in contrat["paiements"]], y=y, total=total)


def _bandeau(feuille: FeuilleA4, contrat: dict[str, Any], *, y: float) -> float:
    x, largeur, etat = feuille.MARGE, feuille.UTILE, contrat["etat_du_contrat"]
    feuille.filet(x=x, y=y, largeur=largeur, couleur=BLEU, epaisseur=0.5)
    feuille.ligne(contrat["nom_produit"], x=x, y=y + 4, largeur=110, taille=14, gras=True, couleur=BLEU)
    feuille.aplat(
        x=x + largeur - 28, y=y + 4, largeur=28, hauteur=6.4, couleur=_COULEURS_ETAT.get(etat, ROUGE), rayon=3
    )
    feuille.ligne(etat, x=x + largeur - 28, y=y + 5.4, largeur=28, taille=8, gras=True, couleur=BLANC, align="C")
    details = [f"Police {contrat['police']}", f"Souscription {contrat['numero_souscription']}"]
    if contrat["date_effet"]:
        details.append(f"Du {jour(contrat['date_effet'])} au {jour(contrat['dernier_jour_couvert'])}")
    periodicite = Periodicite(contrat["periodicite"]).label.lower()
    details.append(f"Prime {formater_xaf(contrat['prime'])}, cotisation {periodicite}")
    y = feuille.paragraphe(" · ".join(details), x=x, y=y + 11.6, largeur=largeur, taille=8, couleur=GRIS)
    return feuille.paragraphe(contrat["situation"]["message"], x=x, y=y + 1, largeur=largeur, taille=8.6, couleur=ENCRE)


def _chiffres(feuille: FeuilleA4, contrat: dict[str, Any], *, y: float) -> float:
    """The balance of today, in five figures."""
    chiffres: list[tuple[str, int, Couleur]] = [
        ("Payé depuis le début", contrat["total_paye"], BLEU),
        ("Échu à ce jour", contrat["du_a_ce_jour"], BLEU),
        ("En retard", contrat["montant_en_retard"], ROUGE if contrat["montant_en_retard"] else VERT),
        ("Avoir", contrat["avoir"], BLEU),
        ("Épargne" if contrat["solde_epargne"] is not None else "Reste à payer", _cinquieme(contrat), BLEU),
    ]
    ecart = 3.0
    largeur = (feuille.UTILE - ecart * (len(chiffres) - 1)) / len(chiffres)
    for rang, (libelle, montant, couleur) in enumerate(chiffres):
        x = feuille.MARGE + rang * (largeur + ecart)
        feuille.aplat(x=x, y=y, largeur=largeur, hauteur=15, couleur=FOND, rayon=2)
        feuille.ligne(libelle, x=x + 3, y=y + 2.8, largeur=largeur - 6, taille=6.8, couleur=GRIS)
        feuille.ligne(
            formater_xaf(montant), x=x + 3, y=y + 7.4, largeur=largeur - 6, taille=10, gras=True, couleur=couleur
        )
    return y + 15


def _cinquieme(contrat: dict[str, Any]) -> int:
    epargne: int | None = contrat["solde_epargne"]
    reste: int = contrat["reste_a_payer"]
    return reste if epargne is None else epargne


def _cotisation(ligne: dict[str, Any]) -> list[Cellule]:
    statut = StatutCotisation(ligne["statut"])
    return [
        Cellule(ligne["numero_quittance"]),
        Cellule(jour(ligne["date_echeance"])),
        *(Cellule(formater_nombre(ligne[champ])) for champ in ("montant", "montant_paye", "reste_a_payer")),
        Cellule(statut.label, couleur=_COULEURS_STATUT.get(statut, ENCRE)),
    ]


def _total(totaux: dict[str, int]) -> list[Cellule]:
    sommes = [formater_nombre(totaux[champ]) for champ in ("montant", "montant_paye", "reste_a_payer")]
    return [Cellule(texte, gras=True) for texte in ("Total en FCFA", "", *sommes, "")]


def _paiement(ligne: dict[str, Any]) -> list[Cellule]:
    rembourse = ligne["statut"] == StatutPaiement.REMBOURSE
    compte = "Remboursé" if rembourse else formater_nombre(ligne["montant_net"])
    return [
        Cellule(moment(ligne["date_confirmation"])),
        Cellule(ligne["numero_transaction"]),
        Cellule(ligne["mode_paiement"]),
        Cellule(formater_nombre(ligne["montant"])),
        Cellule(formater_nombre(ligne["frais"])),
        Cellule(compte, couleur=GRIS if rembourse else ENCRE),
    ]


def _rien(feuille: FeuilleA4, phrase: str, *, y: float) -> float:
    return feuille.paragraphe(phrase, x=feuille.MARGE, y=y, largeur=feuille.UTILE, couleur=GRIS)


def _ensemble(feuille: FeuilleA4, releve: dict[str, Any], *, y: float) -> None:
    totaux = releve["totaux"]
    y = feuille.intertitre("Ensemble des contrats", y=feuille.reserver(52, y=y))
    colonnes = (Colonne("En FCFA", feuille.UTILE - 44), Colonne("Total", 44, "R"))
    montants = {
        "Cotisations": totaux["montant"],
        "dont payées": totaux["montant_paye"],
        "dont restant à payer": totaux["reste_a_payer"],
        "Paiements confirmés": releve["total_recu"],
        "Avoir": sum(contrat["avoir"] for contrat in releve["contrats"]),
    }
    feuille.tableau(
        colonnes,
        [[Cellule(libelle), Cellule(formater_nombre(montant))] for libelle, montant in montants.items()],
        y=y,
        total=[Cellule("Solde global", gras=True), Cellule(formater_nombre(releve["solde_global"]), gras=True)],
    )
