"""What is announced to clients of their payments, by SMS."""

from collections.abc import Sequence
from datetime import datetime

from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_payments.models import PaiementPass, TypePaiement
from apps.pass_payments.motifs import motif_pour_le_client
from apps.pass_payments.situation import Situation, TypeActe
from apps.socle.services.messages import annoncer
from nsia_pass_api.money import formater_xaf

_POLICE_A_VENIR = "Demandez votre numéro de police en agence : il ouvre la borne."


def annoncer_succes(
    groupe: Sequence[PaiementPass],
    souscriptions: Sequence[SouscriptionPass],
    *,
    situations: Sequence[Situation],
    quand: datetime,
) -> None:
    """`situations`: what the contracts ask once they are paid. Of several, only those that ask for something are told."""
    principal, souscription = groupe[0], souscriptions[0]
    total = formater_xaf(sum(un.montant for un in groupe))
    noms = ", ".join(dict.fromkeys(une.produit.nom_pass for une in souscriptions))
    recus = ", ".join(un.numero_recu or "" for un in groupe)
    dites = [une.message for une in situations if len(situations) == 1 or une.type != TypeActe.AUCUN]
    texte = " ".join([f"NSIA : paiement de {total} reçu pour {noms}. Reçu {recus}.", *dites, "Merci."])
    if principal.type_paiement == TypePaiement.SOUSCRIPTION_INITIALE:
        police = NumeroPolice.objects.filter(souscription=souscription).values_list("numero_police", flat=True).first()
        acces = f"Votre police : {police}. Avec ce téléphone, elle ouvre la borne." if police else _POLICE_A_VENIR
        texte = f"NSIA : bienvenue ! Votre {noms} est payé ({total}). Reçu {recus}. {acces}"
    annoncer(
        cle=f"paiement:{principal.numero_transaction}:succes",
        telephone=souscription.client.telephone,
        texte=texte,
        quand=quand,
    )


def annoncer_echec(principal: PaiementPass, souscription: SouscriptionPass, *, total: int, quand: datetime) -> None:
    pourquoi = motif_pour_le_client(principal.motif_echec) or "Réessayez ou demandez à un agent."
    annoncer(
        cle=f"paiement:{principal.numero_transaction}:echec",
        telephone=souscription.client.telephone,
        texte=f"NSIA : votre paiement de {formater_xaf(total)} n'a pas abouti. {pourquoi}",
        quand=quand,
    )


def annoncer_remboursement(paiement: PaiementPass, souscription: SouscriptionPass, *, quand: datetime) -> None:
    annoncer(
        cle=f"paiement:{paiement.numero_transaction}:rembourse",
        telephone=souscription.client.telephone,
        texte=f"NSIA : votre paiement de {formater_xaf(paiement.montant)} ({paiement.numero_transaction}) a été remboursé.",
        quand=quand,
    )
