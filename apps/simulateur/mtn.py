"""MTN MoMo over HTTP: provisioning, tokens, and the resources of the three products."""

import json
import secrets
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from . import montants, protocole
from .echanges import (
    avec_defauts,
    erreur,
    json_reponse,
    objet_json,
    ralentir,
    refuser,
    texte,
    vide,
)
from .grand_livre import ReferenceDejaPrise
from .horloge import iso
from .moteur import Simulateur, corps_json
from .operations import Operation, marchand
from .protocole import DEVISES, DUREE_JETON, ERREURS, Genre, Ressource, Statut
from .rappels import corps_mtn

Vue = Callable[..., Response]
NOTE_MAXIMUM = 160
_PRODUIT = "<any(collection,disbursement,remittance):produit>"


class Mtn:
    """The views; `regles` gives their addresses."""

    def __init__(self, simulateur: Simulateur) -> None:
        self.sim = simulateur

    def regles(self) -> list[Rule]:
        """Addresses of docs/spec/momo.md; what is not here is 404, as `disbursement/v2_0/transfer` is."""
        regles = [
            _regle("POST", "/v1_0/apiuser", self.creer_utilisateur),
            _regle("GET", "/v1_0/apiuser/<identifiant>", self.lire_utilisateur),
            _regle("POST", "/v1_0/apiuser/<identifiant>/apikey", self.creer_cle),
            _regle("POST", f"/{_PRODUIT}/token", self.jeton),
            _regle("POST", f"/{_PRODUIT}/oauth2/token", self.jeton_oauth2),
            _regle("POST", f"/{_PRODUIT}/v1_0/bc-authorize", self.bc_authorize),
            _regle("GET", f"/{_PRODUIT}/oauth2/v1_0/userinfo", self.userinfo),
            _regle("GET", f"/{_PRODUIT}/v1_0/account/balance", self.solde),
            _regle("GET", f"/{_PRODUIT}/v1_0/account/balance/<devise>", self.solde),
            _regle("GET", f"/{_PRODUIT}/v1_0/accountholder/<type_partie>/<partie>/active", self.est_actif),
            _regle("GET", f"/{_PRODUIT}/v1_0/accountholder/<type_partie>/<partie>/basicuserinfo", self.basicuserinfo),
            _regle("POST", "/collection/v1_0/requesttopay/<reference>/deliverynotification", self.notifier),
            _regle("DELETE", "/collection/v2_0/invoice/<reference>", self.annuler_facture),
            _regle("DELETE", "/collection/v1_0/preapproval/<reference>", self.annuler_preapproval),
            _regle("GET", "/collection/v1_0/preapprovals/<type_partie>/<partie>", self.lister_preapprovals),
        ]
        for ressource in protocole.RESSOURCES:
            base = f"/{ressource.produit}/{{}}/{ressource.genre.value}"
            for version in ressource.creation:
                regles.append(_regle("POST", base.format(version), _liee(self.creer, ressource)))
            for version in ressource.lecture:
                regles.append(_regle("GET", base.format(version) + "/<reference>", _liee(self.lire, ressource)))
        return regles

    # Provisioning

    def creer_utilisateur(self, request: Request) -> Response:
        cle = self._cle_de_provision(request)
        reference = _reference(request)
        hote = objet_json(request).get("providerCallbackHost")
        if not isinstance(hote, str):
            raise refuser("VALIDATION_ERROR")
        with self.sim.livre.transaction():
            if self.sim.livre.ligne("SELECT 1 FROM utilisateurs WHERE id = ?", reference):
                raise refuser("RESOURCE_ALREADY_EXIST")
            self.sim.livre.executer("INSERT OR IGNORE INTO abonnements VALUES (?, NULL)", cle)
            self.sim.livre.executer(
                "INSERT INTO utilisateurs SELECT ?, NULL, cle, produit, ?, 'sandbox' FROM abonnements WHERE cle = ?",
                *(reference, hote, cle),
            )
        return vide(201)

    def lire_utilisateur(self, request: Request, identifiant: str) -> Response:
        self._cle_de_provision(request)
        utilisateur = self._utilisateur(identifiant)
        return json_reponse({"providerCallbackHost": utilisateur["hote"], "targetEnvironment": utilisateur["cible"]})

    def creer_cle(self, request: Request, identifiant: str) -> Response:
        self._cle_de_provision(request)
        utilisateur = self._utilisateur(identifiant)
        cle = secrets.token_hex(16)
        self.sim.livre.executer("UPDATE utilisateurs SET cle = ? WHERE id = ?", cle, utilisateur["id"])
        return json_reponse({"apiKey": cle}, 201)

    def _utilisateur(self, identifiant: str) -> dict[str, Any]:
        utilisateur = self.sim.livre.ligne("SELECT * FROM utilisateurs WHERE id = ?", identifiant.lower())
        if utilisateur is None:
            raise refuser("RESOURCE_NOT_FOUND")
        return utilisateur

    def _cle_de_provision(self, request: Request) -> str:
        """Any key may provision, and is known from then on, unless keys are strict."""
        cle = _cle(request)
        if self.sim.options.cles_strictes and not self.sim.livre.ligne("SELECT 1 FROM abonnements WHERE cle = ?", cle):
            raise refuser(protocole.CLE_INVALIDE)
        return cle

    # Tokens

    def jeton(self, request: Request, produit: str) -> Response:
        utilisateur = self._authentifie_basic(request, produit)
        jeton = self._nouveau_jeton(utilisateur["id"], produit)
        return json_reponse({"access_token": jeton, "token_type": "access_token", "expires_in": DUREE_JETON})

    def _nouveau_jeton(self, utilisateur: str, produit: str, consentement: str | None = None) -> str:
        jeton = f"eyJ0eXAiOiJKV1QiLCJhbGciOiJSMjU2In0.{secrets.token_urlsafe(96)}.{secrets.token_urlsafe(48)}"
        expire = self.sim.horloge.maintenant() + DUREE_JETON
        self.sim.livre.executer(
            "INSERT INTO jetons VALUES (?, ?, ?, ?, ?)", jeton, utilisateur, produit, expire, consentement
        )
        return jeton

    def _authentifie_basic(self, request: Request, produit: str) -> dict[str, Any]:
        self._abonnement(request, produit)
        nouvelle = self.sim.options.plateforme == "nouvelle"
        if nouvelle and request.headers.get("X-Target-Environment") not in DEVISES:
            raise refuser(protocole.CIBLE_ABSENTE)
        lue = request.authorization
        utilisateur = None
        if lue is not None and lue.type == "basic":
            utilisateur = self.sim.livre.ligne(
                "SELECT * FROM utilisateurs WHERE id = ? AND cle = ?", (lue.username or "").lower(), lue.password
            )
        if utilisateur is None:
            raise refuser(protocole.INVALID_CLIENT if nouvelle else protocole.LOGIN_FAILED)
        return utilisateur

    def _abonnement(self, request: Request, produit: str) -> None:
        abonnement = self.sim.livre.ligne("SELECT * FROM abonnements WHERE cle = ?", _cle(request))
        if abonnement is None or abonnement["produit"] not in (None, produit):
            raise refuser(protocole.CLE_INVALIDE)

    def _porteur(self, request: Request, produit: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The API user and her token: key of the product, live token of the product."""
        self._abonnement(request, produit)
        lue = request.authorization
        jeton = lue.token if lue is not None and lue.type == "bearer" else None
        ligne = self.sim.livre.ligne(
            "SELECT j.*, j.produit AS produit_jeton, u.cible, u.hote, u.produit AS produit_utilisateur "
            "FROM jetons j JOIN utilisateurs u ON u.id = j.utilisateur WHERE j.jeton = ?",
            jeton,
        )
        expire = ligne is None or ligne["expire"] <= self.sim.horloge.maintenant() or ligne["produit_jeton"] != produit
        if ligne is None or expire or self.sim.defauts.arrive("jeton_expire", _cle_de_defaut(request)):
            raise refuser(protocole.JETON_INVALIDE)
        return self._utilisateur(ligne["utilisateur"]), ligne

    def _cible(self, request: Request, produit: str) -> dict[str, Any]:
        """The API user, allowed for this product in the environment that she names."""
        utilisateur, _ = self._porteur(request, produit)
        cible = request.headers.get("X-Target-Environment", "")
        if cible != utilisateur["cible"] or utilisateur["produit"] not in (None, produit):
            raise refuser("NOT_ALLOWED_TARGET_ENVIRONMENT")
        return utilisateur

    # OAuth2 on behalf of the client

    def bc_authorize(self, request: Request, produit: str) -> Response:
        """Asked with a bearer token, or with Basic as some clients do; consent is given at once."""
        if request.authorization is not None and request.authorization.type == "basic":
            self._authentifie_basic(request, produit)
        else:
            self._cible(request, produit)
        indice = request.form.get("login_hint", "")
        if not indice.startswith("ID:") or "/" not in indice:
            raise refuser("VALIDATION_ERROR")
        numero, identifiant = indice.removeprefix("ID:").split("/")[0], str(uuid.uuid4())
        self.sim.livre.executer(
            "INSERT INTO consentements VALUES (?, ?, ?, ?, ?)",
            *(identifiant, produit, numero, request.form.get("scope", ""), self.sim.horloge.maintenant() + DUREE_JETON),
        )
        return json_reponse({"auth_req_id": identifiant, "interval": 5, "expires_in": DUREE_JETON})

    def jeton_oauth2(self, request: Request, produit: str) -> Response:
        utilisateur = self._authentifie_basic(request, produit)
        if request.form.get("grant_type") != "urn:openid:params:grant-type:ciba":
            return json_reponse({"error": "unsupported_grant_type"}, 400)
        consentement = self.sim.livre.ligne(
            "SELECT * FROM consentements WHERE auth_req_id = ? AND produit = ? AND expire > ?",
            *(request.form.get("auth_req_id", ""), produit, self.sim.horloge.maintenant()),
        )
        if consentement is None:
            return json_reponse({"error": "invalid_grant"}, 400)
        jeton = self._nouveau_jeton(utilisateur["id"], produit, consentement["msisdn"])
        return json_reponse(
            {
                "access_token": jeton,
                "token_type": "Bearer",
                "expires_in": DUREE_JETON,
                "scope": consentement["portee"],
                "refresh_token": secrets.token_urlsafe(32),
                "refresh_token_expired_in": DUREE_JETON,
            }
        )

    def userinfo(self, request: Request, produit: str) -> Response:
        _, jeton = self._porteur(request, produit)
        if not jeton["consentement"]:
            raise refuser("NOT_ALLOWED")
        fiche = _fiche(jeton["consentement"])
        nom = f"{fiche['given_name']} {fiche['family_name']}"
        return json_reponse(
            {"sub": "0", "name": nom, "phone_number": jeton["consentement"], "status": "ACTIVE"} | fiche
        )

    # Accounts

    def solde(self, request: Request, produit: str, devise: str | None = None) -> Response:
        attendue = DEVISES[self._cible(request, produit)["cible"]]
        if devise not in (None, attendue):
            raise refuser("INVALID_CURRENCY")
        nom = marchand(produit)
        with self.sim.livre.transaction():
            self.sim.ouvrir_portefeuille(nom, attendue)
            solde = self.sim.livre.portefeuille(nom, attendue)["solde"]
        return json_reponse({"availableBalance": montants.ecrire(solde), "currency": attendue})

    def est_actif(self, request: Request, produit: str, type_partie: str, partie: str) -> Response:
        cible = self._cible(request, produit)["cible"]
        _type_de_partie(type_partie)
        if cible != "sandbox":
            return json_reponse({"result": protocole.est_abonne_mtn(partie)})
        prevu = protocole.NUMEROS_ACTIFS.get(protocole.numero_de_test(partie) or "", True)
        return json_reponse({"result": prevu}) if isinstance(prevu, bool) else erreur(prevu)

    def basicuserinfo(self, request: Request, produit: str, type_partie: str, partie: str) -> Response:
        cible = self._cible(request, produit)["cible"]
        _type_de_partie(type_partie)
        if cible != "sandbox" and not protocole.est_abonne_mtn(partie):
            raise refuser("RESOURCE_NOT_FOUND")
        return json_reponse(_fiche(partie))

    # Resources

    def creer(self, request: Request, ressource: Ressource) -> Response:
        utilisateur = self._cible(request, ressource.produit)
        cible = utilisateur["cible"]
        if cible != "sandbox" and ressource.produit == "disbursement" and not self.sim.options.disbursement_autorise:
            raise refuser(protocole.INTERDIT)
        reference = _reference(request)
        operation = self._operation(request, ressource, reference=reference, cible=cible, hote=utilisateur["hote"])

        def accepter() -> Response:
            try:
                self.sim.demander(operation)
            except ReferenceDejaPrise:
                return erreur("RESOURCE_ALREADY_EXIST")
            return vide(202)

        return avec_defauts(accepter, cle=reference, defauts=self.sim.defauts)

    def _operation(self, request: Request, ressource: Ressource, *, reference: str, cible: str, hote: str) -> Operation:
        """The request as an operation, or the refusal that MTN would answer."""
        corps = objet_json(request)
        for note in ("payerMessage", "payeeNote", "receiverMessage", "senderNote"):
            _verifier_note(texte(corps, note))
        argent = corps.get("money") if ressource.genre is Genre.PAYMENT else corps
        if not isinstance(argent, dict):
            raise refuser("VALIDATION_ERROR")
        devise = texte(argent, "payerCurrency" if ressource.genre is Genre.PREAPPROVAL else "currency")
        montant = 0 if ressource.genre is Genre.PREAPPROVAL else _montant(argent, devise)
        origine = self.sim.livre.operation(texte(corps, "referenceIdToRefund").lower())
        if ressource.genre is Genre.REFUND:
            if not texte(corps, "referenceIdToRefund"):
                raise refuser("VALIDATION_ERROR")
            partie = origine.partie if origine else ""
        else:
            partie = _partie(corps, ressource.partie)
        if devise != DEVISES[cible]:
            raise refuser("INVALID_CURRENCY")
        rappel_url = request.headers.get("X-Callback-Url", "")
        _verifier_rappel(rappel_url, hote=hote)
        self._erreur_de_test(ressource.genre, cible=cible, partie=partie)
        return Operation(
            reference=reference,
            operateur="mtn",
            produit=ressource.produit,
            genre=ressource.genre,
            cible=cible,
            plateforme=self.sim.options.plateforme,
            montant=montant,
            devise=devise,
            partie=partie,
            corps=corps_json(corps),
            rappel_url=rappel_url,
            statut=Statut.PENDING,
            creee=self.sim.horloge.maintenant(),
            externe=texte(corps, "externalId") or texte(corps, "externalTransactionId"),
            message=texte(corps, "payerMessage") or texte(corps, "description"),
            origine=texte(corps, "referenceIdToRefund").lower() or None,
        )

    def _erreur_de_test(self, genre: Genre, *, cible: str, partie: str) -> None:
        """Whether 457 to 463 fail at creation was never seen; `erreurs_sandbox=creation` says that they do."""
        if cible != "sandbox" or self.sim.options.erreurs_sandbox != "creation":
            return
        raison = protocole.scenario(genre, partie).raison
        au_statut = (protocole.numero_de_test(partie) or "") <= "456"
        if raison in ERREURS and not au_statut:
            raise refuser(raison)

    def lire(self, request: Request, ressource: Ressource, reference: str) -> Response:
        operation = self._trouver(request, ressource.produit, ressource.genre, reference)
        corps = corps_mtn(operation, raison_objet=self.sim.options.raison_objet)
        if operation.genre is Genre.PREAPPROVAL:
            corps["expirationDateTime"] = _expiration(operation)
        if operation.genre is Genre.INVOICE:
            corps |= {"invoiceId": str(operation.creee).replace(".", ""), "paymentReference": operation.reference}
        return json_reponse(corps)

    def _trouver(self, request: Request, produit: str, genre: Genre, reference: str) -> Operation:
        """The operation of this product and kind, readable on the platform that processed it; else 404."""
        cible = self._cible(request, produit)["cible"]
        plateforme = self.sim.options.plateforme
        ralentir(cle=reference, defauts=self.sim.defauts)
        if self.sim.defauts.arrive("statut_erreur", reference):
            raise refuser("SERVICE_UNAVAILABLE")
        operation = self.sim.consulter(
            reference=reference.lower(),
            condition=lambda lue: (
                (lue.operateur, lue.produit, lue.genre, lue.cible, lue.plateforme)
                == ("mtn", produit, genre, cible, plateforme)
            ),
        )
        if operation is None:
            raise refuser("RESOURCE_NOT_FOUND")
        return operation

    def notifier(self, request: Request, reference: str) -> Response:
        operation = self._trouver(request, "collection", Genre.REQUESTTOPAY, reference)
        message = request.headers.get("notificationMessage") or texte(objet_json(request), "notificationMessage")
        if not message:
            raise refuser("VALIDATION_ERROR")
        _verifier_note(message, apostrophe_permise=True)
        if operation.statut is not Statut.SUCCESSFUL:
            raise refuser("NOT_SUCCESSFULLY_COMPLETED")
        self.sim.ecrire_sms(operation.partie, "NSIA", message)
        return vide(200)

    def annuler_facture(self, request: Request, reference: str) -> Response:
        operation = self._trouver(request, "collection", Genre.INVOICE, reference)
        self.sim.annuler(operation)
        return vide(202)

    def annuler_preapproval(self, request: Request, reference: str) -> Response:
        operation = self._trouver(request, "collection", Genre.PREAPPROVAL, reference)
        self.sim.annuler(operation)
        return vide(200)

    def lister_preapprovals(self, request: Request, type_partie: str, partie: str) -> Response:
        cible = self._cible(request, "collection")["cible"]
        _type_de_partie(type_partie)
        trouvees = self.sim.livre.operations(
            "genre = 'preapproval' AND operateur = 'mtn' AND partie = ? AND cible = ? AND statut = 'SUCCESSFUL'",
            partie,
            cible,
        )
        return json_reponse(
            [{"preApprovalId": trouvee.reference, "expirationDateTime": _expiration(trouvee)} for trouvee in trouvees]
        )


def _regle(methode: str, adresse: str, vue: Vue) -> Rule:
    return Rule(adresse, methods=[methode], endpoint=vue)


def _liee(vue: Vue, ressource: Ressource) -> Vue:
    return lambda request, **variables: vue(request, ressource=ressource, **variables)


def _cle(request: Request) -> str:
    cle = request.headers.get("Ocp-Apim-Subscription-Key", "")
    if not cle:
        raise refuser(protocole.CLE_ABSENTE)
    return cle


def _cle_de_defaut(request: Request) -> str:
    return request.headers.get("X-Reference-Id") or request.path


def _reference(request: Request) -> str:
    """X-Reference-Id, a UUID of version 4 in lower case; a Refus with 400 otherwise."""
    reference = request.headers.get("X-Reference-Id", "")
    if not protocole.est_uuid4(reference):
        raise refuser("VALIDATION_ERROR")
    return reference.lower()


def _montant(argent: dict[str, Any], devise: str) -> int:
    try:
        return montants.lire_montant(argent.get("amount"), devise=devise)
    except montants.MontantInvalide:
        raise refuser("VALIDATION_ERROR") from None


def _partie(corps: dict[str, Any], nom: str) -> str:
    if nom == "customerReference":
        partie: Any = corps.get(nom)
    else:
        personne = corps.get(nom)
        if not isinstance(personne, dict):
            raise refuser("VALIDATION_ERROR")
        partie = personne.get("partyId")
        if str(personne.get("partyIdType", "")).upper() not in ("MSISDN", "EMAIL", "PARTY_CODE"):
            raise refuser("VALIDATION_ERROR")
    if not isinstance(partie, str | int) or isinstance(partie, bool) or not str(partie):
        raise refuser("VALIDATION_ERROR")
    return str(partie)


def _type_de_partie(type_partie: str) -> None:
    if type_partie.lower() not in ("msisdn", "email", "party_code"):
        raise refuser("VALIDATION_ERROR")


def _verifier_note(note: str, *, apostrophe_permise: bool = False) -> None:
    """MTN refuses notes with an apostrophe, `///`, or more than 160 characters."""
    if len(note) > NOTE_MAXIMUM or "///" in note or ("'" in note and not apostrophe_permise):
        raise refuser("VALIDATION_ERROR")


def _verifier_rappel(url: str, *, hote: str) -> None:
    if not url:
        return
    adresse = urlsplit(url)
    configure = urlsplit(hote if "//" in hote else f"//{hote}").hostname
    try:
        adresse.port  # noqa: B018 - reading it raises when it is no number
    except ValueError:
        raise refuser("VALIDATION_ERROR") from None
    if adresse.scheme not in ("http", "https") or (hote != "*" and adresse.hostname != configure):
        raise refuser("INVALID_CALLBACK_URL_HOST")


def _expiration(operation: Operation) -> str:
    duree = json.loads(operation.corps).get("validityTime") or DUREE_JETON
    return iso(operation.creee + (duree if isinstance(duree, int) else DUREE_JETON))


PRENOMS = ("Arlette", "Brice", "Chancel", "Dorcas", "Espoir", "Flore", "Gédéon", "Horcia", "Juste", "Merveille")
NOMS = ("Mabiala", "Nkounkou", "Okemba", "Massamba", "Itoua", "Bouanga", "Ngoma", "Samba", "Loemba", "Makosso")


def _fiche(partie: str) -> dict[str, str]:
    """The sandbox's only person, and for Congo someone that the number decides."""
    if not protocole.est_abonne_mtn(partie) and not protocole.est_abonne_airtel(partie):
        return {
            "given_name": "Sand",
            "family_name": "Box",
            "birthdate": "1976-08-13",
            "locale": "sv_SE",
            "gender": "MALE",
        }
    prenom, nom = titulaire(partie)
    return {"given_name": prenom, "family_name": nom, "birthdate": "1990-01-01", "locale": "fr_CG", "gender": "FEMALE"}


def titulaire(msisdn: str) -> tuple[str, str]:
    return PRENOMS[int(msisdn[-1])], NOMS[int(msisdn[-2])]
