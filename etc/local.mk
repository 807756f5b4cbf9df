# API shapes: data that ships with the program and is found by name (`api: openai`).
apisdir = $(pkgdatadir)/apis
dist_apis_DATA = etc/apis/generic.yaml etc/apis/openai.yaml
# An edited configuration is never overwritten by `make install` nor removed by `make uninstall`.
EXTRA_DIST += etc/stopgate.yaml etc/policy.yaml
stopgateconfdir = $(sysconfdir)/stopgate
stopgate_conf = stopgate.yaml policy.yaml

install-data-local: install-conf
install-conf:
	$(MKDIR_P) "$(DESTDIR)$(stopgateconfdir)"
	for f in $(stopgate_conf); do \
	  test -e "$(DESTDIR)$(stopgateconfdir)/$$f" || \
	  $(INSTALL_DATA) "$(srcdir)/etc/$$f" "$(DESTDIR)$(stopgateconfdir)/$$f" || exit 1; \
	done

uninstall-local: uninstall-conf
uninstall-conf:
	for f in $(stopgate_conf); do \
	  ! cmp -s "$(srcdir)/etc/$$f" "$(DESTDIR)$(stopgateconfdir)/$$f" || \
	  rm -f "$(DESTDIR)$(stopgateconfdir)/$$f" || exit 1; \
	done
.PHONY: install-conf uninstall-conf

# The unit knows where the programs went.
systemdunitdir = $(prefix)/lib/systemd/system
nodist_systemdunit_DATA = etc/stopgate.service
EXTRA_DIST += etc/stopgate.service.in
CLEANFILES += etc/stopgate.service
etc/stopgate.service: etc/stopgate.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc && sed -e 's|@sbindir[@]|$(sbindir)|' -e 's|@bindir[@]|$(bindir)|' \
	  -e 's|@sysconfdir[@]|$(sysconfdir)|' "$(srcdir)/etc/stopgate.service.in" >$@
