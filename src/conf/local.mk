noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = \
	src/conf/diag.c src/conf/diag.h \
	src/conf/fileset.c src/conf/fileset.h \
	src/conf/folder.c src/conf/folder.h \
	src/conf/path.c src/conf/path.h \
	src/conf/schema.c src/conf/schema.h \
	src/conf/schema_value.c \
	src/conf/yaml.c src/conf/yaml.h \
	src/conf/yaml_node.c src/conf/yaml_node.h \
	src/conf/yaml_text.c src/conf/yaml_text.h
