# Each target sets up what it needs (nothing, when it is there), then calls one module.
PYTHON ?= python3
ifneq ($(origin PYTHON),file)
export COURSE_PYTHON := $(PYTHON)
endif
SETUP = @command -v $(PYTHON) >/dev/null || \
	{ echo "No $(PYTHON) was found: install Python 3.11, 3.12 or 3.13."; exit 1; } && \
	$(PYTHON) -m setup
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help lab test book doctor notebooks models bench refresh lock clean

help:
	@echo "make lab        open JupyterLab on your own copy of the course"
	@echo "make test       run every test"
	@echo "make book       build the pages and show them"
	@echo "make doctor     say what to paste into a question"
	@echo "make clean      delete what was made, but never your work (ALL=1: llama.cpp too)"
	@echo
	@echo "make notebooks  run every chapter again and store what it shows"
	@echo "make models     train Pocket again (MODEL=plus: another; SHIP=1: in place of ours)"
	@echo "make bench      measure how fast the models, the client and the widgets are here"
	@echo "make refresh    read prices and dates again and show what changed (ARGS=--write: add)"
	@echo "make lock       lock the requirements again (UPGRADE=1: to newer versions)"

lab:
	$(SETUP) reader
	@$(RUN) course.lab

test:
	$(SETUP) dev
	@$(RUN) pytest $(ARGS)

book:
	$(SETUP) reader
	@$(RUN) publish.build --serve

doctor:
	$(SETUP) doctor

notebooks:
	$(SETUP) reader
	@$(RUN) publish.notebooks

models:
	$(SETUP) train
	$(SETUP) reader
	@.venv-train/bin/python -m pocket make $(if $(filter 1,$(SHIP)),,--quick) $(MODEL)
	@$(RUN) pocket rebuilt $(MODEL)
ifeq ($(SHIP),1)
	@$(RUN) pocket ship $(MODEL)
	@$(RUN) pocket evaluate --write $(MODEL)
endif

# The second step times the widgets in Chromium; pytest's 5 means that there is none, which it says.
bench:
	$(SETUP) dev
	@$(RUN) course.bench
	@$(RUN) pytest -q tests/widgets -k within_a_frame || test $$? -eq 5

refresh:
	$(SETUP) dev
	@$(RUN) course.facts.refresh $(ARGS)

lock:
	$(SETUP) lock

clean:
	$(SETUP) clean
