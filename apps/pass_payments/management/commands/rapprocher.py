"""`manage.py rapprocher`: the operators' statements against our journal, nightly for yesterday, and on demand."""

from argparse import ArgumentTypeError
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from apps.pass_payments.models import OperateurPaiement, Rapprochement
from apps.pass_payments.operateurs import LigneReleve, ReleveIndisponible, operateur
from apps.pass_payments.services.rapprochement import rapprocher
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import aujourdhui, maintenant
from nsia_pass_api.money import formater_nombre

_TOTAUX = {
    "Lignes des relevés": "lignes_releve",
    "Lignes du journal": "lignes_journal",
    "Concordantes": "concordantes",
    "Absentes du relevé": "manquantes",
    "Inconnues chez nous": "etrangeres",
    "Différentes": "differentes",
    "Réglées grâce au relevé": "reglees",
    "Total des relevés (XAF)": "montant_releve",
    "Total du journal (XAF)": "montant_journal",
}


class Command(CommandePass):
    help = (
        "Compare le relevé des opérateurs à notre journal : lignes absentes, inconnues ou différentes. Hier par défaut."
    )
    reprise = "Relancez la même commande : un écart n'est jamais compté deux fois."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jour", type=_jour, help="Jour du relevé (AAAA-MM-JJ) ; hier sinon.")
        parser.add_argument("--jours", type=int, default=1, help="Nombre de jours, le dernier étant --jour.")
        parser.add_argument(
            "--operateur", help=f"Par exemple {OperateurPaiement.MTN.value} ; tous ceux qui sont en ligne sinon."
        )
        parser.add_argument(
            "--fichier",
            type=Path,
            help="Relevé en CSV, exporté du portail de l'opérateur. Sans --jour, chaque jour du fichier est rapproché.",
        )

    def executer(self, **options: Any) -> None:
        codes = _operateurs(options["operateur"])
        if options["jours"] < 1 or (options["fichier"] and options["jours"] > 1):
            raise CommandError("--jours est un nombre positif, et ne va pas avec --fichier.")
        if options["jour"] and options["jour"] > aujourdhui():
            raise CommandError("Ce jour est à venir : il n'a pas encore de relevé.")
        if options["fichier"]:
            faits = self._du_fichier(codes, options["fichier"], options["jour"])
            refus: list[str] = []
        else:
            dernier = options["jour"] or aujourdhui() - timedelta(days=1)
            jours = [dernier - timedelta(days=recul) for recul in reversed(range(options["jours"]))]
            faits, refus = self._des_operateurs(codes, jours)
        if faits or not refus:
            self._conclure(faits)
        if refus:
            raise CommandError("\n".join(refus))

    def _des_operateurs(self, codes: list[str], jours: list[date]) -> tuple[list[Rapprochement], list[str]]:
        """Each statement that can be had is compared; what is said of the others is returned."""
        faits: list[Rapprochement] = []
        refus: list[str] = []
        for code in codes:
            for jour in jours:
                quand = maintenant()
                try:
                    lignes = operateur(code).releve(jour=jour)
                    faits.append(self._rapprocher(code, jour, lignes, source="relevé de l'opérateur", quand=quand))
                except ReleveIndisponible as absent:
                    refus.append(str(absent))
        return faits, refus

    def _du_fichier(self, codes: list[str], fichier: Path, jour: date | None) -> list[Rapprochement]:
        """The file is the statement of `jour`, or of each of its own days."""
        if len(codes) != 1:
            raise CommandError(f"De quel opérateur est ce fichier ? Ajoutez --operateur : {', '.join(codes)}.")
        (code,) = codes
        par_jour: dict[date, list[LigneReleve]] = defaultdict(list)
        try:
            for ligne in operateur(code).lire_releve(fichier.read_text(encoding="utf-8-sig")):
                par_jour[jour or timezone.localdate(ligne.quand)].append(ligne)
            if not par_jour and jour is None:
                raise CommandError("Ce fichier n'a aucune ligne. Dites de quel jour il est : --jour AAAA-MM-JJ.")
            if (jour or max(par_jour)) >= aujourdhui():
                raise CommandError("Ce relevé va jusqu'à aujourd'hui : la journée n'est pas finie. Exportez-le demain.")
            return [
                self._rapprocher(code, un, par_jour[un], source=f"fichier {fichier.name}", quand=maintenant())
                for un in sorted(par_jour.keys() | ({jour} if jour else set()))
            ]
        except UnicodeDecodeError as faute:
            raise CommandError(f"{fichier.name} n'est pas en UTF-8. Enregistrez-le en « CSV UTF-8 ».") from faute
        except OSError as faute:
            raise CommandError(f"{fichier} ne se lit pas : {faute.strerror}.") from faute
        except ReleveIndisponible as faute:
            raise CommandError(str(faute)) from faute

    def _rapprocher(
        self, code: str, jour: date, lignes: Iterable[LigneReleve], *, source: str, quand: datetime
    ) -> Rapprochement:
        with self.progression(f"Relevé {code} du {jour:%d/%m/%Y}", total=None) as avancer:
            return rapprocher(operateur=code, jour=jour, lignes=lignes, source=source, quand=quand, progression=avancer)

    def _conclure(self, faits: list[Rapprochement]) -> None:
        totaux = {libelle: sum(getattr(fait, champ) for fait in faits) for libelle, champ in _TOTAUX.items()}
        ecart = totaux["Total des relevés (XAF)"] - totaux["Total du journal (XAF)"]
        self.bilan({"Relevés": len(faits)} | totaux | {"Différence (XAF)": ecart})
        for fait in faits:
            ouverts = fait.ecarts.filter(resolu_le__isnull=True).count()
            if ouverts:
                self.stdout.write(
                    self.style.WARNING(
                        f"Attention : {fait}, {formater_nombre(ouverts)} écart(s) à résoudre dans le back-office."
                    )
                )


def _operateurs(demande: str | None) -> list[str]:
    en_ligne = sorted(settings.OPERATEURS)
    if demande is None:
        return en_ligne
    if demande not in en_ligne:
        raise CommandError(
            f"« {demande} » n'est pas un opérateur en ligne : {', '.join(en_ligne) or 'il n’y en a pas'}."
        )
    return [demande]


def _jour(texte: str) -> date:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        raise ArgumentTypeError(f"« {texte} » n'est pas un jour : écrivez AAAA-MM-JJ.") from None
