noinst_LIBRARIES += libpipe.a
libpipe_a_SOURCES = src/pipe/gate.c src/pipe/gate.h src/pipe/gate_private.h \
	src/pipe/front.c src/pipe/front.h \
	src/pipe/exchange.c src/pipe/exchange.h src/pipe/exchange_private.h \
	src/pipe/exchange_output.c src/pipe/exchange_output.h \
	src/pipe/exchange_answer.c src/pipe/exchange_inspect.c src/pipe/exchange_record.c \
	src/pipe/inspect.c src/pipe/inspect.h src/pipe/edit.c src/pipe/edit.h \
	src/pipe/back.c src/pipe/back.h src/pipe/forward.c src/pipe/forward.h \
	src/pipe/answer.c src/pipe/answer.h
