#include "cmd/demo_gateway.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/demo_model.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_TIMEOUT_MS 60000
#define LOG_MAX (256u << 10)

/* Where the program and what ships with it are: installed, or in a build tree. */
struct shipped {
    char stopgated[512];
    const char *rules, *apis, *policy;
};

static bool find_shipped(struct shipped *out)
{
    char self[400];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n <= 0) {
        return false;
    }
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    if (strcmp(self, SG_BINDIR) == 0) {
        snprintf(out->stopgated, sizeof(out->stopgated), "%s/stopgated", SG_SBINDIR);
        out->rules = SG_DATADIR "/rules";
        out->apis = SG_DATADIR "/apis";
        out->policy = SG_SYSCONFDIR "/policy.yaml";
    } else {
        snprintf(out->stopgated, sizeof(out->stopgated), "%s/stopgated", self);
        out->rules = SG_SRCDIR "/rules";
        out->apis = SG_SRCDIR "/etc/apis";
        out->policy = SG_SRCDIR "/etc/policy.yaml";
    }
    return true;
}

static bool write_config(const struct demo_gateway *g, const struct shipped *shipped,
                         uint16_t listen_port, uint16_t model_port)
{
    struct buf text = BUF_INIT(8192);
    char path[192];
    snprintf(path, sizeof(path), "%s/stopgate.yaml", g->folder);
    bool good = buf_printf(&text,
                           "listen: [{address: \"127.0.0.1:%u\"}]\n"
                           "upstreams: {demo: {servers: [\"http://127.0.0.1:%u\"]}}\n"
                           "routes: [{path: /v1/, api: openai, upstream: demo, policy: office}]\n"
                           "policy: \"%s\"\nrules: [\"%s\"]\napis: \"%s\"\n"
                           "audit: {directory: \"%s/audit\"}\nstate: \"%s/state\"\nworkers: 1\n",
                           listen_port, model_port, shipped->policy, shipped->rules, shipped->apis,
                           g->folder, g->folder) &&
                file_replace(path, 0600, buf_str(&text));
    buf_free(&text);
    return good;
}

static bool make_folder(struct demo_gateway *g)
{
    const char *base = getenv("TMPDIR");
    int n = snprintf(g->folder, sizeof(g->folder), "%s/stopgate-demo-XXXXXX",
                     base != NULL && base[0] == '/' ? base : "/tmp");
    if (n >= (int)sizeof(g->folder) || mkdtemp(g->folder) == NULL) {
        g->folder[0] = '\0';
        fprintf(stderr, "stopgate demo: cannot make a temporary folder: %s\n", strerror(errno));
        return false;
    }
    snprintf(g->journal, sizeof(g->journal), "%s/model-saw.json", g->folder);
    snprintf(g->records, sizeof(g->records), "%s/audit/records.jsonl", g->folder);
    return true;
}

static pid_t exec_gateway(const struct demo_gateway *g, const char *program, int log_end)
{
    char config[192];
    snprintf(config, sizeof(config), "%s/stopgate.yaml", g->folder);
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (dup2(log_end, STDERR_FILENO) >= 0) {
        execl(program, "stopgated", "-c", config, (char *)NULL);
    }
    fprintf(stderr, "cannot run %s: %s\n", program, strerror(errno));
    _exit(127);
}

/* The port that the gateway says it listens on; 0: it did not say. */
static uint16_t port_in(struct str log)
{
    struct str key = STR("listening address=127.0.0.1:");
    size_t at = str_find(log, key, 0);
    uint64_t port = 0;
    if (at == SIZE_MAX) {
        return 0;
    }
    struct str rest = str_sub(log, at + key.n, log.n), number;
    return str_next(&rest, '\n', &number) && str_to_u64(number, 65535, &port) ? (uint16_t)port : 0;
}

/* Reads the gateway's log until it is ready. */
static bool await_ready(struct demo_gateway *g)
{
    struct buf log = BUF_INIT(LOG_MAX);
    uint64_t end = clock_mono_ns() / 1000000 + START_TIMEOUT_MS;
    bool ready = false, going = true;
    while (!ready && going) {
        uint64_t now = clock_mono_ns() / 1000000;
        struct pollfd fds[2] = {{g->log_fd, POLLIN, 0}, {g->signal_fd, POLLIN, 0}};
        char *room = buf_room(&log, 4096);
        if (room == NULL || now >= end || poll(fds, 2, (int)(end - now)) <= 0 ||
            fds[1].revents != 0) {
            break;
        }
        ssize_t n = read(g->log_fd, room, 4096);
        going = n > 0;
        buf_took(&log, n > 0 ? (size_t)n : 0);
        ready = str_find(buf_str(&log), STR(" ready "), 0) != SIZE_MAX;
    }
    g->port = ready ? port_in(buf_str(&log)) : 0;
    if (g->port == 0) {
        fprintf(stderr, "stopgate demo: the gateway did not start:\n%.*s", (int)log.n,
                log.n > 0 ? log.p : "");
    }
    buf_free(&log);
    return g->port != 0;
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool demo_gateway_start(struct demo_gateway *g, uint16_t port)
{
    struct log log = {.fd = -1, .level = LOG_ERROR_LEVEL, .process = "demo"};
    struct shipped shipped;
    uint16_t model_port;
    int ends[2];
    *g = (struct demo_gateway){.log_fd = -1, .signal_fd = open_signals()};
    if (g->signal_fd < 0 || !find_shipped(&shipped) || !make_folder(g)) {
        return false;
    }
    g->model = demo_model_start(&log, g->journal, &model_port);
    if (g->model < 0 || !write_config(g, &shipped, port, model_port) ||
        pipe2(ends, O_CLOEXEC) < 0) {
        fprintf(stderr, "stopgate demo: cannot start the demo model: %s\n", strerror(errno));
        return false;
    }
    g->gateway = exec_gateway(g, shipped.stopgated, ends[1]);
    close(ends[1]);
    g->log_fd = ends[0];
    return g->gateway > 0 && await_ready(g);
}

void demo_gateway_watch(struct demo_gateway *g)
{
    for (;;) {
        struct pollfd fds[2] = {{g->log_fd, POLLIN, 0}, {g->signal_fd, POLLIN, 0}};
        char piece[4096];
        if ((poll(fds, 2, -1) < 0 && errno != EINTR) || fds[1].revents != 0) {
            return;
        }
        ssize_t n = fds[0].revents != 0 ? read(g->log_fd, piece, sizeof(piece)) : 0;
        if (n <= 0 && fds[0].revents != 0) {
            return;
        }
        if (n > 0 && !file_write_all(STDERR_FILENO, piece, (size_t)n)) {
            return;
        }
    }
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void end_process(pid_t pid)
{
    if (pid > 0) {
        kill(pid, SIGTERM);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
}

void demo_gateway_stop(struct demo_gateway *g)
{
    /* The log is read no more: what the gateway says while it ends must not stop it. */
    if (g->log_fd >= 0) {
        close(g->log_fd);
    }
    end_process(g->gateway);
    end_process(g->model);
    if (g->folder[0] != '\0') {
        (void)nftw(g->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    if (g->signal_fd >= 0) {
        close(g->signal_fd);
    }
}
