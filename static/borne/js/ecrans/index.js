// Every screen: `montrer(contexte)` gives its element. `veille`: nobody is there, `plein`: without the header.

import { accueil } from "./accueil.js";
import { aide } from "./aide.js";
import { attente } from "./attente.js";
import { beneficiaire, beneficiaires } from "./beneficiaires.js";
import { bienvenue } from "./bienvenue.js";
import { code } from "./code.js";
import { connexion } from "./connexion.js";
import { contrat } from "./contrat.js";
import { choixLangue } from "./langue.js";
import { maintenance } from "./maintenance.js";
import { mobile } from "./mobile.js";
import { payer } from "./payer.js";
import { payeur } from "./payeur.js";
import { produit } from "./produit.js";
import { produits } from "./produits.js";
import { releve } from "./releve.js";
import { renouveler } from "./renouveler.js";
import { souscrire } from "./souscrire.js";
import { suivi } from "./suivi.js";

export const ECRANS = {
  attente: { montrer: attente, plein: true, veille: true },
  langue: { montrer: choixLangue },
  bienvenue: { montrer: bienvenue },
  connexion: { montrer: connexion },
  accueil: { montrer: accueil, sansRetour: true },
  contrat: { montrer: contrat },
  beneficiaires: { montrer: beneficiaires },
  beneficiaire: { montrer: beneficiaire },
  mobile: { montrer: mobile },
  code: { montrer: code },
  releve: { montrer: releve },
  payer: { montrer: payer },
  payeur: { montrer: payeur },
  suivi: { montrer: suivi, sansRetour: true },
  renouveler: { montrer: renouveler },
  produits: { montrer: produits },
  produit: { montrer: produit },
  souscrire: { montrer: souscrire },
  aide: { montrer: aide },
  maintenance: { montrer: maintenance },
};
