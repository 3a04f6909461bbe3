"""What code says of documents is true: each page that it cites is in the repository."""

import re
import subprocess
from pathlib import Path

from django.conf import settings

_PAGE = re.compile(r"(?<![\w/.:-])\w[\w./-]*\.md\b")


def test_every_page_that_code_cites_is_in_the_repository() -> None:
    racine = Path(settings.BASE_DIR)
    code = (
        "*.py",
        "*.sql",
        "*.js",
        "*.css",
        "*.html",
        "*.toml",
        "*.ini",
        "*.conf",
        "*.service",
        "Makefile",
        "Caddyfile",
        ".env.example",
    )
    fichiers = subprocess.check_output(["git", "ls-files", "--", *code], cwd=racine, text=True).split()
    citations = [
        (fichier, page)
        for fichier in fichiers
        for page in _PAGE.findall((racine / fichier).read_text(encoding="utf-8"))
    ]

    assert len(citations) > 40
    assert [(fichier, page) for fichier, page in citations if not (racine / page).is_file()] == []
