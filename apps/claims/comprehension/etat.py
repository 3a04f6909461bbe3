"""Whether somebody was injured, whether somebody died: said, denied, or not said."""

import re

from .negation import failli, nie, proposition, suppose
from .normalisation import Texte
from .vocabulaire import motif

_QUI = r"(?:mon|ma|mes|notre|nos|la|le|les|sa|son|ses|leur|leurs|un|une|ton|ta|votre|deux|trois|l')"
_KIN = rf"{_QUI} ?(?:\w+ )?<parente>"
_CHOSES = motif(
    r"\b(?:telephone|portable|batterie|moteur|voiture|moto|ordinateur|ampli|tele|television|frigo|congelateur|pile|chien|chat|poule|poulet|mouton|chevre|cabri|porc|cochon|boeuf|vache|coq|poisson|animal|animaux|betes?|betail|canards?|"
    r"<animal>|point|angle|reseau|ligne|carte|arbre|feuille|lampe|ampoule|disque|forfait|compteur|pneu|radio|camion|bougie|appareil|groupe|machine|pompe|onduleur|ecran|demarreur|embrayage|alternateur)s?\b"
)  # fmt: skip
_IMAGE = re.compile(r"^ ?(?:de (?:rire|fatigue|faim|froid|peur|honte|sommeil|soif|trouille|chaud|chagrin)|-vivant|ivre|saison)|^ ?(?:sur le coup de la (?:peur|colere))")
_IMAGE_AVANT = re.compile(r"\b(?:ivre|blesse\w* a|a (?=mort)|angle|point|nature|eau|feuille|saison|jambe|poids|bras|temps) $")
_PAPIER = re.compile(r"\b(?:garantie|capital|assurance|en cas de|option|contrat|clause|prevoyance|couverture|indemnite|si|rente|que faire (?:en cas )?|combien|conditions?|quand on) (?:de |du |d'|le |en |apres |\w+ (?:est |soit )?)*$")
_MORTS: tuple[tuple[str, str], ...] = (
    (r"<mort_adj>", "deces.adjectif"),
    (r"<deces_nom>|mort(?= (?:de |d')(?:<possessif>|l'|<parente>|\w+ (?:de|du|le|a|hier)))", "deces.nom"),
    (r"(?:nous|m'|l'|vous|les?|nous ?a|m'a)? ?(?:a|as|ont|est|vient de nous|venait de nous) ?(?:tous |encore |deja |brutalement |brusquement |subitement )?(?:quitte\w*)(?! (?:la (?:route|chaussee|piste|maison|voie|ville)|le (?:village|domicile|service|travail|bureau|pays|chu|lieu|marche|parking|virage)|l'|son |sa |mon |ma |les lieux|hier (?:la|le)|vers|pour))", "deces.quitter"),
    (r"rend\w* (?:l'ame|le dernier soupir|son dernier souffle|son dernier soupir|le dernier souffle|son ame)|dernier (?:souffle|soupir)|ferme les yeux (?:pour toujours|a jamais|definitivement)|yeux pour toujours", "deces.ame"),
    (r"(?:parti\w*|s'en est alle\w*|s'en alla|en alle\w*) (?:pour toujours|pour de bon|a jamais|au ciel|dans l'au-dela|dans l'au dela|rejoindre (?:le seigneur|dieu|ses ancetres|les ancetres|son pere|sa mere|l'eternel|le pere|nos ancetres)|aupres (?:du|de)|sans (?:nous )?(?:dire|un) (?:au revoir|adieu|mot)|vers le pere|dans l'autre monde|chez le seigneur|chez dieu|avec dieu|des suites|d'une (?:longue|courte|crise)|pour l'eternite|ad patres|brutalement|subitement|dans la dignite|chez le pere|a la maison du pere|de l'autre cote|dans (?:ses|mes|nos) bras|dans son sommeil)", "deces.partir"),
    (r"(?:dieu|le seigneur|l'eternel|le createur|le pere celeste|le tout-puissant|le bon dieu|nzambe|nzambi|le ciel|jesus|allah) (?:l'a |l'|nous l'a |a |nous a |les a |vient de |me l'a )?(?:repris\w*|rappel\w*|pris\w*|arrach\w*|accueilli\w*|ravi\w*|enleve\w*|recu\w*|cherche\w*|akamati|azwi|abengi|me baka|rappele\w*)|rappelee? (?:a|par|aupres de) (?:dieu|lui|le seigneur|l'eternel)|(?:endormi\w*|repose\w*) (?:dans le seigneur|en paix|en christ|a jamais|pour toujours)|retourne\w* (?:a|vers|chez) (?:dieu|le createur|son createur|l'eternel|le pere)", "deces.dieu"),
    (rf"(?:perdu|perdit|perdons|perdre|perd) (?:\w+ )?{_KIN}(?! de (?:vue|main))|(?:l'|nous l'|les |nous les |on l'|je l')(?:a|ai|avons|ont) (?:\w+ )?perdue?s?(?! (?:son|sa|de vue|le|la|ses|dans|au|connaissance|a l')\b)|perte (?:de |d'|brutale de )(?:mon|ma|notre|mes|nos|un etre cher|cet etre)", "deces.perdre"),
    (r"n'est plus (?:de ce monde|parmi nous|des notres|la(?= depuis|[.,;!]|$)|en vie)|n'est plus(?=[ ,.;!]*(?:$|[.,;!]|depuis|hier|ce matin|je|nous))|(?:ne sont|n'etait|n'etaient) plus (?:de ce monde|en vie|la)|plus en vie|sans vie|cesse de (?:vivre|respirer)|arrete de respirer|coeur (?:de (?:\w+ )?[\w-]+ )?(?:s'est arrete|a lache|l'a lache|a cesse)|nous ait quitte\w*", "deces.nest_plus"),
    (r"(?:n'a|n'ont|n'avait|n'a malheureusement|na|n'est|n'y a)(?: \w+)? (?:pas|point) (?:pu )?(?:surv\w*|etre sauvee?s?|etre reanime\w*|tenu (?:jusqu|le coup)|passe la nuit|resiste|supporte|repris son souffle|tenu(?= ?[,.;!]|$))|(?:pas|point) (?:pu (?:la|le|les) )(?:sauv\w*|reanim\w*|ranim\w*)|pa survecu|pas survecu|pa surveku", "deces.survivre"),
    (r"(?:s'est|s'etait|s'eteignit|c'est|vient de s') ?(?:\w+ )?etein\w+(?= (?:dans|a |au |chez|hier|ce|le |lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|suite|apres|avant|des|paisiblement|d'un|d'une|cette|la nuit|entour))", "deces.eteindre"),
    (r"a?kufi|akufaki|akufa|bakufi|bakufaki|kufaki|kufa|akufeli|akufi|kufwa|kufwaki|fwaka|me (?:ku)?fwa|mefwa|ufwidi|fwidi|bafwidi|mekufwa|kufwaka|atiki biso|atikali te|akei na (?:likolo|nzambe)|azongi na nzambe|akende na likolo|me kwenda na nzambi|me katuka na nsi|ebembe|mvumbi|akoki te na bomoi|me lala kimakulu|bakundi|me kunda", "deces.local"),
    (r"passee? (?:l'arme a gauche|de vie a trepas)|sa mort|son corps (?:est|repose|se trouve|a la morgue)|(?:corps|depouille) (?:est |se trouve |repose |encore )?(?:a|au|dans) (?:la )?morgue|levee du corps|(?:la|sa|une) depouille|feu (?:mon|ma|notre)|perdu la vie|ote la vie|coute la vie|coutee? la vie|trouve la mort|donne la mort|y est reste\w*|y est passee?(?! me)|laisse (?:la|sa) vie|y a laisse la vie|sorti\w* les pieds devant|clamse\w*|creve(?= ?(?:hier|ce matin)?$)|disparition (?:\w+ )?de (?:mon|ma|notre|nos)|grand voyage|mort[ -]nee?|pleur\w* (?:mon|ma|notre|nos|la mort|la disparition)|en deuil|deuil (?:de|d'|dans|nous|a frappe|frappe)|porte le deuil|tue[re] (?:mon|ma|mes|notre|sur)|tue sur|abattu\w* (?:par|d'une)|emporte\w* par (?:la|le|une?|l'|les) (?:maladie|palu\w*|fievre|avc|crise|cancer|covid|cholera|infarctus|typhoide|eaux?|courant|diabete|fleuve|tension|hemorragie)|(?:maladie|palu\w*|avc|crise|cancer|cholera|fievre|tension|diabete|eaux|fleuve|courant) (?:l'|nous l'|a |l'a |a fini par l')(?:a )?(?:emporte\w*)", "deces.tour"),
    (rf"(?:l'|la |a |a'|les )(?:a )?(?:tue\w*|assassine\w*|ecrase et tue)(?: {_KIN})?", "deces.tuer"),
)  # fmt: skip
_ENTERRER = rf"(?:obseques|funerailles|enterrement|inhumation|enterre\w*|inhum\w*|cercueil|caveau|veillee|matanga|levee de corps|morgue|frais funeraires|aide funeraire|secours funeraire|assistance funeraire|deuil|mosungui)(?: \w+)? (?:de |d'|pour |du |des |chez |mpo na |ya )(?:l'enterrement de |les obseques de |feu )?(?:{_QUI} ?)?(?:\w+ )?<parente>|enterr\w+ (?:mon|ma|notre|nos) (?:\w+ )?<parente>"
_VIVANT = (
    r"(?:faill\w*|manque(?:r|ait)?(?: de)?) (?:y )?(?:mourir|laisser la vie|passer|passe|y rester|perdre la vie|me tuer|mouri|crever|le perdre|la perdre|la tuer|le tuer|etre tue\w*|nous tuer|se tuer|y laisser (?:la|ma|sa) (?:vie|peau)|rester|kufa|mourrir)|(?:failli|manque) (?:de )?(?:se |me |s')(?:noyer|tuer|etouffer|electrocuter|faire tuer|faire ecraser)|(?:failli|manque) (?:la |le |les |nous |me |l')?(?:perdre|tuer)(?! (?:mon|ma) (?:sac|telephone))|"
    r"echapp\w* (?:belle|a la mort|de justesse a la mort|de peu a la mort)|frole la mort|a deux doigts de (?:la mort|mourir|y passer)|miracule\w*|(?:toujours|encore|bien|reste|est|sont|suis|sommes|etes) (?:en vie|vivante?s?)|vu la mort|tous vivants|(?<!pas )(?<!pas pu )(?<!point )survecu|survivants?|rescapes?|hors de danger|s'en est sorti\w* vivant\w*|sorti\w* vivant\w*|ressuscit\w*|azali na bomoi|kele na luzingu|mort (?:en face|de pres)"
)  # fmt: skip
_SANS_MORT = r"(?:pas|aucune?|sans|ni|zero|0|point) (?:de |d'|eu de |a deplorer de |eu d'|grave )?(?:victimes?|morts?|deces|perte en vie\w* humaine\w*|pertes? humaines?|perte de vie\w*|dega\w* humains?)|(?:personne|aucun|nul) (?:n'est |n'a ete |n'a |ne |n'y |est )(?:\w+ )?(?:mort|decede|tue|perdu la vie|mouru|laisse la vie|reste|passe)|moto(?: moko)? akufi te|akufi te|akufaki te|bakufi te|moto te akufi|ve (?:me )?kufwa|kufwa ve|me kufwa ve|ata moto akufi|liwa te"


def deces(texte: Texte) -> tuple[bool, int, int, str] | None:
    """(whether somebody died, span in `t`, rule); None when the text does not say."""
    t = texte.t
    vivant = motif(rf"\b(?:{_VIVANT})\b").search(t) or motif(rf"\b(?:{_SANS_MORT})\b").search(t)
    faux: tuple[bool, int, int, str] | None = (False, vivant.start(), vivant.end(), "deces.evite") if vivant else None
    for gabarit, regle in (*_MORTS, (_ENTERRER, "deces.funerailles")):
        for lu in motif(rf"(?<![\w-])(?:{gabarit})(?![\w-])").finditer(t):
            if (vivant and lu.start() < vivant.end() and vivant.start() < lu.end()) or _sans_objet(t, lu.start(), lu.end(), regle):
                continue
            if _ANCIEN.match(t[lu.end() : lu.end() + 50]) or suppose(t, lu.start()) or _PAPIER.search(t[max(0, lu.start() - 40) : lu.start()]):
                continue
            if regle != "deces.survivre" and (failli(t, lu.start()) or (regle != "deces.nest_plus" and nie(t, lu.start(), lu.end()))):
                faux = faux or (False, lu.start(), lu.end(), "deces.nie")
                continue
            return True, lu.start(), lu.end(), regle
    return faux


def _sans_objet(t: str, debut: int, fin: int, regle: str) -> bool:
    """Whether what is dead is a thing or a beast, a manner of speech, or a paper."""
    if regle not in ("deces.adjectif", "deces.tuer", "deces.nom", "deces.tour"):
        return False
    avant = proposition(t, debut)[-34:]
    chose = None
    for chose in _CHOSES.finditer(avant):
        pass
    if chose and not motif(r"<parente>|\b(?:il|elle|chauffeur|conducteur|passager|par|sur|avec|dans|en|de|d'une?|d'un)\b").search(avant[chose.end() :]) and not re.search(r"\b(?:par|dans|en|de|d'une?|d'un|du|avec|sur|a) (?:une? |la |le |sa |son )?$", avant[: chose.start()]):
        return True
    if re.search(r"\bmort(?:e|s|es)? (?:de|des) (?:mon|ma|mes|nos|notre|trois|deux)? ?(?:chien|chevre|mouton|boeuf|poule|vache|porc|cabri|poulet|betail|bete)", t[debut : fin + 30]):
        return True
    if re.match(r"\b(?:tuee?s?|mort\w*)", t[debut:fin]) and re.match(rf" (?:mes|mon|ma|nos|notre|deux|trois|\d+) {_CHOSES.pattern[2:-2]}", t[fin : fin + 24]):
        return True
    return bool(_IMAGE.match(t[fin : fin + 20]) or _IMAGE_AVANT.search(t[max(0, debut - 9) : debut]))


_ANCIEN = re.compile(r"^[^.;!?]{0,16}\b(?:il y a (?:longtemps|plusieurs annees|\w+ ans)|depuis (?:longtemps|\w+ ans)|en (?:19|20)\d\d|l'annee (?:passee|derniere)|autrefois|jadis|dans mon enfance)")
_INDEMNE = motif(
    r"\b(?:indemnes?|bless\w* ?: ?(?:neant|0|zero|aucun|non|rien)|(?:juste|seulement|simplement) (?:eu )?(?:tres )?(?:peur|une frayeur|une grosse frayeur)|que de la peur|sains? (?:et|est) saufs?|saines? (?:et|est) sauves?|personne de bless\w*|pas un seul bless\w*|tole\w* froissee?s? (?:seulement|uniquement)|sainsesaufs?|tous saufs|tous sauf(?= ?[,.;!]|$)|plus de (?:peur|frayeur) que de mal|rien (?:eu|de casse|de brise)|(?:n'ai|n'a|n'avons|n'avait|n'ont|ai|a|avons|on a|na)(?: \w+)? rien(?: du tout)?(?: eu)?(?= ?[,.;!]|$| mais| sauf| heureusement| dieu| grace| de grave)|"
    r"pas (?:meme )?(?:une|la moindre|une seule|de|eu de|eu une|un)? ?(?:egratignure|bobo|bleu|blesse\w*|victimes?|degats? corporels?|mal(?= physique)|dommages? corporels?|casse corporelle|goutte de sang)|(?:sans|aucune?|zero|ni|0|point de|sans faire de|sans faire d') (?:le moindre |la moindre |autre |grave )?(?:egratignures?|bobos?|bleus?|bless\w*|victimes?|degats? (?:corporels?|humains?)|mal(?= ?[,.;]|$)|dommages? (?:corporels?|humains?)|personne bless\w*|degat corporel|atteinte corporelle)|"
    r"(?:degats?|dommages?) (?:\w+ )?(?:seulement |uniquement |juste |que |purement )?materiels? (?:seulement|uniquement)|(?:seulement|uniquement|que|juste|rien que|simplement|purement) (?:des |les |de la |de )?(?:degats?|dommages?|dega) materiels?|(?:que|juste|seulement) (?:de )?(?:la|le) (?:tole|ferraille|carrosserie|materiel)(?: froissee?)?|purement materiels?|"
    r"(?:personne|nul|aucun\w*(?: des)?(?: \w+)?) (?:n'|ne |n |na |n'a |est )?(?:est |a |a ete |s'est |ete |s'est fait |n'a ete |s'est pas )?(?:bless\w*|touche\w*|fait mal|eu mal|mal|eu de mal|souff\w*|abime\w*|atteint\w*)|moto (?:moko )?te azok\w*|moto (?:moko )?azok\w* te|azok\w* te|nazok\w* te|tozok\w* te|bazok\w* te|me lwala ve|lwala ve|muntu ve me lwala|mpota te|makila te)\b"
)  # fmt: skip
_VONT_BIEN = motif(r"\b(?:(?:on|nous|je|tout le monde|les passagers|les occupants|les enfants|tous|ils|il|elle) (?:va|vais|allons|vont|sommes|sont|est)(?: tous| tres)? bien|(?:s'en est|s'en sont|m'en suis|nous en sommes|en sort|s'en sort) (?:bien )?(?:tires?|sortis?|sort|sans)(?: \w+)? ?(?:sans|bien|indemne)?(?: (?:mal|rien|casse|une egratignure|egratignure|dommages?))?|ouf tout va bien|tout le monde (?:est|va) (?:bien|ok|sain)|rien de mechant)\b")
_DOULEUR = motif(r"\b(?:mal|douleurs?|mpasi|bobo|souffr\w*|enflee?s?|gonfl\w*|bleus?|saign\w*|boit\w*|du mal a marcher|peux plus (?:marcher|bouger|bouje)|ne peux plus)(?: (?:tres|tellement|encore|fort|trop))? ?(?:a la|a l'|au|aux|a|dans le|dans la|dans|de la|du|sur le|na)? ?(?:mon |ma |mes |le |la |l')?<corps>|<corps>(?: \w+){0,2}? (?:ezali|ezo\w*|oza|e|kele) mpasi|<corps>(?: (?:tres|qui|me|m'a|est|encore|droite?|gauche|trop)){0,3} (?:douloureu\w*|fait mal|font mal|lance|endolori\w*|souffre)")



_BLESSE: tuple[tuple[str, str], ...] = (
    (r"\b(?:bless(?:e|ee|es|ees|ure|ures|er|ait|a|ai)|bleces?|blesses? grave\w*|legerement touche\w*|amoche\w*|grievement \w+|brulee?s? (?:au|a|aux|par|avec|vif|sur)|(?:s'est|me suis|s'etait|nous sommes|se sont|t'es|s'|fait|s'est fait) ?(?:\w+ )?(?:brul\w*|ebouillant\w*|coup(?:e|ee|er)\b|fractur\w*|foul\w*|tordu\w*|casse\w*|blesse\w*|ouvert\w*|entaill\w*|electrocut\w*|piqu\w*|dechir\w*|luxe\w*|deboit\w*|ecorch\w*|plante\w* (?:un|le|une)|pique\w*|mordre|mordu\w*)|electrocut\w*|electris\w*|ebouillant\w*|poignard\w*|mordue?s?|mord (?:mon|ma|le|la|au)|estropi\w*|defigur\w*|assomme\w*|paralyse\w*|a[mz]ok\w*|nazok\w*|azok\w*|tozok\w*|bazok\w*|kozoka|me lwala|lwala|balwala|polytraumatis\w*|cul-de-jatte|ensanglant\w*|plein de sang|couvert\w* de sang|en sang|traumatisme|a coule le sang|saigne\w*|perdu beaucoup de sang|amput\w*|ete pique\w*|pique\w* (?:par|partout)|(?:un|le|avec|mis un|de|du) platre(?! (?:du|de|tomb\w*|est))|plaie|plaies|sutur\w*|recous\w*|dans le platre)\b", "blesse.verbe"),
    (r"<lesion>|\bl?'?os (?:est |etait |lui est )?(?:sorti|visible|casse|a nu|dehors)|\bdents? (?:est|sont|etait) (?:tombee?s?|partie?s?|cassee?s?)", "blesse.lesion"),
    (r"<corps>(?: (?:droite?|gauche|du \w+|de la \w+|de l'\w+|de (?:mon|ma|son|sa) \w+|est|a ete|a|s'est|etait|sont|qui|bien|tout|toute|tres|completement|ya ngai|na ngai|na ye|ya ye|me|e|ai|ont|etaient|lui|aussi|un peu|totalement|presque)){0,4} <blesser>", "blesse.corps_verbe"),
    (r"<blesser>(?: (?:le|la|les|l'|mon|ma|mes|son|sa|ses|au|a la|a l'|aux|un|une|deux|trois|quatre|\d|du|de la|de l'|des|grave\w*|legere\w*|bien|leur|na|lui|presque|moitie|bout|du|net|dans|sur|avec|gros|petit|l)){0,4}[ ']<corps>", "blesse.verbe_corps"),
    (r"\b(?:coups? de (?:machette|machete|couteau|hache|houe|pierre|bouteille|barre|gourdin|pilon|marteau|fusil|pied|tete|poing|baton|sabot|corne|scie|pelle|brique)s?|coups?|choc|pierre|brique|clou|tesson|eclat\w*|balle|tournevis|lame|echarde|barre de fer|tole|fer|fil de fer|hamecon|corne|arete|couteau|machette|machete|morceau de verre|verre)(?: (?:de \w+|violent|recue?s?|dans|sur|a|au|aux|en plein|pleine?|plante|enfonce|entre|rentre|reste|tombe|lui|m'a|m'est|mon|ma|son|sa|le|la|les|l'|est)){1,4}[ ']<corps>", "blesse.coup_corps"),
    (r"\b(?:dents?|doigts?|oeil|ongles?) (?:perdue?s?|en moins)|\b(?:perdu|perd|arrache|manque|casse)(?: (?:\w+)){0,2} (?:dents?|doigts?|oeil|ongles?|phalanges?|orteils?|incisives?)\b", "blesse.perdu"),
)  # fmt: skip
_CHOSE_BLESSEE = motif(r"(?:<partie_vehicule>|<vehicule>|\b(?:telephone|ecran|mur|maison|toit|porte|fenetre|serrure|vitre|pied de (?:la )?(?:table|lit|chaise)|bras de (?:la )?(?:grue|fauteuil)|main courante|tete de lit|dos de)\b)")


def blesses(texte: Texte, *, accidentel: bool, mort: bool) -> tuple[bool, int, int, str] | None:
    """(whether somebody was injured, span in `t`, rule). `accidentel`: pain without a wound counts, and « je vais bien » answers."""
    t = texte.t
    faux: tuple[bool, int, int, str] | None = None
    for gabarit, regle in _BLESSE:
        for lu in motif(gabarit).finditer(t):
            if suppose(t, lu.start()) or re.search(r"\b(?:garantie|contrat|appendicite|carie|dent de sagesse|accouch\w*|cesarienne|extraction|amour)\b[^.;]{0,14}$", t[max(0, lu.start() - 26) : lu.start()]):
                continue
            if failli(t, lu.start()) or nie(t, lu.start(), lu.end()) or _INDEMNE.search(t[max(0, lu.start() - 22) : lu.end() + 3]):
                faux = faux or (False, lu.start(), lu.end(), "blesse.nie")
                continue
            if _fausse_blessure(t, lu, regle, accidentel=accidentel, mort=mort):
                continue
            return True, lu.start(), lu.end(), regle
    douleur = _DOULEUR.search(t) if accidentel else None
    if douleur and not nie(t, douleur.start(), douleur.end()) and not failli(t, douleur.start()):
        return True, douleur.start(), douleur.end(), "blesse.douleur"
    indemne = _INDEMNE.search(t)
    if indemne:
        return False, indemne.start(), indemne.end(), "blesse.indemne"
    bien = _VONT_BIEN.search(t) if accidentel and not mort else None
    if bien:
        return False, bien.start(), bien.end(), "blesse.vont_bien"
    return faux if faux and re.search(r"bless|casse|egratign|mordu|brul|touche", t[faux[1] : faux[2]]) and accidentel else None


def _fausse_blessure(t: str, lu: re.Match[str], regle: str, *, accidentel: bool, mort: bool) -> bool:
    """Whether the words are of an illness, of a thing, or of care long past."""
    dit = lu[0]
    if regle in ("blesse.corps_verbe", "blesse.verbe_corps"):
        if re.search(r"\b(?:gonfl|enfl|pris|demi|plat|marque|touche|gate|tourn|coinc|noir|violet|craqu|deplac|coupe la|crev\w* les yeux)", dit) and not accidentel:
            return True
        if _CHOSE_BLESSEE.search(t[max(0, lu.start() - 2) : lu.end() + 18]) and not re.search(r"\b(?:mon|ma|son|sa|mes|ses|j'ai (?:le|la)|l'os|au|a la) ?<?(?:bras|jambe|pied|main|doigt|tete|genou|dos|visage|epaule)", dit):
            return bool(re.search(r"\b(?:cote|front|face|dos|ventre|pied|bras|cou|figure|nez|tete|aile|dent)\b", dit))
        if re.search(r"\b(?:cote|face|coup|de front)\b", dit) and not re.search(r"\bcotes?\b.*(?:cass|fel|fract)|(?:cass|fel|fract)\w* .*\bcotes?\b", dit):
            return True
        if re.search(r"\bpris (?:la|le|un) (?:tete|pied)|coupe la tete|pris en main|touche (?:du|la main)", dit):
            return True
    if regle == "blesse.lesion" and re.search(r"^(?:bosses?|broches?|platre|lumbago|lesions?|agrafes?|bandage|griffures?)$", dit) and not accidentel:
        return True
    if regle == "blesse.coup_corps" and re.match(r"(?:verre|fer|tole|balle|lame|choc|pierre)", dit) and re.search(r"cote|face|dos de", dit):
        return True
    if re.match(r"amput|opere", dit) and not accidentel:
        return True
    if dit.startswith("blessure") and re.search(r"(?:succomb\w*|mort\w*|decede\w*|suites?) (?:a|de|des|suite a) (?:ses|leurs|ces)? ?$", t[: lu.start()][-26:]):
        return True
    return mort and regle == "blesse.verbe" and bool(re.match(r"(?:brul|saign|en sang|plein de sang|perdu beaucoup)", dit))
