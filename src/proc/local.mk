noinst_LIBRARIES += libproc.a
libproc_a_SOURCES = src/proc/message.c src/proc/message.h src/proc/child.c src/proc/child.h \
	src/proc/builder.c src/proc/builder.h src/proc/auditor.c src/proc/auditor.h \
	src/proc/records.c src/proc/records.h src/proc/worker.c src/proc/worker.h \
	src/proc/control.c src/proc/control.h src/proc/master.c src/proc/master.h \
	src/proc/master_private.h src/proc/master_children.c src/proc/master_reload.c \
	src/proc/master_status.c src/proc/single.c src/proc/single.h
