# Holdfast. `make run` and `make test` do everything on a fresh machine that has Go, gcc, git and make.
GO       ?= go
TAGS     := migrated_fynedo
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X holdfast/app.Version=$(VERSION) -X main.version=$(VERSION)
OUT      := bin
ART      := artefacts
ENGINE   := ./licensing/... ./app/... ./assets/... ./docs/...
FUZZTIME ?= 3s

.PHONY: all setup build build-cli run test lint unit race window screens e2e fuzz scenarios thorough bench clean install uninstall desktop-check windows

all: build

# System packages: compilers' headers for the window, and what the tests need to show and drive it.
setup:
	@packaging/setup.sh

build: $(OUT)
	$(GO) build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(OUT)/holdfast .
	$(GO) build -ldflags '$(LDFLAGS)' -o $(OUT)/holdfast-issuer ./licensing/issuer/cmd/holdfast-issuer
	CGO_ENABLED=0 $(GO) build -tags nogui -ldflags '$(LDFLAGS)' -o $(OUT)/holdfast-cli .
	CGO_ENABLED=0 $(GO) build -ldflags '$(LDFLAGS)' -o $(OUT)/acmecad-sample ./licensing/client/example

$(OUT) $(ART):
	@mkdir -p $@

# The main job, for a person to see: a demo vendor, a request, a license file, the window.
run: setup build
	@packaging/demo.sh

# Everything that decides whether a change is good. Order: cheap and telling first. Reading the code leaves a processor idle for minutes, which the
# first tests use.
test: setup build
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint unit
	@$(MAKE) --no-print-directory race fuzz window desktop-check e2e
	@echo "All checks passed."

lint:
	@packaging/lint.sh

# Temporary files of the tests: in memory where that is possible. TMPDIR=/tmp make test for the disk.
unit race window: export TMPDIR := $(shell packaging/tmp.sh)

# Lint has vetted everything; go test does not do it again.
unit:
	HOLDFAST_REQUIRE_KEYRING=1 HOLDFAST_REQUIRE_POSTGRES=1 HOLDFAST_REQUIRE_CHROMIUM=1 $(GO) test -vet=off -tags nogui $(ENGINE) .

race:
	$(GO) test -vet=off -race -short ./licensing/terms/... ./licensing/exchange/... ./licensing/ledger/... ./licensing/store/... \
		./licensing/disk/... ./licensing/clock/... ./licensing/device/... ./licensing/keystore/... ./licensing/plain/... \
		./licensing/issuer ./licensing/reconcile ./licensing
	$(GO) test -vet=off -race -run ManyCallers ./licensing/usage

window: $(ART)
	HOLDFAST_ARTEFACTS=$(abspath $(ART)) $(GO) test -vet=off -tags $(TAGS) ./views/...

# Every screen and every state, in light and dark, English and German, small, wide and with large text, as pictures for
# people to look at.
screens: $(ART)
	HOLDFAST_SHOTS=$(abspath $(ART))/screens $(GO) test -count=1 -tags $(TAGS) -run Painted ./views
	@echo "Pictures: $(ART)/screens"

# The program itself, with a real Secret Service and a real window.
e2e: build $(ART)
	packaging/e2e.sh $(abspath $(OUT)) $(abspath $(ART))
	packaging/e2e-usage.sh $(abspath $(OUT)) $(abspath $(ART))
	packaging/e2e-online.sh $(abspath $(OUT)) $(abspath $(ART))
	packaging/e2e-window.sh $(abspath $(OUT)) $(abspath $(ART)) || { echo "e2e-window: once more, from the start"; packaging/e2e-window.sh $(abspath $(OUT)) $(abspath $(ART)); }

# A million random futures: simulator, timeline and step by step evaluation must agree. SCENARIOS=n for another number.
SCENARIOS ?= 1000000
scenarios:
	HOLDFAST_SCENARIOS=$(SCENARIOS) $(GO) test -count=1 -timeout 6h -v -tags nogui -run Agree ./licensing/simulate
	HOLDFAST_CLOCK_TRACES=100000 $(GO) test -count=1 -timeout 1h -tags nogui ./licensing/clock

# Every kill, power loss, failing call and damaged byte, of which the everyday run takes a part. Takes hours.
thorough:
	HOLDFAST_KILL_EVERY=1 HOLDFAST_KILL_POINTS=1000 HOLDFAST_POWER_STATES=10000 HOLDFAST_EVERY_BYTE=1 TMPDIR=$(shell packaging/tmp.sh) \
		$(GO) test -count=1 -timeout 6h -tags nogui -run 'Kill|Power|Fail|Fault|Damage' ./licensing ./licensing/usage

# FUZZTIME=30s make fuzz for the longer run.
fuzz:
	@packaging/fuzz.sh $(FUZZTIME)

bench:
	$(GO) test -run '^$$' -bench . -benchtime 1s ./licensing/...
	$(GO) test -run '^$$' -bench . -benchtime 1s -tags $(TAGS) ./views/...
	@packaging/bench.sh $(abspath $(OUT))
	@packaging/bench-window.sh $(abspath $(OUT)) 0 50

# make install PREFIX=$HOME/.local, or with DESTDIR= for a package.
PREFIX  ?= /usr/local
DESTDIR ?=
install: export PREFIX := $(PREFIX)
install: export DESTDIR := $(DESTDIR)
install:
	@test -x $(OUT)/holdfast || $(MAKE) build
	@packaging/linux/install.sh install $(OUT)

uninstall: export PREFIX := $(PREFIX)
uninstall: export DESTDIR := $(DESTDIR)
uninstall:
	@packaging/linux/install.sh uninstall $(OUT)

# Desktop entry, file types, icons, metadata and the double click, in a temporary account.
desktop-check: build
	@packaging/linux/check.sh $(OUT)

# The Windows programs, built on Linux with mingw-w64: bin/windows. Takes about six minutes the first time.
windows:
	@packaging/windows/build.sh $(OUT)/windows $(VERSION)

clean:
	rm -rf $(OUT) $(ART)
