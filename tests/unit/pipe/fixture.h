/*
 * A configuration in memory for the tests of this room: an OpenAI-shaped route to a model endpoint
 * on the loopback, and rules with every mask.
 */
#ifndef SG_TESTS_PIPE_FIXTURE_H
#define SG_TESTS_PIPE_FIXTURE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/file.h"
#include "policy/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char fixture_rules[] =
    "rules:\n"
    "  - {id: number, title: {en: n, zh: n}, category: data.number, severity: medium,\n"
    "     pattern: 'TEST-?\\d{6}', redact: keep-last-4, match: [TEST-123456], clean: [TEST-1]}\n"
    "  - {id: digits, title: {en: n, zh: n}, category: data.number, severity: medium,\n"
    "     pattern: '77\\d{6}', redact: full, match: ['77123456'], clean: ['78']}\n"
    "  - {id: name, title: {en: n, zh: n}, category: data.name, severity: medium,\n"
    "     pattern: 'Mr [A-Z][a-z]+', redact: label, match: [Mr Smith], clean: [Mr]}\n"
    "  - {id: secret, title: {en: n, zh: n}, category: data.secret, severity: high,\n"
    "     pattern: 'key-[a-z]{8}', redact: hash, match: [key-abcdefgh], clean: [key-]}\n"
    "  - {id: marking, title: {en: n, zh: n}, category: stop.marking, severity: critical,\n"
    "     terms: [top marking], view: folded, match: [TOP MARKING], clean: [top]}\n"
    "  - {id: canned, title: {en: n, zh: n}, category: canned.topic, severity: low,\n"
    "     terms: [forbidden topic], view: folded, match: [forbidden topic], clean: [topic]}\n"
    "  - {id: noted, title: {en: n, zh: n}, category: noted.word, severity: low,\n"
    "     terms: [noted word], view: folded, match: [noted word], clean: [word]}\n"
    /* Ours: the label of `name` itself is one of its matches. */
    "  - {id: label, title: {en: n, zh: n}, category: trap.label, severity: low,\n"
    "     pattern: 'trap(?:-\\d)?|\\[label\\]', redact: label, match: [trap-1], clean: [tra]}\n";

static const char fixture_taxonomy[] = "categories:\n"
                                       "  - {name: data.number, title: {en: a, zh: a}}\n"
                                       "  - {name: data.name, title: {en: a, zh: a}}\n"
                                       "  - {name: data.secret, title: {en: a, zh: a}}\n"
                                       "  - {name: stop.marking, title: {en: a, zh: a}}\n"
                                       "  - {name: canned.topic, title: {en: a, zh: a}}\n"
                                       "  - {name: noted.word, title: {en: a, zh: a}}\n"
                                       "  - {name: trap.label, title: {en: a, zh: a}}\n";

#define FIXTURE_LINES                            \
    "      - {category: data, action: redact}\n" \
    "      - {category: trap, action: redact}\n" \
    "      - {category: stop, action: block}\n"  \
    "      - {category: noted, action: flag}\n"  \
    "      - {category: canned, action: replace, answer: Ask us.}\n"
#define FIXTURE_POLICY(name, fallbacks) \
    "  " name ":\n" fallbacks "    prompt:\n" FIXTURE_LINES "    output:\n" FIXTURE_LINES

static const char fixture_policy[] = "policies:\n" FIXTURE_POLICY("office", "")
    FIXTURE_POLICY("open", "    on_unscannable: allow\n    on_error: allow\n")
        FIXTURE_POLICY("telling", "    on_unscannable: flag\n    on_error: flag\n");

static SG_UNUSED void fixture_file(struct fileset *files, const char *name, const char *text)
{
    assert_true(fileset_put(files, str_of(name), str_of(text)));
}

/* `more` is put behind stopgate.yaml's own lines. */
static SG_UNUSED struct snapshot *fixture_snapshot(unsigned port, const char *more)
{
    char main[4096];
    struct fileset *files = fileset_new();
    struct diags *d = diags_new();
    struct buf shape = BUF_INIT(1u << 20);
    assert_non_null(files);
    assert_non_null(d);
    (void)snprintf(main, sizeof(main),
                   "listen:\n  - {address: 127.0.0.1:0}\n"
                   "upstreams:\n"
                   "  model: {servers: [\"http://127.0.0.1:%u\"], timeout: 1s, body_timeout: 1s}\n"
                   "routes:\n"
                   "  - {path: /v1/, api: openai, upstream: model, policy: office}\n"
                   "  - {path: /open/, api: openai, upstream: model, policy: open}\n"
                   "  - {path: /telling/, api: openai, upstream: model, policy: telling}\n"
                   "policy: policy.yaml\nrules: [rules]\naudit: {directory: log}\nstate: state\n%s",
                   port, more);
    assert_true(file_read(SOURCE_TREE "/etc/apis/openai.yaml", &shape));
    fixture_file(files, "stopgate.yaml", main);
    fixture_file(files, "policy.yaml", fixture_policy);
    fixture_file(files, "rules/taxonomy.yaml", fixture_taxonomy);
    fixture_file(files, "rules/test.yaml", fixture_rules);
    assert_true(fileset_put(files, STR("apis/openai.yaml"), buf_str(&shape)));
    buf_free(&shape);
    assert_true(
        fileset_put_list(files, STR("rules\n.yaml"), STR("rules/taxonomy.yaml\nrules/test.yaml")));
    fileset_seal(files);
    int bundle = bundle_build_files(files, "stopgate.yaml", d, NULL);
    struct snapshot *s = bundle < 0 ? NULL : snapshot_open(bundle, d);
    if (s == NULL) {
        char *text = diags_text(d);
        print_error("%s", text == NULL ? "no memory" : text);
        free(text);
    }
    assert_non_null(s);
    (void)close(bundle);
    diags_free(d);
    return s;
}

static SG_UNUSED const struct policy *fixture_named(const struct snapshot *s, const char *name)
{
    for (size_t i = 0; i < s->policy_count; i++) {
        if (str_eq(s->policies[i].name, str_of(name))) {
            return &s->policies[i];
        }
    }
    fail_msg("no policy %s", name);
    return NULL;
}

#endif
