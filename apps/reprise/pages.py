"""What the back office shows of this app."""

from nsia_pass_api.registre import EXPLOITATION, JOURNAL, Droits, Menu, page

_TECHNIQUE = Droits("L", "L", "", "", "L")

page(
    "reprise.LigneReprise",
    _TECHNIQUE,
    menu=Menu(EXPLOITATION, "inventory", "Ancienne base : ce qui attend une personne, et pourquoi"),
    audit="est lui-même un registre : une ligne de l'ancienne base et ce qu'il en advient",
)
page(
    "reprise.Reprise",
    _TECHNIQUE,
    menu=Menu(EXPLOITATION, "move_down", "Chaque passage de l'import et son compte"),
    audit=JOURNAL,
    impersonnel="des totaux",
)
