"""Why a backup is not made, not read or not restored: one French sentence with its mend."""

from nsia_pass_api.errors import ErreurPass


class SauvegardeImpossible(ErreurPass):
    code = "sauvegarde_impossible"
    titre = "Sauvegarde impossible"


class SauvegardeRefusee(ErreurPass):
    """The file is not the whole of a backup, or not one that this server and this code can take."""

    code = "sauvegarde_refusee"
    titre = "Sauvegarde refusée"


class RestaurationImpossible(ErreurPass):
    code = "restauration_impossible"
    titre = "Restauration impossible"


class RestaurationInexacte(ErreurPass):
    """What was restored is not what was saved, or does not hold together."""

    code = "restauration_inexacte"
    titre = "Restauration inexacte"
