"""Each family of rules, on sentences of its own: the value, and the words that said it."""

from datetime import date, time

import pytest

from apps.claims.comprehension import commande, comprendre, correction, lire_reponse

MERCREDI = date(2026, 5, 20)


def dit(texte: str, champ: str) -> object:
    trouve = comprendre(texte, aujourdhui=MERCREDI).get(champ)
    return trouve.valeur if trouve else None


def cite(texte: str, champ: str) -> str:
    trouve = comprendre(texte, aujourdhui=MERCREDI)[champ]
    return texte[trouve.debut : trouve.fin]


@pytest.mark.parametrize(
    ("mots", "jour"),
    [
        ("hier", "2026-05-19"),
        ("avant-hier", "2026-05-18"),
        ("avan yer", "2026-05-18"),
        ("ce matin", "2026-05-20"),
        ("cette nuit vers 2h", "2026-05-20"),
        ("dans la nuit de lundi", "2026-05-18"),
        ("mercredi", "2026-05-13"),
        ("mardi dernier", "2026-05-19"),
        ("dimanch", "2026-05-17"),
        ("dmanch", "2026-05-17"),
        ("le 3", "2026-05-03"),
        ("le 25", "2026-04-25"),
        ("le 5 du mois passé", "2026-04-05"),
        ("le 12 mai", "2026-05-12"),
        ("le 12 décembre", "2025-12-12"),
        ("le 12/05/2026", "2026-05-12"),
        ("le 1er mai 2025", "2025-05-01"),
        ("il y a deux semaines", "2026-05-06"),
        ("ça fait trois jours", "2026-05-17"),
        ("y a 10 minutes", "2026-05-20"),
        ("lobi", "2026-05-19"),
        ("mazono", "2026-05-19"),
        ("mokolo ya eyenga", "2026-05-17"),
        ("mikolo misato eleki", "2026-05-17"),
        ("lundi de la semaine passée", "2026-05-11"),
        ("le jour de l'an", "2026-01-01"),
        ("le lundi de Pâques", "2026-04-06"),
        ("samedi, non dimanche", "2026-05-17"),
        ("non c'était dimanche pas samedi", "2026-05-17"),
    ],
)
def test_un_jour_est_lu(mots: str, jour: str) -> None:
    assert dit(f"Je suis tombé {mots} à Bacongo", "date") == date.fromisoformat(jour)


@pytest.mark.parametrize(
    "mots",
    [
        "la semaine passée",
        "samedi ou dimanche",
        "la nuit du 4 au 5",
        "entre lundi et mardi",
        "il y a environ dix jours",
        "fin avril",
        "le 30 mai 2026",
        "demain",
        "un jour",
        "le 31 février",
    ],
)
def test_ce_qui_n_est_pas_un_jour_n_est_pas_lu(mots: str) -> None:
    assert dit(f"Je suis tombé {mots} à Bacongo", "date") is None


@pytest.mark.parametrize(
    ("mots", "heure"),
    [
        ("vers 15h", "15:00"),
        ("à 9h30", "09:30"),
        ("à 16 h 05", "16:05"),
        ("à midi", "12:00"),
        ("à minuit et quart", "00:15"),
        ("à 7h du soir", "19:00"),
        ("à 9h moins le quart", "08:45"),
        ("à dix-huit heures trente", "18:30"),
        ("vers trois heures du matin", "03:00"),
        ("hier soir vers 8h", "20:00"),
        ("à 3h de l'après-midi", "15:00"),
        ("à 15:40", "15:40"),
        ("à 15h, pardon 16h", "16:00"),
    ],
)
def test_une_heure_est_lue(mots: str, heure: str) -> None:
    assert dit(f"Je suis tombé {mots}", "time") == time.fromisoformat(heure)


@pytest.mark.parametrize(
    "mots", ["hier soir", "pendant 3 heures", "il y a 2h", "cet après-midi", "entre 15h et 16h", "24h/24"]
)
def test_une_duree_n_est_pas_une_heure(mots: str) -> None:
    assert dit(f"Je suis tombé {mots}", "time") is None


@pytest.mark.parametrize(
    ("texte", "montant"),
    [
        ("La radio a coûté 150 000 F", 150_000),
        ("La radio a coûté 42.500 FCFA", 42_500),
        ("J'ai payé 25 mille pour la radio", 25_000),
        ("radio 60k", 60_000),
        ("Chimio : 1,2 million", 1_200_000),
        ("J'ai payé deux millions et demi pour la chimio", 2_500_000),
        ("J'ai payé 2 millions 300 mille pour la chimio", 2_300_000),
        ("Une ordonnance de soixante-quinze mille cinq cents francs", 75_500),
        ("la radio 20 mil é la consult 5 mil", 25_000),
        ("la radio 20 000, la consultation 5 000, soit 25 000 en tout", 25_000),
        ("nkisi nkoto mitano na pharmacie", 5_000),
        ("radio quarante mille, non quarante-cinq mille francs", 45_000),
        ("Je cotise 2000 par mois. L'échographie m'a coûté 17 500", 17_500),
    ],
)
def test_un_montant_est_lu(texte: str, montant: int) -> None:
    assert dit(texte, "amount") == montant


@pytest.mark.parametrize(
    "texte",
    [
        "Je suis tombé, appelez le 06 612 34 56",
        "Police PASS-KIM-2025-00417, je suis tombé hier",
        "Je suis tombé hier, je paie 1000 par mois",
        "Les soins coûtent entre 20 et 30 mille",
        "J'achetais un sac de riz à 22 000 F quand un taxi m'a renversé",
        "Je suis tombé de 3 mètres en 2024",
    ],
)
def test_ce_qui_n_est_pas_reclame_n_est_pas_un_montant(texte: str) -> None:
    assert dit(texte, "amount") is None


@pytest.mark.parametrize(
    ("texte", "valeur"),
    [
        ("Mon oncle est décédé lundi", True),
        ("Dieu a repris maman hier", True),
        ("Le vieux nous a quittés dimanche", True),
        ("Ma sœur a rendu l'âme hier", True),
        ("On l'a perdu samedi, notre frère", True),
        ("le bébé n'a pas survécu", True),
        ("tata akufi lobi", True),
        ("nkazi na mono me kufwa mazono", True),
        ("j'ai failli mourir hier", False),
        ("Accident de bus, aucun mort", False),
        ("Il n'est pas décédé, il est à l'hôpital", False),
        ("Mon téléphone est mort", None),
        ("La batterie de ma moto est morte hier", None),
        ("En cas de décès, qui touche l'argent ?", None),
        ("Je suis mort de fatigue", None),
        ("le cabri est mort dans l'accident", None),
    ],
)
def test_un_deces_est_dit_ou_nie(texte: str, valeur: bool | None) -> None:
    assert dit(texte, "dead") is valeur


@pytest.mark.parametrize(
    ("texte", "valeur"),
    [
        ("Je suis tombé, j'ai le poignet cassé", True),
        ("1 taxi ma cogné, jé mal a la anche", True),
        ("Il s'est brûlé avec l'huile", True),
        ("coup de machete sur le pied", True),
        ("motuka ebeti ngai, lokolo ebukani", True),
        ("Un taxi a tapé ma voiture, pas de blessé", False),
        ("Je suis tombé, plus de peur que de mal", False),
        ("likama na nzela, moto te azoki", False),
        ("Accident, tous indemnes", False),
        ("Je suis tombé du toit", None),
        ("Hospitalisé pour un paludisme, mal au ventre", None),
        ("Un taxi a cassé mon phare", None),
    ],
)
def test_une_blessure_est_dite_ou_niee(texte: str, valeur: bool | None) -> None:
    assert dit(texte, "injured") is valeur


@pytest.mark.parametrize(
    ("texte", "valeur"),
    [
        ("Une voiture m'a renversée", True),
        ("J'ai été frappé par un voisin", True),
        ("Le chien du voisin m'a mordu", True),
        ("J'étais dans le taxi quand le pneu a éclaté, bras cassé", True),
        ("collision entre ma moto et un bus", True),
        ("deux hommes armés m'ont pris mon sac", True),
        ("Je suis tombé, j'étais seul", False),
        ("Chute de vélo, pas de tiers", False),
        ("On m'a volé mon sac dans la nuit", None),
        ("Je suis tombé du toit", None),
        ("Un serpent m'a mordu au pied", None),
    ],
)
def test_un_tiers_est_dit_ou_nie(texte: str, valeur: bool | None) -> None:
    assert dit(texte, "third_party") is valeur


@pytest.mark.parametrize(
    ("texte", "nuits"),
    [
        ("Hospitalisé du 3 au 7 mai à Nkayi", 4),
        ("Hospitalisé du 28 avril au 2 mai à Nkayi", 4),
        ("Admise mardi au CHU, sortie le lendemain", 1),
        ("Consulté aux urgences, rentré le même jour", 0),
        ("J'ai passé trois nuits au CHU", 3),
        ("butu mibale na lopitalo ya Nkayi", 2),
        ("Hospitalisé vendredi, sorti dimanche", 2),
        ("Hospitalisé cinq jours à Nkayi", None),
        ("Il tousse depuis trois nuits", None),
        ("Je suis à l'hôpital depuis lundi", None),
    ],
)
def test_les_nuits_sont_dites_ou_comptees(texte: str, nuits: int | None) -> None:
    assert dit(texte, "hospital_nights") == nuits


@pytest.mark.parametrize(
    ("texte", "lieu"),
    [
        ("Renversé devant la poste de Bacongo", "poste de Bacongo"),
        ("je sui tombé o marché dolisie", "marché dolisie"),
        ("Ma mère est à l'hôpital de Sibiti depuis lundi", "hôpital de Sibiti"),
        ("Admise à la maternité mardi. C'était à Nkayi.", "Nkayi"),
        ("Accident au PK45 hier", "PK45"),
        ("Je suis tombé à Moukoundzi-Ngouaka", "Moukoundzi-Ngouaka"),
        ("J'habite à Mfilou. Je suis tombé au stade Marchand", "stade Marchand"),
        ("En allant à Dolisie je suis tombé à Loudima", "Loudima"),
        ("Renversé à Kintélé, transporté au CHU, bras cassé", "Kintélé"),
        ("likama na nzela ya Mindouli", "nzela ya Mindouli"),
        ("on a fouillé mon sac dans le bus, argent volé", "bus"),
    ],
)
def test_un_lieu_est_cite(texte: str, lieu: str) -> None:
    assert dit(texte, "place") == lieu
    assert cite(texte, "place") == lieu


@pytest.mark.parametrize(
    ("texte", "genre"),
    [
        ("Frais d'obsèques de ma tante : 280 000", "frais_funeraires"),
        ("Papa est mort hier", "deces"),
        ("Je réclame l'indemnité pour deux nuits à l'hôpital", "indemnite_journaliere"),
        ("Remboursement d'une ordonnance de 9 800 F", "frais_medicaux"),
        ("Une voiture m'a renversée", "accident"),
        ("Hospitalisé pour un paludisme depuis lundi", "hospitalisation"),
        ("Un taxi a percuté ma voiture, pas de blessé, devis 95 000", "collision"),
        ("On m'a volé ma moto", "vol"),
        ("Ma boutique a brûlé", "incendie"),
        ("La pluie a inondé ma maison", "degats"),
        ("Un voisin m'a frappé", "blessure"),
        ("Comment ajouter mon enfant ?", "autre"),
        ("je ne déclare rien, je voulais tester", "autre"),
    ],
)
def test_ce_qui_est_declare(texte: str, genre: str) -> None:
    assert dit(texte, "type") == genre


@pytest.mark.parametrize(
    ("texte", "lien"),
    [
        ("Ma femme a été renversée hier", "conjoint"),
        ("Mon fils est tombé", "enfant"),
        ("Je suis tombé", "moi"),
        ("Papa est mort hier", "parent"),
    ],
)
def test_de_qui_l_on_parle(texte: str, lien: str) -> None:
    assert dit(texte, "assure") == lien


def test_la_citation_est_du_texte_tel_qu_ecrit() -> None:
    texte = "slt, 1 taxi ma cogné avan yer o marché dolisie, jé mal a la anche"
    assert cite(texte, "date") == "avan yer"
    assert cite(texte, "place") == "marché dolisie"
    assert comprendre(texte, aujourdhui=MERCREDI)["date"].regle == "date.avant_hier"


@pytest.mark.parametrize(
    ("texte", "champ", "valeur"),
    [
        ("mardi dernier", "date", date(2026, 5, 19)),
        ("le 3", "date", date(2026, 5, 3)),
        ("12", "date", date(2026, 5, 12)),
        ("vers 15h", "time", time(15)),
        ("15", "time", time(15)),
        ("oui", "injured", True),
        ("wi", "third_party", True),
        ("non", "dead", False),
        ("personne", "injured", False),
        ("200 mille", "amount", 200_000),
        ("15000", "amount", 15_000),
        ("deux", "hospital_nights", 2),
        ("3 nuits", "hospital_nights", 3),
        ("chez moi à Bacongo", "place", "Bacongo"),
        ("au carrefour Baongo", "place", "carrefour Baongo"),
        ("à l'hôpital de Sibiti", "hopital", "hôpital de Sibiti"),
        ("hier", "date_entree", date(2026, 5, 19)),
        ("un vol", "type", "vol"),
        ("ma femme", "assure", "conjoint"),
    ],
)
def test_une_reponse_courte_est_lue(texte: str, champ: str, valeur: object) -> None:
    trouve = lire_reponse(texte, champ=champ, aujourdhui=MERCREDI)
    assert trouve is not None
    assert (trouve.champ, trouve.valeur) == (champ, valeur)
    assert texte[trouve.debut : trouve.fin]


@pytest.mark.parametrize("champ", ["date", "time", "amount", "injured", "place", "hospital_nights"])
@pytest.mark.parametrize("texte", ["je sais pas", "passer", "", "   "])
def test_une_reponse_qui_n_en_est_pas_une(texte: str, champ: str) -> None:
    assert lire_reponse(texte, champ=champ, aujourdhui=MERCREDI) is None


@pytest.mark.parametrize("texte", ["75mil", "3eme", "2x"])
def test_des_chiffres_colles_a_des_lettres_ne_sont_pas_une_heure(texte: str) -> None:
    assert lire_reponse(texte, champ="time", aujourdhui=MERCREDI) is None


def test_une_date_a_venir_n_est_pas_une_reponse() -> None:
    assert lire_reponse("le 25/12/2026", champ="date", aujourdhui=MERCREDI) is None


@pytest.mark.parametrize(
    ("texte", "voulu"),
    [
        ("je ne sais pas", "je_ne_sais_pas"),
        ("jsp", "je_ne_sais_pas"),
        ("nayebi te", "je_ne_sais_pas"),
        ("passer", "passer"),
        ("question suivante svp", "passer"),
        ("répétez la question", "repeter"),
        ("j'ai pas compris", "repeter"),
        ("annuler", "annuler"),
        ("je veux revenir en arrière", "revenir"),
        ("je veux parler à quelqu'un", "conseiller"),
        ("passez-moi un agent", "conseiller"),
        ("c'est bon", "confirmer"),
        ("oui", "confirmer"),
        ("non", "non"),
        ("Mon oncle est décédé samedi passé à Gamboma", None),
        ("un taxi m'a renversé", None),
        ("non, c'était mardi", None),
        ("la semaine passée", None),
    ],
)
def test_les_mots_qui_conduisent_la_conversation(texte: str, voulu: str | None) -> None:
    assert commande(texte) == voulu


@pytest.mark.parametrize(
    ("texte", "corrige"),
    [
        ("non, c'était mardi", True),
        ("je me suis trompé, c'est 25 000", True),
        ("pardon, à Bacongo", True),
        ("c'était plutôt le soir", True),
        ("Je suis tombé mardi", False),
        ("oui", False),
    ],
)
def test_une_correction_se_reconnait(texte: str, corrige: bool) -> None:
    assert correction(texte) is corrige
