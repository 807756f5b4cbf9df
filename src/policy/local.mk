noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES = \
	src/policy/bundle.c src/policy/bundle.h \
	src/policy/bundle_digest.c \
	src/policy/bundle_format.h \
	src/policy/bundle_write.c \
	src/policy/config.c src/policy/config.h \
	src/policy/config_limits.c \
	src/policy/config_link.c \
	src/policy/config_read.c src/policy/config_read.h \
	src/policy/config_route.c \
	src/policy/config_upstream.c \
	src/policy/decide.c src/policy/policy.h \
	src/policy/policy_line.c \
	src/policy/policy_names.c \
	src/policy/policy_read.c src/policy/policy_read.h \
	src/policy/read.c src/policy/read.h \
	src/policy/snapshot.c src/policy/snapshot.h \
	src/policy/snapshot_build.c \
	src/policy/snapshot_follow.c \
	src/policy/snapshot_load.c \
	src/policy/snapshot_private.h
