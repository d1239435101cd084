# The commands of a checkout. They need python3 (3.11 or later, with venv) and make; nothing is installed outside this folder.
#
#   make demo           play the pilot company of examples/ and leave the server running; ONCE=1 exits instead
#   make test           the whole test suite; ARGS="tests/demo -x" runs a part of it
#   make coverage       the tests of storage, web and tenancy, and every branch there that none of them takes (see docs/reliability.md)
#   make mutate         take away each thing that keeps organisations apart, and list what no test notices; ONLY=words runs a part
#   make lint           style and types
#   make lint-api       check openapi/openapi.json with Spectral and Redocly; needs nodejs and npm
#   make bench          what must be fast, against what (see docs/performance.md); ROWS="P1 P6" runs a part; needs wrk
#   make bench-growth   the same for 10,000,000 stored answers; needs wrk and 5 GB of disk
#   make bench-intervals  do the intervals hold what they promise? simulated, beside the reference's figures
#   make fuzz           hostile input for longer: MINUTES=10 for each of its lanes; ARGS="-k specification" runs one
#   make chaos          kill server, worker and database while people answer; ROUNDS=50 kills so often
#   make openapi        write openapi/openapi.json again from the code
#   make examples       record the examples of openapi/ again from a real run, then openapi.json
#   make lock           choose the versions of the lock files again
#   make clean          remove what these commands have made, but for the data of an `assess serve` (.assess)

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
# The environment knows the folder it was made in: a moved checkout makes a new one.
READY := $(VENV)/.ready-$(shell pwd | cksum | cut -d ' ' -f 1)
PIP := $(RUN) pip --disable-pip-version-check install --quiet
LINTERS := build/linters
# Each server, worker and command that a test starts would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test coverage mutate lint lint-api bench bench-growth bench-intervals chaos fuzz openapi examples lock clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(READY)
	@$(RUN) assess demo $(if $(filter-out 0,$(ONCE)),--once)

# Three processes for two cores, as each waits for servers and databases now and then; each has a PostgreSQL of its own. A file's
# tests stay together, and the longest files come first (tests/conftest.py).
BESIDE := --numprocesses 3 --dist loadfile --no-loadscope-reorder
test: $(READY)
	$(RUN) pytest $(BESIDE) $(ARGS)

# What the rooms' own tests and the command line take: a branch that only some story far away happens to meet is not tested.
coverage: $(READY)
	@$(RUN) coverage erase
	$(RUN) coverage run -m pytest --quiet tests/storage tests/web tests/tenancy tests/test_cli.py $(ARGS)
	@$(RUN) coverage combine --quiet
	@$(RUN) coverage report

mutate: $(READY)
	@PYTHONPATH=tests $(RUN) isolation.mutation $(if $(ONLY),'$(ONLY)')

lint: $(READY)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

lint-api: $(LINTERS)/.ready
	npm --prefix $(LINTERS) run --silent spectral -- $(CURDIR)/openapi/openapi.json
	npm --prefix $(LINTERS) run --silent redocly -- $(CURDIR)/openapi/openapi.json

bench: $(READY)
	@$(RUN) benchmarks $(ROWS)

bench-growth: $(READY)
	@$(RUN) benchmarks growth

bench-intervals: $(READY)
	@$(RUN) benchmarks.intervals

ROUNDS ?= 50
fuzz: $(READY)
	FUZZ_MINUTES=$(or $(MINUTES),10) $(RUN) pytest -q tests/fuzz $(ARGS)

chaos: $(READY)
	@PYTHONPATH=tests $(RUN) faults.chaos $(ROUNDS)

openapi: $(READY)
	$(RUN) assess openapi > openapi/openapi.json.new
	mv openapi/openapi.json.new openapi/openapi.json

examples: $(READY)
	$(RUN) pytest --quiet tests/record_examples.py
	$(MAKE) openapi

# Universal (CPython 3.11 and later, x86-64 and aarch64), with the hashes of every file and without any index's address.
# requirements.lock is what runs and what builds the package: the image is made of it. The checkout's environment has the tools
# of the tests as well, in requirements-test.lock; what stands in both has one version.
COMPILE := build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --only-binary :all: \
  --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'
# What runs in an environment of its own: the bench's peer, and the generator of clients that the tests try.
APART := benchmarks/peer/requirements tests/openapi/generator

lock:
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install --quiet uv
	printf 'hatchling>=1.27\n' | $(COMPILE) --output-file requirements.lock pyproject.toml -
	printf 'hatchling>=1.27\neditables\n' | \
	  $(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml -
	$(foreach each,$(APART),$(COMPILE) --output-file $(each).lock $(each).in && )true
	! grep -nE '^ *-(-|[if])|://' requirements.lock requirements-test.lock $(APART:=.lock) | grep -v -- '--hash='

# A data folder of root's has its PostgreSQL elsewhere; one that is served from is refused, and nothing is removed then.
ERASE := import sys, pathlib, assess.settings, assess.storage.embedded as embedded; \
  embedded.erase(assess.settings.Settings(data=pathlib.Path(sys.argv[1])))
clean:
	@[ ! -x $(VENV)/bin/python ] || find build -name serve.lock -printf '%h\0' 2>/dev/null | \
	  xargs -0 -r -n 1 $(VENV)/bin/python -c '$(ERASE)'
	rm -rf $(VENV) build .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(LINTERS)/.ready: $(addprefix tests/openapi/linters/,package.json package-lock.json .npmrc spectral.yaml redocly.yaml)
	@mkdir -p $(LINTERS)
	@cp $^ $(LINTERS)
	@cd $(LINTERS) && npm ci --silent
	@touch $@

# Only what is imported is compiled, when it is: of all that the tools bring most never is.
$(READY): requirements-test.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Assess needs Python 3.11 or later, this is " + sys.version.split()[0] + "; choose another: make PYTHON=python3.11")'
	@echo "Making the environment in $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --no-compile --require-hashes --only-binary :all: -r requirements-test.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
