# Run: tests/fuzz/http1_fuzz -max_len=4096 -dict=SRC/tests/fuzz/http1.dict NEW SRC/tests/fuzz/corpus/http1
noinst_PROGRAMS += tests/fuzz/http1_fuzz
tests_fuzz_http1_fuzz_SOURCES = tests/fuzz/http1_fuzz.c \
	tests/unit/http/recorder.c tests/unit/http/recorder.h
tests_fuzz_http1_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_http1_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_http1_fuzz_LDADD = libhttp.a $(LINK_LLHTTP) libbase.a $(CRYPTO_LIBS)
EXTRA_DIST += tests/fuzz/http1.dict tests/fuzz/corpus/http1
