noinst_LIBRARIES += libaudit.a
libaudit_a_SOURCES =
