"""Errors that a person can act on. Services raise them; `problems` turns them into answers, `commands` into lines."""

from collections.abc import Mapping, Sequence


class ErreurPass(Exception):
    """A refusal foreseen by the rules: `code` is stable and for programs, `detail` is a French sentence for people.

    Subclasses give their own `statut` (HTTP), `code`, `titre` and, if one sentence always fits, `detail`.
    """

    statut: int = 500
    code: str = "erreur_interne"
    titre: str = "Erreur interne"
    detail: str = "Un incident est survenu de notre côté. Réessayez dans un instant."

    def __init__(
        self,
        detail: str | None = None,
        *,
        champs: Mapping[str, Sequence[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`champs`: messages per field of the request; `retry_after`: seconds before it is worth trying again."""
        if detail is not None:
            self.detail = detail
        self.champs = {champ: list(messages) for champ, messages in (champs or {}).items()}
        self.retry_after = retry_after
        super().__init__(self.detail)


class DonneesInvalides(ErreurPass):
    statut = 400
    code = "donnees_invalides"
    titre = "Données invalides"
    detail = "Certaines informations sont absentes ou mal écrites. Corrigez-les et recommencez."


class RequeteIllisible(ErreurPass):
    statut = 400
    code = "requete_illisible"
    titre = "Requête illisible"
    detail = "La requête n'est pas lisible : envoyez un objet JSON en UTF-8."


class NonAuthentifie(ErreurPass):
    statut = 401
    code = "non_authentifie"
    titre = "Identification requise"
    detail = "Identifiez-vous pour continuer."


class AccesRefuse(ErreurPass):
    statut = 403
    code = "acces_refuse"
    titre = "Accès refusé"
    detail = "Vous n'avez pas le droit de faire cette opération."


class Introuvable(ErreurPass):
    statut = 404
    code = "introuvable"
    titre = "Introuvable"
    detail = "Ce que vous cherchez n'existe pas ou ne vous est pas accessible."


class Conflit(ErreurPass):
    statut = 409
    code = "conflit"
    titre = "Conflit"
    detail = "Une autre opération vient de changer ces données. Relisez-les et recommencez."


class RegleMetier(ErreurPass):
    statut = 422
    code = "regle_metier"
    titre = "Opération impossible"
    detail = "Les règles du contrat ne permettent pas cette opération."


class TropDEssais(ErreurPass):
    statut = 429
    code = "trop_d_essais"
    titre = "Trop d'essais"
    detail = "Trop d'essais en peu de temps. Patientez avant de recommencer."


class ServiceIndisponible(ErreurPass):
    statut = 503
    code = "service_indisponible"
    titre = "Service indisponible"
    detail = "Le service est momentanément indisponible. Réessayez dans un instant."
