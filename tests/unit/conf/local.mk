check_PROGRAMS += \
	tests/unit/conf/diag_test tests/unit/conf/fileset_test tests/unit/conf/folder_test \
	tests/unit/conf/path_test tests/unit/conf/schema_test tests/unit/conf/schema_value_test \
	tests/unit/conf/yaml_test
TESTS += \
	tests/unit/conf/diag_test tests/unit/conf/fileset_test tests/unit/conf/folder_test \
	tests/unit/conf/path_test tests/unit/conf/schema_test tests/unit/conf/schema_value_test \
	tests/unit/conf/yaml_test
tests_unit_conf_diag_test_SOURCES = tests/unit/conf/diag_test.c
tests_unit_conf_diag_test_LDADD = $(LINK_CONF)
tests_unit_conf_fileset_test_SOURCES = tests/unit/conf/fileset_test.c
tests_unit_conf_fileset_test_LDADD = $(LINK_CONF)
tests_unit_conf_folder_test_SOURCES = tests/unit/conf/folder_test.c
tests_unit_conf_folder_test_LDADD = $(LINK_CONF)
tests_unit_conf_path_test_SOURCES = tests/unit/conf/path_test.c
tests_unit_conf_path_test_LDADD = $(LINK_CONF)
tests_unit_conf_schema_test_SOURCES = tests/unit/conf/schema_test.c
tests_unit_conf_schema_test_LDADD = $(LINK_CONF)
tests_unit_conf_schema_value_test_SOURCES = tests/unit/conf/schema_value_test.c
tests_unit_conf_schema_value_test_LDADD = $(LINK_CONF)
tests_unit_conf_yaml_test_SOURCES = tests/unit/conf/yaml_test.c
tests_unit_conf_yaml_test_LDADD = $(LINK_CONF)
