noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/address.c src/net/address.h \
	src/net/conn.c src/net/conn.h src/net/conn_private.h \
	src/net/conn_io.c src/net/conn_read.c src/net/conn_write.c \
	src/net/dial.c src/net/dial.h \
	src/net/listener.c src/net/listener.h \
	src/net/loop.c src/net/loop.h src/net/loop_private.h \
	src/net/offload.c \
	src/net/pool.c src/net/pool.h src/net/pool_private.h src/net/pool_place.c \
	src/net/resolve.c src/net/resolve.h \
	src/net/timer.c \
	src/net/watch.c
