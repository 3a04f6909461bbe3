"""Reads on clients and subscriptions that join or that several callers share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, FloatField, Func, Q, QuerySet, Value

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
    VIVANTES,
    Agence,
    BeneficiairePass,
    ClientPass,
    Contrat,
    ModificationClient,
    NumeroPolice,
    PoliceRemplacee,
    RoleBeneficiaire,
    SouscriptionPass,
    StatutAgence,
    StatutBeneficiaire,
)
from apps.pass_products import ages
from apps.pass_products.models import ProduitPass
from apps.socle.models import SerieNumero
from nsia_pass_api.dates import aujourdhui


def preuve_manque(*, souscription_id: int) -> bool:
    """Whether nothing has shown that the holder of the client's phone wants this one (docs/decisions/0017)."""
    return SouscriptionPass.objects.filter(pk=souscription_id, preuve="").exists()


def souscriptions_sans_police(*, produit: str | None = None) -> QuerySet[SouscriptionPass]:
    """Paid subscriptions that still wait for their police, of product code `produit` or of all."""
    # The client is said twice, so that PostgreSQL may begin by those of an agency.
    souscriptions = SouscriptionPass.objects.filter(police_attendue__client=F("client"))
    return souscriptions.filter(produit__code_pass=produit) if produit else souscriptions


def produits_en_cours(clients: Iterable[ClientPass]) -> dict[int, list[str]]:
    """The products of each client's subscriptions that are not ended, each once. One query."""
    souscriptions = SouscriptionPass.objects.filter(client__in=[client.pk for client in clients], statut__in=VIVANTES)
    produits: dict[int, list[str]] = {}
    for client, nom in (
        souscriptions.order_by("produit__nom_pass").values_list("client", "produit__nom_pass").distinct()
    ):
        produits.setdefault(client, []).append(nom)
    return produits


@dataclass(frozen=True)
class AgesARevoir:
    """Live subscriptions that began before ages were looked at, or whose people have grown older since."""

    souscripteurs: QuerySet[SouscriptionPass]
    assures: QuerySet[SouscriptionPass]


def ages_a_revoir(*, jour: date) -> AgesARevoir:
    """Live subscriptions whose guarantees do not all cover their client on `jour`, or none of them somebody insured beside;
    or that lack the birth date that would tell. Two queries, before theirs, which look in an index of birth dates.
    """
    vivantes = SouscriptionPass.objects.filter(statut__in=VIVANTES)
    assures = BeneficiairePass.objects.filter(role=RoleBeneficiaire.ASSURE, statut=StatutBeneficiaire.ACTIF)
    # Said of the client alone first, whatever the product: that is what the index of birth dates answers.
    suspects, du_client, de_l_assure = Q(), Q(), Q()
    for produit in ProduitPass.objects.prefetch_related("garanties"):
        garanties = list(produit.garanties.all())
        if not ages.date_requise(garanties):
            continue
        hors = _hors("client__date_naissance", [ages.du_souscripteur(garanties).naissances(jour=jour)])
        suspects |= hors
        du_client |= Q(produit=produit) & hors
        plages = [une.naissances(jour=jour) for une in ages.des_assures(garanties)]
        de_l_assure |= Q(souscription__produit=produit) & _hors("date_naissance", plages)
    if not suspects:
        return AgesARevoir(vivantes.none(), vivantes.none())
    return AgesARevoir(
        vivantes.filter(suspects, du_client),
        vivantes.filter(pk__in=assures.filter(de_l_assure).values("souscription")),
    )


def _hors(champ: str, plages: Sequence[tuple[date | None, date | None]]) -> Q:
    """No date at `champ`, or one in none of `plages`, each from its first to its last day, both included."""
    dehors = Q()
    for premiere, derniere in plages:
        cote = Q(pk__in=[])
        if premiere is not None:
            cote |= Q(**{f"{champ}__lt": premiere})
        if derniere is not None:
            cote |= Q(**{f"{champ}__gt": derniere})
        dehors &= cote
    return Q(**{f"{champ}__isnull": True}) | dehors


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


def changements_de_numero(*, numero: str) -> QuerySet[ModificationClient]:
    """What made `numero` the Mobile Money number of those who have it and had another: one row each time, oldest first."""
    return (
        ModificationClient.objects.filter(
            client__numero_mobile_money=numero,
            client__mobile_money_change_le__isnull=False,
            apres__numero_mobile_money=numero,
        )
        .select_related("acteur")
        .order_by("pk")
    )


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
