"""The client's phone, and what tests and demonstrations ask of the simulator. No operator has these addresses."""

import csv
import io
import json
import re
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from nsia_pass_api import telephones
from nsia_pass_api.acces_momo import acces_de_demonstration

from . import montants, protocole
from .airtel import IDENTIFIANT
from .defauts import DEFAUTS, DefautInconnu, lire_defauts
from .echanges import json_reponse
from .horloge import BRAZZAVILLE, heure_locale, iso, jour
from .moteur import SECRET_AIRTEL, OptionInconnue, RefusTelephone, Simulateur, options_lues
from .mtn import titulaire
from .operations import Operation, telephone
from .protocole import RAISONS, Genre

LIBELLES = {
    Genre.REQUESTTOPAY: "Paiement",
    Genre.REQUESTTOWITHDRAW: "Retrait",
    Genre.INVOICE: "Facture",
    Genre.PAYMENT: "Paiement de service",
    Genre.PREAPPROVAL: "Autorisation de prélèvement",
    Genre.TRANSFER: "Transfert reçu",
    Genre.DEPOSIT: "Dépôt reçu",
    Genre.REFUND: "Remboursement",
    Genre.CASHTRANSFER: "Transfert reçu",
}
ISSUES = {
    "APPROVAL_REJECTED": "refusé",
    "EXPIRED": "expiré",
    "PAYMENT_NOT_APPROVED": "code PIN faux",
    "TRANSACTION_CANCELED": "annulé",
    "NOT_ENOUGH_FUNDS": "solde insuffisant",
    "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED": "solde insuffisant",
}
COLONNES = (
    "date",
    "reference",
    "operateur",
    "produit",
    "type",
    "reference_externe",
    "transaction_financiere",
    "telephone",
    "montant",
    "devise",
    "solde",
)


class Pages:
    """The views; `regles` gives their addresses."""

    def __init__(self, simulateur: Simulateur) -> None:
        self.sim = simulateur

    def regles(self) -> list[Rule]:
        return [
            Rule("/", methods=["GET"], endpoint=self.accueil),
            Rule("/telephone/<msisdn>", methods=["GET"], endpoint=self.telephone),
            Rule("/telephone/<msisdn>/repondre", methods=["POST"], endpoint=self.repondre),
            Rule("/simulateur/sante", methods=["GET"], endpoint=self.sante),
            Rule("/simulateur/acces", methods=["GET"], endpoint=self.acces),
            Rule("/simulateur/controle", methods=["GET", "POST"], endpoint=self.controle),
            Rule("/simulateur/defauts", methods=["GET", "POST"], endpoint=self.defauts),
            Rule("/simulateur/reglages", methods=["GET", "POST"], endpoint=self.reglages),
            Rule("/simulateur/horloge", methods=["GET", "POST"], endpoint=self.horloge),
            Rule("/simulateur/jetons/expirer", methods=["POST"], endpoint=self.expirer_jetons),
            Rule("/simulateur/sms", methods=["GET", "POST"], endpoint=self.sms),
            Rule("/simulateur/imposer", methods=["POST"], endpoint=self.imposer),
            Rule("/simulateur/operations", methods=["GET"], endpoint=self.operations),
            Rule("/simulateur/rappels", methods=["GET"], endpoint=self.rappels),
            Rule("/simulateur/portefeuilles", methods=["GET"], endpoint=self.portefeuilles),
            Rule("/simulateur/releve", methods=["GET"], endpoint=self.releve),
        ]

    # The phone

    def accueil(self, request: Request) -> Response:
        if "numero" in request.args:
            return self._composer(request.args["numero"])
        self.sim.avancer()
        connus = self.sim.livre.lignes(
            "SELECT partie AS msisdn, max(creee) AS dernier FROM operations WHERE partie GLOB '2420[456]*' GROUP BY partie "
            "UNION SELECT msisdn, max(instant) FROM sms GROUP BY msisdn ORDER BY 2 DESC LIMIT 200"
        )
        vus: dict[str, dict[str, Any]] = {}
        for connu in connus:
            vus.setdefault(connu["msisdn"], self._carte(connu["msisdn"]))
        en_attente = sum(carte["demandes"] for carte in vus.values())
        return _page("accueil.html", {"telephones": list(vus.values()), "en_attente": en_attente})

    def _composer(self, numero: str) -> Response:
        try:
            return redirect(f"/telephone/{telephones.normaliser(numero).removeprefix('+')}", 303)
        except telephones.TelephoneInvalide as refus:
            return _page("accueil.html", {"telephones": [], "erreur": refus.detail, "numero": numero}, 400)

    def _carte(self, msisdn: str) -> dict[str, Any]:
        portefeuilles = self.sim.livre.lignes(
            "SELECT solde, devise FROM portefeuilles WHERE nom = ? ORDER BY devise DESC", telephone(msisdn)
        )
        return {
            "msisdn": msisdn,
            "numero": _afficher(msisdn),
            "titulaire": " ".join(titulaire(msisdn)) if msisdn.startswith("242") else "Numéro de test",
            "operateur": "Airtel Money" if protocole.est_abonne_airtel(msisdn) else "MTN MoMo",
            "soldes": [montants.pour_les_gens(ligne["solde"], ligne["devise"]) for ligne in portefeuilles],
            "demandes": len(self.sim.demandes(msisdn)),
        }

    def telephone(self, request: Request, msisdn: str, *, erreur: str = "", statut: int = 200) -> Response:
        if not re.fullmatch(r"\d{8,15}", msisdn):
            return _page("accueil.html", {"telephones": [], "erreur": "Ce numéro n'existe pas.", "numero": msisdn}, 404)
        self.sim.avancer()
        demandes = self.sim.demandes(msisdn)
        mouvements = self.sim.livre.lignes(
            "SELECT m.*, o.genre FROM mouvements m LEFT JOIN operations o USING (reference) WHERE portefeuille = ? "
            "ORDER BY m.id DESC LIMIT 20",
            telephone(msisdn),
        )
        echecs = self.sim.livre.operations(
            "partie = ? AND statut = 'FAILED' AND au_telephone ORDER BY terminee DESC LIMIT 10", msisdn
        )
        sms = self.sim.livre.lignes("SELECT * FROM sms WHERE msisdn = ? ORDER BY id DESC LIMIT 20", msisdn)
        contexte = {
            "carte": self._carte(msisdn),
            "demande": self._demande(demandes[0]) if demandes else None,
            "autres": max(len(demandes) - 1, 0),
            "historique": _historique(mouvements, echecs),
            "sms": [ligne | {"quand": heure_locale(ligne["instant"])} for ligne in sms],
            "pin": self.sim.options.pin,
            "erreur": erreur,
            "heure": heure_locale(self.sim.horloge.maintenant()),
        }
        return _page("telephone.html", contexte, statut)

    def _demande(self, operation: Operation) -> dict[str, Any]:
        reste = max((operation.echeance or 0) - self.sim.horloge.maintenant(), 0)
        duree = max((operation.echeance or 0) - operation.creee, 1)
        return {
            "reference": operation.reference,
            "libelle": LIBELLES[operation.genre],
            "montant": montants.pour_les_gens(operation.montant, operation.devise) if operation.montant else "",
            "message": operation.message,
            "externe": operation.externe,
            "reste": int(reste),
            "reste_lisible": f"{int(reste) // 60} min {int(reste) % 60:02} s",
            "duree": int(duree),
        }

    def repondre(self, request: Request, msisdn: str) -> Response:
        reference, action = request.form.get("reference", ""), request.form.get("action", "")
        if reference not in {demande.reference for demande in self.sim.demandes(msisdn)}:
            return self.telephone(request, msisdn, erreur="Cette demande n'attend plus de réponse.", statut=409)
        try:
            if action == "approuver":
                self.sim.approuver(reference, pin=request.form.get("pin", ""))
            elif action == "refuser":
                self.sim.refuser(reference)
            elif action == "expirer":
                self.sim.expirer(reference)
            else:
                return self.telephone(request, msisdn, erreur="Choisissez une réponse.", statut=400)
        except RefusTelephone as refus:
            return self.telephone(request, msisdn, erreur=str(refus), statut=409)
        return redirect(f"/telephone/{msisdn}", 303)

    # Control

    def sante(self, _request: Request) -> Response:
        return json_reponse({"statut": "ok"})

    def acces(self, _request: Request) -> Response:
        """The demonstration's credentials, for `mtncongo` and Airtel."""
        acces: dict[str, Any] = {produit: asdict(acces_de_demonstration(produit)) for produit in protocole.PRODUITS}
        acces["airtel"] = {"client_id": IDENTIFIANT, "client_secret": SECRET_AIRTEL}
        return json_reponse(acces)

    def controle(self, request: Request) -> Response:
        """The page of faults, and what it sends: one field a fault."""
        erreur = ""
        if request.method == "POST":
            saisie = ",".join(
                f"{nom}={request.form[nom].strip()}" for nom in DEFAUTS if request.form.get(nom, "").strip()
            )
            try:
                self.sim.defauts.remplacer(lire_defauts(saisie.replace(",,", ",")))
                self.sim.options = options_lues(self.sim.options, {"reponses": request.form.get("reponses", "")})
            except (DefautInconnu, OptionInconnue) as refus:
                erreur = str(refus)
            else:
                return redirect("/simulateur/controle", 303)
        etat, arrives = self.sim.defauts.etat(), self.sim.defauts.bilan()
        lignes = [
            {"nom": nom, "sens": sens, "valeur": str(etat.get(nom, "")), "arrives": arrives.get(nom, 0), "duree": duree}
            for nom, (sens, duree) in DEFAUTS.items()
        ]
        reponses = ("telephone", "approuver", "refuser", "expirer")
        contexte = {
            "defauts": lignes,
            "graine": self.sim.defauts.graine,
            "erreur": erreur,
            "options": self.sim.options,
            "reponses": reponses,
        }
        return _page("controle.html", contexte, 400 if erreur else 200)

    def defauts(self, request: Request) -> Response:
        """`{"rappel_perdu": "0.2"}` or `{"defauts": "rappel_perdu=0.2"}` replaces all faults; `{}` ends them."""
        if request.method == "POST":
            corps = _corps(request)
            ecrit = corps["defauts"] if "defauts" in corps else ",".join(f"{nom}={v}" for nom, v in corps.items())
            try:
                self.sim.defauts.remplacer(lire_defauts(str(ecrit)))
            except DefautInconnu as refus:
                return json_reponse({"erreur": str(refus)}, 400)
        etat = {nom: str(reglage) for nom, reglage in self.sim.defauts.etat().items()}
        return json_reponse({"defauts": etat, "arrives": self.sim.defauts.bilan(), "graine": self.sim.defauts.graine})

    def reglages(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.sim.options = options_lues(self.sim.options, _corps(request))
            except OptionInconnue as refus:
                return json_reponse({"erreur": str(refus)}, 400)
        return json_reponse(asdict(self.sim.options))

    def horloge(self, request: Request) -> Response:
        """`{"avancer": 300}`: five minutes have passed, and what was due has happened."""
        if request.method == "POST":
            secondes = _corps(request).get("avancer")
            if not isinstance(secondes, int | float) or isinstance(secondes, bool) or secondes < 0:
                return json_reponse({"erreur": 'Écrivez {"avancer": secondes}, un nombre positif.'}, 400)
            self.sim.deplacer_le_temps(float(secondes))
        return json_reponse({"maintenant": iso(self.sim.horloge.maintenant())})

    def expirer_jetons(self, _request: Request) -> Response:
        expires = self.sim.livre.executer("UPDATE jetons SET expire = 0 WHERE expire > 0").rowcount
        return json_reponse({"expires": expires})

    def sms(self, request: Request) -> Response:
        """`{"telephone", "texte", "expediteur"?}` arrives on the phone; GET gives what one has received, newest first."""
        if request.method == "GET":
            msisdn = request.args.get("telephone", "").removeprefix("+")
            return json_reponse(
                self.sim.livre.lignes("SELECT * FROM sms WHERE msisdn = ? ORDER BY id DESC LIMIT 100", msisdn)
            )
        corps = _corps(request)
        try:
            numero = telephones.normaliser(str(corps.get("telephone", "")))
        except telephones.TelephoneInvalide as refus:
            return json_reponse({"erreur": refus.detail}, 400)
        if not isinstance(corps.get("texte"), str) or not corps["texte"]:
            return json_reponse({"erreur": "Le texte manque."}, 400)
        self.sim.ecrire_sms(numero.removeprefix("+"), str(corps.get("expediteur") or "NSIA"), corps["texte"])
        return json_reponse({"telephone": numero}, 201)

    def imposer(self, request: Request) -> Response:
        """`{"telephone": "242…", "raison": "PAYER_LIMIT_REACHED"}`: what it approves fails so, until `raison` is ""."""
        corps = _corps(request)
        raison = corps.get("raison")
        if raison != "" and raison not in RAISONS:
            return json_reponse({"erreur": f"Raisons : {', '.join(sorted(RAISONS))}."}, 400)
        self.sim.livre.regler(f"imposer:{corps.get('telephone')}", str(raison))
        return json_reponse({"telephone": corps.get("telephone"), "raison": raison})

    def operations(self, request: Request) -> Response:
        """The last 200, newest first, or those of `reference` or `telephone`."""
        if "reference" in request.args:
            trouvees = self.sim.livre.operations("reference = ?", request.args["reference"].lower())
        elif "telephone" in request.args:
            trouvees = self.sim.livre.operations(
                "partie = ? ORDER BY creee DESC", request.args["telephone"].removeprefix("+")
            )
        else:
            trouvees = self.sim.livre.operations("true ORDER BY creee DESC LIMIT 200")
        return json_reponse([asdict(trouvee) | {"montant": montants.ecrire(trouvee.montant)} for trouvee in trouvees])

    def rappels(self, request: Request) -> Response:
        return json_reponse(
            self.sim.livre.lignes(
                "SELECT * FROM rappels WHERE ? IN ('', reference) ORDER BY id DESC LIMIT 500",
                request.args.get("reference", ""),
            )
        )

    def portefeuilles(self, _request: Request) -> Response:
        lus = self.sim.livre.lignes("SELECT nom, devise, solde FROM portefeuilles ORDER BY nom, devise")
        return json_reponse([ligne | {"solde": montants.ecrire(ligne["solde"])} for ligne in lus])

    def releve(self, request: Request) -> Response:
        """The operator's statement of one day of Brazzaville: JSON, or CSV with `format=csv`, of one `produit` or `operateur`."""
        try:
            le = date.fromisoformat(request.args.get("date", jour(self.sim.horloge.maintenant()).isoformat()))
        except ValueError:
            return json_reponse({"erreur": "Écrivez date=AAAA-MM-JJ."}, 400)
        debut = datetime(le.year, le.month, le.day, tzinfo=BRAZZAVILLE)
        lignes = [
            _ligne_de_releve(ligne)
            for ligne in self.sim.livre.releve(debut=debut.timestamp(), fin=(debut + timedelta(days=1)).timestamp())
            if all(request.args.get(nom, ligne[nom]) == ligne[nom] for nom in ("produit", "operateur", "devise"))
        ]
        if request.args.get("format") != "csv":
            return json_reponse({"date": le.isoformat(), "lignes": lignes})
        sortie = io.StringIO()
        tableau = csv.DictWriter(sortie, COLONNES, lineterminator="\n")
        tableau.writeheader()
        tableau.writerows(lignes)
        return Response(
            sortie.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename=releve-{le}.csv"},
        )


def _ligne_de_releve(ligne: dict[str, Any]) -> dict[str, str]:
    return {
        "date": heure_locale(ligne["instant"]).isoformat(timespec="seconds"),
        "reference": ligne["reference"],
        "operateur": ligne["operateur"],
        "produit": ligne["produit"],
        "type": ligne["genre"],
        "reference_externe": ligne["externe"],
        "transaction_financiere": ligne["transaction_financiere"] or "",
        "telephone": ligne["partie"],
        "montant": montants.ecrire(ligne["mouvement"]),
        "devise": ligne["devise"],
        "solde": montants.ecrire(ligne["solde"]),
    }


def _historique(mouvements: list[dict[str, Any]], echecs: list[Operation]) -> list[dict[str, Any]]:
    """What moved and what failed, newest first."""
    lignes = [
        {
            "instant": ligne["instant"],
            "quand": heure_locale(ligne["instant"]),
            "libelle": LIBELLES[Genre(ligne["genre"])] if ligne["genre"] else "Solde de départ",
            "montant": montants.pour_les_gens(ligne["montant"], ligne["devise"]),
            "sens": "credit" if ligne["montant"] > 0 else "debit",
            "detail": "",
        }
        for ligne in mouvements
    ]
    lignes += [
        {
            "instant": echec.terminee or echec.creee,
            "quand": heure_locale(echec.terminee or echec.creee),
            "libelle": LIBELLES[echec.genre],
            "montant": montants.pour_les_gens(echec.montant, echec.devise),
            "sens": "echec",
            "detail": ISSUES.get(echec.raison or "", "échoué"),
        }
        for echec in echecs
    ]
    return sorted(lignes, key=lambda ligne: -float(ligne["instant"]))[:20]


def _afficher(msisdn: str) -> str:
    return telephones.afficher(f"+{msisdn}") if msisdn.startswith("242") else msisdn


def _corps(request: Request) -> dict[str, Any]:
    """The JSON object sent; an empty one for anything else, which the views then refuse by name."""
    try:
        lu = json.loads(request.get_data() or b"{}")
    except ValueError:
        return {}
    return lu if isinstance(lu, dict) else {}


def _page(gabarit: str, contexte: dict[str, Any], statut: int = 200) -> Response:
    html = render_to_string(f"simulateur/{gabarit}", contexte)
    entetes = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src "
        "'self'; form-action 'self'; img-src data:; base-uri 'none'; frame-ancestors 'self'",
    }
    return Response(html, status=statut, headers=entetes, content_type="text/html; charset=utf-8")
