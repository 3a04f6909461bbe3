"""Whether another person or vehicle took part: said, denied, or not said; and who."""

import re

from .negation import nie, suppose
from .vocabulaire import motif

_DET = r"(?:un|une|1|des|deux|2|trois|le|la|les|l'|l'autre|mon|ma|mes|son|sa|ce|cette|ces|quelqu'un|plusieurs|autre|d'autres|notre|nos|leur|certains?)"
_OBJET = r"(?:(?:qui |il |elle |ils |lui |et |nous |a |s'est |est |venu\w* |est venu\w* |venait |en |m'|me |m |l'|nous |les? |la |ma |na |ont |avaient |avait |ai |ns |vient |vien |de |violemment |brutalement |presque |encore |carrement |sans |freiner |s'arreter |fort )){0,6}"
_SUJET = r"(?: (?:rouge|blanche?|noire?|bleue?|jaune|verte?|grise?|du voisin|de la voisine|de livraison|d'un \w+|d'une \w+|de service|sans \w+|de marque \w+|mal \w+|fou|folle|enrage|errant|qui \w+ \w+|en (?:sens|exces|fuite|marche)[ \w]{0,16}|charge\w* de \w+|conduit\w* par [\w ]{2,20}|de la \w+|de l'\w+|du \w+|de \w+|trop vite|chinois\w*|immatricul\w*|inconnue?s?|ivre|de transport|en commun|d'eau|de sable|de bois|citerne|du quartier|du marche|de la commune|de police|armee?s?|en colere|d'a cote|d'en face))?"
_VRAIS: tuple[tuple[str, str], ...] = (
    (rf"\b(?:{_DET} )?(?:\w+ )?(?:<vehicule>|<personne_tiers>|<animal>){_SUJET},? {_OBJET}(?:<heurter>|<coups>)", "tiers.sujet"),
    (r"(?:<heurter>|<coups>|<chute>|<vol_mot>|\b(?:bousculade|pousse\w*|jete\w*|attaqu\w*|menac\w*|mordu\w*|mordre|percute\w*|insulte\w*|piqu\w*|arrose\w*|abord\w*|charge\w*|sauv\w*|cause\w*|provoque\w*|conduit\w*))(?: (?:[\w']+)){0,3}? par (?:(?:un|une|1|des|le|la|les|l'|mon|ma|mes|son|sa|deux|trois|2|3|4|quatre|plusieurs|notre|quelqu'un|l'autre|leur) ?)?(?:\w+ ){0,2}(?:<vehicule>|<personne_tiers>|<animal>|\binconnu)", "tiers.par"),
    (r"\bpar (?:quelqu'un|un (?:autre|tiers)|une (?:autre|personne|bande)|des (?:gens|jeunes|inconnus|bandits|voyous|hommes|kuluna))", "tiers.par"),
    (r"\b(?:chauffeur|conducteur|conductrice|motard|taximan|chauffard|motocycliste|camionneur|agresseur|responsable|automobiliste|cycliste|fautif)s?\b(?: [\w'-]+){0,3} (?:demarr\w*|fui\w*|enfui\w*|parti\w*|arrete\w*|ivre|sou\w*|excus\w*|reconn\w*|refus\w*|ralenti|freine|pas (?:freine|vu|de permis)|accelere|disparu|file|perdu|a pris|dorm\w*|somnol\w*|double|roulait|conduisait|est rest\w*|a dit|sans permis|en tort|connu|identifi\w*|arret\w*|nie|voulait|n'a|ne|etait)", "tiers.chauffeur"),
    (r"\b(?:delit de fuite|chauffard|l'autre (?:voiture|vehicule|conducteur|conductrice|chauffeur|moto|camion|taxi|partie|automobiliste|motard|personne|bus)|vehicule adverse|adversaire|partie adverse|en face m'a|l'agresseur|mon agresseur|mes agresseurs|a pris la fuite|pris la fuite|(?:le|1|un) tiers (?:est|a|s'est|identifie)|tiers responsable|tiers (?:implique|identifie|connu)|constat (?:amiable|a l'amiable|fait|signe|avec)|son assurance|assurance adverse|fautive?|s'est enfuie?|ont fui|(?:a|il a) fui(?= |[.,;!]|$))\b", "tiers.autre"),
    (r"\b(?:collision|choc|accrochage|carambolage|accident|bagarre|rixe|dispute|altercation|face a face|bataille|litige|percute\w*|cogne\w*|heurte\w*|entre en collision|embouti\w*|accroche\w*|bagarre\w*|battue?s?|dispute\w*) (?:frontal\w* |violente? |avec |entre |contre |avec |de plein fouet |par megarde |legerement |sans le vouloir |je |mineur )*(?:contre |avec |entre |dans )?(?:un|une|1|deux|2|la|le|l'|mon|ma|son|sa|trois|3|des|les)? ?(?:autre )?(?:(?:<vehicule>|<personne_tiers>|<animal>|\b(?:autre))(?! (?:a l'arret|stationne\w* vide)))", "tiers.contre"),
    (r"\b(?:passagere?s? (?:d'un|d'une|du|de la|de|sur|dans)|a bord (?:d'un|d'une|du|de la|de l'|de)|client d'un|j'etais (?:dans|sur) (?:un|une|le|la|mon)|nous etions (?:dans|sur) (?:un|une|le|la)|(?:dans|sur|derriere|avec) (?:un|une|1|le|la) (?=\w+ (?:qui|quand|dont|que|ou|a|s'est|s'|et|,|;|\.))|transporte\w* par|monte\w* (?:sur|dans) (?:un|une|le)|pris (?:un|une|1)|j'ai pris (?:un|une)|en descendant (?:du|d'un|d'une|de la|de)|descend\w* (?:du|d'un|d'une)|le|la|notre|notr|son|mon) (?:\w+ )?<vehicule>(?= (?:ou|dans lequel|dans laquelle|qui (?:me|nous) (?:transport\w*|amen\w*|condui\w*|port\w*)|qui nous|que (?:je|nous) (?:pren\w*|avions|avais)|qui me))", "tiers.transport"),
    (r"\b(?:passagere? (?:d'un|d'une|du|de la|d'|sur un|sur une|dans un|dans une|arriere d'une?|de)|a bord (?:d'un|d'une|du|de la|de l')|(?:j'etais|etais|nous etions|etions (?:\w+ )?|on etait|il etait|elle etait|etions|assis\w*) (?:dans|sur|derriere|a l'arriere d'|a bord d') ?(?:un|une|1|le|la|l')|transporte\w* (?:par|dans|sur)|voyageai\w* (?:dans|a bord d'|en|sur)|monte\w* (?:sur|dans) (?:un|une)|pris (?:un|une|1)|en descendant (?:du|d'un|d'une|de la)|descend\w* (?:du|d'un|d'une)|tombee? (?:du|d'un|d'une|de la) (?=bus|taxi|coaster|foula|fula|camion|minibus|train|hiace)|transport\w* (?:en|dans|par)) ?(?:\w+ )?(?:bus|taxi[ -]?(?:moto|brousse)?|coaster|moto[ -]?taxi|mototaxi|hiace|foula[ -]foula|fula[ -]fula|cent[ -]cent|minibus|autobus|train|camion|taxi|clando|car|kewe|keke|pirogue|vedette|mutuka|motuka|noah)\b", "tiers.transporte"),
    (r"\b(?:chien|chienne|boeuf|taureau|chevre|cabri|mouton|porc|cochon|singe|coq|ane|cheval)s? (?:de|du|des|d'un|d'une|a|appartenant) ?(?:la |le |les |mon |ma |notre |un |l'|a |au |une )?(?:<personne_tiers>|\b(?:quartier|concession|famille|gens|commissariat|parcelle|cote|propriete))", "tiers.animal"),
    (r"\b(?:chez|par) (?:le|la|mon|ma|les|notre) (?:voisin|voisine)s?\b(?: (?:d'en haut|du dessus|d'a cote|d'en face))?|\b(?:voisin|voisine|locataire|bailleur|macon|ouvrier|plombier|electricien|(?:des|les|ces|deux|trois) (?:enfants|gamins|eleves)|collegue|voyou|jeune)s?(?: (?:d'en haut|du dessus|d'a cote|d'en face|du quartier))? (?:a|ont|avait|avaient|m'a|m'ont|qui a|qui ont|nous a|brulait|brulaient|jouait|jouaient|jouant|est venu|s'est) (?!vu|appel|aide|secour|transport|conduit|accompagn|prevenu|eteint|trouve|entendu|pris soin|alert|emmene|amene|depose|sauve|ramasse|releve|dit|donne|temoign|soigne|consult|informe|opere|recommand|prescri|demand|eu |ete |fait une|a eu|glisse|tombe)", "tiers.voisin"),
    (r"\b(?:deux|trois|quatre|cinq|2|3|4|5|des|un|une|1|plusieurs|ces|les) (?:\w+ )?(?:<personne_tiers>|\bvoleurs?|\bbraqueurs?)(?: (?:armes?|inconnus?|cagoul\w*|en moto|sur (?:une )?moto|a moto|qui|du quartier|masques?|drogue\w*|munis?)(?: [\w']+){0,4}?)?,? (?:qui )?(?:m'|me |nous |l'|ont |a |m'ont |m'a |sont |est |s'est |lui |mon |ma )+(?:\w+ ){0,2}?(?:<vol_mot>|<coups>|\b(?:arrach\w*|attaqu\w*|menac\w*|depouill\w*|pris|poursuiv\w*|entour\w*|surpris|pousse\w*|tabass\w*|braqu\w*|vole\w*|oblig\w*|barre la route|tire|surgi|sorti\w*|lance|tap\w*|bouscul\w*|agripp\w*))", "tiers.agresseurs"),
    (r"\b(?:sous la menace|arme a la main|m'ont (?:braqu\w*|menac\w*|agress\w*|frapp\w*|tabass\w*|depouill\w*|arrach\w*|attaqu\w*|batt\w*|vole\w*|pris|bless\w*|encercl\w*|poignard\w*)|nous ont (?:braqu\w*|menac\w*|agress\w*|frapp\w*|depouill\w*|attaqu\w*)|on m'a (?:frapp\w*|agress\w*|tabass\w*|pousse\w*|poignard\w*|batt\w*|braqu\w*|menac\w*|percut\w*|renvers\w*|cogne\w*|mordu|gifl\w*|tir\w* dessus|lance|jete|bouscul\w*|fait tomber)|on l'a (?:frapp\w*|agress\w*|tabass\w*|poignard\w*|renvers\w*|pousse\w*)|j'ai (?:reconnu|vu|surpris|apercu|attrape) (?:le|les|un|mon|deux) (?:voleur|agresseur|bandit|jeune|individu|gars|garcon)s?|(?:me suis|s'est|nous sommes) (?:fait|faits?) (?:agress\w*|braqu\w*|frapp\w*|tabass\w*|percut\w*|renvers\w*|cogn\w*|attaqu\w*|bouscul\w*|mordre|ecras\w*|fauch\w*|arrach\w*|depouill\w*|racket\w*|embout\w*|rentrer dedans|poignard\w*|tamponn\w*)|il m'a (?:frapp\w*|cogn\w*|percut\w*|renvers\w*|pouss\w*|gifl\w*|mordu)|elle m'a (?:frapp\w*|mordu|griff\w*|pouss\w*|gifl\w*)|babet\w* ngai|abet\w* ngai|bati ngai|abeti ngai|atuti ngai|atutaki ngai|etuti ngai|ebeti ngai|me bula mono|bula mono)\b", "tiers.agression"),
    (r"\b(?:bagarre\w*|rixe|altercation|agress\w*|tabass\w*|poignard\w*|lynch\w*|gifl\w*|braqu\w*|racket\w*|depouill\w*|passe\w* a tabac|balle perdue|(?:hommes?|individus?|jeunes?|bandits?|types?|gars|garcons?) (?:armes?|cagoules?|masques?|encagoules?))\b", "tiers.coups"),
    (r"\b(?:il|elle|ils|celui-ci|celle-ci) (?:m'|nous |l')(?:a|ont|avait) (?:\w+ )?(?:<heurter>)", "tiers.il"),
    (r"\bentre (?:mon|ma|sa|son|le|la|notre|un|une|deux|2|trois) (?:\w+ )?<vehicule>(?: \w+){0,2} et (?:un|une|1|celui|celle|le|la|l'|mon|ma|notre)|\b(?:deux|trois|quatre|cinq|2|3|4|5|plusieurs) (?:<vehicule>) (?:dont|impliqu\w*|entre)", "tiers.entre"),
    (r"\b(?:derriere|sur|a bord de) (?:un|une|1) (?:taxi|moto[ -]taxi|mototaxi|clando)", "tiers.transporte"),
    (r"\b(?:mutuka|motuka|moto|velo|taxi|camion|mwasi|mobali|mwana|bilenge|elenge|kamio|likamba|bus) (?:\w+ ){0,2}?(?:e?a?beti|abetaki|ebetaki|atuti|etuti|etutaki|atutaki|akweisi|akwelaki|ekweisaki|akataki|me bula|bula|me boma|me nyata|nyata|anyati|enyati|enyataki|abwaki|ebwaki|eleki likolo|e?a?tutani|e?a?tutanaki|batutani)", "tiers.local"),
    (r"\b(?:percut\w*|heurt\w*|renvers\w*|cogn\w*|fauch\w*|ecras\w*|embout\w*|accroch\w*|tampon\w*|rentre\w* dans|rentre\w* dedans|bless\w*|tape|touche|blesse) (?:\w+ ){0,2}?(?:un|une|1|deux|le|la|l'|des|2) ?(?:autre |petit |petite |jeune |vieux |gros )?(?:<vehicule>|<personne_tiers>|\b(?:fille|fillette|enfant|gamin|bebe|vieille|vendeuse|pieton))", "tiers.objet"),
    (r"\b(?:impliquant|avec|contre|entre|face a) (?:un|une|1|deux|2|trois|des|l') ?(?:autres? )?(?:<vehicule>|\b(?:motard|pieton|cycliste|chauffeur|automobiliste|tiers))", "tiers.impliquant"),
    (r"\b(?:ma|mon|notre|nos|mes|la mienne|le mien|sa|son) ?(?:\w+ )?(?:<vehicule>|<partie_vehicule>|mienne|mien) (?:\w+ ){0,3}?(?:<heurter>)(?: \w+){0,4}? par (?:un|une|le|la|l')", "tiers.passif"),
)  # fmt: skip
_FAUX = motif(
    r"\b(?:(?:j'etais|etais|j'etait|etait|suis|tout|toute|tombee?|glissee?|roulai[st]|conduisai[st]|seul en|moi|circulai\w*|rentrai\w*|marchai\w*|accidente|accident|j'etais bien|etions|chute|blessee?|coupee?|brulee?|cogne\w*|sur la route|moto|nakwei|fait mal|derape\w*|dans le fosse|renversee?|sortie? de la route|je roulais|chutee?|la voiture|maison) (?:tout |toute )?(?:seule?s?)(?! (?:enfant|fils|fille|blesse|mort|survivant|a |qui|le|la|un|nuit))|"
    r"seule? (?:en cause|a la maison|au volant|sur (?:la route|ma moto|la moto|mon velo|la chaussee|la piste|le chantier|place)|dans (?:la|ma|le|mon|l')|au (?:champ|chantier|travail|bureau|moment)|implique\w*|a bord|en moto|chez|et)|(?:pas|aucun|sans|ni|point|zero) (?:de |d'|eu de |d'autre |autre |l'intervention d'un )?(?:tiers|tierce personne|tiere)|(?:personne|aucun|aucune|pas|nul|sans|ni)(?: [\w']+){0,2} (?:d'autre|autre)(?: (?:personne|vehicule|voiture|moto|engin|conducteur|usager|tiers|partie|gens))?s?(?! (?:blesse|choix|mort|solution|nuit|frais|detail|chose|victime|moyen))(?: n'\w+| ne \w+)?(?: (?:implique\w*|en cause|touche\w*|concerne\w*))?|"
    r"personne ne m'a (?:pousse|touche|frappe|cogne|bouscule|heurte|rien fait|percute)\w*|nazalaki ngai moko|ngai moko|mono mosi|seul responsable|sans que personne|personne (?:autour|a cote|sur la route|dans les parages)|tout est de ma faute|seul je|sans autre (?:vehicule|voiture|personne)|vehicule seul|aucun vehicule|aucune voiture|pas d'adversaire|sans adversaire)\b"
)
_NON_SEUL = re.compile(r"\b(?:un|une|le|la|mon|ma|notre|pas|seulement|vit|vis|eleve\w*|laisse\w*|a pris|pris|parti\w*|eteint|arrete\w*|ne peut|marche\w*) (?:tout |toute )?$")


def tiers(t: str, *, vol: bool) -> tuple[bool, int, int, str] | None:
    """(whether somebody else took part, span in `t`, rule). `vol`: in a theft only a thief who was seen counts."""
    for gabarit, regle in _VRAIS:
        for lu in motif(gabarit).finditer(t):
            if suppose(t, lu.start()) or nie(t, lu.start(), lu.end()) or re.match(r"\W*(?:aucune?|personne|pas|sans)\b", lu[0]):
                continue
            if _soi(t, lu, regle, vol=vol):
                continue
            return True, lu.start(), lu.end(), regle
    for lu in _FAUX.finditer(t):
        if not _NON_SEUL.search(t[max(0, lu.start() - 14) : lu.start()]) and not re.search(r"^(?:maison|tout|toute) seul", lu[0]) or re.search(r"\b(?:tombee?|j'etais|suis) ", t[max(0, lu.start() - 12) : lu.start()]):
            return False, lu.start(), lu.end(), "tiers.seul"
    return None


_MIEN = re.compile(r"^(?:le |la |l')?(?:mon|ma|notre|mes|nos) ")


def _soi(t: str, lu: re.Match[str], regle: str, *, vol: bool) -> bool:
    """Whether the vehicle is one's own, the person a relative who is hurt, or the thief unseen."""
    dit = lu[0]
    if regle == "tiers.sujet":
        if _MIEN.match(dit) and not re.search(r"\b(?:m'|me |nous |l'|ns )", dit) and not re.match(r"(?:mon|ma|mes) (?:voisin|collegue|mari|femme|patron|ex|cousin|oncle|beau|belle|rival|bailleur|locataire|chef|copain|petit ami|copine|proprietaire|client|frere|soeur|ami|camarade)", dit):
            return True
        if re.search(r"\b(?:s'est|est|s'etait|suis|me suis|ete) (?:\w+ )?\w+$", dit) and not re.search(r"(?:rentre|fonc|recule|passe|vir|gliss)\w* (?:dans|sur|dessus|dedans)$", dit):
            return True
        if re.search(r"^(?:mon|ma|mes|notre|le|la|l')? ?(?:petit |grand )?(?:frere|soeur|enfant|mari|femme|ami|amie|cousin|cousine|papa|maman|oncle|neveu|homme|eleve|collegue|stagiaire|passager|manoeuvre|ouvrier|macon|apprenti\w*)\w*\b", dit) and not re.search(r"\b(?:m'|me |nous |ma na)|\bfrapp|\bagress|\bgifl|\btabass|\bmordu|\bbatt", dit):
            return True
        if re.search(r"\b(?:de|en|sur|a|du|d'un|d'une) $|\b(?:accident de|chute de|tomb\w+ de|tomb\w+ en) (?:la |ma |mon )?$", t[max(0, lu.start() - 14) : lu.start()]) and not re.search(r"m'|me |nous|l'a|qui", dit):
            return True
        if re.search(r"\b(?:serpent|vipere|scorpion|abeille|guepe|fourmi|moustique|rat|cobra|mamba|araignee|nyoka|poisson|mille-pattes|essaim|hippopotame|elephant|crocodile|caiman|sanglier|python|buffle|gorille|singe)", dit):
            return True
    if vol and regle == "tiers.sujet" and not re.search(r"m'|\bnous |\bl'a|\barrach|\bmenac|\bfrapp|\bagress|\bbraqu|\bme |\bvu\b", dit):
        return True
    if regle in ("tiers.par", "tiers.sujet") and re.search(r"\b(?:serpent|vipere|scorpion|abeille|guepe|fourmi|cobra|mamba|rat|araignee|nyoka|hippopotame|elephant|crocodile|caiman|sanglier|python|essaim)", dit):
        return True
    if vol and regle in ("tiers.voisin", "tiers.chauffeur", "tiers.autre", "tiers.contre", "tiers.transport", "tiers.transporte"):
        return not re.search(r"enfui|pris la fuite|agresseur|chauffeur|voisin|ont fui", dit)
    if regle == "tiers.contre" and re.search(r"^accident (?:de |en )?", dit) and not re.search(r"avec|entre|contre", dit):
        return True
    if regle == "tiers.contre" and not re.search(r"\b(?:avec|entre|contre|un|une|1|deux|des|dans)\b", dit):
        return True
    return regle in ("tiers.contre", "tiers.objet", "tiers.impliquant") and bool(re.search(r"\b(?:ma|mon|notre|sa|son) (?:\w+ )?(?:moto|voiture|velo|camion|vehicule|bus|taxi|scooter|toyota|corolla)s?$", dit))
