"""« Recevoir ma police par SMS »: the way out of whoever forgot it, or mistyped it too often."""

import structlog
from django.conf import settings
from django.db import transaction

from apps.borne_auth import attempts, selectors
from apps.borne_auth.errors import SmsIndisponible
from apps.borne_auth.models import Borne
from apps.socle.services.messages import annoncer
from nsia_pass_api.dates import maintenant

logger = structlog.get_logger(__name__)

# Asked twice within this many seconds, one SMS leaves.
_MEME_SMS = 600
# Any of them opens all her contracts; so many fit in an SMS.
_POLICES_MAX = 3


@transaction.atomic
def rappeler_polices(*, telephone: str, borne: Borne | None, adresse: str) -> None:
    """If `telephone` is that of a client who may log in, an SMS with the polices leaves for it; nobody who asks learns which.

    The same charges, reading and writing take place for every phone: what is nobody's is written, then undone. Raises
    TropDEssais; SmsIndisponible, before anything is read, where no SMS can leave.
    """
    if not settings.MESSAGERIE:
        raise SmsIndisponible("Les SMS ne peuvent pas partir en ce moment. Demandez votre police à un agent.")
    le = maintenant()
    attempts.depenser(
        budgets=attempts.budgets_rappel(telephone=telephone, borne=borne, adresse=adresse, le=le),
        le=le,
        quoi="Trop de SMS ont été demandés.",
    )
    polices = selectors.polices_du_telephone(telephone)
    avant = transaction.savepoint()
    annoncer(
        cle=f"rappel-police:{telephone}:{int(le.timestamp()) // _MEME_SMS}",
        telephone=telephone,
        texte=_texte(polices),
        quand=le,
    )
    if polices:
        transaction.savepoint_commit(avant)
    else:
        transaction.savepoint_rollback(avant)
    logger.info("police_rappelee", borne=borne and borne.code)


def _texte(polices: list[tuple[str, str]]) -> str:
    noms = ", ".join(f"{police} ({produit})" for police, produit in polices[:_POLICES_MAX])
    suite = " et d'autres" if len(polices) > _POLICES_MAX else ""
    if len(polices) > 1:
        return f"NSIA : vos polices sont {noms}{suite}. Avec ce téléphone, elles ouvrent la borne. Ne les donnez à personne."
    return f"NSIA : votre police est {noms}. Avec ce téléphone, elle ouvre la borne. Ne la donnez à personne."
