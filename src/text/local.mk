noinst_LIBRARIES += libtext.a
libtext_a_SOURCES = \
	src/text/utf8.c src/text/utf8.h \
	src/text/offmap.c src/text/offmap.h \
	src/text/span.c src/text/span.h
