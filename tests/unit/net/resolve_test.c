/* Names: from a hosts file, from a name server of our own, from nowhere. */
#include "net_test.h"

#include "net/resolve.h"

#include <stdio.h>

struct ask {
    struct loop *loop;
    struct resolve *request;
    int calls;
    size_t n;
    struct address addresses[RESOLVE_MAX];
};

static void on_resolved(void *ctx, const struct address *addresses, size_t n)
{
    struct ask *a = ctx;

    assert_true(n <= RESOLVE_MAX);
    a->calls++;
    a->n = n;
    memcpy(a->addresses, addresses, n * sizeof(*addresses));
    loop_stop(a->loop);
}

static void ask(struct ask *a, struct str host)
{
    a->calls = 0;
    a->n = 0;
    a->request = resolve_start(a->loop, host, 8080, on_resolved, a);
    assert_non_null(a->request);
    assert_int_equal(a->calls, 0); /* not inside the call */
}

static void ask_and_wait(struct ask *a, struct str host)
{
    ask(a, host);
    RUN_UNTIL(a->loop, a->calls > 0);
    assert_int_equal(a->calls, 1);
}

static void write_file(char path[32], const char *text)
{
    int fd;

    strcpy(path, "/tmp/resolve_test.XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    write_all(fd, text, strlen(text));
    close(fd);
}

static bool has(const struct ask *a, const char *text)
{
    char out[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(address_text(&a->addresses[i], out), text) == 0) {
            return true;
        }
    }
    return false;
}

static void from_a_hosts_file(void **state)
{
    struct ask a = {.loop = loop_new()};
    char hosts[32];

    (void)state;
    write_file(hosts, "127.0.0.7 model.test\n::1 model.test\n10.1.2.3 other.test alias.test\n");
    assert_true(resolve_files(a.loop, "/nonexistent", hosts));
    assert_false(resolve_files(a.loop, "/nonexistent", hosts)); /* too late */
    ask_and_wait(&a, STR("model.test"));
    assert_true(has(&a, "127.0.0.7:8080"));
    assert_true(has(&a, "[::1]:8080"));
    assert_int_equal(a.n, 2);
    ask_and_wait(&a, STR("ALIAS.test"));
    assert_int_equal(a.n, 1);
    assert_true(has(&a, "10.1.2.3:8080"));
    unlink(hosts);
    loop_free(a.loop);
}

static void too_many_addresses(void **state)
{
    struct ask a = {.loop = loop_new()};
    char hosts[32];
    char text[1024];
    int n = 0;

    (void)state;
    for (int i = 1; i <= 20; i++) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, "127.0.1.%d many.test\n", i);
    }
    write_file(hosts, text);
    assert_true(resolve_files(a.loop, "/nonexistent", hosts));
    ask_and_wait(&a, STR("many.test"));
    assert_int_equal(a.n, RESOLVE_MAX);
    unlink(hosts);
    loop_free(a.loop);
}

static void without_any_file(void **state)
{
    struct ask a = {.loop = loop_new()};

    (void)state;
    assert_true(resolve_files(a.loop, "/nonexistent", "/nonexistent"));
    ask_and_wait(&a, STR("localhost"));
    assert_true(has(&a, "127.0.0.1:8080"));
    loop_free(a.loop);
}

static void no_names(void **state)
{
    struct ask a = {.loop = loop_new()};
    char longer[254];

    (void)state;
    memset(longer, 'a', sizeof(longer));
    assert_null(resolve_start(a.loop, STR(""), 1, on_resolved, &a));
    assert_null(resolve_start(a.loop, bytes_of(longer, sizeof(longer)), 1, on_resolved, &a));
    assert_null(resolve_start(a.loop, bytes_of("a\0b", 3), 1, on_resolved, &a));
    loop_free(a.loop);
}

static void cancelled(void **state)
{
    struct ask a = {.loop = loop_new()};
    char hosts[32];
    char conf[32];
    struct sockaddr_in in = {.sin_family = AF_INET};
    int dns = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* a name server that never answers */

    (void)state;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(dns, (const struct sockaddr *)&in, sizeof(in)), 0);
    {
        struct address at;
        char text[64];

        assert_true(address_of_socket(dns, &at));
        snprintf(text, sizeof(text), "nameserver 127.0.0.1:%u\n", port_of(&at));
        write_file(conf, text);
    }
    write_file(hosts, "127.0.0.7 model.test\n");
    assert_true(resolve_files(a.loop, conf, hosts));

    ask(&a, STR("model.test"));
    resolve_cancel(a.request); /* the answer is known, but not told */
    ask(&a, STR("silent.test"));
    resolve_cancel(a.request); /* at once */
    ask(&a, STR("silent.test"));
    turns(a.loop, 2);
    resolve_cancel(a.request); /* while the server is asked */
    turns(a.loop, 2);
    assert_int_equal(a.calls, 0);

    ask(&a, STR("silent.test")); /* left open: it goes with the loop, untold */
    turns(a.loop, 2);
    loop_free(a.loop);
    assert_int_equal(a.calls, 0);
    close(dns);
    unlink(hosts);
    unlink(conf);
}

/* Answers one question with 127.0.0.9, or says that there is no such name (RFC 1035, 4.1). */
static void answer(void *ctx, int fd)
{
    bool *exists = ctx;
    unsigned char m[512];
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    ssize_t n = recvfrom(fd, m, sizeof(m) - 16, 0, (struct sockaddr *)&from, &len);
    const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 9};
    bool is_a;

    assert_true(n > 16);
    is_a = m[n - 4] == 0 && m[n - 3] == 1; /* the question is the last thing in it */
    m[2] = 0x81;
    m[3] = *exists ? 0x80 : 0x83;
    if (*exists && is_a) {
        m[7] = 1;
        memcpy(m + n, record, sizeof(record));
        n += (ssize_t)sizeof(record);
    }
    assert_int_equal(sendto(fd, m, (size_t)n, 0, (const struct sockaddr *)&from, len), n);
}

static void from_a_name_server(void **state)
{
    struct ask a = {.loop = loop_new()};
    struct sockaddr_in in = {.sin_family = AF_INET};
    int dns = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool exists = true;
    struct address at;
    struct watch *w;
    char conf[32];
    char text[64];

    (void)state;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(dns, (const struct sockaddr *)&in, sizeof(in)), 0);
    assert_true(address_of_socket(dns, &at));
    snprintf(text, sizeof(text), "nameserver 127.0.0.1:%u\n", port_of(&at));
    write_file(conf, text);
    w = watch_readable(a.loop, dns, answer, &exists);
    assert_non_null(w);
    assert_true(resolve_files(a.loop, conf, "/nonexistent"));
    ask_and_wait(&a, STR("model.test"));
    assert_int_equal(a.n, 1);
    assert_true(has(&a, "127.0.0.9:8080"));
    exists = false;
    ask_and_wait(&a, STR("nothing.test"));
    assert_int_equal(a.n, 0);
    watch_free(w);
    close(dns);
    unlink(conf);
    loop_free(a.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_a_hosts_file), cmocka_unit_test(too_many_addresses),
        cmocka_unit_test(without_any_file),  cmocka_unit_test(no_names),
        cmocka_unit_test(cancelled),         cmocka_unit_test(from_a_name_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
