"""What this app tells the others. Keys are « souscription:ID » and « client:ID »."""

from apps.socle.cles import nommer
from apps.socle.faits import declarer

nommer("client", "Client n°")
nommer("souscription", "Souscription")
nommer("police", "Police de la souscription")

declarer("souscription.activee", "Un contrat couvre : premier paiement, ou renouvellement.", donnees=("souscription",))
declarer("souscription.suspendue", "Une couverture s'arrête : une cotisation est en retard.", donnees=("souscription",))
declarer("souscription.reprise", "Une couverture reprend : le retard est payé.", donnees=("souscription",))
declarer("souscription.expiree", "La dernière période d'un contrat est finie.", donnees=("souscription",))
declarer("souscription.resiliee", "Un contrat est terminé pour de bon.", donnees=("souscription",))
declarer(
    "police.attribuee", "Une souscription a un numéro de police, le premier ou un autre.", donnees=("souscription",)
)
declarer("client.modifie", "Les coordonnées d'un client ont changé.", donnees=("client", "champs"))
