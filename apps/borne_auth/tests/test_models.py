from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, InternalError, transaction
from django.utils import timezone

from apps.borne_auth.models import Borne, CompteurEssais, JetonRafraichissement, RegleEssais, SessionBorne
from apps.borne_auth.tests.factories import BorneFactory, SessionFactory

pytestmark = pytest.mark.django_db


def refuse(appel, nom: str, erreur: type[Error] = IntegrityError) -> None:
    with pytest.raises(erreur, match=nom), transaction.atomic():
        appel()


def test_a_kiosk_has_a_code_an_agency_a_known_state_and_a_hash() -> None:
    BorneFactory(code="BZV-1", cle="a")

    refuse(lambda: BorneFactory(code="BZV-1", cle="b"), "bornes_code_unique")
    refuse(lambda: BorneFactory(code="BZV-2", cle="a"), "bornes_cle_unique")
    refuse(lambda: BorneFactory(code="bzv-2", cle="c"), "bornes_code_forme")
    refuse(lambda: BorneFactory(agence="", cle="c"), "bornes_agence_nommee")
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
