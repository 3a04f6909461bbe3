"""Sign-in in two steps, and the page of one's second factor. What is decided is decided by services."""

import io
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from apps.borne_auth import coffre, connexions
from apps.borne_auth import second_facteur as facteurs
from apps.borne_auth.appareils import COOKIE, DUREE, apres_connexion
from apps.borne_auth.connexion import formulaires, sessions
from apps.borne_auth.errors import CodeErrone
from apps.borne_auth.journal import Origine
from apps.borne_auth.models import Agent, CanalConnexion, FacteurAgent, MoyenConnexion, cle_du_facteur
from nsia_pass_api.errors import ErreurPass

# The secret that awaits its first code, sealed, in the session of who enrols.
ENROLEMENT = "enrolement"


@sensitive_post_parameters("password")
@never_cache
@csrf_protect
@require_http_methods(["GET", "POST"])
def connexion(request: HttpRequest) -> HttpResponse:
    """First step: the password. Then in, or to the code when there is a second factor."""
    suite = _suite(request)
    if request.method == "GET" and admin.site.has_permission(request):
        return HttpResponseRedirect(suite)
    formulaire = formulaires.MotDePasseForm(request.POST or None)
    if request.method == "POST" and formulaire.is_valid():
        origine = Origine.de(request, CanalConnexion.BACK_OFFICE)
        try:
            agent = connexions.verifier_mot_de_passe(
                email=formulaire.cleaned_data["username"],
                mot_de_passe=formulaire.cleaned_data["password"],
                origine=origine,
            )
        except ErreurPass as erreur:
            formulaire.add_error(None, phrase(erreur))
        else:
            if not cle_du_facteur(agent):
                return _entrer(request, agent, MoyenConnexion.MOT_DE_PASSE, origine, suite)
            connexions.attendre_le_code(agent=agent, origine=origine)
            sessions.attendre(request, agent)
            return HttpResponseRedirect(f"{reverse('connexion-code')}?{urlencode({'next': suite})}")
    motif = request.GET.get("motif", "") if request.method == "GET" else ""
    fin = sessions.PHRASES[sessions.Fin(motif)] if motif in list(sessions.Fin) else ""
    return _page(request, "connexion", formulaire, titre="Connexion", avis=fin)


@sensitive_post_parameters("code")
@never_cache
@csrf_protect
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Second step, for whoever has just given her password: the code."""
    suite = _suite(request)
    agent = sessions.attendu(request.session)
    if agent is None:
        tard = {"motif": sessions.Fin.ATTENTE.value} if sessions.ATTENTE in request.session else {}
        request.session.pop(sessions.ATTENTE, None)
        return HttpResponseRedirect(f"{reverse('admin:login')}?{urlencode({**tard, 'next': suite})}")
    formulaire = formulaires.CodeForm(request.POST or None)
    if request.method == "POST" and formulaire.is_valid():
        origine = Origine.de(request, CanalConnexion.BACK_OFFICE)
        try:
            moyen = facteurs.verifier(agent=agent, code=formulaire.cleaned_data["code"], origine=origine)
        except ErreurPass as erreur:
            formulaire.add_error(None, phrase(erreur))
        else:
            return _entrer(request, agent, moyen, origine, suite)
    retour = f"{reverse('admin:login')}?{urlencode({'next': suite})}"
    return _page(request, "code", formulaire, titre="Code de connexion", retour=retour)


def _entrer(
    request: HttpRequest, agent: Agent, moyen: MoyenConnexion, origine: Origine, suite: str
) -> HttpResponseRedirect:
    # Told first: no session opens without its line.
    connexions.entrer(agent=agent, moyen=moyen, origine=origine)
    sessions.ouvrir(request, agent, facteur=cle_du_facteur(agent))
    reponse = HttpResponseRedirect(suite)
    reponse.set_cookie(
        COOKIE,
        apres_connexion(origine.appareil, email=agent.email).signer(),
        max_age=DUREE,
        path=reverse("admin:index"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return reponse


def _suite(request: HttpRequest) -> str:
    """The page of the back office that was asked for, else the home page: never an address elsewhere."""
    accueil = reverse("admin:index")
    voulue = request.POST.get("next") or request.GET.get("next") or accueil
    sure = url_has_allowed_host_and_scheme(voulue, allowed_hosts=None) and voulue.startswith(accueil)
    return voulue if sure and not voulue.startswith(reverse("admin:login")) else accueil


def _page(request: HttpRequest, nom: str, formulaire: Any, *, titre: str, **contexte: Any) -> HttpResponse:
    return TemplateResponse(
        request,
        f"admin/connexion/{nom}.html",
        {
            **admin.site.each_context(request),
            "title": titre,
            "form": formulaire,
            "next": _suite(request),
            **contexte,
        },
    )


def phrase(erreur: ErreurPass) -> str:
    """The refusal as people read it, with the minutes to wait when there are some."""
    if erreur.retry_after is None:
        return erreur.detail
    minutes = -(-erreur.retry_after // 60)
    duree = f"{minutes} minute{'s' if minutes > 1 else ''}" if minutes < 120 else f"{-(-minutes // 60)} heures"
    return f"Trop d'essais. Réessayez dans {duree}, ou adressez-vous à un administrateur."


# The page of one's second factor


@sensitive_post_parameters("code", "nouveau")
def _second_facteur(request: HttpRequest) -> HttpResponse:
    """Without a factor: enrol. With one: what it is, another telephone, other recovery codes."""
    agent: Any = request.user
    facteur = FacteurAgent.objects.filter(agent=agent).defer("secret_scelle").first()
    gestes = {"renouveler": formulaires.RenouvelerForm, "remplacer": formulaires.RemplacerForm}
    geste = "activer" if facteur is None else request.GET.get("geste", "")
    genre = formulaires.ActiverForm if facteur is None else gestes.get(geste)
    if genre is None:
        restants = facteurs.codes_restants(facteur) if facteur is not None else 0
        return _page(request, "facteur", None, titre="Second facteur", facteur=facteur, restants=restants)
    formulaire = genre(request.POST or None)
    if request.method == "POST" and formulaire.is_valid():
        try:
            codes = _faire(request, agent, geste, formulaire.cleaned_data)
        except ErreurPass as erreur:
            champ = "nouveau" if isinstance(erreur, _NouveauCodeErrone) else None
            formulaire.add_error(champ, phrase(erreur))
        else:
            return _page(request, "codes", None, titre="Codes de secours", codes=codes, geste=geste)
    secret = facteurs.lisible(_secret(request, agent)) if geste != "renouveler" else ""
    seule = facteur is None and settings.DEUXIEME_FACTEUR_OBLIGATOIRE
    menu = {"is_nav_sidebar_enabled": False} if seule else {}
    return _page(request, "geste", formulaire, titre=_TITRES[geste], secret=secret, geste=geste, seule=seule, **menu)


_TITRES = {
    "activer": "Activer le second facteur",
    "remplacer": "Changer de téléphone",
    "renouveler": "Renouveler les codes de secours",
}


class _NouveauCodeErrone(CodeErrone):
    detail = "Ce code n'est pas celui de l'application. Attendez le suivant, et vérifiez l'heure de votre téléphone."


def _faire(request: HttpRequest, agent: Agent, geste: str, saisie: dict[str, str]) -> list[str]:
    """The recovery codes that are good from now on. The new telephone is looked at before a code of the former is used up."""
    origine = Origine.de(request, CanalConnexion.BACK_OFFICE)
    ancien = cle_du_facteur(agent)
    if geste == "renouveler":
        facteurs.verifier(agent=agent, code=saisie["code"], origine=origine)
        return facteurs.renouveler_codes(agent=agent, facteur=ancien, origine=origine)
    secret = _secret(request, agent)
    if not facteurs.est_le_code(secret, saisie["nouveau"]):
        raise _NouveauCodeErrone
    if geste == "remplacer":
        facteurs.verifier(agent=agent, code=saisie["code"], origine=origine)
    facteur, codes = facteurs.activer(
        agent=agent, secret=secret, code=saisie["nouveau"], remplace=ancien, origine=origine
    )
    del request.session[ENROLEMENT]
    sessions.changer_de_facteur(request, facteur=str(facteur.pk))
    return codes


def _secret(request: HttpRequest, agent: Agent) -> bytes:
    """The secret that awaits its first code in this session: drawn the first time."""
    scelle = request.session.get(ENROLEMENT)
    if scelle is None:
        scelle = request.session[ENROLEMENT] = coffre.sceller(facteurs.tirer_secret(), proprietaire=agent.pk)
    return coffre.ouvrir(scelle, proprietaire=agent.pk)


def _qr(request: HttpRequest) -> HttpResponse:
    """The pending secret as a picture; 404 when none is pending."""
    agent: Any = request.user
    if ENROLEMENT not in request.session:
        raise Http404
    adresse = facteurs.adresse_otpauth(_secret(request, agent), agent=agent)
    image = io.BytesIO()
    segno.make(adresse, error="m").save(image, kind="svg", scale=4, border=4, light="#fff", dark="#000")
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")


second_facteur = require_http_methods(["GET", "POST"])(admin.site.admin_view(_second_facteur))
qr = require_GET(admin.site.admin_view(_qr))
