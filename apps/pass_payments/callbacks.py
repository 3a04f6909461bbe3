"""Callbacks of operators: kept raw, answered fast, judged later."""

import structlog

logger = structlog.get_logger(__name__)


def recevoir(operateur: str, corps: str, adresse: str) -> None:
    """The callback is seen; it changes nothing by itself."""
    logger.info("rappel_recu", operateur=operateur, taille=len(corps))
