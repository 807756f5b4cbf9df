# API shapes: data that ships with the program and is found by name (`api: openai`).
apisdir = $(pkgdatadir)/apis
dist_apis_DATA = etc/apis/generic.yaml etc/apis/openai.yaml
# stopgate.yaml as it stands works in the source tree; installed, it names where things went.
EXTRA_DIST += etc/stopgate.yaml etc/policy.yaml
stopgateconfdir = $(sysconfdir)/stopgate
stopgate_conf = stopgate.yaml policy.yaml
place_conf = sed \
	-e 's|^rules: \[\.\./rules\]$$|rules: [$(rulesdir)]|' \
	-e 's|^apis: apis$$|apis: $(apisdir)|' \
	-e 's|/var/log/stopgate|$(localstatedir)/log/stopgate|' \
	-e 's|/var/lib/stopgate|$(localstatedir)/lib/stopgate|' \
	-e 's|/etc/stopgate|$(stopgateconfdir)|'

# An edited configuration is never overwritten by `make install` nor removed by `make uninstall`.
install-data-local: install-conf
install-conf:
	$(MKDIR_P) "$(DESTDIR)$(stopgateconfdir)"
	for f in $(stopgate_conf); do \
	  to="$(DESTDIR)$(stopgateconfdir)/$$f"; \
	  test -e "$$to" || { $(place_conf) "$(srcdir)/etc/$$f" >"$$to" && chmod 644 "$$to"; } || \
	  { rm -f "$$to"; exit 1; }; \
	done

uninstall-local: uninstall-conf
uninstall-conf:
	for f in $(stopgate_conf); do \
	  to="$(DESTDIR)$(stopgateconfdir)/$$f"; \
	  ! $(place_conf) "$(srcdir)/etc/$$f" | cmp -s - "$$to" || rm -f "$$to" || exit 1; \
	done

# What was installed must be fit to run as it is. `make distcheck` asks for this.
installcheck-local: installcheck-conf
installcheck-conf:
	"$(DESTDIR)$(sbindir)/stopgated" -t -c "$(DESTDIR)$(stopgateconfdir)/stopgate.yaml"
.PHONY: install-conf uninstall-conf installcheck-conf

# The unit knows where the programs went.
systemdunitdir = $(prefix)/lib/systemd/system
nodist_systemdunit_DATA = etc/stopgate.service
EXTRA_DIST += etc/stopgate.service.in
CLEANFILES += etc/stopgate.service
etc/stopgate.service: etc/stopgate.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc && sed -e 's|@sbindir[@]|$(sbindir)|' -e 's|@bindir[@]|$(bindir)|' \
	  -e 's|@sysconfdir[@]|$(sysconfdir)|' "$(srcdir)/etc/stopgate.service.in" >$@
