// SPDX-License-Identifier: Apache-2.0
//
// A clock on the wall that can be set for one process: to be preloaded (LD_PRELOAD).
//
// PEERAGE_CLOCK names a file of one 64-bit integer, nanoseconds, which is added to CLOCK_REALTIME
// each time the process asks for it. Time since boot stays as it is. The kernel's stamps of
// datagrams know nothing of this, so asking for them succeeds and does nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t no_offset = 0;
static const volatile int64_t *offset = &no_offset;

__attribute__((constructor)) static void open_file(void) {
    const char *path = getenv("PEERAGE_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) offset = mapped;
    close(file);
}

static int is_of_the_wall(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

static void add(struct timespec *time, int64_t nanoseconds) {
    int64_t sum = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec + nanoseconds;
    time->tv_sec = sum / 1000000000;
    time->tv_nsec = sum % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, time);
    if (status == 0 && is_of_the_wall(clock)) add(time, *offset);
    return status;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    (void)zone;
    struct timespec time;
    int status = clock_gettime(CLOCK_REALTIME, &time);
    *out = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
    return status;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

// Deadlines on the wall are the kernel's, which does not know of the offset.
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec kernel = *deadline;
    // One of another clock counts from boot, and is years away from the wall.
    if (deadline->tv_sec > 500000000) add(&kernel, -*offset);
    return real(condition, mutex, &kernel);
}

int setsockopt(int socket, int level, int option, const void *value, socklen_t length) {
    if (level == SOL_SOCKET && (option == SO_TIMESTAMPNS || option == SO_TIMESTAMP)) return 0;
    return (int)syscall(SYS_setsockopt, socket, level, option, value, length);
}
