check_PROGRAMS += tests/unit/net/address_test
TESTS += tests/unit/net/address_test
tests_unit_net_address_test_SOURCES = tests/unit/net/address_test.c tests/unit/net/net_test.h
tests_unit_net_address_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/conn_test
TESTS += tests/unit/net/conn_test
tests_unit_net_conn_test_SOURCES = tests/unit/net/conn_test.c tests/unit/net/conn_side.h \
	tests/unit/net/net_test.h
tests_unit_net_conn_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/conn_end_test
TESTS += tests/unit/net/conn_end_test
tests_unit_net_conn_end_test_SOURCES = tests/unit/net/conn_end_test.c tests/unit/net/conn_side.h \
	tests/unit/net/net_test.h
tests_unit_net_conn_end_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/conn_cost_test
TESTS += tests/unit/net/conn_cost_test
tests_unit_net_conn_cost_test_SOURCES = tests/unit/net/conn_cost_test.c \
	tests/unit/net/conn_side.h tests/unit/net/net_test.h
tests_unit_net_conn_cost_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/dial_test
TESTS += tests/unit/net/dial_test
tests_unit_net_dial_test_SOURCES = tests/unit/net/dial_test.c tests/unit/net/net_test.h
tests_unit_net_dial_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/listener_test
TESTS += tests/unit/net/listener_test
tests_unit_net_listener_test_SOURCES = tests/unit/net/listener_test.c tests/unit/net/net_test.h
tests_unit_net_listener_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/loop_test
TESTS += tests/unit/net/loop_test
tests_unit_net_loop_test_SOURCES = tests/unit/net/loop_test.c tests/unit/net/net_test.h
tests_unit_net_loop_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/offload_test
TESTS += tests/unit/net/offload_test
tests_unit_net_offload_test_SOURCES = tests/unit/net/offload_test.c tests/unit/net/net_test.h
tests_unit_net_offload_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/pool_test
TESTS += tests/unit/net/pool_test
tests_unit_net_pool_test_SOURCES = tests/unit/net/pool_test.c tests/unit/net/net_test.h
tests_unit_net_pool_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/resolve_test
TESTS += tests/unit/net/resolve_test
tests_unit_net_resolve_test_SOURCES = tests/unit/net/resolve_test.c tests/unit/net/net_test.h
tests_unit_net_resolve_test_LDADD = $(LINK_NET)

check_PROGRAMS += tests/unit/net/timer_test
TESTS += tests/unit/net/timer_test
tests_unit_net_timer_test_SOURCES = tests/unit/net/timer_test.c tests/unit/net/net_test.h
tests_unit_net_timer_test_LDADD = $(LINK_NET)
