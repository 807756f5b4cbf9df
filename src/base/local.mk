noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h \
	src/base/attr.h \
	src/base/buf.c src/base/buf.h \
	src/base/clock.c src/base/clock.h \
	src/base/digest.c src/base/digest.h \
	src/base/file.c src/base/file.h \
	src/base/log.c src/base/log.h \
	src/base/reason.c src/base/reason.h \
	src/base/str.c src/base/str.h
