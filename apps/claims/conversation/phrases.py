"""Every sentence of the robot, as data: short, warm, formal « vous », no emoji. Names in braces are filled by the machine."""

# --- Opening and identity ---
BONJOUR = "Bonjour."
BONJOUR_PRENOM = "Bonjour {prenom}."
ACCUEIL = "Nous sommes là pour vous aider à déclarer un sinistre ou à suivre votre dossier."
REPRISE = "Nous reprenons là où nous nous étions arrêtés."
CODE_EN_ROUTE = "Si ces informations correspondent à un contrat, un code arrive par SMS sur ce téléphone."
CODE_FAUX = "Ce code n'est pas le bon. Vérifiez le SMS et écrivez les chiffres reçus."
CODE_EXPIRE = "Ce code n'est plus valable. Nous vous en envoyons un nouveau."
CODE_EPUISE = (
    "Il y a eu trop d'essais avec ce code. Patientez un peu, puis dites « revenir » pour recommencer. "
    "Vous pouvez aussi demander un conseiller."
)
CODE_ATTENDU = "J'attends le code reçu par SMS. Dites « répéter » pour en recevoir un autre."
POLICE_ILLISIBLE = "Je n'ai pas reconnu un numéro de police. Il ressemble à CG-2026-VIE-001."
RECIT_GARDE = "J'ai bien noté ce que vous me dites. Pour continuer, je dois savoir qui vous êtes."
IDENTIFIE_DECLARANT = "Merci, votre téléphone est vérifié. Vous pouvez faire la déclaration."
RECOMMENCER = "D'accord, recommençons."

# --- Tact ---
CONDOLEANCES = (
    "Toutes nos condoléances, à vous et à votre famille. Nous allons faire au plus simple, prenez votre temps."
)
BLESSURE = "Nous sommes désolés de ce qui est arrivé, et nous souhaitons un prompt rétablissement."

# --- Collecting ---
NOTE = "J'ai noté : {champs}."
CHANGE = "J'ai changé « {nom} » : {nouveau} au lieu de {ancien}."
INCONNU_NOTE = "D'accord, ce n'est pas grave."
PASSE = "D'accord, nous passons."
PAS_FACULTATIF = "Cette réponse est utile à votre dossier. Si vous ne savez pas, dites « je ne sais pas »."
INDISPENSABLE = "Sans cette réponse nous ne pouvons pas continuer. Quelques mots suffisent."
DEJA_REPONDU = (
    "J'ai déjà noté « {nom} » : {valeur}. Pour changer cette réponse, dites « corriger » au moment du récapitulatif."
)
SORTIE_AVANT_ENTREE = "La sortie de l'hôpital ne peut pas être avant l'entrée."
TEXTE_TROP_LONG = "Votre message est trop long. Écrivez 4 000 caractères au plus."
PAS_COMPRIS = "Je n'ai pas bien compris votre réponse."
TOUJOURS_PAS_COMPRIS = "Je n'ai toujours pas compris."
CHOISISSEZ = "Choisissez une des réponses proposées, ou écrivez autrement."
VRAIMENT_PAS_COMPRIS = "Je n'arrive pas à vous comprendre, pardonnez-moi."
OFFRE_CONSEILLER = "Un conseiller peut prendre la suite, avec tout ce que vous avez déjà dit."
CHAMP_INCONNU = "Cette information ne fait pas partie de votre déclaration."
RECIT_COURT = "Dites-m'en un peu plus, en une ou deux phrases."
PREMIERE_QUESTION = "Nous sommes à la première question."
ON_REVIENT = "D'accord, revenons en arrière."
RIEN_A_ANNULER = "Il n'y a rien à annuler pour le moment."
ABANDON = "Rien n'est encore enregistré. Si vous abandonnez, ce que vous avez dit ici ne servira pas."
ABANDONNE = "La déclaration est abandonnée. Rien n'a été enregistré."
ON_CONTINUE = "Très bien, continuons."
DECLARATION_EN_COURS = "Une déclaration est déjà en cours. Terminons-la, ou dites « annuler » pour l'abandonner."
RIEN_A_CONFIRMER = "Il n'y a rien à confirmer pour le moment."
RIEN_A_CORRIGER = "Il n'y a rien à corriger pour le moment."

# --- Summary and cover ---
RECAPITULATIF = "Voici ce que j'ai noté :"
LIGNE = "– {nom} : {lisible}"
CONFIRMEZ = "Est-ce exact ? Dites « confirmer », ou « corriger » pour changer une réponse."
CONFIRMEZ_BOUTONS = "Touchez une ligne pour la changer, ou choisissez « Confirmer »."
COUVERT = "D'après votre contrat, cette date est couverte : {phrase}."
NON_COUVERT = (
    "Votre contrat semble ne pas couvrir cette date, parce que {phrase}. Vous pouvez déclarer : "
    "un conseiller regardera."
)
COUVERTURE_INCERTAINE = (
    "Nous ne pouvons pas encore dire si votre contrat couvre cette date, parce que {phrase}. Vous pouvez déclarer : "
    "un conseiller regardera."
)
COUVERTURE_A_VOIR = "Un conseiller vérifiera ce que le contrat couvre à cette date."
COUVERTURE_CHANGEE = "Avant de confirmer, lisez ceci : ce que nous savons de votre contrat vient de changer."
DOUBLON = (
    "Cela ressemble à votre dossier {numero}. Si c'est le même sinistre, dites « suivre ». "
    "Sinon, vous pouvez confirmer."
)
ENREGISTREMENT = "Merci. Nous enregistrons votre déclaration."
DEJA_CONFIRMEE = "Votre déclaration est déjà confirmée. Elle n'est enregistrée qu'une seule fois."
DEJA_ENREGISTREE = (
    "Votre déclaration est enregistrée sous le numéro {numero}. Pour la changer ou l'arrêter, demandez un conseiller."
)

# --- Documents and decision ---
CREE = "Votre déclaration est enregistrée sous le numéro {numero}. Vous recevez aussi ce numéro par SMS."
PIECE = "Pouvez-vous nous envoyer : {libelle} ? {raison} Une photo suffit. Vous pouvez aussi dire « plus tard »."
PIECE_REFUSEE = "Nous n'avons pas pu garder « {libelle} » : {motif}"
PIECE_RECUE = "Bien reçu, merci : {libelle}."
PIECE_VERIFIEE = "« {libelle} » est en ordre."
PIECE_PAS_RECUE = (
    "Je n'ai pas encore reçu ce document. Prenez-le en photo ou choisissez un fichier, ou dites « plus tard »."
)
PLUS_TARD = "D'accord, plus tard."
PLUS_TARD_LIEN = (
    "D'accord, plus tard. Un lien part par SMS : "
    "il vous permet d'envoyer vos documents depuis votre téléphone, pendant 7 jours."
)
PIECES_COMPLETES = "Tous les documents demandés sont là."
PIECES_A_VENIR = "Il manque encore : {pieces}."
ETUDE = "Votre dossier {numero} part à l'étude."
ETUDE_DELAI = "Votre dossier {numero} part à l'étude. NSIA vous répond au plus tard {jours} jours après votre demande."
DECISION_SUITE = (
    "Votre dossier {numero} est entre nos mains. "
    "Vous pouvez le suivre, déclarer un autre sinistre ou parler à un conseiller."
)

# --- Following ---
SUIVI_UN = "Votre dossier {numero} : {lisible}"
SUIVI_PLUSIEURS = "Vous avez {nombre} dossiers en cours."
SUIVI_AUCUN = "Vous n'avez pas de dossier en cours."
SUIVI_SUITE = "Vous pouvez suivre un dossier, en déclarer un nouveau ou parler à un conseiller."
SUIVI_DECLARATION = "Votre déclaration commencée vous attend : dites « revenir » pour la continuer."
RECIT_NOUVEAU = "J'ai noté ce que vous venez de raconter."

# --- A person ---
TRANSFERT = "Nous prévenons un conseiller. Il recevra tout ce que vous avez déjà dit : vous n'aurez rien à répéter."
ATTENTE = "Vous êtes au rang {rang}."
ATTENTE_MINUTES = "Vous êtes au rang {rang}, l'attente est d'environ {minutes} minutes."
ATTENTE_SANS_DELAI = "Un conseiller vous répondra ici dès que possible."
TRANSFERT_SUITE = (
    "En attendant, vous pouvez dire « revenir » pour continuer avec moi. "
    "Ce que vous écrivez ici sera lu par le conseiller."
)
DEJA_TRANSFERE = "Un conseiller est déjà prévenu."
PRISE = "{conseiller} vous répond maintenant."
RENDUE = "Le conseiller a terminé. Nous reprenons ensemble."
PAS_DE_CONSEILLER = "D'accord, continuons ensemble."

# --- Trouble ---
ERREUR = "Un incident est survenu de notre côté, pardonnez-nous. Ce que vous avez dit est gardé."
ERREUR_SUITE = "Dites « revenir » pour réessayer, ou demandez un conseiller."

# --- Digressions ---
COTISATION = "Votre cotisation est de {montant}."
ECHEANCE = "Votre prochaine échéance est de {montant}, le {jour}."
SANS_ECHEANCE = "Vous n'avez pas d'échéance à venir."
DU = "Il vous reste {montant} à payer à ce jour."
A_JOUR = "Vous êtes à jour de vos cotisations."
RESTE = "Le reste à payer sur votre contrat est de {montant}."
CONTRATS = "Vos contrats : {contrats}."
SANS_CONTRAT = "Je ne vois pas de contrat à votre nom ; un conseiller peut vérifier."
SANS_INFORMATION = "Je n'ai pas cette information ; un conseiller peut vous répondre."
DELAI = "NSIA vous répond au plus tard {jours} jours après votre demande."
DELAI_INCONNU = "Un conseiller vous dira le délai de votre dossier."
ROBOT = "Je suis l'assistant automatique de NSIA. Dites « conseiller » pour parler à une personne."
AIDE = "Vous pouvez dire : « répéter », « passer », « je ne sais pas », « revenir », « annuler » ou « conseiller »."
RESERVE = "Je ne peux pas parler du contrat avec vous : seul le client peut demander cela."
APRES_IDENTITE = "Je pourrai vous répondre quand je saurai qui vous êtes."
POLITESSE = "Je vous en prie."

# --- Buttons ---
LIBELLES_DES_ACTES = {
    "confirmer": "Confirmer",
    "corriger": "Corriger",
    "passer": "Passer",
    "je_ne_sais_pas": "Je ne sais pas",
    "repeter": "Répéter",
    "annuler": "Annuler",
    "revenir": "Revenir",
    "conseiller": "Parler à un conseiller",
    "nouveau": "Déclarer un sinistre",
    "suivre": "Suivre mon dossier",
}
BOUTON_PLUS_TARD = "Plus tard"
CODE_MASQUE = "••••••"
