"""What a client or a prospect starts at the kiosk: pay, subscribe and pay, renew. Nothing here speaks to an operator.

Each demand commits its intention and its reference; the worker sends it. Lock order: client, subscriptions, payments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.pass_clients.errors import SouscriptionIntrouvable
from apps.pass_clients.models import (
    CanalSouscription,
    ClientPass,
    Consentement,
    Contrat,
    SouscriptionPass,
    StatutClient,
    StatutSouscription,
)
from apps.pass_clients.operateurs import operateur_probable
from apps.pass_clients.services import (
    PERSONNE,
    Auteur,
    ajouter_beneficiaire,
    changer_statut,
    enregistrer_client,
    modifier_client,
    reconnaitre_client,
    souscrire,
)
from apps.pass_payments.errors import (
    OperateurIndisponible,
    PaiementImpossible,
    TentativeOuverte,
)
from apps.pass_payments.models import OUVERTS, OperateurPaiement, PaiementPass, SoldeContrat, TypePaiement
from apps.pass_payments.operateurs import est_en_ligne
from apps.pass_payments.options import Options, montant_de_renouvellement, verifier_renouvellement
from apps.pass_payments.selectors import contrats_a_payer, situations_des
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_products.models import ProduitPass
from apps.pass_products.services import Devis, etablir_devis
from apps.socle.reglages import reglage
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import DonneesInvalides
from nsia_pass_api.money import formater_xaf
from nsia_pass_api.telephones import normaliser

PAS_ICI = "Cette souscription ne peut pas se faire ici. Adressez-vous à un agent."


@dataclass(frozen=True)
class Part:
    """One contract and what is paid on it, XAF."""

    police: str
    montant: int


@transaction.atomic
def payer(
    *,
    client_id: int,
    lignes: Sequence[Part],
    telephone: str = "",
    operateur: str = "",
    cle: str = "",
    quand: datetime | None = None,
) -> PaiementPass:
    """The client's phone will be asked once for the sum of `lignes`; each contract has its payment, the first carries all.

    `telephone` and `operateur` default to the client's mobile money. Raises ContratIntrouvable, PaiementImpossible for an
    amount out of the limits, OperateurIndisponible, TentativeOuverte while a payment is open for one of the contracts,
    PayeurDejaSollicite while too many wait on the phone, TropDEssais when it is not the client's and was asked too often.
    """
    quand = quand or maintenant()
    client = ClientPass.objects.get(pk=client_id)
    telephone, operateur = _payeur(client, telephone, operateur)
    montants = {ligne.police.upper(): ligne.montant for ligne in lignes}
    if len(montants) != len(lignes):
        raise DonneesInvalides("Le même contrat figure deux fois. Réunissez les montants.")
    _verifier_total(sum(montants.values()))
    contrats = contrats_a_payer(client_id=client_id, polices=list(montants))
    souscriptions = _verrouiller([contrat.souscription_id for contrat in contrats])
    soldes = SoldeContrat.objects.in_bulk(list(montants))
    _solliciter(client, telephone, quand)
    principal: PaiementPass | None = None
    for contrat in contrats:
        souscription, solde = souscriptions[contrat.souscription_id], soldes[contrat.police]
        options = Options.de(souscription, solde)
        if not options.maximum:
            raise PaiementImpossible(situations_des([souscription.pk])[0].message)
        options.verifier(montants[contrat.police])
        paiement = enregistrer_demande(
            souscription=souscription,
            montant=montants[contrat.police],
            type_paiement=TypePaiement.RATTRAPAGE if solde.montant_en_retard else TypePaiement.COTISATION,
            **_suivi(telephone, operateur, principal=principal, cle=cle, quand=quand),
        )
        principal = principal or paiement
    if principal is None:
        raise DonneesInvalides("Choisissez au moins un contrat à payer.")
    return principal


@transaction.atomic
def renouveler_et_payer(
    *,
    client_id: int,
    numero_souscription: str,
    montant: int | None = None,
    date_naissance: date | None = None,
    auteur: Auteur = PERSONNE,
    telephone: str = "",
    operateur: str = "",
    cle: str = "",
    quand: datetime | None = None,
) -> PaiementPass:
    """The client's phone will be asked for `montant` (by default the least): what is left of old periods and a first instalment.

    The next period opens when the payment is settled. `date_naissance` is kept when none is on file, as given by `auteur`.
    Raises SouscriptionIntrouvable, PaiementImpossible, TentativeOuverte, TropDEssais, and as `verifier_renouvellement`.
    """
    quand = quand or maintenant()
    client = ClientPass.objects.get(pk=client_id)
    telephone, operateur = _payeur(client, telephone, operateur)
    contrat = Contrat.objects.filter(client_id=client_id, numero_souscription=numero_souscription.upper()).first()
    if contrat is None:
        raise SouscriptionIntrouvable
    souscription = _verrouiller([contrat.souscription_id])[contrat.souscription_id]
    solde = SoldeContrat.objects.get(pk=contrat.police)
    jour = timezone.localdate(quand)
    minimum, maximum = montant_de_renouvellement(souscription, solde, jour=jour)
    verifier_renouvellement(souscription, jour=jour, date_naissance=date_naissance)
    _retenir_naissance(client, date_naissance, auteur=auteur)
    montant = minimum if montant is None else montant
    if not minimum <= montant <= maximum:
        raise PaiementImpossible(f"Pour renouveler, payez entre {formater_xaf(minimum)} et {formater_xaf(maximum)}.")
    _verifier_total(montant)
    _solliciter(client, telephone, quand)
    return enregistrer_demande(
        souscription=souscription,
        montant=montant,
        type_paiement=TypePaiement.RENOUVELLEMENT,
        **_suivi(telephone, operateur, principal=None, cle=cle, quand=quand),
    )


@dataclass(frozen=True, kw_only=True)
class Souscripteur:
    """Who subscribes: a client (`client_id`) who showed the phone by `preuve`, or a newcomer whose phone no client has, and who
    has shown nothing (docs/decisions/0017-what-proves-a-phone.md).

    A client who also gives papers (`nom`, …) is who they say, as `reconnaitre_client`; otherwise `date_naissance` counts while
    none is on file.
    """

    client_id: int | None = None
    preuve: str = ""
    nom: str = ""
    prenom: str = ""
    telephone: str = ""
    autres: Mapping[str, Any] | None = None
    date_naissance: date | None = None


@transaction.atomic
def souscrire_et_payer(
    *,
    souscripteur: Souscripteur,
    produit: ProduitPass,
    montant: int,
    periodicite: str,
    beneficiaires: Sequence[Mapping[str, Any]] = (),
    version_conditions: str,
    origine: str = "",
    auteur: Auteur = PERSONNE,
    canal: str = CanalSouscription.BORNE,
    premier_versement: int | None = None,
    telephone: str = "",
    operateur: str = "",
    cle: str = "",
    quand: datetime | None = None,
) -> PaiementPass:
    """A subscription with its beneficiaries and consent waits for its first payment, which the phone will be asked for.

    An earlier one for the same product that was never paid is cancelled, unless it waits for a stranger's payment.
    `premier_versement`: the first instalment unless told otherwise. Raises TelephoneDejaConnu when the newcomer's phone is a
    client's, as `souscrire` and `ajouter_beneficiaire`, PaiementImpossible, OperateurIndisponible, PayeurDejaSollicite,
    TentativeOuverte while the client's own earlier one still waits for its payer, and in a session TropDEssais as `payer`.
    """
    quand = quand or maintenant()
    if version_conditions != settings.VERSION_CONDITIONS:
        raise PaiementImpossible("Les conditions ont changé. Relisez-les et acceptez-les à nouveau.")
    client = _client(souscripteur, auteur=auteur)
    telephone, operateur = _payeur(client, telephone, operateur)
    jour = timezone.localdate(quand)
    devis = etablir_devis(produit=produit, montant=montant, periodicite=periodicite, date_debut=jour)
    versement = _premier_versement(devis, premier_versement)
    _remplacer_impayees(client, produit, quand, souscripteur=souscripteur)
    souscription = souscrire(
        client=client,
        produit=produit,
        montant=montant,
        periodicite=periodicite,
        canal=canal,
        preuve=souscripteur.preuve,
        date_souscription=quand,
        date_naissance=souscripteur.date_naissance,
        # Where the caller typed it: among the papers, or beside them.
        champ_naissance="client.date_naissance" if souscripteur.nom else "date_naissance",
    )
    if souscripteur.client_id is not None:
        _retenir_naissance(client, souscripteur.date_naissance, auteur=auteur)
    _consentir(souscription, souscripteur, client=client, version=version_conditions, origine=origine, quand=quand)
    _designer(souscription, beneficiaires, origine=origine)
    if auteur.session is not None:
        _solliciter(client, telephone, quand)
    return enregistrer_demande(
        souscription=souscription,
        montant=versement,
        type_paiement=TypePaiement.SOUSCRIPTION_INITIALE,
        **_suivi(telephone, operateur, principal=None, cle=cle, quand=quand),
    )


def _premier_versement(devis: Devis, demande: int | None) -> int:
    """What is paid first: `demande`, the first instalment unless told otherwise. Raises PaiementImpossible out of bounds."""
    premiere = devis.echeances[0].montant
    versement = premiere if demande is None else demande
    if not min(premiere, devis.prime) <= versement <= devis.prime:
        raise PaiementImpossible(f"Le premier paiement va de {formater_xaf(premiere)} à {formater_xaf(devis.prime)}.")
    _verifier_total(versement)
    return versement


def _consentir(
    souscription: SouscriptionPass,
    souscripteur: Souscripteur,
    *,
    client: ClientPass,
    version: str,
    origine: str,
    quand: datetime,
) -> None:
    """Whoever subscribes has accepted the conditions of `version`, under the name that was typed, else the client's."""
    Consentement.objects.create(
        souscription=souscription,
        version=version,
        nom=souscripteur.nom or client.nom,
        prenom=souscripteur.prenom or client.prenom,
        origine=origine,
        donne_le=quand,
    )


def _designer(souscription: SouscriptionPass, beneficiaires: Sequence[Mapping[str, Any]], *, origine: str) -> None:
    for rang, beneficiaire in enumerate(beneficiaires):
        ajouter_beneficiaire(
            souscription=souscription,
            auteur=Auteur(origine=origine),
            champ_naissance=f"beneficiaires.{rang}.date_naissance",
            **beneficiaire,
        )


# No phone of Congo, so nobody's: `normaliser` refuses it, and only a row that is taken back at once has it.
_TELEPHONE_DE_PERSONNE = "+242000000000"


@transaction.atomic
def essayer_de_souscrire(*, souscripteur: Souscripteur, **demande: Any) -> None:
    """Raises what a newcomer with these papers would be refused, and leaves everything as it was.

    For whoever names the phone of a client without having shown it: the refusals say nothing of that client.
    """
    telephone = normaliser(souscripteur.telephone)
    if demande.get("telephone") == telephone:
        # Paid by the newcomer's own phone: what waits on that one is not told.
        demande["telephone"] = ""
    avant = transaction.savepoint()
    try:
        inconnu = ClientPass(
            nom=souscripteur.nom,
            prenom=souscripteur.prenom,
            telephone=_TELEPHONE_DE_PERSONNE,
            operateur_mobile=operateur_probable(telephone) or "",
            **(souscripteur.autres or {}),
        )
        inconnu.full_clean(validate_unique=False, validate_constraints=False)
        inconnu.save(force_insert=True)
        souscrire_et_payer(souscripteur=replace(souscripteur, client_id=inconnu.pk), **demande)
    finally:
        transaction.savepoint_rollback(avant)


def _client(souscripteur: Souscripteur, *, auteur: Auteur) -> ClientPass:
    """The client, the row held: two subscriptions of one person take turns. Raises TelephoneDejaConnu."""
    identite: dict[str, Any] = {
        "nom": souscripteur.nom,
        "prenom": souscripteur.prenom,
        "date_naissance": souscripteur.date_naissance,
        **(souscripteur.autres or {}),
    }
    ident = souscripteur.client_id
    if ident is None:
        ident = enregistrer_client(telephone=souscripteur.telephone, **identite).pk
    client = ClientPass.objects.select_for_update(no_key=True).get(pk=ident)
    if client.statut != StatutClient.ACTIF:
        raise PaiementImpossible(PAS_ICI)
    if souscripteur.client_id is not None and souscripteur.preuve and souscripteur.nom:
        client = reconnaitre_client(client=client, auteur=auteur, **identite)
    return client


def _retenir_naissance(client: ClientPass, naissance: date | None, *, auteur: Auteur) -> None:
    """A client without birth date on file has `naissance`, as she said herself; the one on file stays."""
    if naissance is not None and client.date_naissance is None:
        modifier_client(client=client, auteur=auteur, date_naissance=naissance)


def _remplacer_impayees(
    client: ClientPass, produit: ProduitPass, quand: datetime, *, souscripteur: Souscripteur
) -> None:
    """No earlier subscription of this product waits any more. Raises TentativeOuverte if its payer is still being asked.

    One that a stranger made, and whose payer is being asked, is left to end by itself.
    """
    attendent = SouscriptionPass.objects.filter(client=client, produit=produit, statut=StatutSouscription.EN_COURS)
    for ancienne in attendent.select_for_update(no_key=True).order_by("pk"):
        ouvert = PaiementPass.objects.filter(souscription=ancienne, statut__in=OUVERTS).first()
        if ouvert is not None and souscripteur.preuve and _d_un_inconnu(ancienne, ouvert, client=client):
            continue
        if ouvert is not None:
            raise TentativeOuverte(
                "Une souscription à ce produit attend déjà votre code PIN. Répondez sur votre téléphone."
            )
        motif = "remplacée par une nouvelle demande"
        changer_statut(souscription=ancienne, vers=StatutSouscription.ANNULEE, motif=motif, quand=quand)


def _d_un_inconnu(souscription: SouscriptionPass, paiement: PaiementPass, *, client: ClientPass) -> bool:
    """Whether nobody showed the client's phone for it, and it is not the client's own that asks that phone for its PIN: made
    under the same name, a moment ago."""
    consentement = Consentement.objects.filter(souscription=souscription).first()
    au_nom = consentement and f"{consentement.prenom} {consentement.nom}".casefold() == str(client).casefold()
    return not souscription.preuve and not (au_nom and paiement.numero_payeur == client.telephone)


def _verrouiller(souscriptions: Sequence[int]) -> dict[int, SouscriptionPass]:
    """The subscriptions by id, held; none has an open payment. Raises TentativeOuverte."""
    verrouillees = (
        SouscriptionPass.objects.select_for_update(no_key=True, of=("self",))
        .select_related("produit")
        .filter(pk__in=souscriptions)
        .order_by("pk")
    )
    par_id = {souscription.pk: souscription for souscription in verrouillees}
    if PaiementPass.objects.filter(souscription__in=souscriptions, statut__in=OUVERTS).exists():
        raise TentativeOuverte("Un paiement est déjà en cours pour ce contrat. Attendez sa réponse.")
    return par_id


def _payeur(client: ClientPass, telephone: str, operateur: str) -> tuple[str, str]:
    """The phone that pays and its operator. Raises OperateurIndisponible."""
    telephone = telephone or client.numero_mobile_money or client.telephone
    if not operateur:
        connu = telephone in (client.numero_mobile_money, client.telephone)
        operateur = (client.operateur_mobile if connu else "") or operateur_probable(telephone) or ""
    if not est_en_ligne(operateur):
        nom = OperateurPaiement(operateur).label if operateur else "Cet opérateur"
        raise OperateurIndisponible(
            f"{nom} ne permet pas encore de payer ici. Payez avec un numéro d'un autre opérateur, ou à l'agence."
        )
    return telephone, operateur


def _solliciter(client: ClientPass, telephone: str, quand: datetime) -> None:
    """The client is the one who makes `telephone` ask for a PIN; counted unless it is the client's own. Raises TropDEssais.

    The Mobile Money number on file is not one's own: it is chosen with a code sent elsewhere.
    """
    if telephone != client.telephone:
        import_string(settings.SOLLICITER)(client_id=client.pk, payeur=telephone, le=quand)


def _verifier_total(montant: int) -> None:
    maximum = reglage("PAIEMENT_MAXIMUM")
    if montant > maximum:
        raise PaiementImpossible(f"Un paiement ne peut pas dépasser {formater_xaf(maximum)}. Payez en plusieurs fois.")


def _suivi(
    telephone: str, operateur: str, *, principal: PaiementPass | None, cle: str, quand: datetime
) -> dict[str, Any]:
    """How a demand is followed: the first of a group carries the reference, the others follow it."""
    commun = {
        "numero_payeur": telephone,
        "operateur": operateur,
        "cle_idempotence": cle,
        "quand": quand,
        "limite": quand + settings.PAIEMENT_DELAI,
    }
    if principal is None:
        return commun | {"a_suivre_le": quand}
    return commun | {"rattache_a": principal, "reference_mobile_money": None}
