"""SMS: written with what they announce, once a fact, sent later and later, given up after twelve tries."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from pytest_django import Settings

from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.tests import refus
from apps.socle import messagerie
from apps.socle.messagerie import MessagerieInjoignable
from apps.socle.models import MessageSortant
from apps.socle.services.messages import (
    annoncer,
    annoncer_code,
    envoyer_message,
    oublier_codes,
    reserver_messages,
    texte_a_envoyer,
)
from nsia_pass_api import coffre

pytestmark = pytest.mark.django_db

DEBUT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Africa/Brazzaville"))
TELEPHONE = "+242061234567"


@dataclass
class MessagerieFactice:
    pannes: int = 0
    envoyes: list[tuple[str, str, str]] = field(default_factory=list)

    def envoyer(self, *, telephone: str, texte: str, cle: str) -> None:
        if self.pannes:
            self.pannes -= 1
            raise MessagerieInjoignable("délai dépassé")
        self.envoyes.append((telephone, texte, cle))


def ecrire(cle: str = "essai:1", texte: str = "Bonjour", telephone: str = TELEPHONE) -> None:
    annoncer(cle=cle, telephone=telephone, texte=texte, quand=DEBUT)


def envoyer(par: MessagerieFactice, *, a: datetime) -> list[str]:
    idents = reserver_messages(nombre=10, quand=a)
    return [envoyer_message(ident, par=par, quand=a).statut for ident in idents]


def test_a_fact_is_announced_once() -> None:
    ecrire()
    ecrire(texte="Bonsoir")
    assert list(MessageSortant.objects.values_list("texte", "statut", "a_envoyer_le")) == [
        ("Bonjour", "a_envoyer", DEBUT)
    ]


def test_nobody_to_write_to() -> None:
    ecrire(telephone="")
    assert MessageSortant.objects.count() == 0


def test_an_announcement_lives_and_dies_with_its_transaction() -> None:
    with transaction.atomic():
        ecrire()
        transaction.set_rollback(True)
    assert MessageSortant.objects.count() == 0


def test_it_is_sent_once() -> None:
    ecrire()
    par = MessagerieFactice()

    assert envoyer(par, a=DEBUT - timedelta(seconds=1)) == []
    assert envoyer(par, a=DEBUT) == ["envoye"]
    assert envoyer(par, a=DEBUT + timedelta(days=1)) == []

    message = MessageSortant.objects.get()
    assert (message.envoye_le, message.a_envoyer_le, message.tentatives) == (DEBUT, None, 1)
    assert par.envoyes == [(TELEPHONE, "Bonjour", "essai:1")]


def test_later_and_later_then_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    ecrire()
    par, heure, attentes = MessagerieFactice(pannes=12), DEBUT, []
    for _ in range(11):
        assert envoyer(par, a=heure) == ["a_envoyer"]
        prochain = MessageSortant.objects.get().a_envoyer_le
        assert envoyer(par, a=prochain - timedelta(seconds=1)) == []
        attentes.append((prochain - heure).total_seconds())
        heure = prochain

    assert envoyer(par, a=heure) == ["abandonne"]
    assert attentes == [5 * 2**essai for essai in range(1, 12)]
    assert envoyer(par, a=heure + timedelta(days=30)) == []
    assert (par.envoyes, MessageSortant.objects.get().tentatives) == ([], 12)
    assert TELEPHONE not in capsys.readouterr().err


def test_one_that_comes_back_is_sent() -> None:
    ecrire()
    par = MessagerieFactice(pannes=1)
    envoyer(par, a=DEBUT)
    assert envoyer(par, a=DEBUT + timedelta(seconds=10)) == ["envoye"]


def test_claimed_and_lost_it_is_due_again(settings: Settings) -> None:
    ecrire()
    par = MessagerieFactice()
    reserver_messages(nombre=1, quand=DEBUT)

    assert envoyer(par, a=DEBUT + settings.TRAVAUX_BAIL - timedelta(seconds=1)) == []
    assert envoyer(par, a=DEBUT + settings.TRAVAUX_BAIL) == ["envoye"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_what_is_due() -> None:
    for rang in range(20):
        ecrire(f"essai:{rang}")

    lots = en_parallele(4, lambda rang: reserver_messages(nombre=5, quand=DEBUT))

    assert sorted(ident for lot in lots for ident in lot) == sorted(MessageSortant.objects.values_list("id", flat=True))


def test_the_database_holds_what_is_sent_to_its_dates() -> None:
    ecrire()
    with refus.refuse("messages_dates"):
        MessageSortant.objects.update(statut="envoye")
    with refus.sans_gardes(), refus.refuse("messages_telephone_congo"):
        MessageSortant.objects.update(telephone="061234567")


class TestCodes:
    """A message that holds a code: gone from the table as soon as it is of no use, shown to nobody before."""

    EFFACE = "NSIA : code à usage unique (effacé)."

    def etat(self) -> tuple[str, str]:
        message = MessageSortant.objects.get(cle="code:7")
        return message.statut, texte_a_envoyer(message)

    @pytest.fixture(autouse=True)
    def code(self) -> None:
        annoncer_code(objet="7", telephone=TELEPHONE, texte="NSIA : 483920 est votre code.", quand=DEBUT)

    def test_it_is_erased_once_sent(self) -> None:
        par = MessagerieFactice(pannes=1)

        assert envoyer(par, a=DEBUT) == ["a_envoyer"]
        assert self.etat() == ("a_envoyer", "NSIA : 483920 est votre code.")
        assert envoyer(par, a=DEBUT + timedelta(seconds=10)) == ["envoye"]
        assert par.envoyes == [(TELEPHONE, "NSIA : 483920 est votre code.", "code:7")]
        assert self.etat() == ("envoye", self.EFFACE)

    def test_out_of_date_it_is_not_sent(self, settings: Settings) -> None:
        par = MessagerieFactice()

        assert envoyer(par, a=DEBUT + settings.CODE_DUREE) == ["abandonne"]
        assert (par.envoyes, self.etat()) == ([], ("abandonne", self.EFFACE))

    def test_given_up_it_is_erased(self) -> None:
        MessageSortant.objects.update(tentatives=11)

        assert envoyer(MessagerieFactice(pannes=1), a=DEBUT) == ["abandonne"]
        assert self.etat() == ("abandonne", self.EFFACE)

    def test_where_nothing_can_send_it_it_does_not_stay(self, settings: Settings) -> None:
        ecrire("paiement:1")
        presque = DEBUT + settings.CODE_DUREE - timedelta(seconds=1)

        assert oublier_codes(quand=presque) == 0
        assert oublier_codes(quand=DEBUT + settings.CODE_DUREE) == 1
        assert oublier_codes(quand=DEBUT + timedelta(days=1)) == 0
        assert self.etat() == ("abandonne", self.EFFACE)
        assert MessageSortant.objects.get(cle="paiement:1").statut == "a_envoyer"

    def test_a_worker_whose_claim_ran_out_does_not_send_what_is_left_of_it(self) -> None:
        (ident,) = reserver_messages(nombre=1, quand=DEBUT)
        par = MessagerieFactice()
        envoyer_message(ident, par=par, quand=DEBUT)

        assert envoyer_message(ident, par=par, quand=DEBUT).statut == "envoye"
        assert len(par.envoyes) == 1

    def test_nobody_reads_it_in_the_table(self) -> None:
        message = MessageSortant.objects.get(cle="code:7")

        assert re.fullmatch(coffre.FORME, message.texte)
        assert "483920" not in message.texte
        with refus.refuse("messages_codes_scelles"):
            MessageSortant.objects.update(texte="NSIA : 483920 est votre code.")

    def test_sealed_for_one_message_it_opens_for_no_other(self) -> None:
        annoncer_code(objet="8", telephone=TELEPHONE, texte="NSIA : 111111 est votre code.", quand=DEBUT)
        autre = MessageSortant.objects.get(cle="code:8").texte
        MessageSortant.objects.filter(cle="code:7").update(texte=autre)
        par = MessagerieFactice()

        assert envoyer(par, a=DEBUT) == ["abandonne", "envoye"]
        assert [cle for _, _, cle in par.envoyes] == ["code:8"]
        assert self.etat() == ("abandonne", self.EFFACE)

    def test_a_rotation_of_the_key_loses_no_code(self, settings: Settings) -> None:
        settings.CLES_SECOND_FACTEUR_ANCIENNES = [settings.CLE_SECOND_FACTEUR]
        settings.CLE_SECOND_FACTEUR = "nouvelle" * 8

        assert envoyer(MessagerieFactice(), a=DEBUT) == ["envoye"]

    def test_whose_key_is_lost_is_given_up(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        settings.CLE_SECOND_FACTEUR = "nouvelle" * 8

        assert envoyer(MessagerieFactice(), a=DEBUT) == ["abandonne"]
        assert self.etat() == ("abandonne", self.EFFACE)
        assert "code_illisible" in capsys.readouterr().err

    def test_people_read_that_it_was_a_code(self) -> None:
        ecrire()

        assert MessageSortant.objects.get(cle="code:7").texte_montrable == self.EFFACE
        assert MessageSortant.objects.get(cle="essai:1").texte_montrable == "Bonjour"


class TestReglage:
    def test_none_by_settings(self, settings: Settings) -> None:
        settings.MESSAGERIE = ""
        assert messagerie.messagerie() is None

    def test_the_same_for_all(self, settings: Settings) -> None:
        settings.MESSAGERIE = f"{__name__}.MessagerieFactice"
        messagerie._instance.cache_clear()
        assert isinstance(messagerie.messagerie(), MessagerieFactice)
        assert messagerie.messagerie() is messagerie.messagerie()
        messagerie._instance.cache_clear()
