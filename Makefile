# Innovation Den. `make` alone says what can be made.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# One set of flags for the binary, vet, tests and everything that a test builds, so that each package is compiled once:
# only the race detector needs cgo and compiles them again. No debugger's tables: they take time to make, and
# are not in what we link.
export GOFLAGS := -tags=nomsgpack -buildvcs=false -trimpath -gcflags=all=-dwarf=false
export CGO_ENABLED := 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)

# The den enters namespaces and its tests run a real engine: where we are not root, they run through sudo.
ROOT := $(shell [ "$$(id -u)" = 0 ] || echo 'sudo -E env PATH=$(PATH)')
EXEC := $(if $(ROOT),-exec "$(ROOT)")

ARGS ?=
N ?= 200
BENCH ?= .
COUNT ?= 6
SEEDS ?= 2
FUZZTIME ?= 4s
# make chaos: everything, or CHAOS=faults for the fault programme in MINUTES at most; seeds of the crash matrix, years that are simulated.
CHAOS ?= all
CHAOSFUZZ ?= 10m
MINUTES ?= $(if $(filter faults,$(CHAOS)),30,0)
CHAOSSEEDS ?= $(if $(filter faults,$(CHAOS)),2,20)
YEARS ?= 200
# These run once, without the race detector: the crash matrix is long, pure and in one goroutine; and bbolt reads a
# flipped page through pointers for which the detector ends the process, though nothing is read that is not there. A step
# of the schema is one goroutine too.
# So do the tables of who may do what and the fuzzer of the contract: tens of thousands of questions, one after the other.
MATRIX := ^(TestCrashMatrix|TestAFlippedByte|TestAStep|TestEveryRouteForEverybody|TestNotYoursLooksLikeNotThere|TestNobodyReadsWhatIsHidden|TestWhoMayDoWhatToWhat|TestContractFuzz)
# And so do those that mostly wait for a real engine or a browser. What they test is in processes of its own.
WAITING := ./cmd/den
CHROMIUM := ^TestChromium

.PHONY: help setup build demo test whole vet format matrix waiting race fuzz lint bench conformance chaos generate clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install and start what is missing on this machine, for everything below
	@.ci/setup test

build: ## build bin/den, one static binary
	@.ci/setup build
	@GOGC=400 go build -ldflags '-s -w -X main.version=$(VERSION)' -o bin/den ./cmd/den

demo: ## show a whole trial in the browser: two products side by side, on real Docker
	@.ci/setup demo
	@$(MAKE) --no-print-directory build
	@$(ROOT) bin/den demo $(ARGS)

test: ## everything that must hold: at most 15 minutes on 2 cores
	@.ci/setup test
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target whole; echo "PASS: format, vet, matrix, waiting, fuzz, race"

# Two at a time, in this order: what waits leaves the processors to what computes.
whole: waiting format vet matrix race fuzz

# All that `go test` would vet in each of its runs is among this, so no step below does it again.
vet:
	@GOGC=400 go vet -tags=nomsgpack,chaos ./...

format:
	@left=$$(git ls-files -z --cached --others --exclude-standard -- '*.go' | xargs -0 ls -d 2>/dev/null | xargs -r gofmt -l); \
	[ -z "$$left" ] || { printf 'Run gofmt -w on:\n%s\n' "$$left"; exit 1; }

waiting:
	@go test -vet=off -count=1 -parallel 3 -timeout 20m $(EXEC) $(WAITING)
	@.ci/named '$(CHROMIUM)' -vet=off -count=1 -timeout 20m $(EXEC)

race:
	@packages=$$(go list ./...) && for one in $$(go list $(WAITING)); do packages=$$(grep -vx "$$one" <<<"$$packages"); done && \
	CGO_ENABLED=1 GOGC=400 go test -race -vet=off -count=1 -p 3 -parallel 6 -timeout 20m -skip '$(MATRIX)|$(CHROMIUM)' $(EXEC) $$packages

matrix:
	@DEN_SEEDS=$(SEEDS) GOGC=400 .ci/named '$(MATRIX)' -vet=off -count=1 -timeout 20m $(EXEC)

fuzz: ## look for inputs that break a parser, FUZZTIME=6s for each, and 20 s for compose files
	@.ci/fuzz 20s Compose
	@.ci/fuzz $(FUZZTIME) '' Compose

lint: ## golangci-lint, with the tools of .ci/tools
	@.ci/setup lint
	@bin/tools/golangci-lint run ./...

bench: ## measure, COUNT=6 times each; BENCH=name for some; compares with bin/bench.old where there is one
	@.ci/setup bench
	@mkdir -p bin
	@go test -run '^$$' -bench '$(BENCH)' -benchmem -count=$(COUNT) -timeout 3h $(EXEC) ./... | tee bin/bench.txt
	@.ci/setup lint
	@bin/tools/benchstat $$(ls bin/bench.old 2>/dev/null) bin/bench.txt

conformance: ## run the suite of the OCI distribution specification against the registry; results in bin/conformance
	@.ci/setup build
	@$(MAKE) --no-print-directory build
	@$(ROOT) .ci/conform

chaos: ## kill the real den and cut the power N=200 times each, and what else is too long for make test; CHAOS=faults: the faults alone, in MINUTES=30 at most
	@.ci/setup chaos
	@[ "$(CHAOS)" = faults ] || .ci/fuzz $(CHAOSFUZZ) Compose
	@DEN_CHAOS_N=$(N) DEN_SEEDS=$(CHAOSSEEDS) DEN_YEARS=$(YEARS) AS="$(ROOT)" .ci/faults $(CHAOS) $(MINUTES)

generate: ## write again what is generated from the contract
	@.ci/setup lint
	@PATH="$(CURDIR)/bin/tools:$$PATH" go generate ./...

clean: ## remove what the targets above made; a den's data is left alone
	@rm -rf bin web/assets/node_modules web/view/static/vendor
