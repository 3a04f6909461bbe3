// Lingala. À RELIRE PAR DES LOCUTEURS : written by people who do not speak it; what is not here is said in French.

export default {
  commun: { retour: "Zonga", accueil: "Ebandeli", continuer: "Koba", annuler: "Boya", reessayer: "Meka lisusu" },
  attente: { titre: "Assurance na yo, pene na yo", commencer: "Simba ekran mpo na kobanda" },
  langue: { bouton: "Monoko", titre: "Pona monoko" },
  session: { terminer: "Silisa" },
  inactivite: { titre: "Ozali kaka awa?", rester: "Ee, nazali kokoba" },
  bienvenue: {
    titre: "Boyei malamu",
    texte: "Olingi kosala nini?",
    contrat: "Nazali na contrat",
    contrat_texte: "Kotala ba contrat, kofuta",
    decouvrir: "Koyeba ba PASS",
    aide: "Nasengeli na lisalisi",
  },
  connexion: { police: "Nimero ya police", telephone: "Nimero ya telefone", entrer: "Tala ba contrat na ngai" },
  accueil: { bonjour: (prenom) => `Mbote, ${prenom}`, contrats: "Ba contrat na yo", payer: "Kofuta", payer_montant: (montant) => `Futa ${montant}`, faire: "Olingi kosala nini?" },
  payer: { titre: "Olingi kofuta nini?" },
  payeur: { titre: "Telefone nini ekofuta?", le_mien: "Telefone na ngai", un_autre: "Nimero mosusu", payer: (montant) => `Futa ${montant}` },
  aide: { bouton: "Lisalisi", titre: "Lisalisi" },
};
