"""The public page that checks a document: its validity, its product and its dates; never a name, phone, police or amount."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.pass_payments.documents import codes, selectors
from apps.pass_payments.models import TypeDocument
from nsia_pass_api.dates import dernier_jour_couvert
from nsia_pass_api.pdf.typographie import francais, jour_en_lettres

_ENTETES = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}

_LONGUEUR_MAX = 40

Vue = Callable[..., HttpResponse]


def _publique(vue: Vue) -> Vue:
    @wraps(vue)
    def fermee(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = vue(request, *args, **kwargs)
        for entete, valeur in _ENTETES.items():
            response.headers[entete] = valeur
        return response

    return require_safe(fermee)


@_publique
def accueil(request: HttpRequest) -> HttpResponse:
    """The form; what was typed in it leads to the page of its code, or is shown again when it cannot be one."""
    saisie = request.GET.get("code", "")[:_LONGUEUR_MAX]
    if not saisie.strip():
        return render(request, "verification/formulaire.html")
    code = codes.lire_code(saisie)
    return redirect("verifier-code", code=code) if code else _inconnu(request, saisie)


@_publique
def verifier(request: HttpRequest, code: str) -> HttpResponse:
    lu = codes.lire_code(code)
    document = selectors.verification(code=lu) if lu else None
    if document is None:
        return _inconnu(request, code[:_LONGUEUR_MAX])
    return render(request, "verification/document.html", {"code": lu, **_constat(document)})


def _inconnu(request: HttpRequest, saisie: str) -> HttpResponse:
    return render(request, "verification/inconnu.html", {"saisie": saisie}, status=404)


def _constat(document: dict[str, Any]) -> dict[str, Any]:
    titre, phrase = _VERDICTS[document["type"], document["valable"]]
    return {
        "libelle": document["libelle"],
        "produit": document["produit"],
        "valable": document["valable"],
        "titre": francais(titre),
        "phrase": francais(phrase),
        "faits": _faits(document),
    }


_VERDICTS = {
    (TypeDocument.ATTESTATION, True): (
        "Attestation authentique et valable",
        "NSIA a délivré cette attestation. Aujourd'hui, le contrat est en vigueur et à jour de ses cotisations.",
    ),
    (TypeDocument.ATTESTATION, False): (
        "Attestation authentique, mais sans valeur aujourd'hui",
        "NSIA a délivré cette attestation. Aujourd'hui, le contrat n'est pas en vigueur, n'est pas à jour de ses "
        "cotisations, ou la période attestée n'est pas en cours. Demandez au client une attestation nouvelle.",
    ),
    (TypeDocument.RECU, True): (
        "Reçu authentique",
        "NSIA a délivré ce reçu, et le paiement est confirmé.",
    ),
    (TypeDocument.RECU, False): (
        "Reçu annulé (remboursé)",
        "NSIA a délivré ce reçu, puis le paiement a été remboursé : il ne vaut plus.",
    ),
    (TypeDocument.RELEVE, True): (
        "Relevé authentique",
        "NSIA a délivré ce relevé. Il dit la situation au jour de son émission.",
    ),
}


def _faits(document: dict[str, Any]) -> list[tuple[str, str]]:
    faits = [("Produit", document["produit"])]
    if document["paye_le"]:
        faits.append(("Payé le", jour_en_lettres(document["paye_le"])))
    if document["date_debut"]:
        faits.append(("À partir du", jour_en_lettres(document["date_debut"])))
    if document["date_fin"]:
        faits.append(("Jusqu'au (inclus)", jour_en_lettres(dernier_jour_couvert(document["date_fin"]))))
    faits.append(("Document émis le", jour_en_lettres(document["emis_le"])))
    return [(francais(libelle), valeur) for libelle, valeur in faits]
