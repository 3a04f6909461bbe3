"""What people sent: its state, never its content, which the pages of its object show to whom they may."""

from django.contrib import admin

from apps.socle.models import AnalyseVirus, EtatFichier, FichierPrive
from apps.socle.selectors import fichiers_en_attente
from nsia_pass_api.alertes import a_voir
from nsia_pass_api.back_office.cellules import code, moment, pastille, texte
from nsia_pass_api.back_office.lecture import AdminLecture

ETAT = pastille(
    "etat",
    "État",
    {EtatFichier.QUARANTAINE: "info", EtatFichier.SAIN: "success", EtatFichier.REFUSE: "danger"},
    EtatFichier,
)
ANTIVIRUS = pastille(
    "antivirus", "Antivirus", {AnalyseVirus.SAIN: "success", AnalyseVirus.INFECTE: "danger"}, AnalyseVirus
)


@admin.register(FichierPrive)
class FichierAdmin(AdminLecture):
    search_help_text = "Numéro de l'objet, ou SHA-256"
    recherches = {"cle__in": lambda terme: [terme.strip()], "sha256__in": lambda terme: [terme.strip().lower()]}
    list_display = [
        moment("depose_le", "Déposé le"),
        texte("domaine_lisible", "Pour"),
        code("cle", "Objet"),
        texte("get_nature_display", "Nature"),
        texte("poids", "Poids"),
        ETAT,
        ANTIVIRUS,
    ]
    list_filter = [a_voir(en_attente=("Reçus que rien ne vérifie", fichiers_en_attente)), "etat", "antivirus"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (texte("domaine_lisible", "Pour"), code("cle", "Objet"), texte("rang", "Place, de 1 à 20")),
                    (ETAT, texte("get_motif_display", "Motif du refus"), ANTIVIRUS),
                    (texte("get_nature_display", "Nature"), texte("poids", "Poids")),
                    code("sha256", "SHA-256 de ce qui a été envoyé"),
                    (moment("depose_le", "Déposé le"), code("depose_par", "Déposé par")),
                    (moment("verifie_le", "Vérifié le"), moment("efface_le", "Effacé le")),
                    (moment("a_verifier_le", "À vérifier le"), texte("tentatives", "Tentatives")),
                )
            },
        ),
    ]
