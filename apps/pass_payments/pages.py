"""What the back office shows of this app, and what this app adds to pages of others."""

from apps.pass_payments.cles_du_journal import FAITS
from apps.pass_payments.motifs import motif_lisible
from apps.socle.cles import cle_lisible
from nsia_pass_api.registre import (
    JOURNAL,
    OPERATEURS,
    PAIEMENTS,
    Droits,
    Menu,
    Suivie,
    ajouter,
    alerter,
    page,
    table,
)
from nsia_pass_api.roles import DE_SON_AGENCE, de_soi

_TOUS = Droits("L", "L", "L", "L", "L")
_TECHNIQUE = Droits("L", "L", "", "", "L")


# Adding a payment is cashing it; changing one, asking the operator again.
page(
    "pass_payments.PaiementPass",
    Droits("LAM", "LAM", "LAM", "L", "L"),
    client="souscription__client",
    menu=Menu(PAIEMENTS, "payments", "Chaque tentative et son journal", rang=10),
    trouver=4,
    audit=Suivie(lues={"motif_echec": motif_lisible}),
)
page("pass_payments.EvenementPaiement", _TOUS, client="paiement__souscription__client", audit=JOURNAL)
page("pass_payments.Cotisation", _TOUS, client="client")
page(
    "pass_payments.AnomaliePaiement",
    Droits("LM", "LM", "L", "L", "L"),
    client="paiement__souscription__client",
    menu=Menu(PAIEMENTS, "error", "Ce que seule une personne peut régler", rang=20),
    audit=Suivie(cles=lambda ligne: FAITS),
)
page(
    "pass_payments.Decaissement",
    _TOUS,
    client="paiement__souscription__client",
    menu=Menu(PAIEMENTS, "outbox", "L'argent qui sort, suivi jusqu'au bout"),
    audit=Suivie(lues={"cle": cle_lisible, "motif_echec": motif_lisible}),
)
page(
    "pass_payments.ImportFichier",
    Droits("LA", "LA", "LA", "", "L"),
    lignes=de_soi("deposant"),
    menu=Menu(PAIEMENTS, "upload_file", "Encaissements ou rattachements, d'un fichier"),
    audit=Suivie(masquees=("lignes",)),
)
page(
    "pass_payments.DocumentEmis",
    _TOUS,
    client="souscription__client",
    menu=Menu(PAIEMENTS, "description", "Reçus, relevés, attestations et leur code"),
    audit=Suivie(),
)
page(
    "pass_payments.IndicateurMensuel",
    Droits("L", "L", "L", "", "L"),
    lignes=DE_SON_AGENCE,
    menu=Menu(PAIEMENTS, "bar_chart", "Souscriptions, encaissements, arriérés par agence"),
    audit="se recalcule entier chaque nuit",
    impersonnel="des totaux",
)
page(
    "pass_payments.Rapprochement",
    _TECHNIQUE,
    menu=Menu(OPERATEURS, "balance", "Notre journal face au relevé, jour par jour"),
    audit=Suivie(),
    impersonnel="des totaux",
)
page(
    "pass_payments.EcartRapprochement",
    Droits("LM", "LM", "", "", "L"),
    client="paiement__souscription__client",
    menu=Menu(OPERATEURS, "difference", "Lignes qui ne concordent pas, sommes en attente"),
    audit=Suivie(),
)
page(
    "pass_payments.RappelOperateur",
    _TECHNIQUE,
    client="paiement__souscription__client",
    menu=Menu(OPERATEURS, "notifications", "Ce qui nous a été annoncé, et ce qu'il en était"),
    audit="est lui-même un journal : seul change le verdict, qui se recalcule",
)
table("pass_payments.AbandonCreance", audit=JOURNAL)
table(
    "pass_payments.ExamenSouscription",
    audit="technique : la base l'écrit, des périodes et des paiements, qui sont suivis",
)
table("pass_payments.DoublonConfirme", audit=JOURNAL)

ajouter("pass_clients.ClientPass", "apps.pass_payments.admin.contrats.SurLeClient")
ajouter("pass_clients.SouscriptionPass", "apps.pass_payments.admin.contrats.SurLaSouscription")
alerter("apps.pass_payments.selectors_controle.alertes_paiements", rang=10)
alerter("apps.pass_payments.selectors_accueil.alertes_portefeuille")
