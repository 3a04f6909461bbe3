from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, InternalError, transaction
from django.utils import timezone

from apps.borne_auth.models import (
    Borne,
    CompteurEssais,
    DemandeConfirmation,
    JetonRafraichissement,
    RegleEssais,
    SessionBorne,
)
from apps.borne_auth.tests.factories import BorneFactory, DemandeFactory, SessionFactory
from apps.pass_clients.tests.factories import BeneficiaireFactory, ClientFactory, SouscriptionFactory

pytestmark = pytest.mark.django_db


def refuse(appel, nom: str, erreur: type[Error] = IntegrityError) -> None:
    with pytest.raises(erreur, match=nom), transaction.atomic():
        appel()


def test_a_kiosk_has_a_code_an_agency_a_known_state_and_a_hash() -> None:
    BorneFactory(code="BZV-1", cle="a")

    refuse(lambda: BorneFactory(code="BZV-1", cle="b"), "bornes_code_unique")
    refuse(lambda: BorneFactory(code="BZV-2", cle="a"), "bornes_cle_unique")
    refuse(lambda: BorneFactory(code="bzv-2", cle="c"), "bornes_code_forme")
    with pytest.raises(IntegrityError, match="agence_id"), transaction.atomic():
        BorneFactory(agence="", cle="c")
    refuse(lambda: BorneFactory(cle_empreinte="une-cle-en-clair"), "bornes_cle_hachee")
    refuse(lambda: BorneFactory(statut="volee", cle="c"), "bornes_statut_connu")
    assert str(Borne.objects.get()) == "BZV-1"


def test_a_session_lasts_thirty_minutes_at_most() -> None:
    debut = timezone.now()

    SessionFactory(ouverte_le=debut, expire_le=debut + timedelta(minutes=30))
    refuse(
        lambda: SessionFactory(ouverte_le=debut, expire_le=debut + timedelta(minutes=30, microseconds=1)),
        "sessions_trente_minutes",
    )
    refuse(lambda: SessionFactory(ouverte_le=debut, expire_le=debut), "sessions_trente_minutes")


def test_a_closed_session_says_why() -> None:
    le = timezone.now()

    refuse(lambda: SessionFactory(fermee_le=le), "sessions_fermeture_motivee")
    refuse(lambda: SessionFactory(motif_fermeture="deconnexion"), "sessions_fermeture_motivee")
    refuse(lambda: SessionFactory(fermee_le=le, motif_fermeture="ennui"), "sessions_fermeture_motivee")


def test_nobody_prolongs_moves_or_reopens_a_session() -> None:
    session = SessionFactory()
    elle = SessionBorne.objects.filter(pk=session.pk)
    autre = SessionFactory().client

    refuse(lambda: elle.update(expire_le=session.expire_le - timedelta(minutes=1)), "Cannot update", InternalError)
    refuse(lambda: elle.update(client=autre), "Cannot update", InternalError)
    assert elle.update(fermee_le=timezone.now(), motif_fermeture="deconnexion") == 1
    refuse(lambda: elle.update(fermee_le=None, motif_fermeture=""), "Cannot update", InternalError)
    assert str(session) == str(session.pk)


def test_a_refresh_token_is_never_made_fresh_again() -> None:
    session = SessionFactory()
    jeton = JetonRafraichissement.objects.create(session=session, expire_le=session.expire_le)
    lui = JetonRafraichissement.objects.filter(pk=jeton.pk)

    refuse(lambda: lui.update(session=SessionFactory()), "Cannot update", InternalError)
    assert lui.update(utilise_le=timezone.now()) == 1
    refuse(lambda: lui.update(utilise_le=None), "Cannot update", InternalError)
    assert str(jeton) == str(jeton.jti)


def test_sessions_and_tokens_do_not_go_with_what_they_point_to() -> None:
    session = SessionFactory(borne=BorneFactory())
    JetonRafraichissement.objects.create(session=session, expire_le=session.expire_le)

    for parent in (session, session.borne):
        with pytest.raises(IntegrityError), transaction.atomic():
            parent.delete()
    assert SessionBorne.objects.count() == 1


def test_counters_hold_a_hash_of_a_known_rule_once_a_window() -> None:
    le = timezone.now()

    def compter(regle: str = "borne", sujet: str = "a" * 64, essais: int = 1) -> CompteurEssais:
        return CompteurEssais.objects.create(regle=regle, sujet=sujet, fenetre=le, essais=essais)

    assert str(compter()) == "borne : 1"
    refuse(compter, "compteurs_un_par_fenetre")
    refuse(lambda: compter(regle="humeur"), "compteurs_regle_connue")
    refuse(lambda: compter(sujet="+242061234567"), "compteurs_sujet_hache")
    refuse(lambda: compter(regle=RegleEssais.ADRESSE_JOUR, essais=0), "compteurs_positifs")


class TestDemandes:
    def test_one_waits_in_a_session(self) -> None:
        demande = DemandeFactory()

        refuse(lambda: DemandeFactory(session=demande.session), "demandes_une_par_session")
        DemandeConfirmation.objects.update(statut="annulee", terminee_le=timezone.now(), changement={})
        assert str(DemandeFactory(session=demande.session).session) == str(demande.session)
        assert str(demande) == str(demande.pk)

    def test_its_code_is_hashed_short_lived_and_tried_few_times(self) -> None:
        session = SessionFactory()
        for champs, regle in (
            ({"empreinte_code": "483920"}, "demandes_code_hache"),
            ({"essais": 6}, "demandes_peu_d_essais"),
            ({"essais": -1}, "demandes_peu_d_essais"),
            ({"expire_le": session.ouverte_le}, "demandes_courtes"),
            ({"expire_le": session.ouverte_le + timedelta(minutes=16)}, "demandes_courtes"),
            ({"acte": "virement"}, "demandes_acte_connu"),
            ({"statut": "oubliee", "terminee_le": session.ouverte_le, "changement": {}}, "demandes_statut_connu"),
        ):
            refuse(lambda champs=champs: DemandeFactory(session=session, **champs), regle)

    def test_it_points_to_what_it_is_about(self) -> None:
        session, beneficiaire = SessionFactory(), BeneficiaireFactory()
        souscription = beneficiaire.souscription
        for champs in (
            {"acte": "mobile_money_modifier", "souscription": souscription},
            {"acte": "beneficiaire_ajouter"},
            {"acte": "beneficiaire_ajouter", "souscription": souscription, "beneficiaire": beneficiaire},
            {"acte": "beneficiaire_retirer", "souscription": souscription},
            {"acte": "beneficiaire_modifier", "beneficiaire": beneficiaire},
        ):
            refuse(lambda champs=champs: DemandeFactory(session=session, **champs), "demandes_objet")

    def test_what_has_ended_is_erased_and_stays_ended(self) -> None:
        elle = DemandeConfirmation.objects.filter(pk=DemandeFactory().pk)
        le = timezone.now()

        refuse(lambda: elle.update(statut="confirmee", terminee_le=le), "demandes_terminees_effacees")
        refuse(lambda: elle.update(statut="confirmee", changement={}), "demandes_terminees_effacees")
        refuse(lambda: elle.update(terminee_le=le), "demandes_terminees_effacees")
        assert elle.update(statut="epuisee", terminee_le=le, changement={}) == 1
        refuse(lambda: elle.update(statut="en_attente", terminee_le=None), "Cannot update", InternalError)
        refuse(lambda: elle.update(statut="confirmee"), "Cannot update", InternalError)

    def test_nothing_of_what_was_asked_is_changed_and_no_try_is_given_back(self) -> None:
        demande = DemandeFactory(essais=2)
        elle = DemandeConfirmation.objects.filter(pk=demande.pk)
        for champs in (
            {"changement": {"numero_mobile_money": "+242066666666"}},
            {"empreinte_code": "b" * 64},
            {"expire_le": demande.expire_le + timedelta(minutes=1)},
            {"session": SessionFactory()},
            {"acte": "beneficiaire_ajouter"},
            {"essais": 1},
        ):
            refuse(lambda champs=champs: elle.update(**champs), "Cannot update", InternalError)
        assert elle.update(essais=3) == 1


def test_without_a_session_one_waits_for_a_client_a_kiosk_and_an_act() -> None:
    client, borne, le = ClientFactory(), BorneFactory(cle="a"), timezone.now()
    sans = {"session": None, "client": client, "acte": "souscrire", "creee_le": le}

    DemandeFactory(**sans)
    DemandeFactory(**sans, borne=borne)
    DemandeFactory(**{**sans, "client": ClientFactory()})
    DemandeFactory(**{**sans, "acte": "connexion"}, souscription=SouscriptionFactory(client=client))
    refuse(lambda: DemandeFactory(**sans), "demandes_une_par_lieu")
    refuse(lambda: DemandeFactory(**sans, borne=borne), "demandes_une_par_lieu")


def test_a_demand_is_a_session_s_or_a_kiosk_s_never_both() -> None:
    client, le = ClientFactory(), timezone.now()
    for valeurs in (
        {"session": None, "client": None, "acte": "souscrire", "creee_le": le},
        {"session": None, "client": client, "creee_le": le},
        {"client": client},
        {"borne": BorneFactory(cle="a")},
        {"acte": "souscrire"},
    ):
        refuse(lambda valeurs=valeurs: DemandeFactory(**valeurs), "demandes_de_session_ou_de_lieu")
    sans_police = {"session": None, "client": client, "acte": "connexion", "creee_le": le}
    refuse(lambda: DemandeFactory(**sans_police), "demandes_objet")
