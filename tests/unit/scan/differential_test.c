/* Random rules over random texts: the scanner finds just what PCRE2 alone finds. */
#include "rig.h"

#include "rules/pattern.h"
#include "scan/verify.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static uint64_t random_state = 88172645463325252u;

static unsigned next_random(unsigned below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state % below);
}

static const char *pick(const char *const *from, size_t count)
{
    return from[next_random((unsigned)count)];
}

static const char *const atoms[] = {
    "a",        "b",   "1", "密",       ".",   "[ab]",     "[^a]",     "\\d",   "\\w",
    "\\s",      "\\W", "a", "b",        "ab",  "(?:a|b1)", "(?:ab|a)", "(a|b)", "\\x61",
    "[a-c1-3]", "B",   "-", "[^\\s密]", "\\D", "K",        "\\."};
static const char *const quantifiers[] = {"",   "",      "",    "",       "?",  "*",   "+",
                                          "+?", "{1,3}", "{2}", "{0,2}?", "*?", "{3,}"};
static const char *const zero_width[] = {"^",     "$",      "\\b",    "\\B",     "(?=a)",
                                         "(?!b)", "(?<=1)", "(?<!a)", "(?m:^)",  "(?m:$)",
                                         "\\A",   "\\z",    "\\Z",    "(?=.*b)", "\\1"};

static void random_pattern(struct buf *out)
{
    unsigned parts = 1 + next_random(5);

    for (unsigned i = 0; i < parts; i++) {
        if (next_random(6) == 0) {
            assert_true(buf_printf(out, "%s", pick(zero_width, SG_COUNT(zero_width))));
        }
        assert_true(buf_printf(out, "%s%s", pick(atoms, SG_COUNT(atoms)),
                               pick(quantifiers, SG_COUNT(quantifiers))));
        if (next_random(8) == 0) {
            assert_true(buf_add_char(out, '|'));
        }
    }
    assert_true(
        buf_printf(out, "%s", next_random(3) == 0 ? pick(zero_width, SG_COUNT(zero_width)) : "a"));
}

static void random_text(struct buf *out)
{
    static const char *const pieces[] = {
        "a", "b", "1", "密", "ab", "a1",           " ",   "\n", "aa",
        "-", "c", "B", "级", "K",  "\xE2\x84\xAA", "xyz", "3",  "."};
    unsigned n = next_random(60);

    buf_clear(out);
    for (unsigned i = 0; i < n; i++) {
        assert_true(buf_printf(out, "%s", pick(pieces, SG_COUNT(pieces))));
    }
}

/* PCRE2 over the whole text, by the interpreter; values below an entropy are passed over. */
static size_t brute_force(const pcre2_code *code, struct str text, double entropy, bool utf,
                          size_t (*out)[2], size_t max)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
    size_t count = 0, at = 0;

    assert_non_null(data);
    while (at < text.n && count < max) {
        int rc = pcre2_match(code, (PCRE2_SPTR)text.p, text.n, at, PCRE2_NO_JIT, data, NULL);
        const PCRE2_SIZE *o = pcre2_get_ovector_pointer(data);

        if (rc == PCRE2_ERROR_NOMATCH) {
            break;
        }
        assert_true(rc > 0);
        struct str value = {text.p + o[0], o[1] - o[0]};
        if (verify_entropy(value) >= entropy) {
            out[count][0] = o[0];
            out[count][1] = o[1];
            count++;
            at = o[1];
            continue;
        }
        at = o[0] + 1;
        while (utf && at < text.n && ((unsigned char)text.p[at] & 0xC0) == 0x80) {
            at++;
        }
    }
    pcre2_match_data_free(data);
    return count;
}

static pcre2_code *reference(const struct rule *rule, bool *utf)
{
    static const char *const around[] = {"", "[0-9]", "[0-9A-Za-z]", "[0-9A-Za-z_]"};
    const char *class = around[rule->boundary];
    char pattern[512];
    int error;
    size_t offset;

    *utf = pattern_needs_utf8(rule->pattern);
    if (*class == '\0') {
        (void)snprintf(pattern, sizeof(pattern), "%.*s", STR_ARG(rule->pattern));
    } else {
        (void)snprintf(pattern, sizeof(pattern), "(?<!%s)(?:%.*s)(?!%s)", class,
                       STR_ARG(rule->pattern), class);
    }
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_DOTALL | (rule->caseless ? PCRE2_CASELESS : 0) | (*utf ? PCRE2_UTF : 0),
                      &error, &offset, NULL);
    assert_non_null(code);
    return code;
}

/* Does Hyperscan, or PCRE2, refuse it? Then it is no rule to compare. */
static bool usable(const char *pattern)
{
    struct diags *d = diags_new();
    struct rule rule = {.pattern = str_of(pattern)};
    struct rule *rules[] = {&rule};
    struct ruleset rs = {.rules = rules, .count = 1};
    bool ok = pattern_prepare(&rule, FORM_PLAIN, d);

    ruleset_free(&rs);
    diags_free(d);
    return ok;
}

#define BATCH 24

static void make_rules(struct buf *yaml)
{
    unsigned made = 0;

    assert_true(buf_add_str(yaml, STR("rules:\n")));
    while (made < BATCH) {
        struct buf pattern = BUF_INIT(400);

        random_pattern(&pattern);
        assert_true(buf_add_char(&pattern, '\0'));
        if (usable(pattern.p)) {
            assert_true(buf_printf(yaml,
                                   "  - {id: r%u, category: c, view: raw, pattern: '%s', caseless: "
                                   "%s, boundary: %s, entropy: %s, match: x, clean: y}\n",
                                   made++, pattern.p, next_random(3) == 0 ? "true" : "false",
                                   next_random(2) == 0 ? "none" : boundary_names[next_random(4)],
                                   next_random(2) == 0 ? "0" : "1.2"));
        }
        buf_free(&pattern);
    }
}

/* Returns how many matches both sides found. */
static size_t compare(struct rig *r, const struct rule *rule, struct str text)
{
    size_t wanted[256][2], seen = 0;
    bool utf;
    pcre2_code *code = reference(rule, &utf);
    size_t count = brute_force(code, text, rule->entropy, utf, wanted, SG_COUNT(wanted));
    bool same = true;

    for (size_t i = 0; i < r->list.count; i++) {
        const struct match *m = &r->list.items[i];

        if (m->rule == rule) {
            same = same && seen < count && m->begin == wanted[seen][0] && m->end == wanted[seen][1];
            seen++;
        }
    }
    pcre2_code_free(code);
    if (!same || seen != count) {
        fail_msg("pattern %.*s caseless %d boundary %s over `%.*s`: %zu matches, PCRE2 has %zu",
                 STR_ARG(rule->pattern), rule->caseless, boundary_names[rule->boundary],
                 STR_ARG(text), seen, count);
    }
    return count;
}

static void test_like_pcre2(void **state)
{
    struct buf text = BUF_INIT(4096);
    size_t matches = 0;

    (void)state;
    for (int batch = 0; batch < 12; batch++) {
        struct buf yaml = BUF_INIT(1u << 16);
        struct rig r;

        make_rules(&yaml);
        assert_true(buf_add_char(&yaml, '\0'));
        rig_open(&r, yaml.p, NULL);
        for (int i = 0; i < 60; i++) {
            random_text(&text);
            assert_int_equal(rig_scan(&r, buf_str(&text)), REASON_OK);
            for (size_t k = 0; k < r.f.rules->count && text.n > 0; k++) {
                matches += compare(&r, r.f.rules->rules[k], buf_str(&text));
            }
        }
        rig_close(&r);
        buf_free(&yaml);
    }
    buf_free(&text);
    assert_true(matches > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_like_pcre2)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
