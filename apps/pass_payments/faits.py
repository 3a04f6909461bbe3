"""What this app tells the others. Keys are « souscription:ID », so that payments and states of a contract come in their order;
that of a disbursement's end is what it was asked for (« paiement:PAY-… », « sinistre:SIN-… »)."""

from apps.socle.cles import nommer
from apps.socle.faits import declarer

nommer("paiement", "Paiement", succes="confirmé", echec="échoué", rembourse="remboursé")
nommer("decaissement", "Décaissement")
nommer("abandon", "Créance de la souscription")

_PAIEMENT = ("paiement", "souscription", "montant_net")

declarer("paiement.regle", "Un paiement est confirmé.", donnees=_PAIEMENT)
declarer("paiement.echoue", "Un paiement a échoué ou expiré ; un succès peut encore venir.", donnees=_PAIEMENT)
declarer("paiement.rembourse", "Un paiement est rendu au client.", donnees=_PAIEMENT)
# `demandeur` and `reference`: the two halves of that key (« sinistre », « SIN-2026-000123 »), of whoever asked for the money.
declarer(
    "decaissement.fini",
    "De l'argent est arrivé, ou n'est pas parti.",
    donnees=("decaissement", "demandeur", "reference", "statut", "montant"),
)
