"""Every write on clients, subscriptions, periods, beneficiaries and police numbers.

Lock order, here and in the apps above: client, subscription, payment, series of numbers.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.pass_clients import numbers
from apps.pass_clients.errors import (
    AgenceDejaConnue,
    AgenceFermee,
    BeneficiaireIntrouvable,
    ChangementADeux,
    ContratTermine,
    LimiteBeneficiaires,
    NumeroPoliceInvalide,
    PoliceDejaAttribuee,
    PoliceImpossible,
    RangInconnu,
    TelephoneDejaConnu,
    TransitionRefusee,
)
from apps.pass_clients.models import (
    CANAUX_QUI_PROUVENT,
    FORME_POLICE,
    PAYEES,
    TERMINEES,
    TRANSITIONS,
    VIVANTES,
    ActeModification,
    Agence,
    BeneficiairePass,
    ClientPass,
    ModificationClient,
    NumeroPolice,
    PeriodeCouverture,
    PoliceRemplacee,
    PreuveTelephone,
    RoleBeneficiaire,
    SouscriptionPass,
    StatutAgence,
    StatutBeneficiaire,
    StatutSouscription,
    TransitionSouscription,
)
from apps.pass_clients.operateurs import operateur_probable
from apps.pass_products.ceilings import depassement, prime_annuelle
from apps.pass_products.errors import PlafondDepasse
from apps.pass_products.models import ProduitPass
from apps.pass_products.schedule import nombre_echeances
from apps.pass_products.services import verifier_assure, verifier_offre, verifier_souscripteur
from apps.socle.numbers import TIRAGE_MAX, allouer, reserver, tenir
from apps.socle.reglages import reglage
from apps.socle.services.faits import dire, dire_en_masse, dire_plusieurs
from apps.socle.services.messages import annoncer
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import aujourdhui, maintenant
from nsia_pass_api.errors import AccesRefuse, DonneesInvalides
from nsia_pass_api.telephones import normaliser


@dataclass(frozen=True)
class Auteur:
    """Whom the audit names: an agent, or the client herself by her session; at the kiosk of code `origine`, if at one."""

    agent: AbstractBaseUser | None = None
    session: UUID | None = None
    origine: str = ""


PERSONNE = Auteur()
"""No person: a command, the demonstration."""


def enregistrer_client(
    *, nom: str, prenom: str, telephone: str, numero_mobile_money: str | None = None, **autres: Any
) -> ClientPass:
    """A new client exists, phones normalised, operator guessed from the prefix when not given. Raises TelephoneDejaConnu.

    Mobile money is paid from `telephone` unless told otherwise, from none when `numero_mobile_money` is empty.
    """
    telephone = normaliser(telephone)
    client = ClientPass(
        nom=nom,
        prenom=prenom,
        telephone=telephone,
        numero_mobile_money=telephone if numero_mobile_money is None else _normaliser_facultatif(numero_mobile_money),
        **{"operateur_mobile": operateur_probable(telephone) or "", **autres},
    )
    _ecrire_client(client, force_insert=True)
    return client


@transaction.atomic
def modifier_client(*, client: ClientPass, auteur: Auteur = PERSONNE, **champs: Any) -> ClientPass:
    """The client holds `champs`, phones normalised, with an audit row; the rest stays as it is. Raises TelephoneDejaConnu.

    Raises ChangementADeux when an agent would move the phone to which one-time codes go: `changer_telephone` does.
    """
    actuel = ClientPass.objects.select_for_update().get(pk=client.pk)
    if auteur.agent is not None and _forme(champs.get("telephone"), actuel) != actuel.telephone:
        raise ChangementADeux
    if {"agence", "suivi_par_id"} & {champ for champ, valeur in champs.items() if getattr(actuel, champ) != valeur}:
        _verifier_rattachement(auteur, champs.get("agence", actuel.agence), actuelle=actuel.agence)
    return _modifier(actuel, champs, auteur=auteur)


@transaction.atomic
def changer_telephone(*, client: ClientPass, telephone: str, auteur: Auteur) -> ClientPass:
    """The client is known by `telephone`, and codes go there, with an audit row. Raises TelephoneDejaConnu.

    Called for what two agents decided (`propositions` in the app above); her Mobile Money number stays as it is.
    """
    return _modifier(ClientPass.objects.select_for_update().get(pk=client.pk), {"telephone": telephone}, auteur=auteur)


@transaction.atomic
def reconnaitre_client(*, client: ClientPass, auteur: Auteur = PERSONNE, **identite: Any) -> ClientPass:
    """Whoever has just shown the client's phone is who the client is, with an audit row, if only a stranger had said it before.

    That is while the client has subscriptions of which none is proved. What an agent wrote of the client stays; so does
    everything of a client whose phone was proved, or whom the insurer entered without any subscription.
    """
    actuel = ClientPass.objects.select_for_update(no_key=True).get(pk=client.pk)
    preuves = set(SouscriptionPass.objects.filter(client=actuel).values_list("preuve", flat=True))
    if preuves != {""}:
        return actuel
    par_un_agent = _ecrits_par_un_agent(actuel)
    champs = {champ: valeur for champ, valeur in identite.items() if champ not in par_un_agent}
    return _modifier(actuel, champs, auteur=auteur)


def _ecrits_par_un_agent(client: ClientPass) -> set[str]:
    """The columns of the client that an agent has changed."""
    changements = ModificationClient.objects.filter(
        client=client, acte=ActeModification.CLIENT_MODIFIE, acteur__isnull=False
    ).values_list("avant", "apres")
    return {champ for avant, apres in changements for champ in apres if apres[champ] != avant.get(champ)}


def _forme(telephone: str | None, actuel: ClientPass) -> str:
    return actuel.telephone if telephone is None else normaliser(telephone)


def _verifier_rattachement(auteur: Auteur, agence: Agence | None, *, actuelle: Agence | None = None) -> None:
    """Raises AccesRefuse for an agent who attaches nobody, AgenceFermee for a closed agency other than `actuelle`."""
    agent: Any = auteur.agent
    if agent is not None and not agent.has_perm("pass_clients.rattacher_clientpass"):
        raise AccesRefuse
    if agence is not None and agence != actuelle and agence.statut != StatutAgence.ACTIVE:
        raise AgenceFermee(agence.nom)


def _modifier(actuel: ClientPass, champs: dict[str, Any], *, auteur: Auteur) -> ClientPass:
    if champs.get("agence") is not None:
        champs = {**champs, "agence_ecrite": ""}
    avant = _dits(actuel, champs)
    for champ, valeur in champs.items():
        est_un_numero = champ in ("telephone", "numero_mobile_money")
        setattr(actuel, champ, _normaliser_facultatif(valeur) if est_un_numero else valeur)
    _ecrire_client(actuel, update_fields=list(champs))
    apres = _dits(actuel, champs)
    if apres != avant:
        fait = _inscrire(ActeModification.CLIENT_MODIFIE, client_id=actuel.pk, avant=avant, apres=apres, auteur=auteur)
        if apres.get("numero_mobile_money") != avant.get("numero_mobile_money"):
            _prevenir(avant.get("telephone", actuel.telephone), actuel.numero_mobile_money, fait=fait)
        changes = sorted(champ for champ in apres.keys() | avant.keys() if apres.get(champ) != avant.get(champ))
        dire("client.modifie", cle=f"client:{actuel.pk}", donnees={"client": actuel.pk, "champs": changes})
    return actuel


def _prevenir(telephone: str, numero: str, *, fait: ModificationClient) -> None:
    """The phone on file, as it was, is told that the Mobile Money number is `numero`: the database refuses it otherwise."""
    nouveau = f"finit par {numero[-4:]}" if numero else "est effacé"
    annoncer(
        cle=f"modification:{fait.pk}:mobile_money",
        telephone=telephone,
        texte=f"NSIA : le numéro Mobile Money de votre dossier a changé, il {nouveau}. "
        "Si vous ne l'avez pas demandé, venez en agence.",
        quand=maintenant(),
    )


def mobile_money_recent(*, telephone: str, quand: datetime) -> bool:
    """Whether `telephone` became a client's Mobile Money number less than MOBILE_MONEY_DELAI_JOURS days before `quand`."""
    depuis = quand - timedelta(days=reglage("MOBILE_MONEY_DELAI_JOURS"))
    return ClientPass.objects.filter(numero_mobile_money=telephone, mobile_money_change_le__gt=depuis).exists()


def _dits(client: ClientPass, champs: Collection[str]) -> dict[str, Any]:
    """What the client's row holds of `champs`, an agency by its name; the former spelling only when there is one."""
    dits = {champ: getattr(client, champ) for champ in champs if champ != "agence_ecrite" or client.agence_ecrite}
    return dits | ({"agence": client.agence.nom if client.agence else ""} if "agence" in champs else {})


# What one person may be asked to confirm at once.
RATTACHER_MAX = 2_000


@transaction.atomic
def rattacher_clients(*, choisis: Collection[int], agence: Agence, auteur: Auteur) -> int:
    """The clients of these keys whom the agent may reach belong to `agence`, with an audit row each; returns how many changed.

    Those who already do stay as they are. At most RATTACHER_MAX. Raises AccesRefuse, AgenceFermee.
    """
    actuelle = Agence.objects.select_for_update(no_key=True).get(pk=agence.pk)
    _verifier_rattachement(auteur, actuelle)
    permis = ClientPass.objects.filter(pk__in=list(choisis)[:RATTACHER_MAX])
    if auteur.agent is not None:
        permis = import_string(settings.BACK_OFFICE_LIGNES)(auteur.agent, permis)
    permis = permis.exclude(agence=actuelle)
    clients = list(permis.select_related("agence").order_by("pk").select_for_update(of=("self",), no_key=True))
    champs = ("agence", "agence_ecrite")
    avant = [_dits(client, champs) for client in clients]
    ClientPass.objects.filter(pk__in=[client.pk for client in clients]).update(agence=actuelle, agence_ecrite="")
    ModificationClient.objects.bulk_create(
        _modification(
            ActeModification.CLIENT_MODIFIE,
            client_id=client.pk,
            avant=dits,
            apres={"agence": actuelle.nom},
            auteur=auteur,
        )
        for client, dits in zip(clients, avant, strict=True)
    )
    dire_plusieurs(
        "client.modifie",
        [(f"client:{client.pk}", {"client": client.pk, "champs": ["agence"]}) for client in clients],
    )
    return len(clients)


def enregistrer_agence(*, nom: str, **autres: Any) -> Agence:
    """A new agency exists. Raises AgenceDejaConnue when one bears this name, however it is spelt."""
    agence = Agence(nom=nom, **autres)
    _ecrire_agence(agence)
    return agence


@transaction.atomic
def modifier_agence(*, agence: Agence, **champs: Any) -> Agence:
    """The agency holds `champs`; the rest stays. Raises as `enregistrer_agence`."""
    actuelle = Agence.objects.select_for_update().get(pk=agence.pk)
    for champ, valeur in champs.items():
        setattr(actuelle, champ, valeur)
    _ecrire_agence(actuelle)
    return actuelle


def _ecrire_agence(agence: Agence) -> None:
    agence.nom = " ".join(agence.nom.split())
    agence.telephone = _normaliser_facultatif(agence.telephone)
    try:
        agence.clean_fields()
        with transaction.atomic():
            agence.save()
    except ValidationError as error:
        raise DonneesInvalides(champs=error.message_dict) from error
    except IntegrityError as error:
        match violee(error):
            case "agences_nom_unique":
                phrase = f"Une agence s'appelle déjà « {agence.nom} », peut-être écrite autrement."
                raise AgenceDejaConnue(phrase, champs={"nom": [phrase]}) from error
            case "agences_nommees":
                phrase = "Donnez à l'agence un nom avec des lettres."
                raise DonneesInvalides(phrase, champs={"nom": [phrase]}) from error
        raise


def _ecrire_client(client: ClientPass, **enregistrement: Any) -> None:
    ecrits = enregistrement.get("update_fields")
    # What is not written is as it was: the former database has names that nobody could type.
    gardes = {un.name for un in client._meta.fields if ecrits is not None and not {un.name, un.attname} & set(ecrits)}
    client.full_clean(exclude=gardes, validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            client.save(**enregistrement)
    except IntegrityError as error:
        if violee(error) != "clients_telephone_unique":
            raise
        raise TelephoneDejaConnu("Un client est déjà enregistré avec ce téléphone.") from error


def plafond_depasse(*, client: ClientPass, prime: int, duree_jours: int, prouve: bool = False) -> str | None:
    """The sentence to show when `prime` XAF more would take the client's live subscriptions above a ceiling, else None.

    `prouve`: the client has shown the phone, so what a stranger asked in the client's name and nobody paid does not count.
    """
    engagees = SouscriptionPass.objects.filter(client=client, statut__in=VIVANTES)
    if prouve:
        engagees = engagees.exclude(statut=StatutSouscription.EN_COURS, preuve="")
    montants = engagees.values_list("montant_souscription", "produit__duree_validite_jours")
    total = sum(prime_annuelle(prime=montant, duree_jours=duree) for montant, duree in montants)
    return depassement(prime_annuelle=total + prime_annuelle(prime=prime, duree_jours=duree_jours))


@transaction.atomic
def souscrire(
    *,
    client: ClientPass,
    produit: ProduitPass,
    montant: int,
    periodicite: str,
    canal: str,
    preuve: str = "",
    date_souscription: datetime | None = None,
    date_naissance: date | None = None,
    champ_naissance: str = "date_naissance",
) -> SouscriptionPass:
    """A subscription waits for its first payment of a prime of `montant` XAF a period.

    `preuve`: what showed the client's phone (PreuveTelephone), unless the channel itself does; empty when nothing has.
    `date_naissance` counts while the client's own is not on file. Raises as `verifier_offre` and `verifier_souscripteur`
    (which names `champ_naissance`), and PlafondDepasse when settings refuse what passes the CIMA ceilings.
    """
    verifier_offre(produit=produit, montant=montant, periodicite=periodicite)
    quand = date_souscription or maintenant()
    verifier_souscripteur(
        produit=produit,
        naissance=client.date_naissance or date_naissance,
        jour=timezone.localdate(quand),
        champ=champ_naissance,
    )
    ClientPass.objects.select_for_update(no_key=True).get(pk=client.pk)
    preuve = preuve or CANAUX_QUI_PROUVENT.get(canal, "")
    plafond = plafond_depasse(
        client=client, prime=montant, duree_jours=produit.duree_validite_jours, prouve=bool(preuve)
    )
    if plafond and settings.PLAFOND_PRIMES_MODE == "refuser":
        raise PlafondDepasse(plafond)
    return SouscriptionPass.objects.create(
        client=client,
        produit=produit,
        numero_souscription=numbers.numero_souscription(produit=produit, annee=timezone.localdate(quand).year),
        montant_souscription=montant,
        periodicite=periodicite,
        taux_epargne=produit.taux_epargne,
        canal=canal,
        preuve=preuve,
        prouvee_le=quand if preuve else None,
        date_souscription=quand,
    )


def prouver_par_paiement(*, souscription: SouscriptionPass, quand: datetime | None = None) -> bool:
    """The client's own phone has made the first payment of `souscription`, which is proved by it, and no other.

    False when it was proved already.
    """
    siennes = SouscriptionPass.objects.filter(pk=souscription.pk, preuve="")
    return bool(siennes.update(preuve=PreuveTelephone.PAIEMENT, prouvee_le=quand or maintenant()))


@transaction.atomic
def changer_statut(
    *,
    souscription: SouscriptionPass,
    vers: str,
    motif: str,
    acteur: AbstractBaseUser | None = None,
    quand: datetime | None = None,
) -> SouscriptionPass:
    """The subscription is in state `vers` since `quand` (now), with an audit row.

    Raises TransitionRefusee when docs/spec/pass.md has no such transition.
    """
    actuelle = verrouiller(souscription)
    if (actuelle.statut, vers) not in TRANSITIONS:
        raise TransitionRefusee(
            f"La souscription {actuelle.numero_souscription} est « {actuelle.get_statut_display().lower()} » : "
            f"elle ne peut pas devenir « {StatutSouscription(vers).label.lower()} »."
        )
    quand = quand or maintenant()
    de, actuelle.statut = actuelle.statut, vers
    if vers == StatutSouscription.ACTIVEE and actuelle.date_activation is None:
        actuelle.date_activation = quand
    if vers == StatutSouscription.RESILIEE:
        actuelle.date_resiliation = timezone.localdate(quand)
    actuelle.save(update_fields=["statut", "date_activation", "date_resiliation"])
    TransitionSouscription.objects.create(
        souscription=actuelle, de=de, vers=vers, motif=motif, acteur_id=_id(acteur), date_transition=quand
    )
    dire_transition(de, vers, [actuelle.pk], quand=quand)
    return actuelle


def verifier_ages(
    *, souscription: SouscriptionPass, jour: date, date_naissance: date | None = None, acte: str = "se souscrit"
) -> None:
    """Returns when the guarantees play on `jour` for the client and for those insured beside. Raises as `verifier_souscripteur`.

    `date_naissance` counts while the client's own is not on file.
    """
    produit = souscription.produit
    naissance = souscription.client.date_naissance or date_naissance
    verifier_souscripteur(produit=produit, naissance=naissance, jour=jour, acte=acte)
    for assure in souscription.beneficiaires.filter(statut=StatutBeneficiaire.ACTIF, role=RoleBeneficiaire.ASSURE):
        verifier_assure(produit=produit, nom=str(assure), naissance=assure.date_naissance, jour=jour, champ="assures")


_FAITS_DES_ETATS = {
    StatutSouscription.ACTIVEE: "souscription.activee",
    StatutSouscription.SUSPENDUE: "souscription.suspendue",
    StatutSouscription.EXPIREE: "souscription.expiree",
    StatutSouscription.RESILIEE: "souscription.resiliee",
}


def dire_transition(de: str, vers: str, souscriptions: Iterable[int], *, quand: datetime | None) -> None:
    """Other apps learn, in the transaction that moves these subscriptions, that they went from `de` to `vers`. One query."""
    suspendue = de == StatutSouscription.SUSPENDUE and vers == StatutSouscription.ACTIVEE
    nom = "souscription.reprise" if suspendue else _FAITS_DES_ETATS.get(StatutSouscription(vers))
    if nom is not None:
        dire_plusieurs(
            nom, [(f"souscription:{ident}", {"souscription": ident}) for ident in souscriptions], quand=quand
        )


def verrouiller(souscription: SouscriptionPass) -> SouscriptionPass:
    """The subscription as it is now, its row held until the transaction ends."""
    return (
        SouscriptionPass.objects.select_for_update(no_key=True, of=("self",))
        .select_related("produit")
        .get(pk=souscription.pk)
    )


@transaction.atomic
def activer(*, souscription: SouscriptionPass, quand: datetime | None = None) -> PeriodeCouverture:
    """The subscription is active and its first period runs from the day of `quand` (today).

    Raises TransitionRefusee if it was not waiting for its first payment.
    """
    quand = quand or maintenant()
    date_debut = timezone.localdate(quand)
    actuelle = verrouiller(souscription)
    if actuelle.statut != StatutSouscription.EN_COURS:
        raise TransitionRefusee(f"La souscription {actuelle.numero_souscription} n'attend plus son premier paiement.")
    actuelle = changer_statut(
        souscription=actuelle, vers=StatutSouscription.ACTIVEE, motif="premier paiement", quand=quand
    )
    return _ouvrir_periode(souscription=actuelle, numero=1, date_debut=date_debut)


@transaction.atomic
def renouveler(
    *, souscription: SouscriptionPass, date_paiement: date, quand: datetime | None = None
) -> PeriodeCouverture:
    """The next period is open: adjacent to the last when paid in time, else from `date_paiement`.

    An expired subscription is active again, since `quand` (now). Raises TransitionRefusee unless it is active or expired.
    """
    actuelle = verrouiller(souscription)
    derniere = actuelle.periodes.order_by("-numero").first()
    if derniere is None or actuelle.statut not in (StatutSouscription.ACTIVEE, StatutSouscription.EXPIREE):
        raise TransitionRefusee(
            f"La souscription {actuelle.numero_souscription} est « {actuelle.get_statut_display().lower()} » : "
            "elle ne peut pas être renouvelée."
        )
    if actuelle.statut == StatutSouscription.EXPIREE:
        actuelle = changer_statut(
            souscription=actuelle, vers=StatutSouscription.ACTIVEE, motif="renouvellement", quand=quand
        )
    return _ouvrir_periode(
        souscription=actuelle, numero=derniere.numero + 1, date_debut=max(derniere.date_fin, date_paiement)
    )


def _ouvrir_periode(*, souscription: SouscriptionPass, numero: int, date_debut: date) -> PeriodeCouverture:
    duree = souscription.produit.duree_validite_jours
    return PeriodeCouverture.objects.create(
        souscription=souscription,
        numero=numero,
        date_debut=date_debut,
        date_fin=date_debut + timedelta(days=duree),
        prime=souscription.montant_souscription,
        periodicite=souscription.periodicite,
        # A product made longer since may ask for more instalments than the prime has francs; the client has paid all the same.
        nombre_echeances=min(
            nombre_echeances(periodicite=souscription.periodicite, duree_jours=duree), souscription.montant_souscription
        ),
    )


@transaction.atomic
def ajouter_beneficiaire(
    *,
    souscription: SouscriptionPass,
    nom: str,
    prenom: str,
    relation: str,
    telephone: str = "",
    auteur: Auteur = PERSONNE,
    champ_naissance: str = "date_naissance",
    **autres: Any,
) -> BeneficiairePass:
    """A live beneficiary takes the first free rank, with an audit row.

    Raises LimiteBeneficiaires beyond the product's number (6 at most), ContratTermine; for somebody who is insured, as
    `verifier_assure`, which names `champ_naissance`.
    """
    actuelle = _verrouiller_vivante(souscription)
    pris = set(
        actuelle.beneficiaires.filter(statut=BeneficiairePass.Statut.ACTIF).values_list("ordre_priorite", flat=True)
    )
    maximum = actuelle.produit.nombre_beneficiaires_max
    if len(pris) >= maximum:
        raise LimiteBeneficiaires(f"Ce contrat a déjà {len(pris)} bénéficiaires, le maximum est de {maximum}.")
    beneficiaire = BeneficiairePass(
        souscription=actuelle,
        nom=nom,
        prenom=prenom,
        relation=relation,
        telephone=_normaliser_facultatif(telephone),
        ordre_priorite=min(set(range(1, maximum + 1)) - pris),
        **autres,
    )
    beneficiaire.full_clean()
    _verifier_assure(beneficiaire, produit=actuelle.produit, champ=champ_naissance)
    beneficiaire.save(force_insert=True)
    _inscrire_beneficiaire(
        ActeModification.BENEFICIAIRE_AJOUTE, beneficiaire, avant={}, apres=_fiche(beneficiaire), auteur=auteur
    )
    return beneficiaire


@transaction.atomic
def modifier_beneficiaire(
    *, beneficiaire: BeneficiairePass, auteur: Auteur = PERSONNE, ordre_priorite: int | None = None, **champs: Any
) -> BeneficiairePass:
    """The live beneficiary holds `champs`, with an audit row; at rank `ordre_priorite` she changes places with whoever has it.

    Raises BeneficiaireIntrouvable when she no longer counts, RangInconnu for a rank that nobody has, ContratTermine; as
    `verifier_assure` when what changes is who is insured, or a birth date.
    """
    souscription = _verrouiller_vivante(beneficiaire.souscription)
    vivants = {un.pk: un for un in souscription.beneficiaires.filter(statut=BeneficiairePass.Statut.ACTIF)}
    actuel = vivants.pop(beneficiaire.pk, None)
    if actuel is None:
        raise BeneficiaireIntrouvable
    avant = _fiche(actuel)
    for champ, valeur in champs.items():
        setattr(actuel, champ, _normaliser_facultatif(valeur) if champ == "telephone" else valeur)
    actuel.full_clean()
    if (actuel.role, actuel.date_naissance) != (avant["role"], avant["date_naissance"]):
        _verifier_assure(actuel, produit=souscription.produit)
    actuel.save(update_fields=list(champs))
    if ordre_priorite not in (None, actuel.ordre_priorite):
        autre = next((un for un in vivants.values() if un.ordre_priorite == ordre_priorite), None)
        if autre is None:
            raise RangInconnu(f"Personne n'a le rang {ordre_priorite}. Choisissez celui d'un autre bénéficiaire.")
        _echanger_les_rangs(actuel, autre, auteur=auteur)
    apres = _fiche(actuel)
    if apres != avant:
        _inscrire_beneficiaire(ActeModification.BENEFICIAIRE_MODIFIE, actuel, avant=avant, apres=apres, auteur=auteur)
    return actuel


def _verifier_assure(beneficiaire: BeneficiairePass, *, produit: ProduitPass, champ: str = "date_naissance") -> None:
    """Whoever only receives has any age."""
    if beneficiaire.role == RoleBeneficiaire.ASSURE:
        naissance = beneficiaire.date_naissance
        verifier_assure(produit=produit, nom=str(beneficiaire), naissance=naissance, jour=aujourdhui(), champ=champ)


def _echanger_les_rangs(un: BeneficiairePass, autre: BeneficiairePass, *, auteur: Auteur) -> None:
    """Each has the rank of the other; `autre` has its audit row. Nobody sees the moment when one of them counts no more."""
    avant = _fiche(autre)
    un.ordre_priorite, autre.ordre_priorite = autre.ordre_priorite, un.ordre_priorite
    BeneficiairePass.objects.filter(pk=autre.pk).update(statut=BeneficiairePass.Statut.INACTIF)
    un.save(update_fields=["ordre_priorite"])
    autre.save(update_fields=["ordre_priorite", "statut"])
    _inscrire_beneficiaire(
        ActeModification.BENEFICIAIRE_MODIFIE, autre, avant=avant, apres=_fiche(autre), auteur=auteur
    )


@transaction.atomic
def retirer_beneficiaire(*, beneficiaire: BeneficiairePass, auteur: Auteur = PERSONNE) -> bool:
    """The beneficiary no longer counts, with an audit row; the row stays. False when she already did not.

    Raises ContratTermine.
    """
    _verrouiller_vivante(beneficiaire.souscription)
    actif, inactif = BeneficiairePass.Statut.ACTIF, BeneficiairePass.Statut.INACTIF
    retire = BeneficiairePass.objects.filter(pk=beneficiaire.pk, statut=actif).update(statut=inactif)
    if retire:
        actuel = BeneficiairePass.objects.get(pk=beneficiaire.pk)
        _inscrire_beneficiaire(
            ActeModification.BENEFICIAIRE_RETIRE,
            actuel,
            avant=_fiche(actuel) | {"statut": actif},
            apres=_fiche(actuel),
            auteur=auteur,
        )
    return bool(retire)


def _verrouiller_vivante(souscription: SouscriptionPass) -> SouscriptionPass:
    """As `verrouiller`. Raises ContratTermine when the subscription has ended."""
    actuelle = verrouiller(souscription)
    if actuelle.statut in TERMINEES:
        raise ContratTermine
    return actuelle


_FICHE = ("nom", "prenom", "telephone", "relation", "role", "date_naissance", "ordre_priorite", "statut")


def _fiche(beneficiaire: BeneficiairePass) -> dict[str, Any]:
    return {champ: getattr(beneficiaire, champ) for champ in _FICHE}


def _inscrire_beneficiaire(
    acte: ActeModification,
    beneficiaire: BeneficiairePass,
    *,
    avant: Mapping[str, Any],
    apres: Mapping[str, Any],
    auteur: Auteur,
) -> None:
    _inscrire(
        acte,
        client_id=beneficiaire.souscription.client_id,
        souscription_id=beneficiaire.souscription_id,
        beneficiaire=beneficiaire,
        avant=avant,
        apres=apres,
        auteur=auteur,
    )


def _inscrire(acte: ActeModification, *, auteur: Auteur, **faits: Any) -> ModificationClient:
    modification = _modification(acte, auteur=auteur, **faits)
    modification.save(force_insert=True)
    return modification


def _modification(acte: ActeModification, *, auteur: Auteur, **faits: Any) -> ModificationClient:
    return ModificationClient(
        acte=acte, acteur_id=_id(auteur.agent), session_borne=auteur.session, origine=auteur.origine, **faits
    )


@transaction.atomic
def attribuer_police(
    *,
    souscription: SouscriptionPass,
    numero: str | None = None,
    agent: AbstractBaseUser | None = None,
    commentaire: str = "",
    quand: datetime | None = None,
) -> NumeroPolice:
    """A paid subscription has its police since `quand` (now): the next of that year's series, or `numero` placed by `agent`.

    Raises PoliceImpossible while nothing is paid, PoliceDejaAttribuee when the subscription or the number is taken,
    NumeroPoliceInvalide for a number that is misshapen or far ahead of its series.
    """
    if (numero is None) != (agent is None):
        raise NumeroPoliceInvalide("Un numéro placé à la main porte le nom de l'agent qui l'attribue.")
    actuelle = verrouiller(souscription)
    if actuelle.statut not in PAYEES:
        raise PoliceImpossible(
            "Une police s'attribue après le premier paiement, tant que le contrat n'est pas terminé."
        )
    if NumeroPolice.objects.filter(souscription=actuelle).exists():
        raise PoliceDejaAttribuee("Cette souscription a déjà un numéro de police.")
    quand = quand or maintenant()
    annee = timezone.localdate(quand).year
    police = NumeroPolice(
        souscription=actuelle,
        mode_attribution=NumeroPolice.Mode.MANUEL if agent else NumeroPolice.Mode.AUTOMATIQUE,
        agent_attribueur_id=_id(agent),
        date_attribution=quand,
        commentaire=commentaire,
    )
    police.clean_fields(exclude={"souscription", "agent_attribueur", "numero_police"})
    if numero is None:
        # Skips the numbers that were placed by hand before the series came to them.
        while not _ecrire_police(police, numero=numbers.numero_police(produit=actuelle.produit, annee=annee)):
            pass
        return police
    numero = numero_manuel(numero)
    _reserver_numero(numero, branche=actuelle.produit.branche, annee=annee)
    if not _ecrire_police(police, numero=numero):
        raise PoliceDejaAttribuee(f"Le numéro {numero} est déjà celui d'un autre contrat, ou l'a été.")
    return police


@transaction.atomic
def remplacer_police(
    *,
    souscription: SouscriptionPass,
    numero: str,
    agent: AbstractBaseUser,
    commentaire: str,
    quand: datetime | None = None,
) -> NumeroPolice:
    """The contract has the number `numero`, placed by `agent`, since `quand` (now); its former one is kept and given no more.

    Called for what two agents decided. Raises PoliceImpossible without a live police, and as `attribuer_police`.
    """
    actuelle = verrouiller(souscription)
    police = NumeroPolice.objects.select_for_update().filter(souscription=actuelle).first()
    if police is None or police.statut == NumeroPolice.Statut.ANNULE or actuelle.statut in TERMINEES:
        raise PoliceImpossible("Seul un contrat en vie a un numéro de police à remplacer.")
    quand = quand or maintenant()
    numero = numero_manuel(numero)
    if numero == police.numero_police:
        raise PoliceDejaAttribuee(f"Ce contrat a déjà le numéro {numero}.")
    _reserver_numero(numero, branche=actuelle.produit.branche, annee=timezone.localdate(quand).year)
    PoliceRemplacee.objects.create(
        numero_police=police.numero_police,
        souscription=actuelle,
        mode_attribution=police.mode_attribution,
        attribuee_le=police.date_attribution,
        remplacee_le=quand,
        remplacee_par_id=agent.pk,
    )
    police.mode_attribution = NumeroPolice.Mode.MANUEL
    police.agent_attribueur_id = agent.pk
    police.date_attribution = quand
    police.commentaire = commentaire
    if not _ecrire_police(police, numero=numero):
        raise PoliceDejaAttribuee(f"Le numéro {numero} est ou a été celui d'un autre contrat.")
    return police


def numero_manuel(numero: str) -> str:
    """`numero` in capitals. Raises NumeroPoliceInvalide when it is misshapen."""
    numero = numero.strip().upper()
    if not re.fullmatch(FORME_POLICE, numero):
        raise NumeroPoliceInvalide("Un numéro de police s'écrit en chiffres, lettres et tirets, 3 à 30 en tout.")
    return numero


def _ecrire_police(police: NumeroPolice, *, numero: str) -> bool:
    """The police is written as `numero`; False when that number is taken, was, or is another's in other letters.

    Raises PoliceDejaAttribuee.
    """
    police.numero_police = numero
    try:
        with transaction.atomic():
            police.save(force_insert=police.pk is None)
    except IntegrityError as error:
        if violee(error) in ("polices_numero_unique", "polices_numero_jamais_rendu", "polices_sans_sosie"):
            return False
        raise PoliceDejaAttribuee("Cette souscription a déjà un numéro de police.") from error
    souscription = police.souscription_id
    dire("police.attribuee", cle=f"souscription:{souscription}", donnees={"souscription": souscription})
    return True


def _reserver_numero(numero: str, *, branche: str, annee: int) -> None:
    """The series of `branche` is held, and will not draw `numero`. Raises NumeroPoliceInvalide when it is far ahead."""
    sequence = numbers.forme_police(annee=annee, branche=branche).sequence(numero)
    if not reserver(serie=numbers.serie_police(branche), annee=annee, sequence=sequence or 0):
        raise NumeroPoliceInvalide(f"Le numéro {numero} est très au-delà du dernier attribué. Vérifiez-le.")


# Whoever inserts a police holds the series of its branch until commit, so once the series is held what this reads is final:
# runs that overlap take turns, no number is drawn for nothing, and a batch waits for no one while it holds a series.
_ATTRIBUER = """
    WITH a_servir AS MATERIALIZED (
        SELECT s.id
        FROM souscriptions_pass s
        WHERE s.id > %(apres)s AND s.produit_id = ANY(%(produits)s) AND s.statut IN ('activee', 'suspendue', 'expiree')
          AND NOT EXISTS (
              SELECT 1 FROM numeros_police_congo n WHERE n.souscription_id = s.id AND n.souscription_id > %(apres)s
          )
          {choisies}
        ORDER BY s.id
        LIMIT %(lot)s
    ), attribuees AS (
        INSERT INTO numeros_police_congo
            (souscription_id, numero_police, mode_attribution, date_attribution, commentaire, statut)
        SELECT a.id, n.numero, 'automatique', now(), '', 'attribue'
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS rang FROM a_servir) a
        CROSS JOIN LATERAL (SELECT (%(tires)s + a.rang)::text AS seq) q
        CROSS JOIN LATERAL (
            SELECT %(avant)s || lpad(q.seq, greatest(%(largeur)s, length(q.seq)), '0') || %(apres_sequence)s AS numero
        ) n
        {sauf_rendus}
        ORDER BY a.id
        {si_pris}
        RETURNING souscription_id
    ), {faits}
    SELECT (SELECT count(*) FROM attribuees), (SELECT count(*) FROM a_servir), (SELECT max(id) FROM a_servir)
"""

_SAUF_RENDUS = "WHERE NOT EXISTS (SELECT 1 FROM polices_remplacees r WHERE r.numero_police = n.numero)"


def attribuer_polices(
    *,
    produit: str | None = None,
    limite: int | None = None,
    lot: int = TIRAGE_MAX,
    progression: Callable[[int], object] = lambda nombre: None,
    choisies: Collection[int] | None = None,
) -> int:
    """Every paid subscription without a police (of product code `produit`, `limite` of them at most) has one. Returns how many.

    `choisies`: ids of subscriptions, none other is served.

    One set-based statement a batch, each committed: interrupted, it resumes where it stopped; run twice, it does nothing.
    """
    produits = ProduitPass.objects.filter(code_pass=produit) if produit else ProduitPass.objects.all()
    branches: dict[str, list[int]] = {}
    for ident, branche in produits.order_by("branche").values_list("id", "branche"):
        branches.setdefault(branche, []).append(ident)
    total = 0
    for branche, idents in branches.items():
        apres = 0
        while limite is None or total < limite:
            taille = lot if limite is None else min(lot, limite - total)
            attribuees, servies, dernier = _attribuer_lot(
                branche=branche, produits=idents, apres=apres, lot=taille, choisies=choisies
            )
            if not servies:
                break
            total += attribuees
            progression(attribuees)
            # Numbers placed by hand were in the way: those who got none draw the next ones.
            apres = dernier if attribuees == servies else apres
    return total


@transaction.atomic
def _attribuer_lot(
    *, branche: str, produits: list[int], apres: int, lot: int, choisies: Collection[int] | None
) -> tuple[int, int, int]:
    """The next `lot` subscriptions without police have one. Returns how many do, how many were to, and the last id of these."""
    serie, annee = numbers.serie_police(branche), aujourdhui().year
    forme = numbers.forme_police(annee=annee, branche=branche)
    tires = tenir(serie=serie, annee=annee)
    parametres: dict[str, Any] = {
        "apres": apres,
        "produits": produits,
        "lot": lot,
        "tires": tires,
        "avant": forme.avant,
        "largeur": forme.largeur,
        "apres_sequence": forme.apres,
        "choisies": list(choisies or ()),
    }
    morceaux = {
        "choisies": "" if choisies is None else "AND s.id = ANY(%(choisies)s)",
        "faits": dire_en_masse(
            "police.attribuee",
            depuis="attribuees",
            cle="'souscription:' || souscription_id",
            donnees="jsonb_build_object('souscription', souscription_id)",
        ),
    }
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(_ATTRIBUER.format(**morceaux, sauf_rendus="", si_pris=""), parametres)
        except IntegrityError:
            # ON CONFLICT looks into each index twice, a fifth of the time: only when some of the numbers are taken.
            prudente = _ATTRIBUER.format(**morceaux, sauf_rendus=_SAUF_RENDUS, si_pris="ON CONFLICT DO NOTHING")
            cursor.execute(prudente, parametres)
        attribuees, servies, dernier = cursor.fetchone()
    allouer(serie=serie, annee=annee, nombre=servies)
    return attribuees, servies, dernier


def _normaliser_facultatif(telephone: str) -> str:
    return normaliser(telephone) if telephone else ""


def _id(acteur: AbstractBaseUser | None) -> Any:
    return acteur.pk if acteur else None
