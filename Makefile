# Everything that a fresh clone needs, and everything that must hold.
#   make run    the demo service on a local port, with one-click sign-in
#   make test   generated code in step, formatting, vet, linters, architecture, tests, journeys
#   make test-long  the same faults, many more times
#   make bench  benchmarks, each against a floor measured in the same run (ONLY=name for one)
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: run test test-long bench assets build generate lint unit faults journeys clean drift

PORT ?= 8080
# The same results for every clone: without it the build cache grows by gigabytes with each folder.
export GOFLAGS := $(shell go env GOFLAGS) -trimpath

run: build
	@./bin/cairn demo --listen 127.0.0.1:$(PORT) --data tmp/demo

build: assets
	@mkdir -p bin
	@go build -o bin/cairn ./cmd/cairn

# The browser's parts come from npm. Without npm the service still builds and serves plain pages.
assets: node_modules/.cairn
	@if [ -d node_modules ]; then node scripts/assets.mjs; fi

node_modules/.cairn: package.json package-lock.json
	@if command -v npm >/dev/null; then \
	  PUPPETEER_SKIP_DOWNLOAD=1 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --silent && touch node_modules/.cairn; \
	else echo "npm is not here: pages will be plain"; fi

generate:
	@go tool templ generate -log-level error

test: assets
	@scripts/test

# The long runs: over a thousand seeds of escalation, thousands of moments of ceilings, a hundred kills.
test-long: build
	@CAIRN_SEEDS=1000 CAIRN_STEPS=3000 scripts/with-postgres go test -count=1 -timeout 60m -v ./internal/cairntest/climb ./internal/cairntest/crowd
	@CAIRN_TEST_ROUNDS=100 scripts/test faults

lint:
	@scripts/test lint

unit: assets
	@scripts/test unit

faults: build
	@scripts/test faults

journeys: build
	@scripts/test journeys

bench: build
	@go run ./bench $(if $(ONLY),-only $(ONLY))

clean:
	@rm -rf bin tmp node_modules
