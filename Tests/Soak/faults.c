// SPDX-License-Identifier: Apache-2.0
// Preloaded before libc: lets calls on one file fail.
//
//   FAULT_CALL   write, sync or truncate: which calls count
//   FAULT_FILE   part of the path of the files they count on
//   FAULT_AT     the number of the first call that fails, from 1
//   FAULT_TIMES  how many fail, from that one on; 1 when not set
//   FAULT_ERRNO  EIO or ENOSPC
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static int fails(const char *call, int file) {
    const char *wanted = getenv("FAULT_CALL"), *part = getenv("FAULT_FILE");
    const char *at = getenv("FAULT_AT"), *times = getenv("FAULT_TIMES");
    const char *error = getenv("FAULT_ERRNO");
    char name[64], path[4096];
    if (!wanted || !part || !at || strcmp(wanted, call) != 0) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (!strstr(path, part)) return 0;
    long call_number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    long first = atol(at), count = times ? atol(times) : 1;
    if (call_number < first || call_number >= first + count) return 0;
    errno = error && strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
    return 1;
}

#define FAILING(call, type, name, parameters, arguments, file)          \
    type name parameters {                                              \
        static type(*real) parameters;                                  \
        if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name);           \
        return fails(call, file) ? -1 : real arguments;                 \
    }

FAILING("write", ssize_t, pwrite, (int f, const void *b, size_t n, off_t o), (f, b, n, o), f)
FAILING("write", ssize_t, pwrite64, (int f, const void *b, size_t n, off64_t o), (f, b, n, o), f)
FAILING("write", ssize_t, write, (int f, const void *b, size_t n), (f, b, n), f)
FAILING("sync", int, fsync, (int f), (f), f)
FAILING("sync", int, fdatasync, (int f), (f), f)
FAILING("truncate", int, ftruncate, (int f, off_t n), (f, n), f)
FAILING("truncate", int, ftruncate64, (int f, off64_t n), (f, n), f)
