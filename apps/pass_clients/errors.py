"""What a service of clients and subscriptions may refuse."""

from collections.abc import Sequence

from nsia_pass_api.errors import Conflit, DonneesInvalides, Introuvable, RegleMetier


class AgenceInconnue(DonneesInvalides):
    """No agency has this name; `detail` gives those that resemble."""

    code = "agence_inconnue"
    titre = "Agence inconnue"

    def __init__(self, *, nom: str, proches: Sequence[str] = ()) -> None:
        dites = " ou ".join(f"« {proche} »" for proche in proches)
        conseil = f"Vouliez-vous dire {dites} ?" if proches else "Choisissez-en une dans la liste des agences."
        phrase = f"Aucune agence ne s'appelle « {nom} ». {conseil}"
        super().__init__(phrase, champs={"agence": [phrase]})


class AgenceFermee(RegleMetier):
    code = "agence_fermee"
    titre = "Agence fermée"

    def __init__(self, nom: str) -> None:
        phrase = f"L'agence {nom} est fermée. Choisissez-en une autre, ou rouvrez-la sur sa page."
        super().__init__(phrase, champs={"agence": [phrase]})


class AgenceDejaConnue(Conflit):
    code = "agence_deja_connue"
    titre = "Agence déjà enregistrée"


class TransitionRefusee(Conflit):
    code = "transition_refusee"
    titre = "Changement d'état impossible"


class LimiteBeneficiaires(RegleMetier):
    code = "limite_beneficiaires"
    titre = "Nombre de bénéficiaires atteint"


class TelephoneDejaConnu(Conflit):
    code = "telephone_deja_connu"
    titre = "Téléphone déjà enregistré"


class ChangementADeux(RegleMetier):
    code = "changement_a_deux"
    titre = "Seconde personne exigée"
    detail = "Le téléphone d'un client reçoit ses codes : proposez son changement, une autre personne décidera."


class PoliceDejaAttribuee(Conflit):
    code = "police_deja_attribuee"
    titre = "Police déjà attribuée"


class PoliceImpossible(RegleMetier):
    code = "police_impossible"
    titre = "Attribution impossible"


class NumeroPoliceInvalide(RegleMetier):
    code = "numero_police_invalide"
    titre = "Numéro de police invalide"


class PoliceIllisible(DonneesInvalides):
    code = "police_illisible"
    titre = "Numéro de police illisible"
    detail = (
        "Un numéro de police n'a que des lettres sans accent, des chiffres et des tirets, 30 au plus. "
        "Recopiez-le de votre SMS ou de votre reçu, par exemple CG-2026-VIE-001."
    )


class ContratIntrouvable(Introuvable):
    """One refusal for every police that is not a live contract of the caller: another client's, cancelled or unknown."""

    code = "contrat_introuvable"
    titre = "Contrat introuvable"
    detail = "Ce contrat n'existe pas ou n'est pas le vôtre."


class SouscriptionIntrouvable(Introuvable):
    """One refusal for every subscription that is not a contract of the caller: another client's, unpaid or unknown."""

    code = "souscription_introuvable"
    titre = "Souscription introuvable"
    detail = "Cette souscription n'existe pas ou n'est pas la vôtre."


class BeneficiaireIntrouvable(Introuvable):
    """One refusal for every beneficiary who is not a live one of the contract: another contract's, removed or unknown."""

    code = "beneficiaire_introuvable"
    titre = "Bénéficiaire introuvable"
    detail = "Cette personne n'est pas ou n'est plus un bénéficiaire de ce contrat. Relisez la liste."


class ContratTermine(RegleMetier):
    code = "contrat_termine"
    titre = "Contrat terminé"
    detail = "Ce contrat est terminé : ses bénéficiaires ne changent plus. Adressez-vous à un agent."


class RangInconnu(RegleMetier):
    code = "rang_inconnu"
    titre = "Rang impossible"
