dist_man_MANS += man/stopgate-policy.5 man/stopgate-rules.5 man/stopgated.8 man/stopgate.1 man/stopgate.yaml.5
