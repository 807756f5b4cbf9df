# json_scan() against jansson. Run: tests/fuzz/json_fuzz -max_total_time=60 NEW tests/fuzz/corpus/json
noinst_PROGRAMS += tests/fuzz/json_fuzz
tests_fuzz_json_fuzz_SOURCES = tests/fuzz/json_fuzz.c tests/fuzz/json_compare.c tests/fuzz/json_compare.h
tests_fuzz_json_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_fuzz_json_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_json_fuzz_LDADD = libtext.a $(UTF8PROC_LIBS) libbase.a $(CRYPTO_LIBS) $(JANSSON_LIBS)
EXTRA_DIST += \
	tests/fuzz/corpus/json/big-number \
	tests/fuzz/corpus/json/bom \
	tests/fuzz/corpus/json/cesu \
	tests/fuzz/corpus/json/chat \
	tests/fuzz/corpus/json/comma \
	tests/fuzz/corpus/json/duplicate-key \
	tests/fuzz/corpus/json/empty-array \
	tests/fuzz/corpus/json/empty-object \
	tests/fuzz/corpus/json/escapes \
	tests/fuzz/corpus/json/half-surrogate \
	tests/fuzz/corpus/json/literals \
	tests/fuzz/corpus/json/long-plain \
	tests/fuzz/corpus/json/many-keys \
	tests/fuzz/corpus/json/many-keys-twice \
	tests/fuzz/corpus/json/nested \
	tests/fuzz/corpus/json/nul-in-key \
	tests/fuzz/corpus/json/numbers \
	tests/fuzz/corpus/json/overlong \
	tests/fuzz/corpus/json/too-deep \
	tests/fuzz/corpus/json/trailing \
	tests/fuzz/corpus/json/utf8 \
	tests/fuzz/corpus/json/white-space
