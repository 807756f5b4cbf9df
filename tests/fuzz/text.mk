# Form bodies. Run: tests/fuzz/multipart_fuzz -max_len=4096 NEW SRC/tests/fuzz/corpus/multipart
noinst_PROGRAMS += tests/fuzz/multipart_fuzz
tests_fuzz_multipart_fuzz_SOURCES = tests/fuzz/multipart_fuzz.c
tests_fuzz_multipart_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_multipart_fuzz_LDADD = libtext.a $(UTF8PROC_LIBS) libbase.a $(CRYPTO_LIBS)
# The views. Run: tests/fuzz/view_fuzz -max_len=1024 NEW SRC/tests/fuzz/corpus/view
noinst_PROGRAMS += tests/fuzz/view_fuzz
tests_fuzz_view_fuzz_SOURCES = tests/fuzz/view_fuzz.c
tests_fuzz_view_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_view_fuzz_LDADD = libtext.a $(UTF8PROC_LIBS) libbase.a $(CRYPTO_LIBS)
