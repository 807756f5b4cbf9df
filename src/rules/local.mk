noinst_LIBRARIES += librules.a
librules_a_SOURCES = \
	src/rules/compile.c src/rules/database.h \
	src/rules/confirm.c src/rules/pattern.c src/rules/pattern.h \
	src/rules/image.c src/rules/image.h \
	src/rules/known_answers.c src/rules/known_answers.h \
	src/rules/prepare.c \
	src/rules/read.c src/rules/read.h \
	src/rules/rule.c src/rules/rule.h \
	src/rules/rule_read.c \
	src/rules/taxonomy.c \
	src/rules/terms.c
