/*
 * Typed, size-checked messages between the processes, over SOCK_SEQPACKET socket pairs: a message
 * arrives whole or not at all, with at most one descriptor.
 */
#ifndef SG_PROC_MESSAGE_H
#define SG_PROC_MESSAGE_H

#include "audit/record.h"
#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define MESSAGE_DATA_MAX (2 * RECORD_MAX) /* bytes; a record is the largest */

enum message_type {
    /* master to worker */
    MESSAGE_AUDIT = 1,   /* descriptor: the channel to the (new) auditor */
    MESSAGE_PREPARE,     /* descriptor: a bundle; data: generation (uint64_t) */
    MESSAGE_COMMIT,      /* data: generation; the prepared snapshot becomes current */
    MESSAGE_ABORT,       /* data: generation; the prepared snapshot is forgotten */
    MESSAGE_DRAIN,       /* end what runs, then exit */
    MESSAGE_ASK_FIGURES, /* no data */
    /* worker to master */
    MESSAGE_PREPARED,  /* data: struct message_prepared */
    MESSAGE_COMMITTED, /* data: struct message_prepared */
    MESSAGE_FIGURES,   /* data: struct gate_figures */
    /* master to auditor */
    MESSAGE_WORKER, /* descriptor: a worker's channel */
    MESSAGE_REOPEN, /* after log rotation */
    /* worker to auditor */
    MESSAGE_RECORD, /* data: one line */
    /* builder to master */
    MESSAGE_BUILT,    /* descriptor: the bundle; data: struct message_built, then warnings */
    MESSAGE_NOT_BUILT /* data: the errors, a line each */
};

struct message_prepared {
    uint64_t generation;
    uint64_t good; /* 0 or 1 */
};

struct message_built {
    uint64_t rules, examples;
    char version[72];
};

struct message {
    enum message_type type;
    struct str data; /* in the reader's buffer */
    int fd;          /* owned by the receiver; -1: none */
};

enum message_status {
    MESSAGE_OK,
    MESSAGE_AGAIN,  /* nothing to read, or no room to write, now */
    MESSAGE_CLOSED, /* the other side is gone */
    MESSAGE_BAD     /* malformed, truncated or an I/O error: the channel is of no use any more */
};

/* Two connected, non-blocking, close-on-exec ends. False with errno set. */
SG_MUST_CHECK bool message_pair(int ends[2]);

/* `fd` -1: none; the sender keeps its copy. */
SG_MUST_CHECK enum message_status message_send(int channel, enum message_type type, struct str data,
                                               int fd);

struct message_reader {
    char bytes[MESSAGE_DATA_MAX];
};

SG_MUST_CHECK enum message_status message_receive(int channel, struct message_reader *r,
                                                  struct message *out) SG_NONNULL;

/* Copies fixed-size data out; false when the size is another. */
SG_MUST_CHECK bool message_data(const struct message *m, void *out, size_t size) SG_NONNULL;

#endif
