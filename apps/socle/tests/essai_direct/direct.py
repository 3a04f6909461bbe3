"""Its rows are facts of nobody: `cle` names the board, `donnees` holds what was written. Sessions live as long as their row."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from apps.socle.direct.routes import Passager, Route, Trame, en_direct
from apps.socle.models import Fait, RequeteIdempotente
from apps.socle.services.direct import annoncer_direct
from nsia_pass_api.errors import DonneesInvalides


@en_direct("tableau")
class Tableau(Route):
    def recevoir(self, passager: Passager, message: Mapping[str, Any]) -> Collection[Trame]:
        if "depuis" in message:
            faits = Fait.objects.filter(cle=f"tableau:{passager.objet}", pk__gt=message["depuis"]).order_by("pk")
            return [_trame(fait) for fait in faits]
        if "texte" not in message:
            raise DonneesInvalides("Dites un texte.")
        if message["texte"] == "panne":
            raise ZeroDivisionError("panne")
        with transaction.atomic():
            fait = Fait.objects.create(
                nom="essai.dit", cle=f"tableau:{passager.objet}", donnees={"texte": message["texte"]}
            )
            annoncer_direct(f"tableau:{passager.objet}", fait=fait.pk, auteur=passager.porteur)
        return [{"type": "recu", "fait": fait.pk}]

    def entendre(self, passager: Passager, annonce: Mapping[str, Any]) -> Collection[Trame]:
        if annonce.get("auteur") == passager.porteur:
            return []
        return [_trame(fait) for fait in Fait.objects.filter(pk=annonce["fait"])]

    def vivants(self, porteurs: Collection[str]) -> Collection[str]:
        return set(RequeteIdempotente.objects.filter(portee="essai", cle__in=porteurs).values_list("cle", flat=True))


def _trame(fait: Fait) -> Trame:
    return {"type": "dit", "fait": fait.pk, "texte": fait.donnees["texte"]}
