from nsia_pass_api.errors import RegleMetier


class BaseDeProduction(RegleMetier):
    code = "base_de_production"
    titre = "Base de production"
    detail = (
        "Cette base est celle de la production : des données inventées n'y entrent pas. "
        "Si elle sert vraiment à des essais, réglez DONNEES_DE_TEST_AUTORISEES=1."
    )
