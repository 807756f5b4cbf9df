# What a unit test links: its own room and the rooms below it, in link order.
LINK_BASE = libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
LINK_CONF = libconf.a $(YAML_LIBS) $(LINK_BASE)
LINK_NET = libnet.a $(EVENT_LIBS) $(LINK_BASE) -lpthread
LINK_HTTP = libhttp.a $(LINK_LLHTTP) $(LINK_BASE)
LINK_TEXT = libtext.a $(UTF8PROC_LIBS) $(ZLIB_LIBS) $(BROTLI_LIBS) $(LINK_CONF)
LINK_RULES = librules.a $(HS_LIBS) $(PCRE2_LIBS) $(LINK_TEXT)
LINK_SCAN = libscan.a $(LINK_RULES) -lm
LINK_POLICY = libpolicy.a $(LINK_SCAN) $(LINK_HTTP) $(LINK_NET)
LINK_AUDIT = libaudit.a $(JANSSON_LIBS) $(LINK_BASE)
LINK_PIPE = libpipe.a libaudit.a $(JANSSON_LIBS) $(LINK_POLICY)
LINK_PROC = libproc.a $(LINK_PIPE)

if HAVE_CMOCKA
include tests/unit/base/local.mk
include tests/unit/conf/local.mk
include tests/unit/net/local.mk
include tests/unit/http/local.mk
include tests/unit/text/local.mk
include tests/unit/rules/local.mk
include tests/unit/scan/local.mk
include tests/unit/policy/local.mk
include tests/unit/audit/local.mk
include tests/unit/pipe/local.mk
include tests/unit/proc/local.mk
endif

# --- checks of the tree itself --------------------------------------------------------------------
TREE_CHECKS = tests/tools/check-layers tests/tools/check-layers-test tests/tools/check-format \
	tests/tools/check-reasons
TESTS += $(TREE_CHECKS)
dist_check_SCRIPTS = $(TREE_CHECKS) tests/e2e/run tests/tools/fuzz-all

# --- end to end: real processes, real clients -----------------------------------------------------
# One test to make; its log has node's own report. STOPGATE_E2E=reduced is for slow builds,
# STOPGATE_LONG=1 for the long runs, STOPGATE_E2E_ONLY=themes for some files alone.
TESTS += tests/e2e/run
EXTRA_DIST += \
	tests/e2e/.npmrc tests/e2e/package.json tests/e2e/package-lock.json \
	tests/e2e/lib tests/e2e/themes tests/e2e/valgrind.supp
AM_TESTS_ENVIRONMENT = \
	CLANG_FORMAT='$(CLANG_FORMAT)'; export CLANG_FORMAT; \
	STOPGATE_BUILD='$(abs_top_builddir)'; export STOPGATE_BUILD; \
	STOPGATE_SOURCE='$(abs_top_srcdir)'; export STOPGATE_SOURCE; \
	STOPGATE_E2E='$(STOPGATE_E2E)'; export STOPGATE_E2E; \
	STOPGATE_E2E_REQUIRED='$(STOPGATE_E2E_REQUIRED)'; export STOPGATE_E2E_REQUIRED;

clean-local: clean-e2e
clean-e2e:
	rm -rf tests/e2e/modules
.PHONY: clean-e2e

# --- fuzzing --------------------------------------------------------------------------------------
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/http1.dict
if FUZZING
include tests/fuzz/http1.mk
include tests/fuzz/json.mk
include tests/fuzz/text.mk
endif
fuzz-programs: $(filter %_fuzz,$(noinst_PROGRAMS))
.PHONY: fuzz-programs
