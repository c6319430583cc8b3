# Everything a fresh machine needs is installed by these targets (Debian: Python 3.11, Node 20, git and make are there).
PYTHON ?= python3
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
# Root installs Debian packages as it is; others through sudo, where they may.
ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
APT := $(ROOT) env DEBIAN_FRONTEND=noninteractive apt-get
CHROMIUM := $(or $(shell command -v chromium),/usr/bin/chromium)
# Where the labextension's build and everything it needs end up.
LABEXT := zenodo_jupyter/_labextension/package.json
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help install demo lab screenshots test test-py test-ts everywhere lint format bench survival circle crashes corpus volume demo-corpus conformance catalogue build clean
help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(APT) update && $(APT) install -y --no-install-recommends python3-venv && $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --upgrade pip

labextension/node_modules/.package-lock.json: labextension/package.json labextension/package-lock.json
	cd labextension && npm ci --no-audit --no-fund --loglevel=error

# Installed in place, with what tests, demo and build need, at the versions that were seen to work together.
$(VENV)/.installed: pyproject.toml tests/constraints.txt labextension/node_modules/.package-lock.json $(wildcard labextension/src/*.ts* labextension/src/*/*.ts* labextension/style/* labextension/schema/*) | $(BIN)/python
	rm -rf zenodo_jupyter/_labextension
	$(BIN)/python -m pip install --quiet --constraint tests/constraints.txt --editable '.[demo,test]'
	@touch $@

install: $(VENV)/.installed ## make the environment in .venv and install the project into it

demo: install ## the main job, start to end, in a scratch folder
	$(BIN)/python notebooks/demo.py notebooks/quickstart/seattle-weather.ipynb data/seattle-weather.csv

# On a copy, which gets the badge when it is published. More arguments: make lab LAB=--no-browser
lab: install ## open JupyterLab on the quickstart
	@test -d demo-lab/quickstart || { mkdir -p demo-lab && cp -R notebooks/quickstart demo-lab/; }
	$(BIN)/jupyter lab $(if $(ROOT),,--allow-root) $(LAB) demo-lab/quickstart/seattle-weather.ipynb

screenshots: install $(CHROMIUM) ## take the README's pictures of JupyterLab
	CHROMIUM=$(CHROMIUM) $(BIN)/python tests/browser/pictures.py labextension/pictures

$(CHROMIUM):
	$(APT) update && $(APT) install -y --no-install-recommends chromium fonts-dejavu-core

NGINX := /usr/sbin/nginx
$(NGINX):
	-$(APT) update && $(APT) install -y --no-install-recommends nginx-light

test: test-ts test-py ## all tests

test-ts: install
	cd labextension && npm test --silent

# The places where browser tests go to, each in an environment that sees this one.
PLACES := oldest shared hub
.everywhere/.installed: tests/browser/environments.py $(wildcard tests/browser/environments/*) $(VENV)/.installed
	$(BIN)/python $< $(PLACES)
	@touch $@

test-py: install $(CHROMIUM) .everywhere/.installed | $(NGINX)
	$(BIN)/python -m pytest -n $(WORKERS)
	# What fails while two browsers share a small machine has to pass alone.
	CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest -n $(WORKERS) tests/browser || CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest --last-failed tests/browser

everywhere: install $(CHROMIUM) .everywhere/.installed ## all browser tests in JupyterLab 4.2 and Notebook 7.2, and with shared notebooks
	for place in oldest shared; do \
		CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest -n $(WORKERS) tests/browser --ignore tests/browser/test_browser_elsewhere.py \
			--environment $$place || exit 1; \
	done

lint: install ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Full sizes: python -m benchmarks.clients --full, python -m benchmarks.nginx --large 1024, python -m benchmarks.searches --records 1000 10000 100000
# and python -m benchmarks.sizes --records 1000 10000 100000 --gigabytes 10
bench: install $(CHROMIUM) | $(NGINX) ## speed beside curl, nginx and JupyterLab without us, as ratios; searching, keeping and harvesting
	CHROMIUM=$(CHROMIUM) $(BIN)/python -m benchmarks

survival: install ## a thousand publications that die, and are gone on with
	$(BIN)/python -m benchmarks.survival

circle: install ## publish the quickstart with a rehearsal, and reproduce it with an empty HOME and empty caches
	$(BIN)/python -m benchmarks.circle

crashes: install ## kill the server of the embedded repository 200 times, and look what is lost
	$(BIN)/python -m benchmarks.crashes

corpus: install ## fetch notebooks that nobody here wrote, with their data
	$(BIN)/python notebooks/corpus.py corpus
	$(BIN)/python -m pip install --quiet --constraint tests/constraints.txt $$($(BIN)/python notebooks/corpus.py --needs)

volume: install ## check some 700 notebooks that nobody here wrote
	$(BIN)/python notebooks/volume.py corpus/volume

demo-corpus: corpus ## take each of them around the same circle
	$(BIN)/python notebooks/demo.py "corpus/hdbscan/Looking at cluster consistency.ipynb" clusterable_data.npy --metadata corpus/hdbscan/description.yaml
	$(BIN)/python notebooks/demo.py corpus/lmfit/discuss_model_eval_uncertainty.ipynb NIST_Gauss2.dat --metadata corpus/lmfit/description.yaml --may-differ

conformance: install $(CHROMIUM) .everywhere/.installed ## the contract tests against a real InvenioRDM too, started on this machine
	CHROMIUM=$(CHROMIUM) BIN=$(CURDIR)/$(BIN) bash tests/invenio/conformance.sh

catalogue: install ## the panel's words, as a template for translators
	$(BIN)/python -m babel.messages.frontend -q extract -F labextension/babel.cfg -k __ -k _n:1,2 -k pgettext:1c,2 \
		--no-default-keywords --no-location --sort-output --omit-header -o labextension/locale/zenodo_jupyter.pot \
		labextension/src labextension/schema

build: $(BIN)/python labextension/node_modules/.package-lock.json ## wheel and sdist, in dist/
	$(BIN)/python -m pip install --quiet build
	rm -rf zenodo_jupyter/_labextension
	$(BIN)/python -m build

clean: ## throw away what was built
	rm -rf $(VENV) .everywhere dist zenodo_jupyter/_labextension labextension/lib labextension/node_modules
