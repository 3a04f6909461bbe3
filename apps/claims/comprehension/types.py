"""What is declared: the kind of claim, from what the text asks for and what it tells. None when two kinds are as likely."""

import re
from dataclasses import dataclass

from .negation import nie, suppose
from .vocabulaire import motif


@dataclass(frozen=True)
class Faits:
    """What other rules understood, on which the kind depends."""

    mort: bool | None
    blesse: bool | None
    montant: bool
    nuits: int | None
    date: bool


Signe = tuple[str, int, int, str]
_DEMANDE = motif(r"\b(?:frais|rembours\w*|aides?|secours|assist\w*|sollicit\w*|demand\w*|factur\w*|devis|pay\w*|cout\w*|prises? en charge|mosungu?i|lisungi|lusungu|reclam\w*|depens\w*|achet\w*|regl\w*|argent|mbongo|besoin d'argent|allocation|forfait|appui|soutien|participation|contribution|budget|manque\w*)\b")
_FUNERAIRE = motif(r"<funeraire>|\benterr\w*|\binhum\w*|\b(?:la|une|sa|pour|de) tombe\b(?! (?:sur|du|de la|dans|en|a))")
_MOSUNGUI = motif(r"\b(?:mosungu?i|lisungi|lusungu)\b")
_INDEMNITE = motif(
    r"\b(?:indemnit\w*|indemnis\w*|forfaits?(?! (?:internet|appel|telephon\w*|mobile|momo))|allocations?|journalieres?|per diem|ij)\b(?=.{0,90}\b(?:nuits?|nuitees?|jours?|arrets?|hospital\w*|hopital|sejour|repos|clinique|chu|hospi|journalieres?|lit|interne\w*)\b)|"
    r"\b(?:nuits?|nuitees?|arrets?|hospital\w*|hopital|sejour|repos|clinique|chu|jours?)\b.{0,90}\b(?:indemnit\w*|indemnis\w*|forfaits?(?! (?:internet|appel))|allocations?|journalieres?)\b|\bindemnites? journalieres?\b|\bforfait (?:jour|nuit|hospi\w*)\b|"
    r"\b(?:pay\w*|regl\w*|vers\w*|reclam\w*|demand\w*|doit|devez|droit a|compens\w*|touche\w*)\b.{0,30}\b(?:mes|les|ses|ces|nos|pour|de|des|mon|\d+|deux|trois|quatre|cinq|six|sept) (?:\w+ )?(?:nuits?|nuitees?|jours? (?:d'arret|d'hospi\w*|d'hopital|de repos|off|perdus|d'incapacite|chomes|non travailles)|arret)\b|\b(?:nuits?|nuitees?|jours? d'arret|jours de repos|arret de travail|arret maladie|journees? perdues?)\b.{0,60}\b(?:pay(?:ez|er|e[zs]?)|vers(?:ez|er)|reclam\w*|mon du|ce qui m'est du|mes droits|compens\w*)\b|\barrets? (?:de travail|maladie)\b|\bjours? d'arret\b|\b(?:\d|francs?|f|fcfa|mille) (?:f |fcfa |francs )?(?:la|par) (?:nuit|nuitee|jour(?:nee)?)\b.{0,40}\b(?:hopital|chu|clinique|pay\w*|fait|hospi\w*|soit)"
)
_SOIN = motif(r"<soin_acte>|<soin>")
_PAYER = motif(r"\b(?:rembours\w*|pay\w*|cout\w*|factur\w*|frais|(?:le|les|un|mes|des|avec|tous?|du) recus?|mille|depens\w*|achet\w*|regl\w*|note|debours\w*|avance\w*|ticket|reclam\w*|devis|somme|montant|prise? en charge|mbongo|desol)\b")
_REMBOURSER = motif(r"\b(?:rembours\w*|prises? en charge|(?:frais|soins?|factures?|ordonnances?|note|depenses?) (?:medica\w*|de sante|d'hopital|dentaires?|de soins?|de pharmacie|d'ordonnance|de consultation|de radio|de laboratoire|de kine\w*|d'analyses?|d'optique|d'examens?|de scanner|de lunettes|de medicaments|pharmaceutiques?|d'imagerie|d'echographie)|reclame .{0,30}(?:<soin_acte>)|je (?:joins|garde|envoie) .{0,20}(?:recus?|factures?|ordonnances?))\b")
_SEJOUR = motif(r"<sejour>|\b(?:au chu|a l'hopital|a la clinique|chez les soeurs|nuits? (?:a|au|en)|lit|interne\w*|urgences|sorti\w* (?:de l'hopital|du chu|de la clinique)|na l'hopital|na lopitalo|akoti na|akoti l'hopital|kele na l'hopital|malade .{0,25}(?:hopital|chu|clinique)|rentr\w* (?:a|au) (?:l'hopital|chu|la clinique)|entr\w* (?:a|au|en) (?:l'hopital|chu|la clinique|la maternite))\b")
_SEJOUR_FORT = motif(r"\b(?:hospitalis\w*|interne\w*|admis\w*|alite\w*|garde\w* en observation|en observation|sejour\w*|reanimation|soins intensifs|opere\w*|operation|cesarienne|accouch\w*|maternite|couveuse|perfus\w*|transfus\w*|evacue\w* (?:sanitaire|a|au|vers|sur)|nuits?|hospi|na l'hopital|rentre a l'hopital|entre (?:a|au) (?:l'hopital|chu|la clinique)|depuis .{0,20}(?:hopital|chu|clinique)|(?:hopital|chu|clinique) .{0,22}depuis|sorti\w*)\b")
_MALADIE = motif(r"<maladie>")
_ACCIDENT = motif(r"<accident_mot>|\baccident\w*")
_CHUTE = motif(r"<chute>")
_COUPS = motif(r"<coups>")
_VOL = motif(r"<vol_mot>|\b(?:voleurs?|cambrioleurs?|bandits? (?:ont|m'ont|nous)|pris (?:mon|ma|mes) (?:<chose>))\b|\b(?:<chose>)(?: \w+){0,3} (?:vole\w*|disparu\w*|arrache\w*|emporte\w*|derobe\w*|envole\w*)|\b(?:arrache\w*|emporte\w*|pris|prises?|barr\w* avec|enfui\w* avec|fui avec|parti\w* avec|disparu avec) (?:\w+ ){0,2}(?:<chose>)")
_EFFRACTION = motif(r"\b(?:cass\w*|forc\w*|defonc\w*|bris\w*|saut\w*) (?:la|une|notre|ma|le|mon|les|l') ?(?:\w+ )?(?:porte|fenetre|serrure|grille|cadenas|vitre|mur|portail|toit|tiroir|coffre)\w*\b.{0,60}\b(?:pris|prises?|emport\w*|vole\w*|vide\w*|fouill\w*|parti\w*|disparu\w*|ramass\w*)|\b(?:on|ils) (?:m'|nous |lui |l')?(?:a|ont) (?:tout )?(?:pris|emporte|vide|rafle|embarque)\b(?! (?:en charge|a l'hopital|au chu|d'assaut|le (?:bus|taxi)))")
_VOL_FAUX = re.compile(r"\b(?:vol (?:pour|de (?:ce |retour|brazzaville|paris)|d'oiseau|interieur|ecair|annule)|en plein vol|vole en eclats?|envole\w*|vole au secours|(?:toit|toiture|tole\w*|bache|vitre|pare-brise|chapeau|parabole)(?: \w+){0,3} (?:s'est )?(?:en)?vole\w*|vole en l'air|le vol)\b|emporte\w* par (?:la |le |l'|les )|(?:pluie|vent|eaux?|orage|courant|tornade|erosion|fleuve|crue|torrent|ravin)\b.{0,40}(?:emporte|arrache)")
_FEU = motif(r"<feu_mot>")
_FEU_FAUX = re.compile(r"\b(?:feux? (?:rouges?|tricolores?|de signalisation|de position|arriere|vert|de (?!brousse)|du |le|stop)|au feu|le feu de \w+|feu (?:mon|ma|notre)|arme a feu|coup de feu|pas de feu|feux)\b")
_DEGATS = motif(r"<degats_mot>")
_DEGATS_FORT = motif(r"\b(?:inond\w*|grele\w*|foudre|foudroy\w*|erosion|eboulement|eboule\w*|fuites?|infiltration\w*|degat\w* des eaux|tornade|orage|surtension\w*|delestage\w*|court[ -]circuit|effondr\w*|ecroul\w*|grill\w*|pluies?|vents?|mbula|mvula|mopepe|mupepe|canalisation|tuyau|crue|submerg\w*|deborde\w*|tempete|glissement de terrain|sous les eaux|(?:arbre|branche|mur|poteau|pylone|antenne|manguier|cocotier|panneau|palmier|avocatier|safoutier|echafaudage|grue)\w* (?:est |s'est |a |vient de |me )?(?:tomb\w*|effondr\w*|ecroul\w*|couche\w*|abatt\w*|abattu\w*))\b")
_COLLISION_CHOSE = motif(
    r"(?:<heurter>|<coups>|<chute>|<blesser>)(?: [\w']+){0,4}? (?:ma|mon|notre|nos|sa|son|la|le|l'|mes) ?(?:\w+ )?(?:<vehicule>|<partie_vehicule>|mienne|mien)|\b(?:ma|mon|notre|la|le|l'|sa|son|mes|les) ?(?:\w+ )?(?:<partie_vehicule>)(?: [\w']+){0,4}? (?:<blesser>|<heurter>|mort\w*|foutu\w*|fichu\w*|h\.?s|niqu\w*|cass\w*|detruit\w*|endommag\w*|parti\w*|tomb\w*|rentre\w*)|"
    r"(?:<blesser>|<heurter>)(?: [\w']+){0,3}? (?:<partie_vehicule>)|\b(?:<partie_vehicule>)(?: [\w']+){0,3} (?:<blesser>|<heurter>|fichu\w*|foutu\w*|endommage\w*|explose\w*)|\b(?:ma|mon|notre|la) (?:\w+ )?<vehicule>(?: [\w']+){0,6}? (?:<heurter>)|\b(?:collision|accrochage|carambolage|tole froissee|choc) |etutan\w*|\bla mienne\b|\ble mien\b|\b(?:voiture|vehicule|moto|bus|taxi|camion)s? (?:est |a ete |est completement |bien )?(?:endommage\w*|abime\w*|cabosse\w*|accidente\w*|fichu\w*|foutu\w*|bousille\w*|enfonce\w*|hors d'usage|en panne apres|detruit\w*|raye\w*|en miettes)"
)
_MOI_HEURTE = motif(r"\b(?:m'a|m'ont|me suis|nous a|nous ont|l'a|l'ont|ma|m'avait|se sont|s'est|les a|me|ngai) (?:\w+ )?(?:<heurter>|<chute>)(?! (?:(?:tout|toute|presque) )?(?:ma|mon|la|le|l'|mes|notre) ?(?:\w+ )?(?:<vehicule>|<partie_vehicule>))|\b(?:percut\w*|heurt\w*|renvers\w*|cogn\w*|fauch\w*|ecras\w*|tape|blesse|tamponn\w*|ramass\w*|accroch\w*) (?:\w+ ){0,2}(?:par |ngai|mono|un pieton|une dame|un enfant|mon (?:fils|enfant|mari|frere|pere|papa|oncle|neveu|collegue)|ma (?:fille|femme|soeur|mere|maman|tante|niece))|\b(?:collision|choc) (?:\w+ )?entre")
_CORPS = motif(r"<corps>")
_AUTRE_SUJET = re.compile(
    r"\b(?:comment|combien|pouvez[- ]vous|pourriez|puis-je|est-ce que|est ce que|je (?:voudrais|veux|souhaite|souhaiterais|desire|cherche a) (?:savoir|ajouter|changer|modifier|resilier|arreter|connaitre|un duplicata|payer|renouveler|inscrire|souscrire|annuler|parler|desister|comprendre|avoir|mettre|recevoir|prendre)|changer (?:de|mon|le|ma)|modifier (?:mon|le|ma)|resili\w*|duplicata|attestation|renouvel\w*|souscri\w*|ajouter (?:mon|ma|un|une)|beneficiaires?|cotisation\w*|ma prime|mon pass|mot de passe|code secret|mon solde|echeance|reclamation|mon contrat|ma carte|quel(?:le)?s? (?:est|sont|document|papier|piece|delai)|quand (?:est-ce|vais|serai)|a quelle heure|c'est quoi|ou (?:se trouve|est|en est)|merci|numero de telephone|numero de police)\b"
)
_RIEN = re.compile(r"\b(?:je ne declare rien|rien a (?:declarer|signaler)|tester?|je teste|c'etait (?:juste )?un (?:test|essai)|ne (?:veux|souhaite) (?:rien|pas) declarer|pas de sinistre|aucun sinistre|erreur de numero|fausse manip\w*|trompe de numero|annulez)\b")
_QUESTION = re.compile(r"^(?:(?:bonjour|bonsoir|salut|slt|svp|s'il vous plait|mbote|madame|monsieur|allo|excusez(?:-moi)?|pardon|chers?|et|bjr|je voulais|je voudrais savoir|je veux savoir|dites(?:-moi)?|question|cc|coucou|nsia)[ ,.:!]*)*(?:si |comment|combien|est-ce|est ce|pouvez|puis-je|quand |ou |quels?|quelles?|c'est quoi|a quoi|pourquoi|faut-il|dois-je|qu'est-ce|y a-t-il|savoir si|peut-on|que faire|que se passe|suis-je|mon pass|avez-vous|le pass|je peux|pourquoi|nani|ndenge nini|que dois)")
_FRAIS_AVANT = motif(r"^.{0,60}?(?:<soin_acte>|\bfrais (?:medic\w*|de soins?|dentaires?|d'hopital))")


def _premier(expression: re.Pattern[str], t: str, faux: re.Pattern[str] | None = None) -> re.Match[str] | None:
    """The first match that is told as a fact, outside manners of speech."""
    ecartes = [lu.span() for lu in faux.finditer(t)] if faux else []
    for lu in expression.finditer(t):
        if not suppose(t, lu.start()) and not any(debut <= lu.start() < fin for debut, fin in ecartes):
            return lu
    return None


def type_sinistre(t: str, faits: Faits) -> Signe | None:
    """(kind, span in `t`, rule)."""
    rien = _RIEN.search(t)
    if rien:
        return "autre", rien.start(), rien.end(), "type.rien"
    question = _QUESTION.match(t)
    if question and not faits.date and not faits.montant and faits.mort is None and faits.blesse is None and faits.nuits is None:
        return "autre", question.start(), max(question.end(), 1), "type.question"
    return _deces(t, faits) or _indemnite(t, faits) or _biens(t, faits) or _corps(t, faits) or _reste(t, faits)


def _deces(t: str, faits: Faits) -> Signe | None:
    funeraire = _premier(_FUNERAIRE, t)
    if funeraire and faits.mort is not False and (faits.montant or _DEMANDE.search(t)):
        return "frais_funeraires", funeraire.start(), funeraire.end(), "type.funeraire"
    if not faits.mort:
        return None
    aide = _MOSUNGUI.search(t)
    if aide:
        return "frais_funeraires", aide.start(), aide.end(), "type.mosungui"
    return "deces", 0, len(t), "type.deces"


def _indemnite(t: str, faits: Faits) -> Signe | None:
    lu = _premier(_INDEMNITE, t)
    if lu and not nie(t, lu.start(), lu.end()):
        return "indemnite_journaliere", lu.start(), lu.end(), "type.indemnite"
    return None


def _biens(t: str, faits: Faits) -> Signe | None:
    """Theft, fire, water and wind, vehicles that only things suffered from."""
    vol = _premier(_VOL, t, _VOL_FAUX) or _premier(_EFFRACTION, t)
    feu, degats = _premier(_FEU, t, _FEU_FAUX), _premier(_DEGATS_FORT, t)
    if vol and not (nie(t, vol.start(), vol.end()) and not motif(r"\b(?:porte|serrure|fenetre|telephone|sac|moto)\b").search(t)):
        return "vol", vol.start(), vol.end(), "type.vol"
    soin = _frais(t, faits)
    if soin:
        return soin
    if feu and (faits.blesse is not True or motif(r"\b(?:incendi\w*|<asset>)").search(t)) and not (degats and degats.start() < feu.start() and "feu" not in feu[0]):
        if not (faits.blesse is True and not motif(r"incendi\w*|(?:<asset>)(?: \w+){0,3} (?:brul\w*|feu|flamm\w*|cendre\w*|parti\w*)|feu (?:a|dans|de|s'est)").search(t)):
            return "incendie", feu.start(), feu.end(), "type.incendie"
    collision = _premier(_COLLISION_CHOSE, t)
    moi = _MOI_HEURTE.search(t)
    seulement_degats = degats and not motif(r"<vehicule>").search(t)
    if collision and not seulement_degats and faits.blesse is not True and not (moi and faits.blesse is None and not motif(r"<partie_vehicule>|\b(?:devis|reparation|garage|endommag\w*|constat)\b").search(t)):
        vehicule = motif(r"<vehicule>|<partie_vehicule>").search(t)
        chute_arbre = motif(r"\b(?:arbre|branche|mur|poteau|pluie|vent|toit|tole|grele|pylone|panneau|manguier|cocotier|echafaudage|ravin|boue)s?\b(?: \w+){0,3} (?:tomb\w*|effondr\w*|ecroul\w*|emport\w*|ecras\w*|casse\w*|brise\w*|couche\w*|abatt\w*)").search(t)
        if vehicule and not chute_arbre:
            return "collision", collision.start(), collision.end(), "type.collision"
    if degats and faits.blesse is not True and not _premier(_ACCIDENT, t) and not re.search(r"\b(?:a cote de moi|sur (?:moi|nous|lui|elle)|m'est tombe|a derape|ai glisse|suis tombe)", t):
        return "degats", degats.start(), degats.end(), "type.degats"
    return None


def _frais(t: str, faits: Faits) -> Signe | None:
    """Care to reimburse: asked for, or paid for and told first, without a stay."""
    soin = _premier(_SOIN, t)
    if not soin or not (faits.montant or _PAYER.search(t)) or (faits.nuits or 0) > 0:
        return None
    sejour = motif(r"\b(?:hospitalis\w*|interne\w*|en observation|sejour\w*|reanimation|cesarienne|accouch\w*|alite\w*|opere\w*)\b").search(t)
    if sejour and not nie(t, sejour.start(), sejour.end()) and not re.search(r"\b(?:apres|suite|avant|depuis)\b[^.;!?]{0,20}$", t[: sejour.start()]):
        return None
    evenement = _premier(motif(r"<accident_mot>|<chute>|<coups>|<heurter>|<feu_mot>|\b(?:mordu\w*|brule\w*|coupe\w*|pique\w*|renverse\w*|fractur\w*|cass\w*)"), t) if faits.blesse is not False else None
    if evenement and evenement.start() < soin.start() and not _REMBOURSER.search(t):
        return None
    if faits.blesse is False and _premier(_COLLISION_CHOSE, t):
        return None
    return "frais_medicaux", soin.start(), soin.end(), "type.frais"


def _corps(t: str, faits: Faits) -> Signe | None:
    """An accident of the body, blows, a wound, a stay for an illness."""
    coups, accident, chute = _premier(_COUPS, t), _premier(_ACCIDENT, t), _premier(_CHUTE, t)
    moi = _MOI_HEURTE.search(t)
    if coups and not accident and not (chute and chute.start() < coups.start() and not re.search(r"frapp|agress|tabass|bagarr", coups[0])) and not re.search(r"(?:machette|pierre|couteau)s?$", coups[0]) and not motif(r"<vehicule>(?: \w+){0,4} (?:frapp|tap)").search(t):
        return "blessure", coups.start(), coups.end(), "type.coups"
    if coups and re.search(r"(?:couteau|machette|pierre|bouteille)s?$", coups[0]) and motif(r"<personne_tiers>|agress|bagarr|\bdonne\b|\brecu\b|m'a |par (?:un|mon|une|des)").search(t) and not re.search(r"\b(?:champ|seul|me suis|s'est)\b", t):
        return "blessure", coups.start(), coups.end(), "type.coups"
    agresseur = motif(r"\b(?:kuluna|koulouna|bandit|agresseur|voyou|bebes? noirs?|malfrat|delinquant|voleur|braqueur|gang|assaillant)s?\b").search(t)
    if agresseur and faits.blesse:
        return "blessure", agresseur.start(), agresseur.end(), "type.agresseur"
    evenement = accident or moi or (_premier(_DEGATS_FORT, t) if faits.blesse else None)
    if evenement and not (nie(t, evenement.start(), evenement.end()) and not faits.blesse):
        return "accident", evenement.start(), evenement.end(), "type.accident"
    maladie = _premier(_MALADIE, t)
    if chute and not (maladie and maladie.start() < chute.start() and faits.blesse is None) and not re.match(r"tombe\w* malade|tombe\w* (?:enceinte|dans le coma|en panne|sur (?:un|une|la) (?:message|photo))", t[chute.start() : chute.start() + 30]):
        return "accident", chute.start(), chute.end(), "type.chute"
    if faits.blesse and motif(r"\b(?:brul\w*|coup\w*|mordu\w*|morsure|pique\w*|machette|machete|couteau|scie|machine|huile|eau chaude|eau bouillante|clou|tesson|verre|serpent|chien|echelle|moto|velo|match|foot\w*|ballon|outil|marteau|hache|houe|pilon|meule|moulin|casserole|marmite|petrole|acide|gaz|bouteille|tole|fil|courant|petard|ciseaux|lame|rasoir|porte|portail|pierre|brique|bois|branche|arbre|noix|corne|hamecon|trou|caniveau|escalier|marche|en (?:jouant|courant|sautant|coupant|fendant|descendant|montant|portant|soulevant|travaillant|cuisinant|nettoyant|reparant|ouvrant)|sport|entrainement|chantier|au travail|usine|sable|balle|stade|terrain|couru|tacle\w*|motuka|mutuka|<vehicule>)\b").search(t):
        return "accident", 0, len(t), "type.cause"
    sejour = _premier(_SEJOUR_FORT, t) or _premier(_SEJOUR, t)
    if sejour:
        return ("hospitalisation" if faits.blesse is not True else "accident"), sejour.start(), sejour.end(), "type.sejour"
    if faits.nuits:
        return "hospitalisation", 0, len(t), "type.nuits"
    return ("blessure", 0, len(t), "type.blessure") if faits.blesse else None


def _reste(t: str, faits: Faits) -> Signe | None:
    signes = [lu for expression in (_DEGATS, _FEU, _SOIN, _MALADIE, _CORPS, _VOL, _COLLISION_CHOSE) if (lu := _premier(expression, t))]
    sujet = _AUTRE_SUJET.search(t)
    if sujet or not signes:
        return "autre", sujet.start() if sujet else 0, sujet.end() if sujet else max(1, len(t)), "type.autre"
    if _DEGATS.search(t) and motif(r"<asset>|\b(?:degats?|plafond|toit\w*|tole|mur)").search(t):
        lu = signes[0]
        return "degats", lu.start(), lu.end(), "type.degats"
    if _SOIN.search(t) and faits.montant:
        return "frais_medicaux", signes[0].start(), signes[0].end(), "type.frais"
    return None


def parle_d_accident(t: str) -> bool:
    """Whether pain or « je vais bien » is of an accident, not of an illness."""
    return bool(_premier(_ACCIDENT, t) or _premier(_CHUTE, t) or _MOI_HEURTE.search(t) or _premier(_COUPS, t) or _premier(_COLLISION_CHOSE, t) or _premier(_FEU, t, _FEU_FAUX) or _premier(_DEGATS_FORT, t) or re.search(r"\b(?:choc|machine|scie|machette|serpent|chien|brul\w*|pneu|plaie|blec?ss?\w*|percut\w*|heurt\w*|cogn\w*|renvers\w*)\b", t))


def parle_de_sejour(t: str) -> bool:
    """Whether nights may be nights in hospital."""
    return bool(_premier(_SEJOUR, t) or motif(r"\b(?:gardee?s? (?:\w+ ){1,3}nuits?|blanche gomez|netcare|cogemo|guenin|securex|regina pacis|louise michel|adolphe|hopital|clinique|chu|hospit\w*|maternite|dispensaire|csi|cms|centre de sante|urgences?|indemnit\w*|forfait|lopitalo|mobengo|sice|sejour|lit|polyclinique|perfusion|consulte|consultation|admis\w*|interne\w*|observation|soeurs|nuits du|nuitees?)\b").search(t))


def chose_reclamee(t: str) -> bool:
    """Whether the price at which something was bought is what is claimed: stolen, burnt, drugs."""
    return bool(_premier(_VOL, t, _VOL_FAUX) or _premier(_FEU, t, _FEU_FAUX) or _EFFRACTION.search(t) or motif(r"\bachet\w* (?:\w+ ){0,4}(?:<soin>)|(?:<soin>)(?: \w+){0,4} achet\w*|<soin_acte>|<funeraire>").search(t))
