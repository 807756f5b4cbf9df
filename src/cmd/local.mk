# What both programs link, highest layer first.
PROGRAM_LIBS = libproc.a libpipe.a libaudit.a libpolicy.a libscan.a librules.a libtext.a libconf.a \
	libhttp.a $(LINK_LLHTTP) libnet.a libbase.a $(EVENT_LIBS) $(CRYPTO_LIBS) $(HS_LIBS) \
	$(YAML_LIBS) $(PCRE2_LIBS) $(JANSSON_LIBS) $(UTF8PROC_LIBS) $(ZLIB_LIBS) $(BROTLI_LIBS) \
	-lpthread -lm

sbin_PROGRAMS += stopgated
stopgated_SOURCES = src/cmd/stopgated.c
stopgated_LDADD = $(PROGRAM_LIBS)

bin_PROGRAMS += stopgate
stopgate_SOURCES = src/cmd/stopgate.c src/cmd/command.h src/cmd/ask.c src/cmd/ask.h \
	src/cmd/reload.c src/cmd/status.c src/cmd/demo.c \
	src/cmd/demo_client.c src/cmd/demo_client.h src/cmd/demo_gateway.c src/cmd/demo_gateway.h \
	src/cmd/demo_model.c src/cmd/demo_model.h src/cmd/demo_show.c src/cmd/demo_show.h
stopgate_CPPFLAGS = $(AM_CPPFLAGS) -DSG_SRCDIR='"$(abs_top_srcdir)"' -DSG_BINDIR='"$(bindir)"' \
	-DSG_SBINDIR='"$(sbindir)"'
stopgate_LDADD = $(PROGRAM_LIBS)
