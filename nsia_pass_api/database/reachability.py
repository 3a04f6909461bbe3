"""Why a PostgreSQL server refuses or does not answer: what libpq and the server say, in English or French, explained."""

import re

from django.db import Error

MINIMUM_VERSION = 15

_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        r"password authentication failed|authentification par mot de passe échouée|no password supplied",
        "utilisateur ou mot de passe refusé",
        "corrigez-les dans DATABASE_URL (caractères spéciaux encodés : @ devient %40)",
    ),
    (
        r"pg_hba\.conf|(peer|ident) authentication failed|authentification (peer|ident)",
        "le serveur n'accepte pas cette connexion d'ici",
        "ajoutez dans son pg_hba.conf une ligne pour cet utilisateur, cette base et cette adresse, puis rechargez-le",
    ),
    (
        r"role .* does not exist|rôle .* n'existe pas",
        "cet utilisateur n'existe pas sur le serveur",
        "créez-le (CREATE ROLE … LOGIN PASSWORD …) ou corrigez DATABASE_URL",
    ),
    (
        r"database .* does not exist|base de données .* n'existe pas",
        "cette base n'existe pas sur le serveur",
        "créez-la (CREATE DATABASE … OWNER …) ou corrigez DATABASE_URL",
    ),
    (
        r"permission denied for database|droit refusé pour la base",
        "cet utilisateur n'a pas le droit d'ouvrir cette base",
        "accordez-le : GRANT CONNECT ON DATABASE … TO …",
    ),
    (
        r"could not translate host name",
        "nom de serveur inconnu",
        "corrigez l'hôte dans DATABASE_URL",
    ),
    (
        r"connection refused|connexion refusée",
        "aucun serveur n'écoute à cette adresse et sur ce port",
        "démarrez PostgreSQL, ou corrigez l'hôte et le port dans DATABASE_URL",
    ),
    (
        r"no such file or directory|aucun fichier ou dossier",
        "la prise locale de PostgreSQL manque",
        "démarrez PostgreSQL, ou donnez un hôte dans DATABASE_URL",
    ),
    (
        r"timeout expired|timed out|no route to host|network is unreachable",
        "le serveur ne répond pas",
        "vérifiez l'adresse, le réseau et le pare-feu",
    ),
    (
        r"too many clients|remaining connection slots|too many connections|trop de clients",
        "le serveur n'a plus de connexion libre",
        "augmentez max_connections, ou réduisez le nombre de processus",
    ),
    (
        r"starting up|shutting down|not yet accepting|recovery mode",
        "le serveur démarre ou s'arrête",
        "attendez un instant, puis recommencez",
    ),
    (
        r"does not support SSL|SSL error|certificate",
        "le chiffrement TLS demandé échoue",
        "corrigez sslmode ou sslrootcert dans DATABASE_URL, ou la configuration TLS du serveur",
    ),
    (
        r"invalid (dsn|connection option|sslmode value|integer value)",
        "DATABASE_URL porte une option inconnue",
        "retirez-la de la partie qui suit le « ? »",
    ),
    (
        r"PostgreSQL \d+ or later is required",
        "version de PostgreSQL trop ancienne",
        f"installez PostgreSQL {MINIMUM_VERSION} ou plus récent",
    ),
)


def explain(error: Error) -> tuple[str, str] | None:
    """Cause and mend, in French without final stop; None when the error is not about reaching the server."""
    said = str(error)
    for pattern, cause, mend in _CAUSES:
        if re.search(pattern, said, re.IGNORECASE):
            return cause, mend
    return None
