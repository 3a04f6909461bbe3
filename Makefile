# Everything from a clean clone with Python 3.11 and make. README gives the same commands without make.

PYTHON ?= $(shell for p in python3.11 /usr/bin/python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
PY := .venv/bin/python
# The environment is made anew when requirements.txt changes, so that it holds that and nothing else.
ENVIRONMENT := .venv/environnement-$(shell cksum < requirements.txt | cut -d ' ' -f 1)

# What depends on the version of PostgreSQL: migrations, constraints, triggers, views and their plans, laws, races, backups. Rights
# by role, pages, documents, the API, the protocol of operators and processes do not: they run once, with the suite.
PG15 := apps/socle apps/pass_products apps/pass_clients apps/pass_payments apps/essais/tests/test_portfolio.py \
	$(addprefix apps/borne_auth/tests/test_,attempts.py audit.py confirmations_races.py connexion_races.py models.py purge.py) \
	apps/reprise/tests/test_import.py \
	$(addprefix nsia_pass_api/tests/test_,admin.py diagnostic.py pagination.py rows.py sante.py sqlviews.py) \
	$(addprefix tests/test_,gardes.py migrations.py sauvegarde.py) \
	$(patsubst %,--ignore-glob='apps/[ps]*/tests/test_%.py',admin_* apis* catalogue_edite conduite documents modes situation)

.PHONY: help python demo test check quality test-pg15 test-navigateur test-postman bench clean
.DEFAULT_GOAL := help

help:  ## Cette aide
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(ENVIRONMENT)  ## Tout démarrer avec des données de démonstration (PORT=8000, HOST=127.0.0.1) ; Ctrl-C arrête tout
	@$(PY) manage.py demo

test: $(ENVIRONMENT)  ## La suite de tests, sur le PostgreSQL embarqué ou celui de DATABASE_URL
	$(PY) -m pytest -n auto

check: export TIRAGES = complets
check: quality test  ## Tout ce que la CI exige : format, règles, types, imports, migrations, OpenAPI, tests avec tous les tirages

quality: $(ENVIRONMENT)  ## La même chose sans les tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(PY) -c 'import importlib.util as u, sys; sys.exit("psycopg 3 est installé : désinstallez-le" if u.find_spec("psycopg") else 0)'

test-pg15: $(ENVIRONMENT)  ## Ce qui parle SQL à sa façon, sur le PostgreSQL 15 de Debian, sans droits de superutilisateur
	tests/run_on_pg15 $(PY) -m pytest -n auto -m "not un_postgresql" $(PG15)

test-navigateur: $(ENVIRONMENT)  ## La borne et le back-office dans un vrai Chromium (Debian : apt install chromium)
	$(PY) -m pytest tests/navigateur

test-postman: $(ENVIRONMENT)  ## La collection Postman contre la démonstration, par newman (Debian : apt install npm)
	npm install --silent --no-fund --no-audit --prefix .data/newman newman@6
	NEWMAN=$(CURDIR)/.data/newman/node_modules/.bin/newman $(PY) -m pytest tests/newman.py

bench: $(ENVIRONMENT)  ## Les mesures de performance, comparées dans une même exécution
	$(PY) -m bench

clean:  ## Arrêter le serveur embarqué et effacer l'environnement, les données et les caches
	@if [ -x $(PY) ]; then $(PY) manage.py base_embarquee arreter --effacer; fi
	rm -rf .venv .data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "Il faut Python 3.11 avec venv (Debian : apt install python3.11-venv)." >&2; exit 1; }

$(ENVIRONMENT): | python
	@echo "Préparation de l'environnement Python (une fois, une minute environ)…"
	@$(PYTHON) -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@
