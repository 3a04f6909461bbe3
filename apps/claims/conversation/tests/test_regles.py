"""Each rule of the conversation, as a client meets it."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.claims.conversation import phrases
from apps.claims.conversation.donnees import (
    Attente,
    Contradiction,
    Contrat,
    Couverture,
    CreerSinistre,
    Echec,
    Ecrit,
    EnregistrerAction,
    EnvoyerCode,
    EnvoyerLien,
    Faits,
    MotDuConseiller,
    Ouverture,
    Payable,
    Personne,
    Phase,
    PieceRecue,
    Prise,
    Rendue,
    SinistreCree,
    Sujet,
    Transferer,
)
from apps.claims.conversation.lecture import NOMS
from apps.claims.conversation.machine import etape
from apps.claims.conversation.questions import QUESTIONS, prochaine

from .monde import (
    AUJOURDHUI,
    CERTIFICAT,
    CLIENT,
    FACTURE,
    INCONNU,
    KIMIA,
    OUVERT,
    RECIT,
    REPONSES,
    SALISA,
    Conversation,
    au_recapitulatif,
    enregistre,
    repondre_a_tout,
)


class TestIdentite:
    def test_police_then_phone_then_code_and_nothing_about_anybody_before_it(self) -> None:
        conversation = Conversation(INCONNU)
        assert conversation.derniere.action == "demander_matricule"
        conversation.dit("ma police c'est cg-2026-vie-001")
        assert (conversation.etat.police, conversation.etat.question) == ("CG-2026-VIE-001", "telephone")
        assert conversation.dit("c'est le 06 123 45 67").startswith(phrases.CODE_EN_ROUTE)
        assert conversation.effets_de(EnvoyerCode) == [EnvoyerCode("CG-2026-VIE-001", "+242061234567")]
        assert conversation.derniere.action == "demander_code"
        assert conversation.etat.phase is Phase.AUTHENTIFICATION
        dits = " ".join(ligne.message for ligne in conversation.lignes)
        assert "Jean" not in dits
        assert "KIMIA" not in dits

    def test_a_good_code_opens_the_declaration_and_is_not_written(self) -> None:
        conversation = _au_code()
        assert "Jean Baptiste" in conversation.dit("483920", faits=replace(CLIENT, code="bon"))
        assert conversation.etat.phase is Phase.DESCRIPTION
        assert [ligne.message for ligne in conversation.lignes if ligne.auteur == "client"][-1] == "••••••"
        assert "483920" not in str(conversation.etat)

    @pytest.mark.parametrize(
        ("code", "phrase", "phase"),
        [
            ("faux", phrases.CODE_FAUX, Phase.AUTHENTIFICATION),
            ("expire", phrases.CODE_EXPIRE, Phase.AUTHENTIFICATION),
            ("epuise", phrases.CODE_EPUISE, Phase.ERROR),
            ("", phrases.CODE_ATTENDU, Phase.AUTHENTIFICATION),
        ],
    )
    def test_another_code_says_what_to_do(self, code: str, phrase: str, phase: Phase) -> None:
        conversation = _au_code()
        assert conversation.dit("111111", faits=replace(INCONNU, code=code)).startswith(phrase)
        assert conversation.etat.phase is phase
        assert len(conversation.effets_de(EnvoyerCode)) == (1 if code == "expire" else 0)

    def test_after_too_many_codes_revenir_begins_again(self) -> None:
        conversation = _au_code()
        conversation.dit("111111", faits=replace(INCONNU, code="epuise"))
        conversation.dit("revenir")
        assert (conversation.etat.phase, conversation.etat.question) == (Phase.AUTHENTIFICATION, "police")

    def test_a_wrong_phone_is_said_to_be_wrong(self) -> None:
        conversation = Conversation(INCONNU)
        conversation.dit("CG-2026-VIE-001")
        assert "fixe" in conversation.dit("222 81 12 34")
        assert conversation.effets_de(EnvoyerCode) == []

    def test_a_story_told_too_early_is_kept_word_for_word(self) -> None:
        conversation = Conversation(INCONNU)
        conversation.dit(RECIT, type="accident", date=date(2026, 11, 30))
        conversation.dit("CG-2026-VIE-001")
        conversation.dit("06 123 45 67")
        conversation.dit("483920", faits=replace(CLIENT, code="bon"))
        assert conversation.valeur("description") == RECIT
        assert conversation.valeur("date") == "2026-11-30"
        assert conversation.etat.phase is Phase.SINISTRE_DETAILS

    def test_a_declarant_who_is_not_the_client_sees_nothing_of_the_contract(self) -> None:
        faits = replace(CLIENT, identite="declarant", prenom="Jean Baptiste", payable=Payable(900, 2500))
        conversation = _au_code()
        conversation.faits = faits
        conversation.dit("483920", faits=replace(faits, code="bon"))
        conversation.dit("Mon père nous a quittés hier à Ewo", type="deces", dead=True)
        assert phrases.RESERVE in conversation.dit("combien il doit payer ?")
        repondre_a_tout(conversation, assure={"nom": "KONGO", "prenom": "Jean"})
        assert "couverture" not in conversation.data
        conversation.fait("confirmer")
        (creation,) = conversation.effets_de(CreerSinistre)
        assert creation.couverture is None
        assert [(champ.valeur, champ.source) for champ in creation.champs if champ.champ == "police"] == [
            ("CG-2026-VIE-001", "identification")
        ]
        dits = " ".join(f"{ligne.message} {ligne.data}" for ligne in conversation.lignes)
        for secret in ("KIMIA", "Léontine", "900", "garantie", "Bonjour Jean"):
            assert secret not in dits


def _au_code() -> Conversation:
    conversation = Conversation(INCONNU)
    conversation.dit("CG-2026-VIE-001")
    conversation.dit("06 123 45 67")
    return conversation


class TestSuivi:
    def test_an_open_claim_comes_first_and_a_new_one_can_be_declared(self) -> None:
        conversation = Conversation(replace(CLIENT, sinistres=(OUVERT,)))
        assert (conversation.etat.phase, conversation.derniere.action) == (Phase.SUIVI, "afficher_dossiers")
        assert conversation.data["sinistre"] == {"numero": "SIN-2026-000001", "statut": "en_cours"}
        assert "un conseiller l'étudie" in conversation.derniere.message
        conversation.fait("nouveau")
        assert conversation.etat.phase is Phase.DESCRIPTION

    def test_of_several_claims_the_client_chooses(self) -> None:
        second = replace(OUVERT, numero="SIN-2026-000002", statut="en_attente_client", lisible="il manque une pièce.")
        conversation = Conversation(replace(CLIENT, sinistres=(OUVERT, second)))
        assert [choix["code"] for choix in conversation.data["question"]["choix"]] == [
            "SIN-2026-000001",
            "SIN-2026-000002",
        ]
        conversation.dit("2")
        assert conversation.data["sinistre"] == {"numero": "SIN-2026-000002", "statut": "en_attente_client"}

    def test_a_new_story_there_is_kept_and_a_new_declaration_offered(self) -> None:
        conversation = Conversation(replace(CLIENT, sinistres=(OUVERT,)))
        conversation.dit(RECIT, type="accident")
        assert conversation.data["question"]["champ"] == "nouveau"
        conversation.dit("oui")
        assert conversation.valeur("description") == RECIT

    @pytest.mark.parametrize("phase", [Phase.SUIVI, Phase.TRANSFERT, Phase.DECISION, Phase.ERROR])
    def test_no_phase_is_a_dead_end(self, phase: Phase) -> None:
        conversation = enregistre(replace(CLIENT, pieces=()))
        conversation.faits = replace(conversation.faits, sinistres=(OUVERT,))
        if phase is Phase.ERROR:
            conversation.recoit(Echec())
        elif phase is not Phase.DECISION:
            conversation.fait({Phase.SUIVI: "suivre", Phase.TRANSFERT: "conseiller"}[phase])
        assert conversation.etat.phase is phase
        for acte in [offert["acte"] for offert in conversation.data["actes"]]:
            autre = Conversation(conversation.faits, ouverte=False)
            autre.etat = conversation.etat
            autre.fait(acte)
            assert autre.etat.phase is not phase or autre.effets_de(Transferer) or acte == "suivre"
        conversation.dit("bla bla bla bla")
        assert conversation.lignes[-1].auteur == "robot"
        assert conversation.data["actes"]

    def test_suivre_leaves_the_declaration_where_revenir_finds_it(self) -> None:
        conversation = au_recapitulatif()
        conversation.faits = replace(CLIENT, sinistres=(OUVERT,))
        assert phrases.SUIVI_DECLARATION in conversation.fait("suivre")
        conversation.dit("revenir")
        assert conversation.etat.question == "confirmation"


class TestQuestions:
    def test_the_next_question_is_a_function_of_the_filled_fields_alone(self) -> None:
        for nombre in range(len(QUESTIONS)):
            valeurs = {question.champ: REPONSES.get(question.champ, RECIT) for question in QUESTIONS[:nombre]}
            attendue = next((q for q in QUESTIONS if q.champ not in valeurs and q.quand(valeurs)), None)
            assert prochaine(valeurs) is attendue
            assert prochaine(dict(reversed(valeurs.items()))) is attendue

    @pytest.mark.parametrize(
        ("type_sinistre", "autres", "attendus"),
        [
            (
                "accident",
                {"tiers_implique": False},
                "assure date heure lieu blesse deces tiers_implique hospitalise montant_reclame temoins",
            ),
            (
                "accident",
                {"hospitalise": True, "tiers_implique": False},
                "assure date heure lieu blesse deces tiers_implique hospitalise hopital date_entree date_sortie "
                "montant_reclame temoins",
            ),
            ("hospitalisation", {"date": "2026-11-25"}, "assure date hopital date_sortie montant_reclame"),
            ("hospitalisation", {"date_sortie": None}, "assure date hopital date_sortie nuits montant_reclame"),
            ("deces", {}, "assure date lieu declarant lien lieu_obseques cout_obseques"),
            ("frais_funeraires", {}, "assure date lieu montant_reclame declarant lien lieu_obseques"),
            ("frais_medicaux", {}, "assure date montant_reclame"),
            ("vol", {}, "assure date heure lieu montant_reclame proces_verbal temoins"),
            (
                "collision",
                {"blesse": False},
                "assure date heure lieu blesse tiers_implique tiers_nom tiers_responsable_incertain montant_reclame "
                "proces_verbal temoins",
            ),
        ],
    )
    def test_each_type_asks_what_it_needs_and_no_more(
        self, type_sinistre: str, autres: dict[str, object], attendus: str
    ) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type=type_sinistre)
        poses = []
        while conversation.etat.question != "confirmation":
            poses.append(conversation.etat.question)
            conversation.saisit(poses[-1], (REPONSES | autres)[poses[-1]])
        assert poses == attendus.split()

    def test_two_dates_give_the_nights_and_the_stay_begins_on_its_date(self) -> None:
        conversation = Conversation()
        conversation.dit("Je suis resté au CHU", type="hospitalisation")
        repondre_a_tout(conversation, date="2026-11-25")
        conversation.fait("confirmer")
        (creation,) = conversation.effets_de(CreerSinistre)
        confirmes = {champ.champ: (champ.valeur, champ.source) for champ in creation.champs}
        assert confirmes["nuits"] == (3, "calcul")
        assert confirmes["date_entree"] == (date(2026, 11, 25), "calcul")

    def test_several_contracts_are_asked_never_chosen_blindly(self) -> None:
        conversation = Conversation(replace(CLIENT, contrats=(KIMIA, SALISA)))
        conversation.dit(RECIT, type="accident")
        assert conversation.etat.question == "police"
        assert [choix["code"] for choix in conversation.data["question"]["choix"]] == [
            "CG-2026-VIE-001",
            "CG-2026-SAN-002",
        ]
        conversation.dit("PASS SALISA (CG-2026-SAN-002)")
        assert conversation.valeur("police") == "CG-2026-SAN-002"

    def test_the_person_meant_is_found_among_the_insured_and_asked_when_two_could_be(self) -> None:
        conversation = Conversation()
        conversation.dit("Ma femme est tombée", type="accident", assure="conjoint")
        assert conversation.valeur("assure") == "b1"
        famille = Contrat(
            "P-1", "SALISA", (Personne("e1", "Prince M.", "enfant"), Personne("e2", "Exaucée M.", "enfant"))
        )
        deux = Conversation(replace(CLIENT, contrats=(famille,)))
        deux.dit("Mon enfant est tombé", type="accident", assure="enfant")
        assert deux.etat.question == "assure"
        deux.dit("Exaucée M.")
        assert deux.valeur("assure") == "e2"


class TestReponses:
    def test_the_asked_field_takes_the_answer_first_and_others_fill_only_if_empty(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident", assure="moi", date=date(2026, 11, 30), time="15:00")
        assert conversation.etat.question == "lieu"
        conversation.dit("à Bacongo, ma jambe est cassée, vers 18h", reponse="Bacongo", injured=True, time="18:00")
        assert conversation.valeur("lieu") == "Bacongo"
        assert conversation.valeur("blesse") is True
        assert conversation.valeur("heure") == "15:00"
        assert conversation.etat.contradictions == (
            Contradiction("heure", "15:00", "18:00", conversation.etat.rang - 1),
        )

    def test_a_marker_of_correction_changes_a_filled_field_and_shows_it(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident", assure="moi", date=date(2026, 11, 30), time="15:00")
        reponse = conversation.dit("non, c'était dimanche", date=date(2026, 11, 29))
        assert (
            phrases.CHANGE.format(nom="Date", nouveau="29\u00a0novembre 2026", ancien="30\u00a0novembre 2026")
            in reponse
        )
        assert conversation.valeur("date") == "2026-11-29"
        assert conversation.etat.question == "lieu"
        assert conversation.etat.contradictions == ()

    def test_the_no_of_a_correction_answers_no_question(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident", assure="moi", date=date(2026, 11, 30), time="15:00", place="Bacongo")
        assert conversation.etat.question == "blesse"
        conversation.dit("non, c'était dimanche", reponse=False, date=date(2026, 11, 29))
        assert (conversation.valeur("date"), conversation.etat.question) == ("2026-11-29", "blesse")
        conversation.dit("non, c'était dimanche")
        assert (conversation.etat.question, conversation.etat.incomprehensions) == ("blesse", 1)
        conversation.dit("non, pas du tout")
        assert conversation.valeur("blesse") is False

    @pytest.mark.parametrize(
        ("texte", "valeur"), [("je suis sa fille", "enfant"), ("Frère ou sœur", "fratrie"), ("2", "enfant")]
    )
    def test_a_link_is_understood_as_people_say_it(self, texte: str, valeur: str) -> None:
        conversation = Conversation()
        conversation.dit("Papa est parti", type="deces")
        while conversation.etat.question != "lien":
            conversation.saisit(conversation.etat.question, REPONSES[conversation.etat.question])
        conversation.dit(texte)
        assert conversation.valeur("lien") == valeur

    def test_je_in_an_answer_does_not_say_who_is_concerned(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident")
        conversation.fait("je_ne_sais_pas")
        conversation.dit("je crois que c'était dimanche", reponse=date(2026, 11, 29), assure="moi")
        assert (conversation.valeur("assure"), conversation.valeur("date")) == (None, "2026-11-29")

    def test_no_to_an_hour_passes(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident", assure="moi", date=date(2026, 11, 30))
        assert conversation.etat.question == "heure"
        conversation.dit("non")
        assert (conversation.valeur("heure"), conversation.etat.question) == (None, "lieu")

    def test_no_name_is_no_name_and_yes_is_not_one(self) -> None:
        conversation = Conversation()
        conversation.dit("On a volé ma moto au marché", type="vol")
        while conversation.etat.question != "temoins":
            conversation.saisit(conversation.etat.question, REPONSES[conversation.etat.question])
        conversation.dit("oui")
        assert conversation.etat.question == "temoins"
        conversation.dit("non")
        assert (conversation.valeur("temoins"), conversation.etat.question) == (None, "confirmation")

    @pytest.mark.parametrize("autres", [{}, {"hopital": "CHU de Brazzaville"}])
    def test_the_place_of_a_stay_is_its_hospital(self, autres: dict[str, str]) -> None:
        conversation = Conversation()
        conversation.dit("Admis au CHU", type="hospitalisation", place="CHU", **autres)
        assert conversation.valeur("hopital") == (autres.get("hopital") or "CHU")
        assert "lieu" not in conversation.etat.champs

    @pytest.mark.parametrize(
        ("champ", "texte", "phrase"),
        [
            ("date", "12/05/2031", "n'est pas encore passé"),
            ("montant_reclame", "-500", "négatif"),
            ("lieu", "x" * 201, "trop longue"),
            ("lieu", "Baco\x00ngo", "illisible"),
        ],
    )
    def test_an_invalid_answer_keeps_the_former_value_and_says_why(self, champ: str, texte: str, phrase: str) -> None:
        conversation = au_recapitulatif()
        ancienne = conversation.valeur(champ)
        conversation.fait("corriger", champ)
        assert conversation.etat.question == champ
        assert phrase in conversation.dit(texte)
        assert conversation.valeur(champ) == ancienne
        assert conversation.etat.question == champ

    def test_leaving_the_hospital_before_entering_it_is_refused(self) -> None:
        conversation = Conversation()
        conversation.dit("Je suis au CHU", type="hospitalisation", date=date(2026, 11, 25))
        conversation.saisit("assure", "client")
        conversation.saisit("hopital", "CHU")
        assert phrases.SORTIE_AVANT_ENTREE in conversation.saisit("date_sortie", "2026-11-24")
        assert conversation.etat.question == "date_sortie"

    @pytest.mark.parametrize("par_bouton", [True, False])
    def test_acts_are_words_and_buttons(self, par_bouton: bool) -> None:
        conversation = Conversation()

        def faire(acte: str, mots: str) -> str:
            return conversation.fait(acte) if par_bouton else conversation.dit(mots)

        conversation.dit(RECIT, type="accident")
        assert phrases.PAS_FACULTATIF in faire("passer", "passer")
        assert phrases.INCONNU_NOTE in faire("je_ne_sais_pas", "je ne sais pas")
        assert conversation.valeur("assure") is None
        assert faire("repeter", "répéter") == "Quel jour est-ce arrivé ?"
        faire("revenir", "revenir")
        assert (conversation.etat.question, conversation.etat.rouverte) == ("assure", "assure")
        conversation.saisit("assure", "client")
        conversation.saisit("date", "2026-11-30")
        assert faire("passer", "passer").startswith(phrases.PASSE)
        faire("annuler", "annuler")
        assert conversation.etat.question == "annulation"
        conversation.dit("non")
        assert conversation.etat.question == "lieu"
        faire("annuler", "annuler")
        assert phrases.ABANDONNE in conversation.dit("oui")
        assert (conversation.etat.phase, conversation.etat.champs) == (Phase.DESCRIPTION, {})
        faire("conseiller", "parler à quelqu'un")
        assert len(conversation.effets_de(Transferer)) == 1

    def test_a_button_of_a_type_before_the_story_is_kept(self) -> None:
        conversation = Conversation()
        assert conversation.saisit("type_sinistre", "deces").startswith(phrases.CONDOLEANCES)
        assert conversation.etat.question == "description"
        conversation.dit("Notre père est parti lundi à Ewo.", type="accident")
        assert conversation.valeur("type_sinistre") == "deces"

    def test_a_value_for_a_filled_field_that_is_not_asked_changes_nothing(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident", date=date(2026, 11, 30))
        assert "J'ai déjà noté" in conversation.saisit("date", "2026-11-01")
        assert conversation.valeur("date") == "2026-11-30"


class TestDigressions:
    FAITS = replace(CLIENT, payable=Payable(500, 2500, 500, date(2026, 12, 15), "par mois"))

    @pytest.mark.parametrize(
        ("texte", "reponse"),
        [
            ("combien je paie par mois ?", "500\u202fFCFA par mois"),
            ("quelle est ma prochaine échéance ?", "15\u00a0décembre 2026"),
            ("est-ce que je dois payer quelque chose ?", "500\u202fFCFA à payer"),
            ("il me reste combien, mon solde ?", "2\u202f500\u202fFCFA"),
            ("mes contrats ?", "PASS KIMIA (CG-2026-VIE-001)"),
            ("quand serai-je remboursé ?", "7 jours"),
            ("vous êtes un robot ?", "assistant automatique"),
            ("merci", "je vous en prie"),
        ],
    )
    def test_a_digression_is_answered_from_facts_then_the_question_comes_back(self, texte: str, reponse: str) -> None:
        conversation = Conversation(self.FAITS)
        conversation.dit(RECIT, type="accident")
        avant = conversation.etat
        dit = conversation.dit(texte)
        assert reponse.lower() in dit.lower()
        assert dit.endswith("Qui est la personne concernée ?")
        assert (conversation.etat.champs, conversation.etat.incomprehensions) == (avant.champs, 0)

    def test_without_facts_nothing_is_made_up(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident")
        assert phrases.SANS_INFORMATION in conversation.dit("combien je dois payer ?")


class TestIncomprehensions:
    def test_twice_buttons_three_times_a_person_with_all_that_was_said(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident")
        conversation.saisit("assure", "client")
        assert phrases.PAS_COMPRIS in conversation.dit("euh bon voilà")
        assert conversation.data["question"]["choix"] == []
        assert phrases.TOUJOURS_PAS_COMPRIS in conversation.dit("ben là quoi")
        assert conversation.data["question"]["choix"] == [
            {"code": "2026-12-01", "libelle": "Aujourd'hui"},
            {"code": "2026-11-30", "libelle": "Hier"},
            {"code": "2026-11-29", "libelle": "Avant-hier"},
        ]
        assert phrases.OFFRE_CONSEILLER in conversation.dit("tchip")
        assert conversation.data["question"]["champ"] == "conseiller"
        conversation.dit("oui")
        (transfert,) = conversation.effets_de(Transferer)
        assert (transfert.raison, transfert.phase, transfert.jusqu_au) == (
            "incomprehension",
            "SINISTRE_DETAILS",
            conversation.etat.rang - 1,
        )
        assert [ligne["champ"] for ligne in transfert.recapitulatif] == [
            "description",
            "type_sinistre",
            "police",
            "assure",
        ]
        assert conversation.etat.phase is Phase.TRANSFERT

    def test_no_to_a_person_comes_back_to_the_question(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident")
        conversation.saisit("assure", "client")
        for _ in range(3):
            conversation.dit("tchip")
        conversation.dit("non")
        assert (conversation.etat.question, conversation.etat.incomprehensions) == ("date", 0)

    def test_the_missing_pieces_go_with_the_hand_off(self) -> None:
        conversation = enregistre()
        conversation.fait("conseiller")
        (transfert,) = conversation.effets_de(Transferer)
        assert transfert.pieces_manquantes == ("le certificat médical", "la facture des soins")


class TestTact:
    def test_the_first_words_after_a_death_are_condolences_said_once(self) -> None:
        conversation = Conversation()
        assert conversation.dit("Papa est décédé hier", type="deces", dead=True).startswith(phrases.CONDOLEANCES)
        repondre_a_tout(conversation)
        assert sum(phrases.CONDOLEANCES in ligne.message for ligne in conversation.lignes) == 1
        assert conversation.derniere.action == "confirmer_recapitulatif"

    def test_a_death_learned_by_a_question_too(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident", injured=True)
        assert phrases.BLESSURE in conversation.lignes[-1].message
        for champ in ("assure", "date", "heure", "lieu"):
            conversation.saisit(champ, REPONSES[champ])
        assert conversation.saisit("deces", True).startswith(phrases.CONDOLEANCES)

    def test_before_anybody_is_known_too(self) -> None:
        assert Conversation(INCONNU).dit("mon père est mort", dead=True).startswith(phrases.CONDOLEANCES)


class TestRecapitulatif:
    def test_a_field_touched_changes_at_once_and_the_whole_summary_answers(self) -> None:
        conversation = au_recapitulatif()
        avant = [ligne["champ"] for ligne in conversation.data["recapitulatif"]]
        conversation.saisit("lieu", "Marché Total")
        apres = {ligne["champ"]: ligne for ligne in conversation.data["recapitulatif"]}
        assert list(apres) == avant
        assert apres["lieu"] == {
            "champ": "lieu",
            "libelle": "Lieu",
            "valeur": "Marché Total",
            "lisible": "Marché Total",
            "source": "recapitulatif",
        }
        assert conversation.derniere.action == "confirmer_recapitulatif"

    @pytest.mark.parametrize("mots", ["corriger la date", None])
    def test_corriger_asks_the_question_again_and_comes_back(self, mots: str | None) -> None:
        conversation = au_recapitulatif()
        if mots:
            conversation.dit(mots)
        else:
            conversation.fait("corriger", "date")
        assert conversation.etat.question == "date"
        assert "au lieu de" in conversation.dit("29/11/2026")
        assert (conversation.valeur("date"), conversation.etat.question) == ("2026-11-29", "confirmation")

    def test_no_asks_which_line(self) -> None:
        conversation = au_recapitulatif()
        conversation.dit("non")
        assert conversation.data["question"]["champ"] == "corriger"
        conversation.dit("Lieu")
        assert conversation.etat.question == "lieu"
        conversation.fait("annuler")
        assert conversation.etat.question == "confirmation"

    def test_nothing_to_correct_after_all_shows_the_summary_again(self) -> None:
        conversation = au_recapitulatif()
        conversation.dit("non")
        conversation.dit("confirmer")
        assert conversation.effets_de(CreerSinistre) == []
        assert conversation.etat.question == "confirmation"

    def test_yes_but_with_a_correction_confirms_nothing(self) -> None:
        conversation = au_recapitulatif()
        conversation.dit("oui, mais c'était dimanche", date=date(2026, 11, 29))
        assert conversation.effets_de(CreerSinistre) == []
        assert conversation.valeur("date") == "2026-11-29"
        assert conversation.etat.question == "confirmation"

    @pytest.mark.parametrize("reponses", [0, 3])
    def test_nothing_is_confirmed_before_the_summary(self, reponses: int) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident")
        for _ in range(reponses):
            conversation.saisit(conversation.etat.question, REPONSES[conversation.etat.question])
        assert phrases.RIEN_A_CONFIRMER in conversation.fait("confirmer")
        conversation.dit("confirmer")
        assert conversation.effets_de(CreerSinistre) == []
        assert not conversation.etat.confirmee

    def test_to_confirm_while_saying_something_else_confirms_nothing(self) -> None:
        conversation = au_recapitulatif()
        conversation.dit("oui confirmer", date=date(2026, 11, 29))
        assert conversation.effets_de(CreerSinistre) == []
        assert (conversation.etat.question, conversation.valeur("date")) == ("corriger", "2026-11-30")

    def test_je_confirme_confirms_though_je_is_somebody(self) -> None:
        conversation = au_recapitulatif(assure="b1")
        conversation.dit("oui confirmer", assure="moi", date=date(2026, 11, 30))
        assert len(conversation.effets_de(CreerSinistre)) == 1
        assert conversation.valeur("assure") == "b1"

    def test_confirmed_twice_creates_once_with_words_beside_what_was_understood(self) -> None:
        conversation = Conversation()
        conversation.dit("Hier à Bacongo", type="accident", date=date(2026, 11, 30), place="Bacongo")
        repondre_a_tout(conversation)
        assert not any(isinstance(effet, CreerSinistre) for effet in conversation.effets)
        conversation.fait("confirmer")
        (creation,) = conversation.effets_de(CreerSinistre)
        assert creation.cle == 1
        par_champ = {champ.champ: champ for champ in creation.champs}
        assert par_champ["date"].valeur == date(2026, 11, 30)
        assert (par_champ["date"].texte, par_champ["date"].source, par_champ["date"].regle) == (
            "Hier à Bacongo",
            "recit",
            "essai",
        )
        assert par_champ["police"].source == "contrat"
        assert par_champ["description"].texte == "Hier à Bacongo"
        conversation.dit("oui confirmer")
        conversation.fait("confirmer")
        assert conversation.effets_de(CreerSinistre) == []
        conversation.recoit(SinistreCree("SIN-2026-000123", "nouveau"))
        assert phrases.DEJA_ENREGISTREE.format(numero="SIN-2026-000123") in conversation.fait("confirmer")
        conversation.recoit(SinistreCree("SIN-2026-000124", "nouveau"))
        assert conversation.etat.sinistre == "SIN-2026-000123"

    @pytest.mark.parametrize(
        ("couverture", "phrase"),
        [
            (Couverture("certain", "garantie décès"), "cette date est couverte : garantie décès."),
            (
                Couverture("non", "votre contrat a commencé après", "R01"),
                "semble ne pas couvrir cette date, parce que votre contrat a commencé après. Vous pouvez déclarer : "
                "un conseiller regardera.",
            ),
            (Couverture("incertain", "la date n'est pas connue", "R01"), "parce que la date n'est pas connue"),
            (None, phrases.COUVERTURE_A_VOIR),
        ],
    )
    def test_cover_is_told_before_and_refuses_nobody(self, couverture: Couverture | None, phrase: str) -> None:
        conversation = au_recapitulatif(replace(CLIENT, couverture=couverture))
        assert phrase in conversation.derniere.message
        conversation.fait("confirmer")
        assert [creation.couverture for creation in conversation.effets_de(CreerSinistre)] == [couverture]

    def test_cover_that_changed_since_the_summary_is_told_before_anything_is_created(self) -> None:
        conversation = au_recapitulatif()
        conversation.faits = replace(CLIENT, couverture=Couverture("non", "la cotisation n'était pas payée", "R02"))
        assert phrases.COUVERTURE_CHANGEE in conversation.fait("confirmer")
        assert conversation.effets_de(CreerSinistre) == []
        assert conversation.data["couverture"]["code"] == "R02"
        conversation.fait("confirmer")
        assert len(conversation.effets_de(CreerSinistre)) == 1

    def test_cover_judged_on_other_fields_is_not_told(self) -> None:
        conversation = au_recapitulatif()
        faits = replace(CLIENT, sujet=Sujet("CG-2026-VIE-001", "accident", "2026-01-01", "client", False))
        _, effets = etape(conversation.etat, Ouverture(), faits)
        assert phrases.COUVERTURE_A_VOIR in effets[-1].message

    def test_what_the_story_said_otherwise_is_noted_for_the_cci(self) -> None:
        conversation = au_recapitulatif(type="accident")
        conversation.etat = replace(
            conversation.etat,
            champs={**conversation.etat.champs, "date": replace(conversation.etat.champs["date"], source="recit")},
        )
        conversation.saisit("date", "2026-10-02")
        conversation.fait("confirmer")
        (creation,) = conversation.effets_de(CreerSinistre)
        assert [(dite.champ, dite.retenu, dite.dit) for dite in creation.contradictions] == [
            ("date", "2026-10-02", "2026-11-30")
        ]

    def test_a_claim_like_an_open_one_is_said_and_signalled_never_refused(self) -> None:
        conversation = Conversation(replace(CLIENT, sinistres=(OUVERT,)))
        conversation.fait("nouveau")
        conversation.dit(RECIT, type="accident")
        repondre_a_tout(conversation)
        assert "SIN-2026-000001" in conversation.derniere.message
        conversation.fait("confirmer")
        (creation,) = conversation.effets_de(CreerSinistre)
        assert creation.signaux == ("doublon_possible",)

    def test_a_date_before_the_contract_or_very_old_is_taken(self) -> None:
        conversation = au_recapitulatif(date="1998-01-01")
        assert conversation.valeur("date") == "1998-01-01"


class TestDocuments:
    def test_pieces_are_asked_one_by_one_with_the_reason(self) -> None:
        conversation = enregistre()
        assert conversation.derniere.action == "demander_documents"
        assert (conversation.data["question"]["champ"], conversation.data["question"]["type"]) == (
            "certificat",
            "fichier",
        )
        assert CERTIFICAT.raison in conversation.derniere.message
        conversation.faits = replace(CLIENT, pieces=(replace(CERTIFICAT, etat="recue"), FACTURE))
        assert "Bien reçu" in conversation.recoit(PieceRecue("certificat", "le certificat médical"))
        assert FACTURE.raison in conversation.derniere.message
        conversation.faits = replace(CLIENT, pieces=(replace(CERTIFICAT, etat="recue"), replace(FACTURE, etat="recue")))
        assert phrases.PIECES_COMPLETES in conversation.recoit(PieceRecue("facture", "la facture des soins"))
        assert (conversation.etat.phase, conversation.derniere.action) == (Phase.DECISION, "fin_conversation_autonome")

    def test_later_is_an_answer_and_sends_one_link(self) -> None:
        conversation = enregistre()
        assert phrases.PLUS_TARD_LIEN in conversation.dit("plus tard")
        assert conversation.effets_de(EnvoyerLien) == [EnvoyerLien("pieces", "SIN-2026-000123")]
        conversation.fait("passer")
        assert conversation.effets_de(EnvoyerLien) == []
        assert conversation.effets_de(EnregistrerAction) == [
            EnregistrerAction("envoyer_piece", "la facture des soins", "client", "SIN-2026-000123")
        ]
        assert "Il manque encore : le certificat médical, la facture des soins" in conversation.derniere.message
        conversation.fait("revenir")
        assert conversation.etat.question == "facture"

    def test_saying_that_it_is_sent_completes_nothing(self) -> None:
        conversation = enregistre()
        assert phrases.PIECE_PAS_RECUE in conversation.dit("voilà j'envoie tous les documents")
        assert conversation.etat.question == "certificat"

    def test_a_refused_piece_says_why_and_is_asked_again(self) -> None:
        conversation = enregistre()
        conversation.fait("passer")
        conversation.fait("passer")
        conversation.faits = replace(
            CLIENT, pieces=(replace(CERTIFICAT, etat="refusee", motif="la photo est floue."), FACTURE)
        )
        dit = conversation.recoit(PieceRecue("certificat", "le certificat médical", "refusee", "la photo est floue."))
        assert "la photo est floue." in dit
        assert (conversation.etat.phase, conversation.etat.question) == (Phase.DOCUMENTS, "certificat")

    def test_pieces_of_another_claim_are_not_asked(self) -> None:
        conversation = au_recapitulatif()
        conversation.fait("confirmer")
        etat, _ = etape(
            conversation.etat,
            SinistreCree("SIN-2026-000123", "nouveau"),
            replace(CLIENT, sujet=Sujet(sinistre="SIN-2026-000001")),
        )
        assert etat.phase is Phase.DECISION

    def test_what_the_client_did_not_know_is_for_the_advisor_to_ask(self) -> None:
        conversation = au_recapitulatif(date=None)
        conversation.fait("confirmer")
        conversation.recoit(SinistreCree("SIN-2026-000123", "nouveau"))
        assert conversation.effets_de(EnregistrerAction) == [
            EnregistrerAction("demander_precision", "Date", "conseiller", "SIN-2026-000123")
        ]


class TestConseiller:
    def test_the_robot_is_silent_while_an_advisor_holds_and_continues_where_it_stood(self) -> None:
        conversation = Conversation()
        conversation.dit(RECIT, type="accident")
        conversation.saisit("assure", "client")
        assert conversation.recoit(Prise("Clarisse M.")) == phrases.PRISE.format(conseiller="Clarisse M.")
        champs = conversation.etat.champs
        for muet in (
            conversation.dit("hier"),
            conversation.saisit("date", "2026-11-30"),
            conversation.fait("annuler"),
            conversation.recoit(Ouverture()),
        ):
            assert muet == ""
        conversation.recoit(MotDuConseiller("Clarisse M.", "Bonjour, je suis Clarisse."))
        assert (conversation.derniere.auteur, conversation.derniere.message) == (
            "conseiller",
            "Bonjour, je suis Clarisse.",
        )
        assert conversation.etat.champs == champs
        assert conversation.recoit(Rendue()) == f"{phrases.RENDUE}\n\nQuel jour est-ce arrivé ?"
        assert (conversation.etat.phase, conversation.etat.main) == (Phase.SINISTRE_DETAILS, "robot")
        assert [ligne.rang for ligne in conversation.lignes] == list(range(1, len(conversation.lignes) + 1))

    def test_asked_for_twice_the_file_goes_once_and_the_rank_is_told(self) -> None:
        conversation = Conversation(replace(CLIENT, attente=Attente(2, 12)))
        conversation.fait("conseiller")
        assert conversation.data["attente"] == {"rang": 2, "minutes": 12}
        assert "rang 2" in conversation.derniere.message
        conversation.dit("revenir")
        assert conversation.etat.phase is Phase.DESCRIPTION
        conversation.fait("conseiller")
        assert conversation.effets_de(Transferer) == []

    def test_an_advisor_who_creates_the_claim_leaves_the_pieces_to_ask(self) -> None:
        conversation = au_recapitulatif()
        conversation.recoit(Prise("Clarisse M."))
        assert conversation.recoit(SinistreCree("SIN-2026-000123", "nouveau")) == ""
        conversation.recoit(Rendue())
        assert (conversation.etat.phase, conversation.etat.question) == (Phase.DOCUMENTS, "certificat")


class TestErreur:
    def test_a_claim_that_could_not_be_created_can_be_confirmed_again(self) -> None:
        conversation = au_recapitulatif()
        conversation.fait("confirmer")
        dit = conversation.recoit(Echec())
        assert (phrases.ERREUR in dit, phrases.ERREUR_SUITE in dit, conversation.etat.phase) == (
            True,
            True,
            Phase.ERROR,
        )
        conversation.dit("d'accord")
        assert (conversation.etat.phase, conversation.etat.question) == (Phase.SINISTRE_DETAILS, "confirmation")
        conversation.fait("confirmer")
        assert len(conversation.effets_de(CreerSinistre)) == 1


EXEMPLES = [
    exemple
    for ligne in (Path(settings.BASE_DIR) / "docs/spec/declarations_exemples.jsonl").read_text().splitlines()
    if (exemple := json.loads(ligne))["gold"]["type"] != "autre"
]


@pytest.mark.parametrize("exemple", EXEMPLES, ids=[exemple["id"] for exemple in EXEMPLES])
def test_each_declaration_of_the_examples_comes_to_a_summary_with_what_it_said(exemple: dict[str, Any]) -> None:
    conversation = Conversation(replace(CLIENT, aujourdhui=date.fromisoformat(exemple["today"])))
    premiers_mots = conversation.dit(exemple["text"], **exemple["gold"])
    assert premiers_mots.startswith(phrases.CONDOLEANCES) == (exemple["gold"]["dead"] is True)
    dits = {champ: rempli.valeur for champ, rempli in conversation.etat.champs.items()}
    assert dits["description"] == exemple["text"]
    assert dits["type_sinistre"] == exemple["gold"]["type"]
    repondre_a_tout(conversation, date=exemple["today"], date_entree=exemple["today"], date_sortie=exemple["today"])
    confirmes = {ligne["champ"]: ligne["valeur"] for ligne in conversation.data["recapitulatif"]}
    assert confirmes.items() >= dits.items() - {("date_entree", dits.get("date_entree"))}
    for nom, champ in NOMS.items():
        if exemple["gold"][nom] is not None and champ != "lieu":
            assert confirmes[champ] == exemple["gold"][nom]


def test_the_resume_link_goes_once_when_the_story_is_told() -> None:
    conversation = Conversation()
    conversation.dit(RECIT, type="accident")
    assert conversation.effets_de(EnvoyerLien) == [EnvoyerLien("reprise")]


def test_a_conversation_that_opens_again_resumes_at_its_question() -> None:
    conversation = Conversation()
    conversation.dit(RECIT, type="accident")
    assert conversation.recoit(Ouverture()) == f"{phrases.REPRISE}\n\nQui est la personne concernée ?"


def test_a_first_text_needs_no_opening() -> None:
    conversation = Conversation(ouverte=False)
    conversation.recoit(Ecrit("m", RECIT))
    assert conversation.valeur("description") == RECIT


def test_a_word_is_not_a_story() -> None:
    conversation = Conversation()
    assert phrases.RECIT_COURT in conversation.dit("bonjour")
    assert conversation.etat.phase is Phase.DESCRIPTION


def test_every_sentence_is_french_without_emoji_nor_a_former_name() -> None:
    for nom, phrase in vars(phrases).items():
        if nom.isupper() and isinstance(phrase, str):
            assert phrase.isascii() or all(ord(signe) < 0x2100 for signe in phrase), nom
            assert " tu " not in phrase.lower()
            assert AUJOURDHUI.isoformat() not in phrase


def test_facts_without_anybody_say_nothing() -> None:
    etat, effets = etape(Conversation(INCONNU).etat, Ouverture(), Faits(AUJOURDHUI))
    assert etat.question == "police"
    assert len(effets) == 1
