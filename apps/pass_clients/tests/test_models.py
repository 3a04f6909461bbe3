"""What the database refuses of clients, subscriptions, periods, beneficiaries and polices, whoever writes it."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import (
    BeneficiairePass,
    ClientPass,
    Contrat,
    NumeroPolice,
    PeriodeCouverture,
    SouscriptionPass,
    StatutSouscription,
    TransitionSouscription,
)
from apps.pass_clients.tests.factories import (
    BeneficiaireFactory,
    ClientFactory,
    PeriodeFactory,
    PoliceFactory,
    SouscriptionFactory,
    contrat_en_vigueur,
    dates_de,
)
from apps.pass_clients.tests.refus import refuse, sans_gardes, sql, verifier_maintenant
from apps.pass_payments.tests.factories import PaiementFactory
from apps.socle.models import SerieNumero

pytestmark = pytest.mark.django_db

# docs/spec/pass.md, « States of a subscription »; an expired subscription may still be terminated instead of renewed.
PERMISES = {
    ("en_cours", "activee"),
    ("activee", "suspendue"),
    ("suspendue", "activee"),
    ("activee", "expiree"),
    ("expiree", "activee"),
    ("en_cours", "annulee"),
    ("en_cours", "resiliee"),
    ("activee", "resiliee"),
    ("suspendue", "resiliee"),
    ("expiree", "resiliee"),
}


def dates_manquantes(souscription: SouscriptionPass, vers: str) -> dict[str, Any]:
    """Those of `vers` that the subscription has not yet: a date that was given never changes."""
    return {champ: valeur for champ, valeur in dates_de(vers).items() if getattr(souscription, champ) is None}


@pytest.mark.parametrize(("de", "vers"), list(product(StatutSouscription.values, repeat=2)))
def test_only_the_transitions_of_the_specification_pass(de: str, vers: str) -> None:
    souscription = SouscriptionFactory(statut=de, **dates_de(de))
    elle = SouscriptionPass.objects.filter(pk=souscription.pk)

    if (de, vers) in PERMISES or de == vers:
        assert elle.update(statut=vers, **dates_manquantes(souscription, vers)) == 1
        if de != vers:
            TransitionSouscription.objects.create(souscription=souscription, de=de, vers=vers, motif="essai")
        verifier_maintenant()
        return

    with refuse(f'Invalid transition of field "statut" from "{de}" to "{vers}"'):
        elle.update(statut=vers, **dates_de(vers))
    with refuse(f'Invalid transition of field "statut" from "{de}" to "{vers}"'):
        dates = dates_de(vers)
        sql(
            "UPDATE souscriptions_pass SET statut = %s, date_activation = %s, date_resiliation = %s WHERE id = %s",
            vers,
            dates["date_activation"],
            dates["date_resiliation"],
            souscription.pk,
        )
    assert elle.get().statut == de


def test_a_state_that_changed_is_the_one_that_its_audit_says_last() -> None:
    souscription = SouscriptionFactory(active=True)
    elle = SouscriptionPass.objects.filter(pk=souscription.pk)

    def noter(de: str, vers: str) -> None:
        TransitionSouscription.objects.create(souscription=souscription, de=de, vers=vers, motif="essai")

    for derniere in (None, ("activee", "expiree")):
        with refuse("n'est pas celui de sa dernière transition"):
            elle.update(statut="suspendue")
            if derniere:
                noter(*derniere)
    elle.update(statut="suspendue")
    noter("activee", "suspendue")
    elle.update(statut="activee")
    noter("suspendue", "activee")
    verifier_maintenant()
    assert elle.get().statut == "activee"


@pytest.mark.parametrize(
    ("statut", "valeurs", "contrainte"),
    [
        ("en_cours", {"date_activation": timezone.now()}, "souscriptions_activation_datee"),
        ("annulee", {"date_activation": timezone.now()}, "souscriptions_activation_datee"),
        ("activee", {"date_activation": None}, "souscriptions_activation_datee"),
        ("suspendue", {"date_activation": None}, "souscriptions_activation_datee"),
        ("expiree", {"date_activation": None}, "souscriptions_activation_datee"),
        ("resiliee", {"date_resiliation": None}, "souscriptions_resiliation_datee"),
        ("activee", {"date_resiliation": date(2026, 1, 1)}, "souscriptions_resiliation_datee"),
        ("en_cours", {"date_resiliation": date(2026, 1, 1)}, "souscriptions_resiliation_datee"),
        ("activee", {"montant_souscription": 0}, "souscriptions_prime_positive"),
        ("activee", {"montant_souscription": -100}, "souscriptions_prime_positive"),
        ("activee", {"periodicite": "quotidienne"}, "souscriptions_periodicite_connue"),
        ("activee", {"canal": "fax"}, "souscriptions_canal_connu"),
        ("activee", {"taux_epargne": "-0.01"}, "souscriptions_taux_pourcent"),
        ("activee", {"taux_epargne": "100.01"}, "souscriptions_taux_pourcent"),
    ],
)
def test_a_subscription_that_makes_no_sense_is_refused(statut: str, valeurs: dict[str, Any], contrainte: str) -> None:
    souscription = SouscriptionFactory(statut=statut, **dates_de(statut))

    with sans_gardes(), refuse(contrainte):
        SouscriptionPass.objects.filter(pk=souscription.pk).update(**valeurs)


def test_a_subscription_in_an_unknown_state_is_refused() -> None:
    with refuse("souscriptions_activation_datee"):
        SouscriptionFactory(statut="gelee", date_activation=timezone.now())


def test_what_proves_a_phone_is_given_once_and_stays() -> None:
    elle = SouscriptionPass.objects.filter(pk=SouscriptionFactory(preuve="").pk)
    quand = timezone.now()
    for valeurs in ({"preuve": "code"}, {"prouvee_le": quand}, {"preuve": "rien", "prouvee_le": quand}):
        with refuse("souscriptions_preuve_datee"):
            elle.update(**valeurs)

    assert elle.update(preuve="code", prouvee_le=quand) == 1

    for valeurs in (
        {"preuve": "", "prouvee_le": None},
        {"preuve": "session"},
        {"prouvee_le": quand - timedelta(days=1)},
    ):
        with refuse("Cannot update"):
            elle.update(**valeurs)
    assert elle.update(preuve="code", prouvee_le=quand) == 1


def test_a_number_names_one_subscription() -> None:
    SouscriptionFactory(numero_souscription="PASS-KIMIA-2026-000001")

    with refuse("souscriptions_numero_unique"):
        SouscriptionFactory(numero_souscription="PASS-KIMIA-2026-000001")


@pytest.mark.parametrize(
    "telephone",
    [
        "",
        "061234567",
        "242061234567",
        "+24206123456",
        "+2420612345678",
        "+242 6123456",
        "+24206123456a",
        "+243061234567",
        "+242٠٦١٢٣٤٥٦٧",
        "+24206123456\n",
    ],
)
def test_phones_have_one_shape(telephone: str) -> None:
    client, beneficiaire = ClientFactory(), BeneficiaireFactory()

    with refuse("value too long" if len(telephone) > 13 else "clients_telephone_congo"):
        ClientPass.objects.filter(pk=client.pk).update(telephone=telephone)
    if telephone:
        with refuse("value too long" if len(telephone) > 13 else "clients_mobile_money_congo"):
            ClientPass.objects.filter(pk=client.pk).update(numero_mobile_money=telephone)
        with refuse("value too long" if len(telephone) > 13 else "beneficiaires_telephone_congo"):
            BeneficiairePass.objects.filter(pk=beneficiaire.pk).update(telephone=telephone)


@pytest.mark.parametrize(
    ("valeurs", "contrainte"),
    [
        ({"nom": ""}, "clients_nommes"),
        ({"prenom": ""}, "clients_nommes"),
        ({"statut": "mort"}, "clients_statut_connu"),
        ({"operateur_mobile": "orange_money"}, "clients_operateur_connu"),
    ],
)
def test_a_client_that_makes_no_sense_is_refused(valeurs: dict[str, Any], contrainte: str) -> None:
    client = ClientFactory()

    with refuse(contrainte):
        ClientPass.objects.filter(pk=client.pk).update(**valeurs)


def test_a_phone_names_one_client() -> None:
    client = ClientFactory()

    with refuse("clients_telephone_unique"):
        ClientFactory(telephone=client.telephone)


@pytest.mark.parametrize(
    ("debut", "fin"),
    [
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2025, 12, 1), date(2026, 1, 2)),
        (date(2026, 1, 31), date(2026, 3, 1)),
        (date(2026, 1, 10), date(2026, 1, 22)),
        (date(2025, 12, 1), date(2026, 3, 1)),
    ],
)
def test_periods_of_a_subscription_never_overlap(debut: date, fin: date) -> None:
    periode = PeriodeFactory(date_debut=date(2026, 1, 1), date_fin=date(2026, 2, 1))
    autre = {"souscription": periode.souscription, "numero": 2, "date_debut": debut, "date_fin": fin}

    with refuse("periodes_sans_chevauchement"):
        PeriodeFactory(**autre)
    PeriodeFactory(**autre | {"souscription": SouscriptionFactory(active=True)})


def test_periods_may_be_adjacent() -> None:
    """Half-open: the day on which one ends is the first of the next."""
    periode = PeriodeFactory(date_debut=date(2026, 1, 1), date_fin=date(2026, 2, 1))
    for numero, debut in ((2, date(2026, 2, 1)), (3, date(2025, 12, 1))):
        fin = debut + timedelta(days=28)
        PeriodeFactory(souscription=periode.souscription, numero=numero, date_debut=debut, date_fin=fin)

    assert periode.souscription.periodes.count() == 3


@pytest.mark.parametrize(
    ("valeurs", "contrainte"),
    [
        ({"numero": 0}, "periodes_numero_positif"),
        ({"date_fin": date(2026, 1, 1)}, "periodes_dates_ordonnees"),
        ({"date_fin": date(2025, 12, 31)}, "periodes_dates_ordonnees"),
        ({"prime": 0}, "periodes_un_franc_par_echeance"),
        ({"prime": -1_200}, "periodes_un_franc_par_echeance"),
        ({"prime": 11}, "periodes_un_franc_par_echeance"),
        ({"nombre_echeances": 0}, "periodes_un_franc_par_echeance"),
        ({"date_fin": date(2026, 1, 12)}, "periodes_un_jour_par_echeance"),
        ({"periodicite": "quotidienne"}, "periodes_periodicite_connue"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(valeurs: dict[str, Any], contrainte: str) -> None:
    with refuse(contrainte):
        PeriodeFactory(**{"date_debut": date(2026, 1, 1), "date_fin": date(2027, 1, 1), **valeurs})


def test_the_smallest_periods_pass() -> None:
    PeriodeFactory(date_debut=date(2026, 1, 1), date_fin=date(2026, 1, 13), prime=12)
    PeriodeFactory(date_debut=date(2026, 1, 1), date_fin=date(2026, 1, 2), prime=1, nombre_echeances=1)


def test_a_number_names_one_period_of_a_subscription() -> None:
    periode = PeriodeFactory(date_debut=date(2026, 1, 1))

    with refuse("periodes_numero_unique"):
        PeriodeFactory(souscription=periode.souscription, numero=1, date_debut=date(2030, 1, 1))


def test_six_live_beneficiaries_and_no_more() -> None:
    souscription = SouscriptionFactory()
    six = [BeneficiaireFactory(souscription=souscription, ordre_priorite=rang) for rang in range(1, 7)]

    for rang in range(1, 7):
        with refuse("beneficiaires_rang_unique"):
            BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)
    for rang in (0, 7, -1):
        with refuse("beneficiaires_six_au_plus"):
            BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)
    retire = BeneficiaireFactory(souscription=souscription, ordre_priorite=3, statut="inactif")
    with refuse("beneficiaires_rang_unique"):
        BeneficiairePass.objects.filter(pk=retire.pk).update(statut="actif")
    with refuse("beneficiaires_rang_unique"):
        BeneficiairePass.objects.filter(pk=six[0].pk).update(ordre_priorite=2)
    assert souscription.beneficiaires.filter(statut="actif").count() == 6


@pytest.mark.parametrize(
    ("valeurs", "contrainte"),
    [
        ({"nom": ""}, "beneficiaires_nommes"),
        ({"prenom": ""}, "beneficiaires_nommes"),
        ({"relation": "ami"}, "beneficiaires_relation_connue"),
        ({"role": "chef"}, "beneficiaires_role_connu"),
        ({"statut": "parti"}, "beneficiaires_statut_connu"),
    ],
)
def test_a_beneficiary_that_makes_no_sense_is_refused(valeurs: dict[str, Any], contrainte: str) -> None:
    beneficiaire = BeneficiaireFactory()

    with refuse(contrainte):
        BeneficiairePass.objects.filter(pk=beneficiaire.pk).update(**valeurs)


def test_a_police_has_an_agent_exactly_when_it_is_manual() -> None:
    automatique, agent = PoliceFactory(), AgentFactory()

    with refuse("polices_agent_si_manuel"):
        NumeroPolice.objects.filter(pk=automatique.pk).update(mode_attribution="manuel")
    with refuse("polices_agent_si_manuel"):
        NumeroPolice.objects.filter(pk=automatique.pk).update(agent_attribueur=agent)
    with refuse("polices_agent_si_manuel"):
        NumeroPolice.objects.filter(pk=automatique.pk).update(mode_attribution="oral")
    NumeroPolice.objects.filter(pk=automatique.pk).update(mode_attribution="manuel", agent_attribueur=agent)


@pytest.mark.parametrize("numero", ["", "CG", "cg-2026-vie-001", "CG 2026", "-CG-2026", "CG/2026/1", "CG-2026-É1"])
def test_a_misshapen_police_is_refused(numero: str) -> None:
    police = PoliceFactory()

    with refuse("polices_numero_forme"):
        NumeroPolice.objects.filter(pk=police.pk).update(numero_police=numero)


def test_a_number_names_one_police_and_a_subscription_has_one() -> None:
    police, autre = PoliceFactory(), PoliceFactory()

    with refuse("polices_numero_unique"):
        NumeroPolice.objects.filter(pk=autre.pk).update(numero_police=police.numero_police)
    with sans_gardes(), refuse("numeros_police_congo_souscription_id_key"):
        NumeroPolice.objects.filter(pk=autre.pk).update(souscription=police.souscription)
    with refuse("polices_statut_connu"):
        NumeroPolice.objects.filter(pk=police.pk).update(statut="perdu")


def test_a_series_is_one_a_year_and_never_below_zero() -> None:
    serie = SerieNumero.objects.create(serie="police-VIE", annee=2026, dernier=3)

    with refuse("series_une_par_annee"):
        SerieNumero.objects.create(serie="police-VIE", annee=2026, dernier=0)
    with sans_gardes(), refuse("series_positives"):
        SerieNumero.objects.filter(pk=serie.pk).update(dernier=-1)


def une_de_chaque() -> list[Model]:
    police = contrat_en_vigueur()
    souscription = police.souscription
    transition = TransitionSouscription.objects.create(
        souscription=souscription, de="en_cours", vers="activee", motif="premier paiement"
    )
    paiement = PaiementFactory(souscription=souscription)
    return [
        souscription,
        transition,
        souscription.periodes.get(),
        BeneficiaireFactory(souscription=souscription),
        police,
        paiement,
        paiement.evenements.get(),
    ]


def test_nothing_with_money_or_history_is_deleted() -> None:
    for objet in une_de_chaque():
        table = objet._meta.db_table
        with refuse(f"rows from {table} table"):
            sql(f"DELETE FROM {table} WHERE id = %s", objet.pk)
        with refuse(f"rows from {table} table"):
            type(objet)._base_manager.filter(pk=objet.pk)._raw_delete("default")
        assert type(objet)._base_manager.filter(pk=objet.pk).exists()


def test_deleting_a_client_a_product_or_an_agent_takes_nothing_along() -> None:
    police = contrat_en_vigueur()
    NumeroPolice.objects.filter(pk=police.pk).update(mode_attribution="manuel", agent_attribueur=AgentFactory())
    police.refresh_from_db()

    for objet in (police.souscription.client, police.souscription.produit, police.agent_attribueur):
        with sans_gardes(), refuse("violates foreign key constraint"):
            sql(f"DELETE FROM {objet._meta.db_table} WHERE id = %s", objet.pk)


def test_periods_and_transitions_are_never_changed() -> None:
    periode = PeriodeFactory()
    transition = TransitionSouscription.objects.create(
        souscription=periode.souscription, de="en_cours", vers="activee", motif="premier paiement"
    )

    with refuse("Cannot update or delete rows from periodes_couverture table"):
        PeriodeCouverture.objects.filter(pk=periode.pk).update(prime=1)
    with refuse("Cannot update or delete rows from transitions_souscription table"):
        TransitionSouscription.objects.filter(pk=transition.pk).update(motif="autre")
    with refuse("transitions_de_connu"):
        TransitionSouscription.objects.create(souscription=periode.souscription, de="x", vers="activee", motif="m")
    with refuse("transitions_vers_connu"):
        TransitionSouscription.objects.create(souscription=periode.souscription, de="activee", vers="x", motif="m")


def test_they_are_called_by_their_names() -> None:
    police = contrat_en_vigueur()
    souscription = police.souscription

    assert str(souscription.client) == f"Jean Baptiste {souscription.client.nom}"
    assert str(souscription) == souscription.numero_souscription
    assert str(souscription.periodes.get()) == f"{souscription.pk}/1"
    assert str(police) == str(Contrat.objects.get()) == police.numero_police
    assert str(BeneficiaireFactory()) == "Grâce KONGO"
    assert str(SerieNumero(serie="police-VIE", annee=2026)) == "police-VIE 2026"
    assert str(TransitionSouscription(de="en_cours", vers="activee")) == "en_cours → activee"
