noinst_LIBRARIES += libscan.a
libscan_a_SOURCES = \
	src/scan/confirm.c src/scan/confirm.h \
	src/scan/context.c src/scan/context.h src/scan/reading.h \
	src/scan/examples.c src/scan/examples.h \
	src/scan/hits.c src/scan/hits.h \
	src/scan/scan.c src/scan/scan.h \
	src/scan/verify.c src/scan/verify.h \
	src/scan/verify_ids.c src/scan/verify_ids.h
