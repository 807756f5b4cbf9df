#include "proc/message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define CHANNEL_BUFFER (4 << 20)
#define MAGIC 0x53544750u /* "STGP" */

struct head {
    uint32_t magic, type;
    uint64_t size;
};

bool message_pair(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) {
        return false;
    }
    int size =
        CHANNEL_BUFFER; /* the kernel gives what it allows; the rest is queued by the sender */
    for (int i = 0; i < 2; i++) {
        (void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    }
    return true;
}

enum message_status message_send(int channel, enum message_type type, struct str data, int fd)
{
    struct head head = {MAGIC, (uint32_t)type, data.n};
    struct iovec iov[2] = {{&head, sizeof(head)}, {(void *)(uintptr_t)data.p, data.n}};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = data.n > 0 ? 2 : 1};
    if (data.n > MESSAGE_DATA_MAX) {
        return MESSAGE_BAD;
    }
    if (fd >= 0) {
        memset(&control, 0, sizeof(control));
        msg.msg_control = control.bytes;
        msg.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    }
    ssize_t n;
    do {
        n = sendmsg(channel, &msg, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n >= 0) {
        return MESSAGE_OK;
    }
    if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
        return MESSAGE_AGAIN;
    }
    return errno == EPIPE || errno == ECONNRESET ? MESSAGE_CLOSED : MESSAGE_BAD;
}

/* The descriptor that came along, -1 if none; any more are closed. */
static int take_descriptor(struct msghdr *msg)
{
    int fd = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int got;
            memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (fd < 0) {
                fd = got;
            } else {
                close(got);
            }
        }
    }
    return fd;
}

enum message_status message_receive(int channel, struct message_reader *r, struct message *out)
{
    struct head head;
    struct iovec iov[2] = {{&head, sizeof(head)}, {r->bytes, MESSAGE_DATA_MAX}};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct msghdr msg = {.msg_iov = iov,
                         .msg_iovlen = 2,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    ssize_t n;
    do {
        n = recvmsg(channel, &msg, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
            return MESSAGE_AGAIN;
        }
        return errno == ECONNRESET ? MESSAGE_CLOSED : MESSAGE_BAD;
    }
    int fd = take_descriptor(&msg);
    size_t size = (size_t)n;
    bool whole = size >= sizeof(head) && (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    if (!whole || head.magic != MAGIC || head.size != size - sizeof(head)) {
        if (fd >= 0) {
            close(fd);
        }
        return n == 0 ? MESSAGE_CLOSED : MESSAGE_BAD;
    }
    *out = (struct message){(enum message_type)head.type, {r->bytes, (size_t)head.size}, fd};
    return MESSAGE_OK;
}

bool message_data(const struct message *m, void *out, size_t size)
{
    if (m->data.n != size) {
        return false;
    }
    memcpy(out, m->data.p, size);
    return true;
}
