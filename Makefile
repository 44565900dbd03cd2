# StudyHub on a fresh machine: `make run` starts the site, `make test` runs every check.

FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
# The first Python that fits; one that is only a name (a version manager's shim) does not.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed-$(shell cat pyproject.toml requirements.lock 2>/dev/null | sha256sum | cut -c1-16)

# In CI, where a skip is a failure, tests of a real GPU are asked for only where there is one: none can be installed.
NO_GPU := $(if $(CI),$(if $(wildcard /dev/nvidiactl),, and not gpu))

# Most tests wait for something: several files at a time. Tests that kill parts of a whole site have the machine for them.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help setup run demo messages test test-postgres test-brokers test-curriculum check audit-secrets audit-dependencies lock bench soak load load-million chaos chaos-short lite audit screenshots clean

help:
	@echo "make run     start the site with its queue and workers (PORT=8000)"
	@echo "make demo    a study group of simulated learners, for a look at the lead's side (three minutes)"
	@echo "make test    run all checks and tests, with a short proof of each exercise"
	@echo "make test-postgres    the tests of everything that has rows, on PostgreSQL"
	@echo "make test-brokers     whole sites on PostgreSQL with Redis and with RabbitMQ, which are killed too (some minutes)"
	@echo "make test-curriculum  prove every mutant of every exercise (some minutes; SHARE=2/3: of a third of them)"
	@echo "make setup   make the environment, start nothing"
	@echo "make check   linters, types, secrets in files"
	@echo "make audit-dependencies  known holes in the pinned packages; asks PyPI"
	@echo "make bench   measure what a run costs beside its cells, against plain papermill; the dashboard; a regrade (some minutes)"
	@echo "make load    two hundred people at once on PostgreSQL and Redis, and the track's page by a yardstick (some minutes)"
	@echo "make load-million     what the pages cost with a million hand-ins in the database (some minutes)"
	@echo "make soak    a thousand runs through one worker: memory, and what is left behind (some minutes)"
	@echo "make chaos   a thousand hand-ins while processes are killed, servers restarted, disks filled (CHAOS='--seed 8'; half an hour)"
	@echo "make chaos-short      sixty of them, as CI does"
	@echo "make lite    JupyterLite for the NumPy exercises, into static files (LITE=--bare: without NumPy, to try it)"
	@echo "make audit   pages by axe, weight and Lighthouse, light and dark, into var/audit (half an hour; AUDIT=--no-lighthouse: a third of it)"
	@echo "make screenshots      the README's pictures"
	@echo "make messages         what templates and code say, collected for translation"
	@echo "make lock    resolve the dependencies anew and pin them in requirements.lock"
	@echo "make clean   remove the environment; your data under var/ stays"

setup: $(STAMP)

$(STAMP):
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(FITS)' 2>/dev/null || { \
		echo "StudyHub needs Python 3.11, 3.12 or 3.13; found: $$($(or $(PYTHON),python3) --version 2>&1 | head -n 1)." ; \
		echo "Install one (Debian, Ubuntu: apt install python3 python3-pip), or name it: make PYTHON=/path/to/python3.12" ; \
		exit 2; }
	@# Debian leaves ensurepip out of python3: then the pip that is there fills the environment.
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
		rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } || { \
		echo "Could not make a virtual environment. Install pip first (Debian, Ubuntu: apt install python3-pip)."; exit 2; }
	@echo "Installing into $(VENV); the first time this fetches some gigabytes (torch) and takes a few minutes ..."
	@# The pip of Debian 12 can't read the metadata of some newer packages.
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.3'
	@$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[web,runner,dev]'
	@rm -f $(VENV)/installed-* && touch $@

run: setup
	@exec env STUDYHUB_DEBUG=$${STUDYHUB_DEBUG-1} $(BIN)/python manage.py serve --port $(PORT)

demo: setup
	@STUDYHUB_DEBUG=$${STUDYHUB_DEBUG-1} STUDYHUB_LOG_LEVEL=$${STUDYHUB_LOG_LEVEL-WARNING} $(BIN)/python manage.py demo_group

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.security.audit secrets

# UPDATE=1 writes anew what only looks like a secret; look at the difference before you commit it.
audit-secrets: setup
	$(BIN)/python -m tests.security.audit secrets $(if $(UPDATE),--update)

# In CI WHERE_REACHABLE=1: where nobody can be asked it says so and goes on.
audit-dependencies: setup
	$(BIN)/python -m tests.security.audit dependencies $(if $(WHERE_REACHABLE),--where-reachable)

test: check
	@docker/test-tools.sh gettext headless-shell redis shellcheck systemd
	$(BIN)/python -m pytest $(PARALLEL) -m "not curriculum and not live$(NO_GPU)"
	$(BIN)/python -m pytest -m "live and not servers"

# What has no rows proves nothing here, and neither browser nor sandbox know which database there is.
test-postgres: setup
	@docker/test-tools.sh postgresql
	$(BIN)/python -m tests.servers postgres -- $(BIN)/python -m pytest $(PARALLEL) \
		-m "rows and not browser and not sandbox and not live and not gpu" tests

# Whole sites on real brokers, which are ended and started again meanwhile; hosts that lose each other. Not the tours:
# they begin with a site that is told of no server, so `make test` has taken them. Nor what no server has a
# part in; RabbitMQ then takes what happens to messages.
NO_SERVERS_PART := $(addprefix --ignore tests/live/test_,tours.py serve_ends.py followed.py)
test-brokers: setup
	@docker/test-tools.sh postgresql redis rabbitmq iproute2 faketime
	$(BIN)/python -m tests.servers postgres redis -- $(BIN)/python -m pytest -m "live and not browser and not hosts" \
		$(NO_SERVERS_PART) tests/live
	$(BIN)/python -m tests.hosts $(BIN)/python -m tests.servers postgres redis s3 -- $(BIN)/python -m pytest -m hosts tests/live
	$(BIN)/python -m tests.servers postgres rabbitmq -- $(BIN)/python -m pytest \
		tests/live/test_broker_restarts.py tests/live/test_killed.py -k "broker or message or runner or twice or late"

# SHARE=2/3: of the exercises the second third alone.
test-curriculum: setup
	$(BIN)/python -m pytest $(PARALLEL) --dist load -m curriculum $(if $(SHARE),--share $(SHARE)) tests/curriculum

# What templates and code say, for translation: apps/*/locale/fr and studyhub/locale/fr.
messages: setup
	@docker/test-tools.sh gettext
	STUDYHUB_DEBUG=1 $(BIN)/python manage.py messages

lock:
	rm -rf $(VENV)
	: > requirements.lock
	$(MAKE) setup
	{ echo "# Exact versions for pip, as constraints. Made by \`make lock\`."; \
	  $(BIN)/python -m pip freeze --exclude-editable; } > requirements.lock.new
	mv requirements.lock.new requirements.lock

bench: setup
	$(BIN)/python -m studyhub.bench
	$(BIN)/python -m studyhub.bench_dashboard
	$(BIN)/python -m studyhub.bench_regrade

# Locust only here: nothing else needs it.
load: setup
	@docker/test-tools.sh postgresql redis
	@$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[load]'
	$(BIN)/python -m tests.load

load-million: setup
	@docker/test-tools.sh postgresql redis
	$(BIN)/python -m tests.load.million

soak: setup
	$(BIN)/python -m studyhub.soak

chaos: setup
	@docker/test-tools.sh postgresql redis rabbitmq
	$(BIN)/python -m tests.chaos $(CHAOS)

chaos-short: setup
	@docker/test-tools.sh postgresql redis
	$(BIN)/python -m tests.chaos --submissions 60 --pace 2 --between 2 --backlog 16 --twins 16 $(CHAOS)

# An environment of its own: nothing of it is needed where the site runs.
lite: setup
	@test -x .venv-lite/bin/jupyter || { $(BIN)/python -m venv .venv-lite && \
		.venv-lite/bin/python -m pip install --quiet -r studyhub/lite/requirements.txt; }
	@STUDYHUB_DEBUG=$${STUDYHUB_DEBUG-1} $(BIN)/python -m studyhub.lite $(LITE)

# Lighthouse comes from npm, in the versions of tests/audit/package-lock.json.
audit: setup
	@docker/test-tools.sh chromium npm
	$(BIN)/python -m tests.audit $(AUDIT)

screenshots: setup
	@docker/test-tools.sh chromium
	$(BIN)/python -m tests.audit.screenshots $(SCREENSHOTS)

clean:
	rm -rf $(VENV) .venv-lite
