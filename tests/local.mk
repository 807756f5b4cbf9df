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
