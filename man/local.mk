dist_man_MANS += man/stopgate-policy.5 man/stopgate-rules.5 man/stopgate.yaml.5
