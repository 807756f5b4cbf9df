noinst_LIBRARIES += libtext.a
libtext_a_SOURCES = \
	src/text/utf8.c src/text/utf8.h \
	src/text/offmap.c src/text/offmap.h \
	src/text/span.c src/text/span.h \
	src/text/siphash.c src/text/siphash.h \
	src/text/json.h src/text/json_scan.c \
	src/text/json_string.c src/text/json_string.h \
	src/text/json_keys.c src/text/json_keys.h \
	src/text/shape.h src/text/shape_parts.h \
	src/text/shape_read.c src/text/shape_body.c src/text/shape_pointer.c \
	src/text/shape_template.c src/text/shape_fill.c src/text/shape_spans.c \
	src/text/inflate.c src/text/inflate.h \
	src/text/media_type.c src/text/media_type.h src/text/token.c src/text/token.h \
	src/text/view.c src/text/view.h src/text/view_fold.c src/text/fold_char.c src/text/fold.h \
	src/text/view_decode.c src/text/decode_run.c src/text/decode_escape.c src/text/decode_entity.c \
	src/text/decode.h src/text/run.c src/text/run.h \
	src/text/form.c src/text/form.h src/text/percent.c src/text/percent.h \
	src/text/multipart.c src/text/part_head.c src/text/part_head.h
