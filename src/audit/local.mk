noinst_LIBRARIES += libaudit.a
libaudit_a_SOURCES = src/audit/record.c src/audit/record.h src/audit/writer.c src/audit/writer.h \
	src/audit/sink.h
