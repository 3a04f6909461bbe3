// Kituba. À RELIRE PAR DES LOCUTEURS : written by people who do not speak it; what is not here is said in French.

export default {
  commun: { retour: "Vutuka", continuer: "Landa", annuler: "Buya", reessayer: "Meka diaka" },
  attente: { commencer: "Simba ekran sambu na kubanda" },
  langue: { bouton: "Ndinga", titre: "Pona ndinga" },
  session: { terminer: "Manisa" },
  bienvenue: { titre: "Kuiza ya mbote", texte: "Nge zola kusala inki?", aide: "Mu zola lusadisu" },
  connexion: { police: "Nimero ya police", telephone: "Nimero ya telefone" },
  accueil: { bonjour: (prenom) => `Mbote, ${prenom}`, payer: "Kufuta", payer_montant: (montant) => `Futa ${montant}`, faire: "Nge zola kusala inki?" },
  payer: { titre: "Nge zola kufuta inki?" },
  payeur: { payer: (montant) => `Futa ${montant}` },
  aide: { bouton: "Lusadisu", titre: "Lusadisu" },
};
