"""What the back office shows of this app."""

from nsia_pass_api.registre import CLIENTS, EQUIPE, JOURNAL, Droits, Menu, Suivie, page, table

_TOUS = Droits("L", "L", "L", "L", "L")

page(
    "pass_clients.ClientPass",
    Droits("LMR", "LMR", "LM", "L", "L"),
    client="pk",
    menu=Menu(CLIENTS, "groups", "Identité, téléphone, ce qu'il a souscrit"),
    trouver=1,
    audit=Suivie(),
)
page(
    "pass_clients.Contrat",
    _TOUS,
    client="client",
    menu=Menu(CLIENTS, "verified_user", "Police, état, soldes et cotisations"),
    trouver=2,
    derriere=("pass_clients.SouscriptionPass", "souscription_id"),
)
page(
    "pass_clients.SouscriptionPass",
    _TOUS,
    client="client",
    menu=Menu(CLIENTS, "assignment", "De la demande à la fin, police à attribuer"),
    trouver=3,
    audit=Suivie(),
)
# Adding a police is assigning it.
page(
    "pass_clients.NumeroPolice",
    Droits("LA", "LA", "LA", "L", "L"),
    client="souscription__client",
    menu=Menu(CLIENTS, "tag", "Qui les a attribués, et quand"),
    audit=Suivie(),
)
page("pass_clients.PeriodeCouverture", _TOUS, client="souscription__client", audit=Suivie())
page("pass_clients.BeneficiairePass", _TOUS, client="souscription__client", audit=Suivie())
page("pass_clients.ModificationClient", _TOUS, client="client", audit=JOURNAL)
page("pass_clients.TransitionSouscription", _TOUS, client="souscription__client", audit=JOURNAL)
page(
    "pass_clients.Agence",
    Droits("LAM", "LAM", "L", "L", "L"),
    menu=Menu(EQUIPE, "storefront", "Où l'on reçoit les clients, ouvertes ou fermées"),
    audit=Suivie(),
    impersonnel="des lieux",
)
table("pass_clients.Consentement", audit=JOURNAL)
table("pass_clients.PoliceRemplacee", audit=JOURNAL)
table(
    "pass_clients.PoliceAttendue",
    audit="technique : la base l'écrit, des souscriptions et des polices, qui sont suivies",
)
