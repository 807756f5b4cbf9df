/* The master's inside, shared by its files; private to this folder. */
#ifndef SG_PROC_MASTER_PRIVATE_H
#define SG_PROC_MASTER_PRIVATE_H

#include "base/digest.h"
#include "base/log.h"
#include "net/loop.h"
#include "pipe/gate.h"
#include "policy/snapshot.h"
#include "proc/control.h"
#include "proc/message.h"

#include <sys/types.h>

struct master;

/* One worker's place: its listening sockets outlive the process that serves them. */
struct slot {
    struct master *master;
    char name[16];
    pid_t pid; /* 0: none now */
    int channel;
    struct watch *watch;
    struct timer *restart;
    int *listen_fds; /* one for each `listen` entry */
    uint64_t started_ns;
    uint64_t generation; /* that it runs; 0: none yet */
    bool waiting;        /* the reload under way waits for its answer */
    bool figures_wanted;
    struct gate_figures figures;
};

enum reload_phase { RELOAD_IDLE, RELOAD_BUILD, RELOAD_PREPARE, RELOAD_COMMIT };

struct reload {
    enum reload_phase phase;
    uint64_t client; /* of the control socket; 0: a signal, or the start */
    pid_t builder;
    int channel, bundle;
    struct watch *watch;
    struct timer *timeout;
    uint64_t generation;
    struct message_built built;
    char *warnings; /* malloc'd */
    bool again;     /* SIGHUP came while one was under way */
};

struct master {
    struct log log;
    const char *config_path;
    struct snapshot *start; /* configuration of the start: what a reload has to follow */
    struct loop *loop;
    struct slot *slots;
    size_t slot_count;
    pid_t auditor;
    int auditor_channel;
    uint64_t auditor_started_ns;
    struct timer *auditor_restart;
    int bundle; /* the current one; new workers start from it */
    uint64_t generation;
    struct message_built built; /* of the current one */
    uint64_t started_ns;
    struct reload reload;
    struct control *control;
    uint64_t status_client; /* waits for figures; 0: nobody */
    struct timer *status_timer, *stop_timer;
    struct watch *signals[5];
    uint8_t mask_key[INSPECT_KEY_SIZE];
    bool ready, stopping;
    int exit_code;
    struct message_reader reader;
};

/* master_children.c */
SG_MUST_CHECK bool slots_open(struct master *m) SG_NONNULL;
void slots_start(struct master *m) SG_NONNULL;
void slots_close(struct master *m) SG_NONNULL;
void slot_message(struct slot *s, const struct message *m) SG_NONNULL;
void slot_prepare(struct slot *s) SG_NONNULL;
SG_MUST_CHECK bool slot_send(struct slot *s, enum message_type type, uint64_t generation,
                             int fd) SG_NONNULL;
SG_MUST_CHECK bool auditor_open(struct master *m) SG_NONNULL;
void children_ended(struct master *m) SG_NONNULL;
void master_stop(struct master *m, int exit_code) SG_NONNULL;

/* master_reload.c; reload_begin tells false when one, or the start, is under way. */
SG_MUST_CHECK bool reload_begin(struct master *m, uint64_t client) SG_NONNULL;
void reload_prepared(struct slot *s, const struct message_prepared *p) SG_NONNULL;
void reload_committed(struct slot *s, const struct message_prepared *p) SG_NONNULL;
void reload_slot_gone(struct slot *s) SG_NONNULL;
void reload_again(struct master *m) SG_NONNULL; /* if a signal asked for it meanwhile */
void reload_builder_ended(struct master *m, int wait_status) SG_NONNULL;
void reload_close(struct master *m) SG_NONNULL;

/* master_status.c */
void status_begin(struct master *m, uint64_t client) SG_NONNULL;
void status_figures(struct slot *s, const struct message *m) SG_NONNULL;
void status_reply(void *ctx); /* with what is there; also the timer's callback */

#endif
