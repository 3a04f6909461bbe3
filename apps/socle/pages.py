"""What the back office shows of this app."""

from nsia_pass_api.registre import EXPLOITATION, JOURNAL, Droits, Menu, alerter, page, table

table("socle.Fait", audit=JOURNAL)
page(
    "socle.Livraison",
    Droits("LM", "L", "", "", "L"),
    menu=Menu(EXPLOITATION, "campaign", "Ce que les modules se disent, et ce qui n'arrive pas"),
    audit="technique : ce qui reste à transmettre d'un fait, et qui l'a écarté",
    impersonnel="des identifiants",
)
alerter("apps.socle.selectors.alertes_faits")
