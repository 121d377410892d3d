# wscope: the program and libwsdissect, the library under it. "make help" lists the targets.
#
# Objects go to build/VARIANT/, with the headers they depend on. A variant is one way to compile everything:
#   release  what is installed (the default; $(CC), CFLAGS and LDFLAGS are yours)
#   gcc      gcc, warnings are errors            clang   clang, warnings are errors
#   asan     gcc with ASan and UBSan: all tests  fuzz    clang with the same and libFuzzer's coverage
#   afl      AFL++'s clang with the same
# The release variant's products are ./wscope and build/libwsdissect.*; the others keep theirs in build/VARIANT/.

VERSION   := 0.1.0
SOVERSION := 0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
DESTDIR    ?=
VARIANT    ?= release
T          ?= 60

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

# ---- compilers and flags of each variant

ifeq ($(origin CC),default)
CC := gcc
endif
# Link-time optimisation lets the layers be called without the cost of calls: about a tenth of the time.
CFLAGS ?= -O3 -g
ifneq ($(findstring gcc,$(CC)),)
  LTO := -flto=auto -ffat-lto-objects
endif
CLANG  ?= clang

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# 3 where compiler and C library can, else they take it for 2
HARDEN   := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3

ifeq ($(VARIANT),release)
  COMPILER := $(CC)
  VFLAGS   := $(HARDEN) $(CFLAGS) $(LTO)
  VLDFLAGS := $(CFLAGS) $(LTO)
else ifeq ($(VARIANT),gcc)
  COMPILER := gcc
  VFLAGS   := $(HARDEN) -O2 -g -Werror
else ifeq ($(VARIANT),clang)
  COMPILER := $(CLANG)
  VFLAGS   := $(HARDEN) -O2 -g -Werror
else ifeq ($(VARIANT),asan)
  COMPILER := gcc
  VFLAGS   := -O1 -g -Werror $(SANITIZE)
  VLDFLAGS := $(SANITIZE)
else ifeq ($(VARIANT),fuzz)
  COMPILER := $(CLANG)
  VFLAGS   := -O1 -g $(SANITIZE) -fsanitize=fuzzer-no-link
  VLDFLAGS := $(SANITIZE)
else ifeq ($(VARIANT),afl)
  COMPILER := afl-clang-fast
  VFLAGS   := -O1 -g $(SANITIZE)
  VLDFLAGS := $(SANITIZE)
else
  $(error VARIANT is release, gcc, clang, asan, fuzz or afl)
endif

SYSTEM  := $(shell uname -s)
MACHINE := $(shell uname -m)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wundef
ifneq ($(filter x86_64 i%86 amd64,$(MACHINE)),)
  CF_PROTECTION := -fcf-protection
else ifneq ($(filter aarch64,$(MACHINE)),)
  CF_PROTECTION := -mbranch-protection=standard
endif
ifneq ($(SYSTEM),Darwin)
  RELRO := -Wl,-z,relro,-z,now -Wl,-z,noexecstack
  PIE   := -pie
  STACK_CLASH := -fstack-clash-protection
endif
BASE_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -DWSCOPE_VERSION='"$(VERSION)"' $(WARNINGS) \
               -fPIC -fvisibility=hidden -fstack-protector-strong $(STACK_CLASH) $(CF_PROTECTION)

# ---- what we link: zlib and libcrypto for the library; libpcap, libpcre2-8, ncurses, and on Linux libseccomp and libcap-ng, for the program as well

PKG_CONFIG ?= pkg-config
# $(call package,NAMES,FALLBACK): the flags of pkg-config where it knows all of them, else FALLBACK
package_cflags = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
package_libs   = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null || echo $(2))

LIB_CFLAGS  := $(call package_cflags,zlib libcrypto)
LIB_LIBS    := $(call package_libs,zlib libcrypto,-lz -lcrypto)
PROG_CFLAGS := $(LIB_CFLAGS) $(call package_cflags,libpcap libpcre2-8 ncursesw) -DNCURSES_WIDECHAR=1 -pthread
PROG_LIBS   := $(LIB_LIBS) $(call package_libs,libpcap libpcre2-8 ncursesw,-lpcap -lpcre2-8 -lncursesw -ltinfo) -pthread
ifeq ($(SYSTEM),Linux)
  PROG_CFLAGS += $(call package_cflags,libseccomp libcap-ng)
  PROG_LIBS   += $(call package_libs,libseccomp libcap-ng,-lseccomp -lcap-ng)
endif
TEST_CFLAGS := $(PROG_CFLAGS) $(call package_cflags,cmocka)
TEST_LIBS   := $(PROG_LIBS) $(call package_libs,cmocka,-lcmocka)

# ---- sources and products

BUILD    := build
OUT      := $(BUILD)/$(VARIANT)
SONAME   := libwsdissect.so.$(SOVERSION)
ifeq ($(VARIANT),release)
  PROGRAM := wscope
  LIBOUT  := $(BUILD)
else
  PROGRAM := $(OUT)/wscope
  LIBOUT  := $(OUT)
endif
STATIC   := $(LIBOUT)/libwsdissect.a
SHARED   := $(LIBOUT)/libwsdissect.so.$(VERSION)
RELINKED := $(OUT)/libwsdissect.o

find_sources = $(sort $(shell find $(1) -name '*.c' 2>/dev/null))
LIB_SOURCES  := $(call find_sources,dissector)
# What a kernel can hold the program to (src/capture/confine.h)
ifeq ($(SYSTEM),Linux)
  NOT_HERE := src/capture/confine_none.c
else
  NOT_HERE := src/capture/confine_capability.c src/capture/confine_landlock.c src/capture/confine_seccomp.c
endif
PROG_SOURCES := $(filter-out $(NOT_HERE),$(call find_sources,src))
# A test program is a *_test.c of unit/ or vectors/; other C files of tests/support/ are linked into all of them.
UNIT_SOURCES    := $(sort $(wildcard tests/unit/*_test.c))
VECTOR_SOURCES  := $(sort $(wildcard tests/vectors/*_test.c))
FUZZ_SOURCES    := $(sort $(wildcard tests/fuzz/*_fuzz.c))
SUPPORT_SOURCES := $(sort $(wildcard tests/support/*.c))

LIB_OBJECTS     := $(LIB_SOURCES:%.c=$(OUT)/%.o)
PROG_OBJECTS    := $(PROG_SOURCES:%.c=$(OUT)/%.o)
TESTED_OBJECTS  := $(LIB_OBJECTS) $(filter-out $(OUT)/src/main.o,$(PROG_OBJECTS))
SUPPORT_OBJECTS := $(SUPPORT_SOURCES:%.c=$(OUT)/%.o)
UNIT_PROGRAMS   := $(UNIT_SOURCES:%.c=$(OUT)/%)
VECTOR_PROGRAMS := $(VECTOR_SOURCES:%.c=$(OUT)/%)
FUZZ_PROGRAMS   := $(FUZZ_SOURCES:%.c=$(OUT)/%)

C_FILES = $(sort $(shell find dissector src tests docs \( -name '*.c' -o -name '*.h' \) 2>/dev/null))

DEMO_CAPTURE ?= captures/console.pcap
PROCESSORS   := $(shell nproc 2>/dev/null || echo 2)
# A recursive make, as parallel as the outer one, or else as there are processors.
SUBMAKE       = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(PROCESSORS))

.PHONY: all demo check bench bench-live fuzz afl lint format layers install uninstall clean golden-update vectors-update tui-update help docs \
        test-programs fuzz-programs FORCE
.DEFAULT_GOAL := all

## all: build ./wscope, build/libwsdissect.a and build/libwsdissect.so.VERSION (the default)
all: $(PROGRAM) $(STATIC) $(SHARED)

# ---- compiling and linking

# One short line for each step; make V=1 shows the commands.
ifeq ($(V),)
Q := @
say = @printf '  %-5s %s\n' '$(1)' '$(patsubst ./%,%,$@)'
endif

COMPILE = $(COMPILER) $(BASE_CFLAGS) $(VFLAGS) $(CPPFLAGS) -MMD -MP
LINK    = $(COMPILER) $(PIE) $(VLDFLAGS) $(RELRO) $(LDFLAGS)

# Everything is compiled again when the flags change.
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(COMPILE) $(LINK) $(PROG_CFLAGS) $(PROG_LIBS))' | cmp -s - $@ || \
	  printf '%s\n' '$(subst ','\'',$(COMPILE) $(LINK) $(PROG_CFLAGS) $(PROG_LIBS))' >$@

$(OUT)/dissector/%.o: dissector/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -Idissector $(LIB_CFLAGS) -c $< -o $@

$(OUT)/src/%.o: src/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -I. -Isrc -Idissector $(PROG_CFLAGS) -c $< -o $@

$(OUT)/tests/%.o: tests/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -I. -Isrc -Idissector -Itests $(TEST_CFLAGS) -c $< -o $@

$(PROGRAM): $(PROG_OBJECTS) $(LIB_OBJECTS)
	$(call say,LINK)
	$(Q)$(LINK) -o $@ $^ $(PROG_LIBS)

# One object in which only what dissector.h exports is still global, so that the static library cannot clash with
# the names of those who link it. Where the linker cannot do that, and under sanitizers, the plain objects.
$(RELINKED): $(LIB_OBJECTS)
	$(call say,LD)
	$(Q)ld -r -o $@ $^
	$(Q)objcopy --localize-hidden --remove-section='.gnu.lto_*' $@

ifneq ($(filter release gcc clang,$(VARIANT)),)
ifneq ($(SYSTEM),Darwin)
ARCHIVED := $(RELINKED)
endif
endif
ARCHIVED ?= $(LIB_OBJECTS)

$(STATIC): $(ARCHIVED)
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $^

$(SHARED): $(LIB_OBJECTS)
	$(call say,LINK)
	$(Q)$(COMPILER) -shared $(VLDFLAGS) $(RELRO) $(if $(RELRO),-Wl$(comma)-soname$(comma)$(SONAME)) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)
	@ln -sf $(@F) $(LIBOUT)/$(SONAME)
	@ln -sf $(SONAME) $(LIBOUT)/libwsdissect.so

comma := ,

# ---- tests

# A test that needs flags of the linker says so in a line of its own: // link: -Wl,--wrap=malloc
$(UNIT_PROGRAMS) $(VECTOR_PROGRAMS): $(OUT)/%: $(OUT)/%.o $(SUPPORT_OBJECTS) $(TESTED_OBJECTS)
	$(call say,LINK)
	$(Q)$(LINK) -o $@ $^ $(TEST_LIBS) $(shell sed -n 's|^// link: ||p' $*.c)

$(FUZZ_PROGRAMS): $(OUT)/%: $(OUT)/%.o $(SUPPORT_OBJECTS) $(TESTED_OBJECTS)
	$(call say,LINK)
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(TEST_LIBS)

# What the sandbox allows, tried from inside (tests/cli/sandbox.sh, in a build without sanitizers)
$(OUT)/tests/sandbox/probe: $(OUT)/tests/sandbox/probe.o $(TESTED_OBJECTS)
	$(call say,LINK)
	$(Q)$(LINK) -pthread -o $@ $^ $(PROG_LIBS)

test-programs: $(UNIT_PROGRAMS) $(VECTOR_PROGRAMS)
fuzz-programs: $(FUZZ_PROGRAMS)

## demo: install what is missing, build, and dissect a bundled capture (a remote JavaScript console)
demo:
	@tools/deps.sh build
	@$(SUBMAKE) all
	@printf '\n$$ ./wscope %s\n' '$(DEMO_CAPTURE)'
	@./wscope $(DEMO_CAPTURE)
	@printf '\n$$ ./wscope -o summary %s\n' '$(DEMO_CAPTURE)'
	@./wscope -o summary $(DEMO_CAPTURE)

## check: install what is missing and run all tests
check:
	@tools/deps.sh check
	@tests/run.sh

## bench: speed and memory against tcpdump, tshark and bare zlib, and under floods (asserts nothing)
bench:
	@tools/deps.sh bench
	@$(SUBMAKE) all
	@tests/bench/bench.sh

## bench-live: live capture on the loopback interface: delay, processor time, memory, drops (asserts nothing)
bench-live:
	@tools/deps.sh check
	@$(SUBMAKE) all
	@tests/bench/live.sh

## fuzz: run every fuzz target for T seconds (make fuzz T=60)
fuzz:
	@tools/deps.sh check
	@$(SUBMAKE) VARIANT=fuzz fuzz-programs
	@tools/fuzz.sh $(T)

## afl: fuzz the program with AFL++ for T seconds
afl:
	@tools/deps.sh afl
	@$(SUBMAKE) VARIANT=afl build/afl/wscope
	@tools/afl.sh $(T)

## golden-update: write the golden outputs anew from ./wscope (read the diff before you commit it)
golden-update: $(PROGRAM)
	@WSCOPE=./$(PROGRAM) tests/golden.sh --update

## tui-update: write the saved screens of tests/tui anew (read the diff before you commit it)
tui-update: $(PROGRAM)
	@for script in tests/tui/*.sh; do TUI_UPDATE=1 WSCOPE=./$(PROGRAM) bash $$script || exit 1; done

## docs: write docs/wscope.1 and docs/findings.md anew from the program's tables
docs:
	@CC='$(CC)' tools/docs.sh

## vectors-update: write the expected lines of tests/vectors anew (read the diff before you commit it)
vectors-update:
	@$(SUBMAKE) VARIANT=asan $(BUILD)/asan/tests/vectors/vectors_test
	@VECTORS_UPDATE=1 $(BUILD)/asan/tests/vectors/vectors_test tests/vectors

## layers: check who includes whom, and what the library asks of the system
layers: $(RELINKED)
	@tools/layers.sh $(RELINKED)

# arrayIndexOutOfBoundsCond takes a condition for a wish: "i > 0 && a[i]" on a heap is reported. The sanitizers see to it.
## lint: clang-tidy, cppcheck, banned functions
lint:
	@tools/deps.sh lint
	@tools/banned.sh
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
	  --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --suppress=unmatchedSuppression \
	  --suppress=arrayIndexOutOfBoundsCond \
	  -D_DEFAULT_SOURCE -DWSCOPE_VERSION='"$(VERSION)"' -j $(PROCESSORS) -I. -Isrc -Idissector dissector src
	printf '%s\n' $(LIB_SOURCES) $(PROG_SOURCES) | xargs -P $(PROCESSORS) -n 4 sh -c 'clang-tidy --quiet "$$@" -- \
	  -std=c11 -D_DEFAULT_SOURCE -DWSCOPE_VERSION=\"$(VERSION)\" -I. -Isrc -Idissector $(PROG_CFLAGS)' tidy

## format: clang-format over all C files
format:
	@tools/deps.sh lint
	clang-format -i $(C_FILES)

# ---- installing

# dissector.h and what it includes, as installed under wsdissect/
PUBLIC_HEADERS = $(filter dissector/%,$(shell $(COMPILER) -std=c11 -Idissector -MM dissector/dissector.h))

## install: program, manual, library (static and shared), headers, pkg-config file (PREFIX, DESTDIR)
install: all
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(MANDIR)/man1'
	install -m 755 wscope '$(DESTDIR)$(BINDIR)/wscope'
	install -m 644 docs/wscope.1 '$(DESTDIR)$(MANDIR)/man1/wscope.1'
	install -m 644 $(STATIC) '$(DESTDIR)$(LIBDIR)/libwsdissect.a'
	install -m 755 $(SHARED) '$(DESTDIR)$(LIBDIR)/libwsdissect.so.$(VERSION)'
	ln -sf libwsdissect.so.$(VERSION) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libwsdissect.so'
	for h in $(PUBLIC_HEADERS:dissector/%=%); do \
	  install -d "$(DESTDIR)$(INCLUDEDIR)/wsdissect/$$(dirname "$$h")" && \
	  install -m 644 "dissector/$$h" "$(DESTDIR)$(INCLUDEDIR)/wsdissect/$$h" || exit 1; done
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' libwsdissect.pc.in >'$(DESTDIR)$(LIBDIR)/pkgconfig/libwsdissect.pc'
	chmod 644 '$(DESTDIR)$(LIBDIR)/pkgconfig/libwsdissect.pc'

## uninstall: remove what install put there
uninstall:
	rm -f '$(DESTDIR)$(BINDIR)/wscope' '$(DESTDIR)$(MANDIR)/man1/wscope.1' '$(DESTDIR)$(LIBDIR)/libwsdissect.a' \
	  '$(DESTDIR)$(LIBDIR)/libwsdissect.so' '$(DESTDIR)$(LIBDIR)/$(SONAME)' \
	  '$(DESTDIR)$(LIBDIR)/libwsdissect.so.$(VERSION)' '$(DESTDIR)$(LIBDIR)/pkgconfig/libwsdissect.pc'
	rm -rf '$(DESTDIR)$(INCLUDEDIR)/wsdissect'

## clean: remove everything that was built
clean:
	rm -rf $(BUILD) wscope

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
	  printf '  %-15s %s\n' "$$name" "$$text"; done

-include $(LIB_OBJECTS:.o=.d) $(PROG_OBJECTS:.o=.d) $(SUPPORT_OBJECTS:.o=.d) \
         $(UNIT_PROGRAMS:=.d) $(VECTOR_PROGRAMS:=.d) $(FUZZ_PROGRAMS:=.d)
