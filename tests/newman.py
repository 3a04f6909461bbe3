"""The Postman collection against the demonstration, by newman, as whoever receives it runs it: `make test-postman`."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from test_demo import demo, free_port, read_until, server_of

from nsia_pass_api.settings.environment import BASE_DIR


def test_every_request_is_answered_as_the_schema_says(tmp_path: Path) -> None:
    newman = os.environ["NEWMAN"]
    fichier, compte_rendu = tmp_path / "collection.json", tmp_path / "compte_rendu.json"
    subprocess.run([sys.executable, "manage.py", "collection_postman", str(fichier)], cwd=BASE_DIR, check=True)
    with tempfile.TemporaryDirectory(prefix="nsia-postman-") as dossier:
        Path(dossier).chmod(0o755)
        port = free_port()
        try:
            with demo(Path(dossier), port) as lancee:
                dit = read_until(lancee, "Pour tout arrêter")
                email, mot_de_passe = re.findall(r"(?:adresse e-mail|mot de passe) +(\S+)\n", dit)
                variables = {"adresse": f"http://127.0.0.1:{port}", "email": email, "mot_de_passe": mot_de_passe}
                options = [f"--env-var={nom}={valeur}" for nom, valeur in variables.items()]
                sortie = ["--reporters=json", f"--reporter-json-export={compte_rendu}"]
                subprocess.run([newman, "run", str(fichier), *options, *sortie], check=True)
        finally:
            server_of(Path(dossier)).erase()

    passages = json.loads(compte_rendu.read_text())["run"]["executions"]
    statuts = {passage["item"]["name"]: passage["response"]["code"] for passage in passages}
    assert len(statuts) == len(json.loads(fichier.read_text())["item"])
    # What it leaves for the next works: these are answered with their object.
    suite = ["agents_liste", "agent_lire", "client_dashboard", "paiement_suivre", "beneficiaires", "auth_refresh"]
    assert {nom: statuts[nom] for nom in suite} == dict.fromkeys(suite, 200)
