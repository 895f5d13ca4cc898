// SPDX-License-Identifier: Apache-2.0
//
// Strong definitions of malloc and its kin over those of glibc, which keep the memory: only the
// counting is ours. Under a sanitizer there is nothing here, for it does the same.
#define _GNU_SOURCE
#include "CAllocations.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <time.h>

uint64_t thread_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

#if !defined(__GLIBC__)
#define COUNTS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COUNTS 0
#endif
#endif
#ifndef COUNTS
#define COUNTS 1
#endif

#if COUNTS

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static __thread struct allocation_counts counts;

static void *counted(void *piece, size_t octets) {
    if (!piece) return piece;
    counts.allocations += 1;
    counts.octets += octets;
    counts.held += (int64_t)malloc_usable_size(piece);
    if (counts.held > (int64_t)counts.peak) counts.peak = (uint64_t)counts.held;
    return piece;
}

void *malloc(size_t octets) { return counted(__libc_malloc(octets), octets); }

void *calloc(size_t count, size_t octets) {
    return counted(__libc_calloc(count, octets), count * octets);
}

void *realloc(void *piece, size_t octets) {
    size_t before = piece ? malloc_usable_size(piece) : 0;
    void *moved = __libc_realloc(piece, octets);
    if (moved || octets == 0) counts.held -= (int64_t)before;
    return counted(moved, octets);
}

void free(void *piece) {
    if (piece) counts.held -= (int64_t)malloc_usable_size(piece);
    __libc_free(piece);
}

void *memalign(size_t alignment, size_t octets) {
    return counted(__libc_memalign(alignment, octets), octets);
}

void *aligned_alloc(size_t alignment, size_t octets) { return memalign(alignment, octets); }

int posix_memalign(void **piece, size_t alignment, size_t octets) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *found = memalign(alignment, octets);
    if (!found) return ENOMEM;
    *piece = found;
    return 0;
}

bool allocations_are_counted(void) { return true; }

#else

static __thread struct allocation_counts counts;

bool allocations_are_counted(void) { return false; }

#endif

void allocations_reset(void) {
    counts = (struct allocation_counts){0};
}

struct allocation_counts allocations_read(void) { return counts; }
