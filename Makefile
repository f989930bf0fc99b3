# Every command of the project. `make` alone lists them.
PYTHON ?= python3
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
QUICK := -m "not browser and not resilience"
POSTGRES ?= postgres://postgres@127.0.0.1:5432/clinic
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

# What a real site would set, for the checks that only then apply.
PRODUCTION := SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz SITE_URL=https://clinic.example \
	DEBUG=false STAFF_MFA=required TRUSTED_PROXY_COUNT=1 EMAIL_URL=smtp://127.0.0.1:25

.PHONY: help install dev run serve test test-long test-postgres check check-style check-format check-templates check-js check-classes \
	check-types check-imports check-migrations check-deploy check-security check-html screenshots format lock release keep-release backup backup-key verify-backup restore upgrade rollback clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

run: install ## try the demo clinic on http://127.0.0.1:8000 (PORT=8001 for another port)
	@exec $(PY) scripts/serve.py --demo

serve: ## run the clinic's own site, configured by .env
	@exec $(PY) scripts/serve.py

install: ## install what the site runs on into .venv
	@$(PYTHON) scripts/install.py requirements.lock

dev: install ## install what tests and checks need as well
	@$(PYTHON) scripts/install.py requirements-dev.lock

test: dev ## run every test on SQLite, also in a real browser
	@chromium="$$($(PY) scripts/chromium.py)" || exit 1; \
	env -u DATABASE_URL $(PYTEST) -n 2 $(QUICK); quick=$$?; \
	env -u DATABASE_URL CHROMIUM="$$chromium" $(PYTEST) -n 2 --dist loadfile -m browser; browser=$$?; \
	env -u DATABASE_URL $(PYTEST) -m resilience; killed=$$?; \
	exit $$((quick + browser + killed))

test-long: dev ## run the tests of chance with many more examples and kills (an hour)
	@env -u DATABASE_URL KILLS=200 $(PYTEST) -m resilience tests/resilience/test_kept_data.py; kept=$$?; \
	env -u DATABASE_URL MANY_ROUNDS=500 $(PYTEST) tests/appointments/test_times_machine.py; one=$$((kept + $$?)); \
	DATABASE_URL=$(POSTGRES) MANY_ROUNDS=500 $(PYTEST) tests/appointments/test_times_machine.py; exit $$((one + $$?))

test-postgres: dev ## run the tests on PostgreSQL, without the browser (POSTGRES= for another server)
	@DATABASE_URL=$(POSTGRES) $(PYTEST) -n 2 $(QUICK)

check: dev ## linters, templates, types, import rules, migrations, deployment, security
	@$(MAKE) -k --no-print-directory check-style check-format check-templates check-js check-classes \
		check-types check-imports check-migrations check-deploy check-security

check-style:
	@$(PY) -m ruff check .

check-format:
	@$(PY) -m ruff format --check .

check-templates:
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 --check {} +

check-js:
	@.venv/bin/oxlint --deny-warnings static/js

check-classes:
	@$(PY) scripts/check_classes.py

check-types:
	@$(PY) -m mypy

check-imports:
	@.venv/bin/lint-imports --no-logo

check-migrations:
	@$(PRODUCTION) $(PY) manage.py makemigrations --check --dry-run

check-deploy:
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

check-security:
	@$(PY) -m bandit -q -ll -c pyproject.toml -r clinic providers articles appointments scripts manage.py

format: dev ## put code and templates into shape
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} +

check-html: dev ## the HTML of every public page, by the Nu checker (needs Java and npm)
	@$(PY) scripts/check_html.py

screenshots: dev ## take the pictures in docs/screenshots anew
	@$(PY) scripts/screenshots.py

lock: dev ## write the lock files anew after a change of requirements*.txt
	@$(COMPILE) requirements.txt --output-file requirements.lock
	@$(COMPILE) requirements-dev.txt --constraint requirements.lock --output-file requirements-dev.lock

release: ## write the archive of what is committed, with its checksum, into dist/
	@$(PY) scripts/release.py

keep-release: ## keep the archive in dist/ and data made by it under tests/upgrade, for the upgrade tests
	@$(PY) scripts/keep_release.py

backup: ## save database and pictures into one file under var/backups, proven and encrypted
	@$(PY) scripts/backup.py save

backup-key: ## make the key that backups are encrypted with; shows its private half once
	@$(PY) scripts/backup.py key

verify-backup: ## prove that a backup brings the site back: make verify-backup FILE=... KEY=file
	@$(PY) scripts/backup.py verify "$(FILE)" "$(KEY)"

restore: install ## bring back the newest backup, or another, with the site stopped: make restore FILE=... KEY=file
	@$(PY) scripts/backup.py restore "$(FILE)" "$(KEY)"

upgrade: ## go to a new release while the site runs, from git or make upgrade ARCHIVE=clinic-site-....tar.gz
	@$(PY) scripts/upgrade.py upgrade "$(ARCHIVE)"

rollback: ## go back to the release before the upgrade; nothing that was written is lost
	@$(PY) scripts/upgrade.py rollback

clean: ## remove what can be made again, never the clinic's data
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results dist
