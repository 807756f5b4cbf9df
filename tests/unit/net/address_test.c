#include "net_test.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/un.h>

static void round_trip(void **state)
{
    static const struct {
        const char *text;
        const char *again;
        const char *host;
    } cases[] = {
        {"127.0.0.1:8000", "127.0.0.1:8000", "127.0.0.1"},
        {"0.0.0.0:0", "0.0.0.0:0", "0.0.0.0"},
        {"255.255.255.255:65535", "255.255.255.255:65535", "255.255.255.255"},
        {"[::1]:8000", "[::1]:8000", "::1"},
        {"[::]:1", "[::]:1", "::"},
        {"[2001:DB8:0:0::0001]:443", "[2001:db8::1]:443", "2001:db8::1"},
        {"[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1"},
        {"unix:/run/x.sock", "unix:/run/x.sock", "unix:/run/x.sock"},
        {"unix:relative", "unix:relative", "unix:relative"},
        {"unix:/with:colon", "unix:/with:colon", "unix:/with:colon"},
    };
    char out[ADDRESS_TEXT_SIZE];
    struct address a;

    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        assert_true(address_parse(str_of(cases[i].text), &a));
        assert_string_equal(address_text(&a, out), cases[i].again);
        assert_string_equal(address_host_text(&a, out), cases[i].host);
    }
}

static void refused(void **state)
{
    static const char *const cases[] = {
        "",
        ":",
        ":80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1: 80",
        "127.0.0.1:80 ",
        " 127.0.0.1:80",
        "127.0.0.1:8x",
        "127.1:80",
        "127.0.0.256:80",
        "127.0.0.01:80",
        "[127.0.0.1]:80",
        "::1:80",
        "::1",
        "[::1]",
        "[::1]80",
        "[::1",
        "[]:80",
        "[::1%lo]:80",
        "[::g]:80",
        "localhost:80",
        "unix:",
        "Unix:/x",
        "0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:80",
    };
    struct address a;

    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        if (address_parse(str_of(cases[i]), &a)) {
            fail_msg("taken: %s", cases[i]);
        }
    }
    assert_false(address_parse((struct str){"127.0.0.1\0:80", 13}, &a));
    assert_false(address_parse((struct str){"unix:/a\0b", 9}, &a));
}

static void numeric_hosts(void **state)
{
    char out[ADDRESS_TEXT_SIZE];
    struct address a;

    (void)state;
    assert_true(address_numeric(STR("10.0.0.5"), 80, &a));
    assert_string_equal(address_text(&a, out), "10.0.0.5:80");
    assert_true(address_numeric(STR("::1"), 65535, &a));
    assert_string_equal(address_text(&a, out), "[::1]:65535");
    assert_false(address_numeric(STR("[::1]"), 80, &a));
    assert_false(address_numeric(STR("model.example"), 80, &a));
    assert_false(address_numeric(STR(""), 80, &a));
}

static void unix_paths(void **state)
{
    char text[sizeof("unix:") + sizeof(((struct sockaddr_un *)0)->sun_path)] = "unix:";
    char out[ADDRESS_TEXT_SIZE];
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "a b\n\x1b\xff"};
    struct address a;
    size_t room = sizeof(un.sun_path);

    (void)state;
    memset(text + 5, 'p', room);
    assert_false(address_parse((struct str){text, 5 + room}, &a));
    assert_true(address_parse((struct str){text, 5 + room - 1}, &a));
    assert_int_equal(strlen(address_text(&a, out)), 5 + room - 1);
    /* A peer's path is its own choice: nothing of it may break a log line. */
    memset(&a, 0, sizeof(a));
    memcpy(&a.sa, &un, sizeof(un));
    a.len = sizeof(un);
    assert_string_equal(address_text(&a, out), "unix:a?b???");
    /* Unnamed, and a path that fills its field without a NUL. */
    a.len = sizeof(sa_family_t);
    assert_string_equal(address_text(&a, out), "unix:");
    memset(un.sun_path, 'p', room);
    memcpy(&a.sa, &un, sizeof(un));
    a.len = sizeof(un);
    assert_int_equal(strlen(address_text(&a, out)), 5 + room);
}

static void listens(void **state)
{
    struct address a;
    struct address b;
    int fd = listen_any(&a);
    int client;

    (void)state;
    assert_true(port_of(&a) != 0);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    client = connect_to(&a);
    assert_true(address_of_socket(client, &b));
    assert_int_equal(b.sa.ss_family, AF_INET);
    assert_int_equal(address_listen(&a, false), -1);
    assert_int_equal(errno, EADDRINUSE);
    close(client);
    close(fd);
    assert_false(address_of_socket(-1, &b));
}

static void shares_a_port(void **state)
{
    struct address a;
    int one;
    int two;

    (void)state;
    assert_true(address_parse(STR("127.0.0.1:0"), &a));
    one = address_listen(&a, true);
    assert_true(one >= 0);
    assert_true(address_of_socket(one, &a));
    two = address_listen(&a, true);
    assert_true(two >= 0);
    close(one);
    close(two);
}

static void ipv6_only(void **state)
{
    struct address a;
    int only = 0;
    socklen_t len = sizeof(only);
    int fd;

    (void)state;
    assert_true(address_parse(STR("[::1]:0"), &a));
    fd = address_listen(&a, false);
    if (fd < 0) {
        assert_true(errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT);
        skip(); /* a machine without IPv6 */
    }
    assert_int_equal(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len), 0);
    assert_int_equal(only, 1);
    close(fd);
}

static void unix_socket(void **state)
{
    char dir[] = "/tmp/net_test.XXXXXX";
    char text[64];
    char out[ADDRESS_TEXT_SIZE];
    struct address a;
    struct address b;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(text, sizeof(text), "unix:%s/s", dir);
    assert_true(address_parse(str_of(text), &a));
    fd = address_listen(&a, true);
    assert_true(fd >= 0);
    assert_true(address_of_socket(fd, &b));
    assert_string_equal(address_text(&b, out), text);
    assert_int_equal(address_listen(&a, false), -1);
    assert_int_equal(errno, EADDRINUSE);
    close(connect_to(&a));
    close(fd);
    unlink(text + 5);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),    cmocka_unit_test(refused),
        cmocka_unit_test(numeric_hosts), cmocka_unit_test(unix_paths),
        cmocka_unit_test(listens),       cmocka_unit_test(shares_a_port),
        cmocka_unit_test(ipv6_only),     cmocka_unit_test(unix_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
