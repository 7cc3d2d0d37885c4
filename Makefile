# Fanfare. `make run` builds and starts it; `make check` tests it; `make help` lists the rest.
# Nothing is installed behind your back: what apt would install is said first.

VERSION := 0.1.0

BUILD   ?= build
PREFIX  ?= /usr/local
CC      ?= cc
OPT     ?= -O2 -g
WERROR  ?=
LAB     ?= trixie

PKGS_BUILD := gcc make pkgconf libncurses-dev libsystemd-dev libasound2-dev libpulse-dev \
	libsbc-dev libconfig-dev libsndfile1-dev libkissfft-dev
PKGS_CHECK := libcmocka-dev libsamplerate0-dev libvterm-dev dbus dbus-daemon pulseaudio \
	pulseaudio-utils pipewire pipewire-pulse wireplumber alsa-utils libasound2-plugins sox locales systemd \
	openssh-client openssh-server jq zsh fish
PKGS_CI    := clang clang-format libclang-rt-dev
PKGS_TIDY  := clang-tidy
PKGS_LAB   := qemu-system-x86 mmdebstrap e2fsprogs kmod cpio xz-utils git
PKGS_DEB   := dpkg-dev lintian
PKGS_ARM64 := mmdebstrap
PKGS_PACKAGE := mmdebstrap git
PKGS_BENCH := pipewire-bin htop btop

MODULES := libsystemd alsa libpulse-simple libpulse sbc libconfig sndfile kissfft-float

ifneq ($(filter-out help clean lab lab-boot lab-way uninstall deb package package-check lint dist deps-% install-%,$(or $(MAKECMDGOALS),all)),)
CORE_CFLAGS := $(shell pkg-config --cflags $(MODULES) 2>/dev/null)
CORE_LIBS   := $(shell pkg-config --libs $(MODULES) 2>/dev/null) -lm -lpthread
TUI_CFLAGS  := $(shell pkg-config --cflags ncursesw 2>/dev/null)
TUI_LIBS    := $(shell pkg-config --libs ncursesw 2>/dev/null)
TEST_LIBS   := -lcmocka -lsamplerate -lvterm
endif

WARN := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wvla -Wswitch-enum
CFLAGS_ALL = -std=c17 -D_GNU_SOURCE -I. $(OPT) $(WARN) $(if $(WERROR),-Werror) -pthread \
	-DFANFARE_SHARE='"$(PREFIX)/share/fanfare"' -DFANFARE_VERSION='"$(VERSION)"' $(CFLAGS)

# The mathematics is allowed to be reordered where it says so itself (no -ffast-math:
# NaN must stay NaN, or a limiter cannot find it).
CORE_SRC := $(wildcard core/*.c core/*/*.c)
TUI_SRC  := $(wildcard tui/*.c)
CORE_OBJ := $(CORE_SRC:%.c=$(BUILD)/%.o)
TUI_OBJ  := $(filter-out $(BUILD)/tui/main.o,$(TUI_SRC:%.c=$(BUILD)/%.o))

# A test is one program: tests/ROOM/test_NAME.c. It links the archives, so only
# the objects it asks for. The other files of its folder are its helpers.
TEST_SRC   := $(wildcard tests/*/test_*.c)
BENCH_SRC  := $(wildcard tests/*/bench_*.c)
FUZZ_SRC   := $(wildcard tests/*/fuzz_*.c)
HELP_SRC   := $(filter-out $(TEST_SRC) $(BENCH_SRC) $(FUZZ_SRC),$(wildcard tests/*/*.c))
TEST_BIN   := $(TEST_SRC:%.c=$(BUILD)/%)
BENCH_BIN  := $(BENCH_SRC:%.c=$(BUILD)/%)
FUZZ_BIN   := $(FUZZ_SRC:%.c=$(BUILD)/%)
TEST_ROOMS := $(sort $(patsubst %/,%,$(dir $(HELP_SRC))))
TEST_LIBS_A := $(TEST_ROOMS:%=$(BUILD)/%.a)

.PHONY: all run check unit programs lab lab-boot lab-way arm64 asan tsan fuzz bench tidy format format-check layers clean help \
	deps-run deps-check deps-ci deps-tidy deps-lab deps-deb deps-bench deb package package-check lint dist share install uninstall force
.SECONDARY:
.DELETE_ON_ERROR:

# One short line a step; V=1 shows the commands.
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2) &&)

all: $(BUILD)/fanfare share

help:
	@echo 'make run      install what is missing, build, start the console'
	@echo 'make check    install what the tests need, build and pass them'
	@echo 'make lab      three speakers on a virtual radio in a virtual machine (LAB=bookworm too)'
	@echo 'make lab-boot the installed package in one with systemd: boots in a row, power cuts'
	@echo 'make lab-way  the README followed there, from a bare machine to music at boot'
	@echo 'make arm64    build for a Raspberry Pi here, and test it under emulation'
	@echo 'make package-check  the package on Debian 12 and 13: made, installed, upgraded, purged'
	@echo 'make asan tsan fuzz bench tidy format install uninstall   as their names say'

# ---- the program ----------------------------------------------------------------------------

$(BUILD)/fanfare: $(BUILD)/tui/main.o $(BUILD)/libtui.a $(BUILD)/libcore.a
	$(call say,link,$@) $(CC) $(CFLAGS_ALL) -o $@ $^ $(TUI_LIBS) $(CORE_LIBS) $(LDFLAGS)

# What was compiled or archived with other flags, or from other files, is done anew.
$(BUILD)/flags: force
	$(shell mkdir -p $(BUILD))$(file >$@.new,$(CC) $(CFLAGS_ALL) $(CORE_CFLAGS) $(TUI_CFLAGS) $(LDFLAGS))
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(BUILD)/sources: force
	$(shell mkdir -p $(BUILD))$(file >$@.new,$(CORE_SRC) $(TUI_SRC) $(HELP_SRC))
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# In the tree the program finds its profiles as it does installed: ../share/fanfare.
share:
	@mkdir -p $(BUILD)/share/fanfare
	@ln -sfn '$(CURDIR)/profiles' $(BUILD)/share/fanfare/profiles
	@ln -sfn '$(CURDIR)/themes' $(BUILD)/share/fanfare/themes

$(BUILD)/libcore.a: $(CORE_OBJ) $(BUILD)/sources
	@rm -f $@
	@$(AR) rcs $@ $(CORE_OBJ)

$(BUILD)/libtui.a: $(TUI_OBJ) $(BUILD)/sources
	@rm -f $@
	@$(AR) rcs $@ $(TUI_OBJ)

# The samples are worked on in plain loops: -O3 lets every compiler vectorise them.
$(BUILD)/core/dsp/%.o $(BUILD)/core/rt/%.o $(BUILD)/core/align/%.o: private OPT := $(OPT) -O3 -fno-math-errno -fno-trapping-math

$(BUILD)/core/%.o: core/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc,$<) $(CC) $(CFLAGS_ALL) $(CORE_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tui/%.o: tui/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc,$<) $(CC) $(CFLAGS_ALL) $(TUI_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc,$<) $(CC) $(CFLAGS_ALL) $(CORE_CFLAGS) $(TUI_CFLAGS) -MMD -MP -c -o $@ $<

define test_room
$(BUILD)/$(1).a: $$(patsubst %.c,$(BUILD)/%.o,$$(filter $(1)/%,$(HELP_SRC))) $(BUILD)/sources
	@rm -f $$@
	@$$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach room,$(TEST_ROOMS),$(eval $(call test_room,$(room))))

$(TEST_BIN) $(BENCH_BIN): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIBS_A) $(BUILD)/libtui.a $(BUILD)/libcore.a
	$(call say,link,$@) $(CC) $(CFLAGS_ALL) -o $@ $< $(filter $(BUILD)/$(patsubst %/,%,$(dir tests/$*)).a,$(TEST_LIBS_A)) \
		$(if $(filter control/% service/%,$*),$(BUILD)/tests/bluez.a) \
		$(if $(filter bench/% io/% rt/% control/%,$*),$(BUILD)/tests/dsp.a) \
		$(BUILD)/libtui.a $(BUILD)/libcore.a $(if $(filter service/%,$*),$(BUILD)/tests/tui.a $(BUILD)/tests/lab.a $(BUILD)/libtui.a) \
		$(TEST_LIBS) $(TUI_LIBS) $(CORE_LIBS) $(LDFLAGS)

# ---- running --------------------------------------------------------------------------------

run: deps-run
	@$(MAKE) --no-print-directory all
	@$(BUILD)/fanfare $(ARGS)

check: deps-check
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory unit

# Every program there is, run or not: what CI compiles with each compiler.
programs: $(TEST_BIN) $(BENCH_BIN)

# SKIP: patterns of programs to leave out, such as tests/dsp/%; ONLY: of those to run at all.
SKIP ?=
ONLY ?= %
UNIT := $(filter-out $(SKIP:%=$(BUILD)/%),$(filter $(ONLY:%=$(BUILD)/%),$(TEST_BIN)))

unit: $(UNIT) all
	@BUILD=$(BUILD) tests/run.sh $(UNIT)

layers:
	@bash tests/layers.test.sh && bash tests/imports.test.sh

# Where the lab's helpers are wanted without the rest: the radio, speaker, phone, judge, microphone, saver.
radio: $(BUILD)/tests/radio/radio
$(BUILD)/tests/radio/radio: $(BUILD)/tests/radio.a
	$(call say,link,$@) $(CC) $(CFLAGS_ALL) -o $@ -Wl,--whole-archive $< -Wl,--no-whole-archive -lm $(LDFLAGS)

LAB_TOOLS := $(addprefix $(BUILD)/tests/lab/,speaker phone judge microphone saver)
lab-tools: $(LAB_TOOLS)
$(LAB_TOOLS): %: %.o $(BUILD)/tests/lab.a $(BUILD)/tests/align.a $(BUILD)/libtui.a $(BUILD)/libcore.a
	$(call say,link,$@) $(CC) $(CFLAGS_ALL) -o $@ $^ $(TUI_LIBS) $(CORE_LIBS) $(LDFLAGS)

# What apt cannot bring, the lab names itself, and fails.
lab:
	@tests/deps.sh $(PKGS_LAB) || true
	@tests/lab/lab --release $(LAB) $(SCENES)

# As at home: systemd, the package, power cuts. BOOTS in a row, and CUTS while it saves.
BOOTS ?= 3
CUTS  ?= 3
lab-boot:
	@tests/deps.sh $(PKGS_LAB) || true
	@tests/lab/boot --release $(LAB) --boots $(BOOTS) --cuts $(CUTS)

# The commands of README and manual, as written, from a bare machine to music at boot.
lab-way:
	@tests/deps.sh $(PKGS_LAB) || true
	@tests/lab/way --release $(LAB)

asan: deps-check
	@ASAN_OPTIONS=detect_leaks=1 FANFARE_ROOMS=$${FANFARE_ROOMS:-30} \
		FANFARE_MUSIC_ROOMS=$${FANFARE_MUSIC_ROOMS:-1} $(MAKE) --no-print-directory unit BUILD=$(BUILD)/asan \
		OPT='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined'

# Left out: what has no thread to race with, and hours of sound, or of reckoning, to work through.
tsan: deps-check
	@TSAN_OPTIONS=halt_on_error=1 $(MAKE) --no-print-directory unit BUILD=$(BUILD)/tsan \
		SKIP='tests/align/% tests/dsp/% tests/radio/% tests/store/% tests/lab/% tests/io/test_simulated tests/io/test_mixed tests/io/test_bursts tests/control/test_under_music' \
		OPT='-O2 -g -fsanitize=thread'

# For a Raspberry Pi. Run is what needs no daemon. Emulated, arithmetic takes 20 times as
# long: there are fewer rooms, and no hours of sound or music. test_terminal judges processor time, and
# test_program starts a program that this kernel cannot; the script starts it itself.
arm64: deps-arm64
	@ONLY='tests/base/% tests/dsp/% tests/rt/% tests/store/% tests/tui/% tests/align/% tests/radio/% tests/lab/%' \
		SKIP='tests/dsp/test_hour tests/align/test_overhear tests/tui/test_terminal tests/tui/test_program' \
		BUILD=$(BUILD) tests/arm64.sh $(filter lib%-dev,$(PKGS_BUILD) $(PKGS_CHECK))

FUZZ_SECONDS ?= 20
fuzz: deps-ci
	@$(MAKE) --no-print-directory fuzz-run BUILD=$(BUILD)/fuzz CC=clang \
		OPT='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'

.PHONY: fuzz-run radio lab-tools
fuzz-run: $(FUZZ_BIN)
	@tests/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_BIN)

$(FUZZ_BIN): %: %.o $(BUILD)/libcore.a
	$(call say,link,$@) $(CC) $(CFLAGS_ALL) -fsanitize=fuzzer -o $@ $< $(BUILD)/libcore.a $(CORE_LIBS) $(LDFLAGS)

bench: deps-bench
	@$(MAKE) --no-print-directory all $(BENCH_BIN)
	@BUILD=$(BUILD) tests/bench/run.sh $(BENCH_BIN)

# ---- keeping it tidy ------------------------------------------------------------------------

C_FILES = $(shell git ls-files '*.c' '*.h' 2>/dev/null)

format:
	clang-format -i $(C_FILES)

# The words of clang-format 14, Debian 12's; others lay out a few corners differently.
format-check:
	@clang-format --version | grep -q 'version 14' || { echo 'format-check wants clang-format 14 (Debian 12)'; exit 1; }
	@clang-format --dry-run -Werror $(C_FILES) && echo 'format: all files as .clang-format says'

# Without what knows no scope-bound release (SCOPED) and what C11's Annex K would like.
TIDY := -*,clang-analyzer-*,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-unix.Malloc,$\
	-clang-analyzer-valist.*,bugprone-*,-bugprone-easily-swappable-parameters,$\
	-bugprone-narrowing-conversions,-bugprone-reserved-identifier,-bugprone-macro-parentheses,$\
	-bugprone-implicit-widening-of-multiplication-result,performance-*

tidy: deps-tidy
	@clang-tidy --quiet --checks='$(TIDY)' $(CORE_SRC) $(TUI_SRC) -- -std=c17 -D_GNU_SOURCE -I. \
		$(CORE_CFLAGS) $(TUI_CFLAGS)

clean:
	rm -rf $(BUILD)

# Where things go: DESTDIR before all of it. What a bus daemon, systemd and the shells look
# into is under /usr and /usr/local alike, but for the bus policy.
SYSCONFDIR ?= /etc
POLICYDIR  ?= $(if $(filter /usr,$(PREFIX)),/usr/share,/etc)/dbus-1/system.d
ZSHDIR     ?= $(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
BASHDIR    := $(PREFIX)/share/bash-completion/completions
FISHDIR    := $(PREFIX)/share/fish/vendor_completions.d

UNITDIR    := $(PREFIX)/lib/systemd/system
POLICY     := $(POLICYDIR)/org.fanfare.Fanfare1.conf

INSTALLED := $(PREFIX)/bin/fanfare $(PREFIX)/share/man/man1/fanfare.1 \
	$(patsubst %,$(PREFIX)/share/fanfare/%,$(wildcard profiles/*.conf themes/*.theme)) \
	$(UNITDIR)/fanfare.service $(PREFIX)/lib/sysusers.d/fanfare.conf $(POLICY) \
	$(BASHDIR)/fanfare $(ZSHDIR)/_fanfare $(FISHDIR)/fanfare.fish
# The folders among those that a bare Debian does not have, innermost first.
FOLDERS := $(PREFIX)/share/fanfare/profiles $(PREFIX)/share/fanfare/themes $(PREFIX)/share/fanfare \
	$(SYSCONFDIR)/fanfare $(PREFIX)/share/man/man1 $(UNITDIR) $(PREFIX)/lib/systemd $(PREFIX)/lib/sysusers.d \
	$(BASHDIR) $(PREFIX)/share/bash-completion $(ZSHDIR) $(PREFIX)/share/zsh $(FISHDIR) $(PREFIX)/share/fish

# put MODE FILE PLACE: DESTDIR may have spaces in it.
put = install -D -m $(1) $(2) "$(DESTDIR)$(3)"

install: all
	@$(call put,755,$(BUILD)/fanfare,$(PREFIX)/bin/fanfare)
	@for f in profiles/*.conf themes/*.theme; do $(call put,644,$$f,$(PREFIX)/share/fanfare/$$f) || exit; done
	@$(call put,644,tui/fanfare.1,$(PREFIX)/share/man/man1/fanfare.1)
	@sed 's|@PREFIX@|$(PREFIX)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|' core/service/fanfare.service.in >$(BUILD)/fanfare.service
	@$(call put,644,$(BUILD)/fanfare.service,$(UNITDIR)/fanfare.service)
	@$(call put,644,core/service/fanfare.sysusers.conf,$(PREFIX)/lib/sysusers.d/fanfare.conf)
	@$(call put,644,core/service/fanfare.policy.conf,$(POLICY))
	@$(call put,644,tui/completion/fanfare.bash,$(BASHDIR)/fanfare)
	@$(call put,644,tui/completion/fanfare.zsh,$(ZSHDIR)/_fanfare)
	@$(call put,644,tui/completion/fanfare.fish,$(FISHDIR)/fanfare.fish)
	@[ -e "$(DESTDIR)$(SYSCONFDIR)/fanfare/fanfare.conf" ] || \
		$(call put,644,core/service/fanfare.conf,$(SYSCONFDIR)/fanfare/fanfare.conf)
	@echo 'installed as $(DESTDIR)$(PREFIX)/bin/fanfare'
	@echo 'to play from boot on: systemd-sysusers && systemctl daemon-reload && systemctl enable --now fanfare'

# A fanfare.conf that somebody changed stays, and so do profiles of one's own.
uninstall:
	@[ -n '$(DESTDIR)' ] || [ ! -L $(SYSCONFDIR)/systemd/system/multi-user.target.wants/fanfare.service ] || \
		systemctl disable $$([ ! -d /run/systemd/system ] || echo --now) fanfare
	@conf="$(DESTDIR)$(SYSCONFDIR)/fanfare/fanfare.conf"; \
		if cmp -s core/service/fanfare.conf "$$conf"; then rm "$$conf"; fi
	@cd "$(DESTDIR)/" && rm -f $(INSTALLED:/%=%) && \
		for d in $(FOLDERS:/%=%); do [ ! -d $$d ] || rmdir --ignore-fail-on-non-empty $$d; done
	@echo 'removed from $(DESTDIR)$(PREFIX); what the service remembered is in /var/lib/fanfare'

# The source of the last commit: the same bytes from every clone of it.
DIST := fanfare-$(VERSION)
dist:
	@mkdir -p $(BUILD)
	@[ -z "$$(git status --porcelain)" ] || echo 'dist: what is not committed is left out' >&2
	@git -c core.autocrlf=false -c tar.umask=0022 archive --prefix=$(DIST)/ HEAD >$(BUILD)/$(DIST).tar
	@gzip -9nf $(BUILD)/$(DIST).tar
	@echo '$(BUILD)/$(DIST).tar.gz'

# A package of this machine's release, in $(BUILD)/deb: fanfare_VERSION_ARCH.deb.
deb: deps-deb
	@$(MAKE) --no-print-directory package
	@$(MAKE) --no-print-directory lint

# Everything lintian knows but: the service is systemd's and has no script for another init (a
# word that Debian 13's no longer knows), and compilers lay pieces of words beside one another,
# which looks like bad spelling.
UNLINTED := package-supports-alternative-init-but-no-init.d-script spelling-error-in-binary
lint:
	@for tag in $(UNLINTED); do ! lintian-explain-tags $$tag >/dev/null 2>&1 || known=$$known$${known:+,}$$tag; done && \
		lintian --allow-root -EIL +pedantic --fail-on error,warning,info,pedantic,experimental \
		--suppress-tags "$$known" $(BUILD)/deb/*.deb

# Debian's own flags say how it is hardened, and let no path of this machine into it.
package:
	@rm -rf $(BUILD)/deb && mkdir -p $(BUILD)/deb
	@export DEB_BUILD_MAINT_OPTIONS=hardening=+all $(if $(DEB_ARCH),DEB_HOST_ARCH=$(DEB_ARCH)) && \
		OPT="$$(dpkg-buildflags --get CFLAGS) $$(dpkg-buildflags --get CPPFLAGS)" \
		LDFLAGS="$$(dpkg-buildflags --get LDFLAGS)" \
		$(MAKE) --no-print-directory install BUILD=$(BUILD)/usr PREFIX=/usr SYSCONFDIR=/etc \
		DESTDIR=$(abspath $(BUILD)/deb/tree) >/dev/null
	@core/service/debian/build.sh $(VERSION) $(BUILD)/deb/tree $(BUILD)/deb
	@rm -r $(BUILD)/deb/tree

# The package made, looked through, installed, upgraded, removed and purged on Debian 12 and 13.
package-check:
	@tests/deps.sh $(PKGS_PACKAGE) || true
	@BUILD=$(BUILD) tests/package/check $(PKGS_BUILD) $(PKGS_DEB)

# ---- what apt has to bring ------------------------------------------------------------------

deps-run:   ; @tests/deps.sh $(PKGS_BUILD)
deps-check: ; @tests/deps.sh $(PKGS_BUILD) $(PKGS_CHECK)
deps-ci:    ; @tests/deps.sh $(PKGS_BUILD) $(PKGS_CHECK) $(PKGS_CI)
deps-tidy:  ; @tests/deps.sh $(PKGS_BUILD) $(PKGS_TIDY)
deps-lab:   ; @tests/deps.sh $(PKGS_LAB)
deps-deb:   ; @tests/deps.sh $(PKGS_BUILD) $(PKGS_DEB)
deps-arm64: ; @tests/deps.sh $(PKGS_ARM64)
deps-bench: ; @tests/deps.sh $(PKGS_BUILD) $(PKGS_CHECK) $(PKGS_BENCH)

-include $(shell find $(BUILD)/core $(BUILD)/tui $(BUILD)/tests -name '*.d' 2>/dev/null)
