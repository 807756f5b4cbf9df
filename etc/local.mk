# API shapes: data that ships with the program and is found by name (`api: openai`).
apisdir = $(pkgdatadir)/apis
dist_apis_DATA = etc/apis/generic.yaml etc/apis/openai.yaml
