"""Reads on clients and subscriptions that join or that several callers share."""

from dataclasses import dataclass

from django.db.models import Exists, F, FloatField, Func, OuterRef, QuerySet, Value

from apps.pass_clients import numbers
from apps.pass_clients.errors import (
    AgenceFermee,
    AgenceInconnue,
    BeneficiaireIntrouvable,
    ContratIntrouvable,
    SouscriptionIntrouvable,
)
from apps.pass_clients.expressions import FormeAgence
from apps.pass_clients.models import (
    PAYEES,
    Agence,
    BeneficiairePass,
    ClientPass,
    Contrat,
    NumeroPolice,
    PoliceRemplacee,
    SerieNumero,
    SouscriptionPass,
    StatutAgence,
    StatutBeneficiaire,
)
from apps.pass_products.models import ProduitPass
from nsia_pass_api.dates import aujourdhui


def souscriptions_sans_police(*, produit: str | None = None) -> QuerySet[SouscriptionPass]:
    """Paid subscriptions that still wait for their police, of product code `produit` or of all."""
    souscriptions = SouscriptionPass.objects.filter(statut__in=PAYEES).exclude(
        Exists(NumeroPolice.objects.filter(souscription=OuterRef("pk")))
    )
    return souscriptions.filter(produit__code_pass=produit) if produit else souscriptions


def prochain_numero(produit: ProduitPass) -> str:
    """The police that the series of `produit` would give now, unless somebody draws it first or placed it by hand."""
    (numero,) = prochains_numeros(produit.branche, nombre=1)
    return numero


def prochains_numeros(branche: str, *, nombre: int) -> list[str]:
    """The next `nombre` polices that the series of `branche` would give now: those that were placed by hand are skipped."""
    annee = aujourdhui().year
    forme = numbers.forme_police(annee=annee, branche=branche)
    serie = SerieNumero.objects.filter(serie=numbers.serie_police(branche), annee=annee)
    suivant = (serie.values_list("dernier", flat=True).first() or 0) + 1
    numeros: list[str] = []
    while len(numeros) < nombre:
        essais = [forme.numero(suivant + rang) for rang in range(nombre - len(numeros))]
        pris = {
            *NumeroPolice.objects.filter(numero_police__in=essais).values_list("numero_police", flat=True),
            *PoliceRemplacee.objects.filter(numero_police__in=essais).values_list("numero_police", flat=True),
        }
        numeros += [numero for numero in essais if numero not in pris]
        suivant += len(essais)
    return numeros


@dataclass(frozen=True)
class Attribution:
    """What a bulk assignment would do of one subscription: give it `numero`, or nothing because of `refus`."""

    souscription: SouscriptionPass
    numero: str
    refus: str


def apercu_attribution(souscriptions: QuerySet[SouscriptionPass]) -> list[Attribution]:
    """What `attribuer_polices` would do of `souscriptions`, in their order. One query, and three more a branch.

    The numbers are those that come if nobody draws one before.
    """
    lues = list(souscriptions.select_related("client", "produit", "police").order_by("pk"))
    servies: dict[str, list[int]] = {}
    refus: dict[int, str] = {}
    for souscription in lues:
        if hasattr(souscription, "police"):
            refus[souscription.pk] = f"A déjà la police {souscription.police}."
        elif souscription.statut not in PAYEES:
            refus[souscription.pk] = f"« {souscription.get_statut_display()} » : rien à attribuer."
        else:
            servies.setdefault(souscription.produit.branche, []).append(souscription.pk)
    numeros: dict[int, str] = {}
    for branche, cles in servies.items():
        numeros |= dict(zip(cles, prochains_numeros(branche, nombre=len(cles)), strict=True))
    return [Attribution(une, numeros.get(une.pk, ""), refus.get(une.pk, "")) for une in lues]


def contrat_du_client(*, client_id: int, police: str) -> Contrat:
    """The client's contract of that police, written in any case. Raises ContratIntrouvable."""
    try:
        return Contrat.objects.get(client_id=client_id, police=police.upper())
    except Contrat.DoesNotExist:
        raise ContratIntrouvable from None


def souscription_du_client(*, client_id: int, numero: str) -> SouscriptionPass:
    """The client's subscription of that number, with its product, once it is a contract. Raises SouscriptionIntrouvable."""
    try:
        return SouscriptionPass.objects.select_related("produit").get(
            client_id=client_id, numero_souscription=numero.upper(), contrat__isnull=False
        )
    except SouscriptionPass.DoesNotExist:
        raise SouscriptionIntrouvable from None


def beneficiaires_vivants(souscription: SouscriptionPass) -> QuerySet[BeneficiairePass]:
    """Those who count, by rank."""
    return souscription.beneficiaires.filter(statut=StatutBeneficiaire.ACTIF).order_by("ordre_priorite")


def beneficiaire_vivant(souscription: SouscriptionPass, *, ident: int) -> BeneficiairePass:
    """Raises BeneficiaireIntrouvable unless one of the subscription's live beneficiaries has this id."""
    try:
        return beneficiaires_vivants(souscription).get(pk=ident)
    except BeneficiairePass.DoesNotExist:
        raise BeneficiaireIntrouvable from None


# Of their trigrams « bacongo » and « bakongo » share 0.33, « potopoto » and « potopto » 0.54.
RESSEMBLANCE_AGENCES = 0.3


def agence_nommee(nom: str) -> Agence:
    """The open agency of this name, however it is spelt. Raises AgenceInconnue, with the names that resemble, AgenceFermee."""
    forme = FormeAgence(Value(nom))
    agence = Agence.objects.filter(forme=forme).first()
    if agence is None:
        proches = (
            Agence.objects.filter(statut=StatutAgence.ACTIVE)
            .annotate(proche=Func(F("forme"), forme, function="similarity", output_field=FloatField()))
            .filter(proche__gte=RESSEMBLANCE_AGENCES)
            .order_by("-proche", "nom")
        )
        raise AgenceInconnue(nom=nom.strip(), proches=list(proches.values_list("nom", flat=True)[:3]))
    if agence.statut != StatutAgence.ACTIVE:
        raise AgenceFermee(agence.nom)
    return agence


def clients_sans_agence() -> QuerySet[ClientPass]:
    """Those whose file no agency reads."""
    return ClientPass.objects.filter(agence__isnull=True)
