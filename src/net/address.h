/* Socket addresses as people write them: `127.0.0.1:8000`, `[::1]:8000`, `unix:/run/x.sock`. */
#ifndef SG_NET_ADDRESS_H
#define SG_NET_ADDRESS_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_SIZE 128

struct address {
    struct sockaddr_storage sa;
    socklen_t len;
};

/* A numeric IPv4 or IPv6 address with a port (0 to 65535), or `unix:` and a path. */
SG_MUST_CHECK bool address_parse(struct str text, struct address *out) SG_NONNULL;

/* A numeric host with a port given apart. False for names. */
SG_MUST_CHECK bool address_numeric(struct str host, uint16_t port, struct address *out) SG_NONNULL;

/* As written above; `unix:` for an unnamed Unix peer. Returns `out`. */
const char *address_text(const struct address *a, char out[ADDRESS_TEXT_SIZE]) SG_NONNULL;

/* The same without the port: who, not where from. */
const char *address_host_text(const struct address *a, char out[ADDRESS_TEXT_SIZE]) SG_NONNULL;

/*
 * A listening non-blocking close-on-exec socket; -1 with errno set. `reuse_port`: SO_REUSEPORT, so
 * that each worker has a queue of its own; backlog as the kernel allows. With port 0 the kernel
 * picks: ask address_of_socket(). IPv6 listeners are IPv6 only.
 */
SG_MUST_CHECK int address_listen(const struct address *a, bool reuse_port) SG_NONNULL;
SG_MUST_CHECK bool address_of_socket(int fd, struct address *out) SG_NONNULL;

#endif
