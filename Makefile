# Holdfast. `make run` and `make test` do everything on a fresh machine that has Go, gcc, git and make.
GO       ?= go
TAGS     := migrated_fynedo
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X holdfast/app.Version=$(VERSION)
OUT      := bin
ART      := artefacts
ENGINE   := ./licensing/... ./app/... ./assets/...
FUZZTIME ?= 5s

.PHONY: all setup build build-cli run test lint unit race window e2e fuzz bench clean

all: build

# System packages: compilers' headers for the window, and what the tests need to show and drive it.
setup:
	@packaging/setup.sh

build: $(OUT)
	$(GO) build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(OUT)/holdfast .
	$(GO) build -ldflags '$(LDFLAGS)' -o $(OUT)/holdfast-issuer ./licensing/issuer/cmd/holdfast-issuer
	CGO_ENABLED=0 $(GO) build -tags nogui -ldflags '$(LDFLAGS)' -o $(OUT)/holdfast-cli .

$(OUT) $(ART):
	@mkdir -p $@

# The main job, for a person to see: a demo vendor, a request, a license file, the window.
run: setup build
	@packaging/demo.sh

# Everything that decides whether a change is good. Order: cheap and telling first.
test: setup lint build unit race fuzz window e2e
	@echo "All checks passed."

lint:
	@packaging/lint.sh

unit:
	HOLDFAST_REQUIRE_KEYRING=1 $(GO) test -tags nogui $(ENGINE) .

race:
	$(GO) test -race -short ./licensing/terms/... ./licensing/exchange/... ./licensing/ledger/... ./licensing/store/... \
		./licensing/disk/... ./licensing/clock/... ./licensing/device/... ./licensing/keystore/... ./licensing/plain/... \
		./licensing/issuer/... ./licensing

window: $(ART)
	HOLDFAST_ARTEFACTS=$(abspath $(ART)) $(GO) test -tags $(TAGS) ./views/...

# The program itself, with a real Secret Service and a real window.
e2e: build $(ART)
	packaging/e2e.sh $(abspath $(OUT)) $(abspath $(ART))

# FUZZTIME=30s make fuzz for the longer run.
fuzz:
	@packaging/fuzz.sh $(FUZZTIME)

bench:
	$(GO) test -run '^$$' -bench . -benchtime 1s ./licensing/...
	@packaging/bench.sh $(abspath $(OUT))

clean:
	rm -rf $(OUT) $(ART)
