noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	src/http/http1.h \
	src/http/http1_chunk.c \
	src/http/http1_chunk.h \
	src/http/http1_fields.c \
	src/http/http1_framing.c \
	src/http/http1_head.c \
	src/http/http1_head.h \
	src/http/http1_lines.c \
	src/http/http1_lines.h \
	src/http/http1_llhttp.c \
	src/http/http1_llhttp.h \
	src/http/http1_parse.c \
	src/http/http1_phrase.c \
	src/http/http1_start.c \
	src/http/http1_syntax.h \
	src/http/http1_target.c \
	src/http/http1_write.c \
	src/http/message.c \
	src/http/message.h

# What links libhttp.a links $(LINK_LLHTTP) after it: a system library, or one built here from the C
# sources that node-llhttp installs outside of any build tree. Those are copied beside our objects,
# compiled without our warnings, and strict: left to itself the source reads bare LF as a line end.
if LLHTTP_SOURCES
LINK_LLHTTP = libllhttp.a
noinst_LIBRARIES += libllhttp.a
LLHTTP_COPIES = third/llhttp/api.c third/llhttp/http.c third/llhttp/llhttp.c
libllhttp_a_SOURCES =
nodist_libllhttp_a_SOURCES = $(LLHTTP_COPIES)
libllhttp_a_CPPFLAGS = $(LLHTTP_CFLAGS) -DLLHTTP_STRICT_MODE=1
libllhttp_a_CFLAGS = -std=gnu11
CLEANFILES += $(LLHTTP_COPIES)

third/llhttp/api.c: $(LLHTTP_SOURCE_DIR)/api.c
third/llhttp/http.c: $(LLHTTP_SOURCE_DIR)/http.c
third/llhttp/llhttp.c: $(LLHTTP_SOURCE_DIR)/llhttp.c
$(LLHTTP_COPIES):
	$(AM_V_GEN)$(MKDIR_P) third/llhttp && cp $(LLHTTP_SOURCE_DIR)/$(@F) $@
else
LINK_LLHTTP = $(LLHTTP_LIBS)
endif
