"""The outbox: messages written with what they announce, sent later by the worker."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection

from apps.socle.messagerie import Messagerie, MessagerieInjoignable
from apps.socle.models import CLE_DE_CODE, TEXTE_EFFACE, MessageSortant, StatutMessage
from nsia_pass_api import coffre
from nsia_pass_api.dates import maintenant

logger = structlog.get_logger(__name__)

_USAGE = "message"


def annoncer(*, cle: str, telephone: str, texte: str, quand: datetime) -> None:
    """The message waits to be sent to `telephone`; a fact (`cle`) that was announced is not announced again."""
    if telephone:
        MessageSortant.objects.bulk_create(
            [MessageSortant(cle=cle, telephone=telephone, texte=_simple(texte), cree_le=quand, a_envoyer_le=quand)],
            ignore_conflicts=True,
        )


def annoncer_code(*, objet: str, telephone: str, texte: str, quand: datetime) -> None:
    """As `annoncer`, for a text that holds a one-time code: sealed while it waits, and nothing of it stays afterwards."""
    cle = f"{CLE_DE_CODE}{objet}"
    scelle = coffre.sceller(_simple(texte).encode(), usage=_USAGE, ligne=cle)
    annoncer(cle=cle, telephone=telephone, texte=scelle, quand=quand)


def texte_a_envoyer(message: MessageSortant) -> str:
    """What the client will read, opened at the last moment. Raises SceauRompu when its key is no longer known."""
    if not message.porte_un_code or message.texte == TEXTE_EFFACE:
        return message.texte
    return coffre.ouvrir(message.texte, usage=_USAGE, ligne=message.cle).decode()


def _simple(texte: str) -> str:
    """Typographic spaces as plain ones: an SMS that leaves the GSM alphabet costs double."""
    return texte.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


# A confirmation that comes a day late confuses more than it helps.
_ESSAIS = 12

_RESERVER = """
    UPDATE messages_sortants SET a_envoyer_le = %(bail)s, tentatives = tentatives + 1
    WHERE id IN (
        SELECT id FROM messages_sortants WHERE statut = 'a_envoyer' AND a_envoyer_le <= %(quand)s
        ORDER BY a_envoyer_le LIMIT %(nombre)s FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""


def reserver_messages(*, nombre: int, quand: datetime | None = None) -> list[int]:
    """At most `nombre` due messages are the caller's until settings.TRAVAUX_BAIL has passed. Returns their ids."""
    quand = quand or maintenant()
    with connection.cursor() as cursor:
        cursor.execute(_RESERVER, {"quand": quand, "bail": quand + settings.TRAVAUX_BAIL, "nombre": nombre})
        return sorted(ident for (ident,) in cursor.fetchall())


def envoyer_message(ident: int, *, par: Messagerie, quand: datetime | None = None) -> MessageSortant:
    """The claimed message has left, or is due again later and later, or is given up after twelve tries.

    One that holds a code is given up unsent when the code is out of date, and keeps its text no longer than it is due.
    """
    quand = quand or maintenant()
    message = MessageSortant.objects.get(pk=ident)
    if message.statut != StatutMessage.A_ENVOYER:  # another worker, when our claim ran out
        return message
    if message.porte_un_code and message.cree_le + settings.CODE_DUREE <= quand:
        message.statut, message.a_envoyer_le = StatutMessage.ABANDONNE, None
    else:
        _essayer(message, par=par, quand=quand)
    if message.porte_un_code and message.statut != StatutMessage.A_ENVOYER:
        message.texte = TEXTE_EFFACE
    message.save(update_fields=["statut", "a_envoyer_le", "envoye_le", "texte"])
    return message


def _essayer(message: MessageSortant, *, par: Messagerie, quand: datetime) -> None:
    try:
        par.envoyer(telephone=message.telephone, texte=texte_a_envoyer(message), cle=message.cle)
    except coffre.SceauRompu:
        # Nothing will open it later either; the client asks for another code.
        logger.error("code_illisible", message=message.pk)
        message.statut, message.a_envoyer_le = StatutMessage.ABANDONNE, None
    except MessagerieInjoignable as panne:
        logger.warning("message_non_envoye", message=message.pk, essai=message.tentatives, cause=str(panne))
        if message.tentatives >= _ESSAIS:
            message.statut, message.a_envoyer_le = StatutMessage.ABANDONNE, None
        else:
            message.a_envoyer_le = quand + timedelta(seconds=5 * 2**message.tentatives)
    else:
        message.statut, message.a_envoyer_le, message.envoye_le = StatutMessage.ENVOYE, None, quand


def oublier_codes(*, quand: datetime) -> int:
    """No message waits that holds a code out of date, also where nothing can send it. Returns how many were given up."""
    perimes = MessageSortant.objects.filter(
        statut=StatutMessage.A_ENVOYER, cle__startswith=CLE_DE_CODE, cree_le__lte=quand - settings.CODE_DUREE
    )
    return perimes.update(statut=StatutMessage.ABANDONNE, a_envoyer_le=None, texte=TEXTE_EFFACE)
