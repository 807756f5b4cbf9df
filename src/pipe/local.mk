noinst_LIBRARIES += libpipe.a
libpipe_a_SOURCES =
