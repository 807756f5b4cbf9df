dist_man_MANS += man/stopgate-rules.5
