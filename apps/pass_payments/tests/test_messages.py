"""What clients read of their payments, by SMS."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from apps.pass_clients.tests.factories import SouscriptionFactory
from apps.pass_payments.motifs import PHRASES, MotifEchec
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services.messages import annoncer_echec
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.factories import PaiementFactory
from apps.socle.models import MessageSortant

pytestmark = pytest.mark.django_db

DEBUT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Africa/Brazzaville"))
TELEPHONE = "+242061234567"


class TestTextes:
    @pytest.mark.parametrize(
        ("attribution", "acces"),
        [
            ("automatique", "Votre police : CG-2026-VIE-001. Avec ce téléphone, elle ouvre la borne."),
            ("manuelle", "Demandez votre numéro de police en agence : il ouvre la borne."),
        ],
    )
    def test_a_welcome(self, settings: Settings, attribution: str, acces: str) -> None:
        settings.ATTRIBUTION_POLICE = attribution
        souscription = SouscriptionFactory(client__telephone=TELEPHONE)
        paiement = PaiementFactory(
            souscription=souscription, statut="en_cours", type_paiement="souscription_initiale", montant=1_200
        )
        regler(
            paiement=paiement,
            constat=Constat(etat=Etat.REUSSI, montant=1_200, devise="XAF"),
            source="suivi",
            quand=DEBUT,
        )
        message = MessageSortant.objects.get()
        assert (message.telephone, message.cle) == (TELEPHONE, f"paiement:{paiement.numero_transaction}:succes")
        assert message.texte == (
            f"NSIA : bienvenue ! Votre PASS KIMIA est payé (1 200 FCFA). Reçu REC-2026-000001. {acces}"
        )

    @pytest.mark.parametrize("motif", ["", *MotifEchec.values])
    def test_each_failure_holds_in_an_sms(self, motif: str) -> None:
        paiement = PaiementFactory(statut="echec", motif_echec=motif)
        annoncer_echec(paiement, paiement.souscription, total=999_999_999, quand=DEBUT)

        texte = MessageSortant.objects.get().texte
        assert texte.startswith("NSIA : votre paiement de 999 999 999 FCFA n'a pas abouti.")
        assert texte.endswith(PHRASES[MotifEchec(motif)] if motif else "Réessayez ou demandez à un agent.")
        assert len(texte) <= 320
        assert not {"\u202f", "\u00a0", "’"} & set(texte)
