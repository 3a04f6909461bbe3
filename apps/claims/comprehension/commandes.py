"""Words that steer a conversation, said anywhere in a message, and the marks of a correction."""

import re

from .normalisation import normaliser
from .vocabulaire import motif

_COMMANDES: tuple[tuple[str, str], ...] = (
    ("conseiller", r"\b(?:parler|discuter|echanger|causer|voir|joindre|contacter|avoir|passe\w*[ -]moi|mettez[ -]moi|besoin d'|aide d'|transfer\w*|humain|connecte\w*|appel\w*)(?: [\w'-]+){0,4} (?:quelqu'un|agent\w*|conseill\w*|humain\w*|personne (?:humaine|reelle|vraie)|vraie personne|responsable|operateur\w*|etre humain|service client\w*|gestionnaire|une personne|chef)\b|^\W*(?:un |une )?(?:conseiller|conseillere|konseye|agent|operateur|humain|vrai humain|quelqu'un)\W*$|\bpas (?:parler )?(?:a|avec) (?:un|une) (?:robot|machine)\b|\b(?:robot|machine) .{0,20}(?:comprend|sert a rien|nul)"),
    ("je_ne_sais_pas", r"\b(?:(?:je|j'|jne|on) ?(?:n'en |ne |n'|n )?(?:sai[st]?|se|c|sez|ces|me (?:rappelle|souviens)|m'en souviens|m'en rappelle|souviens?|rappelle) (?:pas|plus|pa|pu|meme pas|vraiment pas|trop pas|pas trop)|j'en sais (?:rien|pas)|aucune idee|okune ide|sais pas|sai pas|chai pas|chais pas|j'sais pas|jsp|jspa|nayebi te|nayebi|nazali koyeba te|mu zaba ve|mono zaba ve|mono me zaba ve|zaba ve|j'ai oublie|oublie\w*|pas (?:la moindre )?idee|inconnue?s?|ignore|je l'ignore|me rappelle plus|pas sure?|plus en tete|ne sais (?:pas|plus)|sait pas)\b"),
    ("repeter", r"\b(?:repet\w*|repeta\w*|repetez|redi[st]\w*|redites|reformul\w*|pas (?:bien )?(?:compris|entendu|saisi|capte)|pas comprit|comprends? pas|comprend pas|quoi la|vous disiez|encore une fois|pardon \?|hein \?|reposez|reprenez la question|zongela|loba lisusu|vutukila|quelle question|c'est-a-dire)\b|^\W*(?:quoi|hein|comment|pardon)\W*\?\W*$"),
    ("revenir", r"\b(?:revenir|reviens|revenons|retour|precedente?|en arriere|arriere|question d'avant|reculer|recommencer|corriger (?:la|ma) (?:reponse|question)|remonte\w*|zonga|modifier (?:la|ma) reponse|retourner (?:a|en))\b"),
    ("annuler", r"\b(?:annul\w*|abandonn\w*|laisse\w* tomber|laissez|stop\w*|arret(?:e|er|ez|ons)\b(?! (?:de travail|maladie|cardiaque))|je ne veux plus|j'arrete|plus rien declarer|oublie\w* tout|tika|quitter|ne veux (?:pas|plus) (?:continuer|declarer)|on arrete|efface\w* tout)\b"),
    ("passer", r"\b(?:passe[rz]?|passons|sauter?|sautez|suivante?|question suivante|skip|next|plus tard|apres ca|ignorer|ignorez|je prefere ne pas|pas envie de repondre|veux pas repondre|continue[rz]?|suivons|leka|autre question|pas maintenant|je repondrai)\b"),
    ("confirmer", r"\b(?:je (?:confirme|valide)|confirm\w*|valid\w*|c'est (?:bon|ca|exact|correct|juste|parfait|tout bon|bien ca|cela|vrai)|tout est (?:bon|correct|juste|exact|ok)|exact\w*|d'accord|parfait\w*|oui\w*|ouais|ok\w*|okay|wi|iyo|inga|ee|envoye[rz]|en effet|tout a fait|correct|affirmatif|bien sur|ca marche|vas-y|allez-y|ya solo|kieleka)\b"),
    ("non", r"^\W*(?:non\w*|nan|nn|no|te|ve|nenni|negatif|jamais|pas du tout|c'est (?:faux|pas (?:ca|vrai|bon|exact|juste))|ce n'est pas (?:ca|vrai|bon|exact|juste)|pas (?:correct|exact|d'accord)|faux|incorrect|tele)\b"),
)  # fmt: skip
_COURT = 60
_ORDRE_PARTOUT = ("conseiller",)
_CORRECTION = re.compile(
    r"\b(?:je me suis (?:trompe\w*|mal exprime\w*|emmele\w*)|me suis trompe\w*|je me trompe|(?:petite |c'est une |une |mon )?erreur|je corrige|a corriger|rectif\w*|je voulais dire|je veux dire|voulai dire|pardon|plutot|au lieu de|en fait|en realite|je rectifie|mal ecrit|mal note|faux|mauvaise? (?:date|heure|montant|lieu|nom)|"
    r"excuse\w*[ -]moi,? c'|c'est pas ca|ce n'est pas ca|c'etait (?:pas|plutot)|ce n'etait pas|n'etait pas|j'ai confondu|confond\w*|modifi\w*|change[rz] (?:la|le|l'|ma|mon)|corrige[rz]?|nabungi|nazongi|non c'est|me kosa|desole\w*,? c')\b|^\W*(?:ah |euh |mais |oh )?non\b[ ,.:!]*(?:non[ ,]*)?(?:pas |c'est |c'etait |ce n'est |ct |le |la |a |au |vers |plutot |mais |il |elle |j'|je |ma |mon |lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|hier|avant|\d)|\b(?:pas|et non)(?: pas)? [\w' -]{2,25},? (?:mais|c'etait|c'est) |, non[ ,]|\bnon,? c'(?:etait|est) "
)


def commande(texte: str) -> str | None:
    """The order that `texte` gives to the conversation; None when it gives none."""
    t = normaliser(texte).t
    court = len(t.strip()) <= _COURT
    if not t.strip() or (not court and not motif(_COMMANDES[0][1]).search(t)):
        return None
    for nom, gabarit in _COMMANDES:
        lu = motif(gabarit).search(t)
        if lu and (court or nom in _ORDRE_PARTOUT) and not _dit_autre_chose(t, nom, lu):
            return nom
    return None


def _dit_autre_chose(t: str, nom: str, lu: re.Match[str]) -> bool:
    """Whether the words belong to a story or to an answer: « passé à l'hôpital », « non c'était mardi », « oui, mon frère est mort »."""
    reste = re.sub(r"[^a-z0-9]+", " ", t[: lu.start()] + " " + t[lu.end() :]).split()
    if nom in ("confirmer", "non"):
        return len(reste) > 4 or correction_dans(t)
    if nom == "passer":
        return len(reste) > 4 or bool(re.search(r"\b(?:dernier|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|semaine|mois|an|s'est|est|nuit|nuits|jour|a|ai|j'ai) (?:passe|passer)\b", t))
    if nom in ("annuler", "revenir", "repeter"):
        return len(reste) > 8 or bool(re.search(r"\b(?:au retour|retour (?:de|du|a)|taxi|bus|vol|voiture|moto|accident|arrete (?:de|par))\b", t))
    return nom == "je_ne_sais_pas" and len(reste) > 9


def correction_dans(t: str) -> bool:
    return bool(_CORRECTION.search(t))


def correction(texte: str) -> bool:
    """Whether `texte` takes back something that was said: « non, c'était mardi », « je me suis trompé »."""
    return correction_dans(normaliser(texte).t)
