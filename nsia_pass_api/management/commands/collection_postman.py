"""`manage.py collection_postman`: the API as a Postman collection, with the demonstration's police and phone."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator

from nsia_pass_api.postman import collection


class Command(BaseCommand):
    help = "Écrit l'API en collection Postman, prête à essayer sur la démonstration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("fichier", type=Path, help="Où l'écrire, par exemple nsia_pass.postman_collection.json.")

    def handle(self, *, fichier: Path, **options: Any) -> None:
        schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
        faite = collection(json.loads(json.dumps(schema, default=str)))
        fichier.write_text(json.dumps(faite, ensure_ascii=False, indent=1), encoding="utf-8")
        self.stdout.write(f"{fichier} : {len(faite['item'])} requêtes.")
