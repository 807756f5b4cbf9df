noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = \
	src/conf/diag.c src/conf/diag.h \
	src/conf/fileset.c src/conf/fileset.h \
	src/conf/folder.c src/conf/folder.h \
	src/conf/path.c src/conf/path.h
