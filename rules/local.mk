# Rule files and term lists that come with Stopgate.
rulesdir = $(pkgdatadir)/rules
dist_rules_DATA = \
	rules/credentials.yaml \
	rules/injection.yaml \
	rules/personal.yaml \
	rules/secrecy.yaml \
	rules/taxonomy.yaml
rulestermsdir = $(rulesdir)/terms
dist_rulesterms_DATA = \
	rules/terms/jailbreak-en.txt \
	rules/terms/jailbreak-zh.txt
