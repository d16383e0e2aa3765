/*
 * An emulation of kqueue(2) and kevent(2) for tests of KqueueEngine on Linux: EVFILT_READ, EVFILT_WRITE and EVFILT_USER with the flags the manual pages
 * describe, in the layout and with the numbers of libkqueue. It shows what the engine asks for and how it reads the answers. It is not BSD: where the manual
 * leaves something open, a BSD may do otherwise.
 *
 * A queue is an epoll set over one inner epoll set for each direction, and an eventfd for user events. The kernel does the waiting, this file the bookkeeping.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_USER (-11)
#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_ENABLE 0x0004
#define EV_DISABLE 0x0008
#define EV_ONESHOT 0x0010
#define EV_CLEAR 0x0020
#define EV_RECEIPT 0x0040
#define EV_DISPATCH 0x0080
#define EV_ERROR 0x4000
#define EV_EOF 0x8000
#define NOTE_TRIGGER 0x01000000u

struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};

struct knote {
    struct knote *next;
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    void *udata;
    uint32_t number; /* tells it from an earlier one of the same descriptor */
    int enabled;
    int triggered;
};

struct queue {
    pthread_mutex_t lock;
    int outer, reading, writing, user;
    uint32_t numbers;
    struct knote *notes;
};

#define MAX_QUEUES 65536
static struct queue *queues[MAX_QUEUES];

int kqueue(void)
{
    struct queue *q = calloc(1, sizeof *q);
    if (!q)
        return -1;
    pthread_mutex_init(&q->lock, NULL);
    q->outer = epoll_create1(EPOLL_CLOEXEC);
    q->reading = epoll_create1(EPOLL_CLOEXEC);
    q->writing = epoll_create1(EPOLL_CLOEXEC);
    q->user = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int inner[3] = {q->reading, q->writing, q->user};
    for (int i = 0; i < 3; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.fd = inner[i]};
        if (q->outer < 0 || q->outer >= MAX_QUEUES || epoll_ctl(q->outer, EPOLL_CTL_ADD, inner[i], &e) < 0)
            return -1;
    }
    queues[q->outer] = q;
    return q->outer;
}

void kqueue_free(int kq)
{
    struct queue *q = queues[kq];
    queues[kq] = NULL;
    close(q->user);
    close(q->reading);
    close(q->writing);
    close(q->outer);
    while (q->notes) {
        struct knote *n = q->notes;
        q->notes = n->next;
        free(n);
    }
    free(q);
}

static struct knote **find(struct queue *q, uintptr_t ident, int16_t filter)
{
    struct knote **at = &q->notes;
    while (*at && ((*at)->ident != ident || (*at)->filter != filter))
        at = &(*at)->next;
    return at;
}

static int set_of(struct queue *q, struct knote *n)
{
    return n->filter == EVFILT_READ ? q->reading : q->writing;
}

static void drop(struct knote **at)
{
    struct knote *n = *at;
    *at = n->next;
    free(n);
}

/* Lets the kernel watch for a note, or not when it is disabled. A file that was closed has left the set by itself. */
static int watch(struct queue *q, struct knote *n)
{
    if (n->filter == EVFILT_USER)
        return 0;
    struct epoll_event e = {.data.u64 = (uint64_t)n->number << 32 | (uint32_t)n->ident};
    e.events = n->filter == EVFILT_READ ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
    if (n->flags & EV_CLEAR)
        e.events |= EPOLLET;
    if (n->flags & (EV_DISPATCH | EV_ONESHOT))
        e.events |= EPOLLONESHOT;
    if (!n->enabled)
        return epoll_ctl(set_of(q, n), EPOLL_CTL_DEL, (int)n->ident, &e) < 0 && errno != ENOENT ? errno : 0;
    if (epoll_ctl(set_of(q, n), EPOLL_CTL_MOD, (int)n->ident, &e) == 0)
        return 0;
    if (errno == ENOENT && epoll_ctl(set_of(q, n), EPOLL_CTL_ADD, (int)n->ident, &e) == 0)
        return 0;
    return errno;
}

static int apply(struct queue *q, const struct kevent *c)
{
    if (c->filter != EVFILT_READ && c->filter != EVFILT_WRITE && c->filter != EVFILT_USER)
        return EINVAL;
    struct knote **at = find(q, c->ident, c->filter);
    if (c->flags & EV_DELETE) {
        if (!*at)
            return ENOENT;
        int error = 0;
        struct epoll_event unused;
        if ((*at)->filter != EVFILT_USER && (*at)->enabled && epoll_ctl(set_of(q, *at), EPOLL_CTL_DEL, (int)c->ident, &unused) < 0)
            error = errno == EBADF ? EBADF : ENOENT;
        drop(at);
        return error;
    }
    if (!*at && !(c->flags & EV_ADD))
        return ENOENT;
    int is_new = !*at;
    if (is_new) {
        struct knote *n = calloc(1, sizeof *n);
        if (!n)
            return ENOMEM;
        n->ident = c->ident;
        n->filter = c->filter;
        /* As on FreeBSD: the mode is that of the first addition. */
        n->flags = c->flags & (EV_CLEAR | EV_DISPATCH | EV_ONESHOT);
        n->number = ++q->numbers;
        *at = n;
    }
    struct knote *n = *at;
    if (c->flags & EV_ADD) {
        n->udata = c->udata;
        n->enabled = 1;
    }
    if (c->flags & EV_ENABLE)
        n->enabled = 1;
    if (c->flags & EV_DISABLE)
        n->enabled = 0;
    if (n->filter == EVFILT_USER && (c->fflags & NOTE_TRIGGER)) {
        uint64_t one = 1;
        n->triggered = 1;
        if (write(q->user, &one, sizeof one) < 0)
            return errno;
    }
    int error = watch(q, n);
    if (error && is_new)
        drop(find(q, c->ident, c->filter));
    return error;
}

/* Takes what is ready. Returns how many events were written. */
static int take(struct queue *q, struct kevent *events, int room)
{
    int count = 0;
    uint64_t unused;
    if (read(q->user, &unused, sizeof unused) > 0) {
        for (struct knote *n = q->notes; n; n = n->next) {
            if (n->filter != EVFILT_USER || !n->triggered || !n->enabled)
                continue;
            if (count == room) {
                uint64_t one = 1;
                if (write(q->user, &one, sizeof one) < 0)
                    abort();
                break;
            }
            events[count++] = (struct kevent){n->ident, n->filter, n->flags, 0, 0, n->udata};
            if (n->flags & EV_CLEAR)
                n->triggered = 0;
        }
    }
    for (int direction = 0; direction < 2 && count < room; direction++) {
        struct epoll_event ready[64];
        int most = room - count < 64 ? room - count : 64;
        int found = epoll_wait(direction ? q->writing : q->reading, ready, most, 0);
        for (int i = 0; i < found; i++) {
            int fd = (int)(uint32_t)ready[i].data.u64;
            struct knote **at = find(q, (uintptr_t)fd, direction ? EVFILT_WRITE : EVFILT_READ);
            struct knote *n = *at;
            if (!n || n->number != (uint32_t)(ready[i].data.u64 >> 32))
                continue;
            struct kevent *e = &events[count++];
            *e = (struct kevent){n->ident, n->filter, n->flags, 0, 0, n->udata};
            int ended = direction ? EPOLLERR | EPOLLHUP : EPOLLRDHUP | EPOLLHUP | EPOLLERR;
            if (ready[i].events & ended)
                e->flags |= EV_EOF;
            int available = 0;
            if (!direction && ioctl(fd, FIONREAD, &available) == 0)
                e->data = available;
            if (n->flags & EV_DISPATCH) {
                n->enabled = 0;
                struct epoll_event none;
                epoll_ctl(set_of(q, n), EPOLL_CTL_DEL, fd, &none);
            }
            if (n->flags & EV_ONESHOT)
                drop(at);
        }
    }
    return count;
}

int kevent(int kq, const struct kevent *changes, int change_count, struct kevent *events, int room, const struct timespec *timeout)
{
    struct queue *q = kq >= 0 && kq < MAX_QUEUES ? queues[kq] : NULL;
    if (!q) {
        errno = EBADF;
        return -1;
    }
    pthread_mutex_lock(&q->lock);
    int reports = 0;
    for (int i = 0; i < change_count; i++) {
        /* A copy: the events may be written over the changes. */
        struct kevent change = changes[i];
        int error = apply(q, &change);
        if (!error && !(change.flags & EV_RECEIPT))
            continue;
        if (reports == room) {
            pthread_mutex_unlock(&q->lock);
            errno = error;
            return error ? -1 : reports;
        }
        events[reports] = change;
        events[reports].flags = EV_ERROR;
        events[reports++].data = error;
    }
    pthread_mutex_unlock(&q->lock);
    if (reports || !room)
        return reports;

    struct timespec now, end = {0, 0};
    if (timeout) {
        clock_gettime(CLOCK_MONOTONIC, &end);
        end.tv_sec += timeout->tv_sec;
        end.tv_nsec += timeout->tv_nsec;
        if (end.tv_nsec >= 1000000000) {
            end.tv_nsec -= 1000000000;
            end.tv_sec++;
        }
    }
    for (;;) {
        pthread_mutex_lock(&q->lock);
        int count = take(q, events, room);
        pthread_mutex_unlock(&q->lock);
        if (count)
            return count;
        struct timespec left;
        if (timeout) {
            clock_gettime(CLOCK_MONOTONIC, &now);
            left.tv_sec = end.tv_sec - now.tv_sec;
            left.tv_nsec = end.tv_nsec - now.tv_nsec;
            if (left.tv_nsec < 0) {
                left.tv_nsec += 1000000000;
                left.tv_sec--;
            }
            if (left.tv_sec < 0 || (left.tv_sec == 0 && left.tv_nsec == 0))
                return 0;
        }
        struct pollfd outer = {.fd = q->outer, .events = POLLIN};
        if (ppoll(&outer, 1, timeout ? &left : NULL, NULL) < 0)
            return -1;
    }
}
