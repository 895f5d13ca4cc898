// SPDX-License-Identifier: Apache-2.0
//
// Address space and memory by itself, for arrays that are read without a lock. Nothing here has
// logic of its own, and nothing is input or output.
#ifndef CLINUX_MEMORY_H
#define CLINUX_MEMORY_H

#include <stddef.h>

/// Address space of `octets` without memory behind it, which begins at a multiple of 2 MB and reads
/// as zero (mmap(2)). NULL when there is none, with errno set. `octets` is a multiple of a page.
void *CLinux_reserve(size_t octets);

/// Lets a part of it be written; returns 0, or -1 with errno set (mprotect(2)).
int CLinux_open(void *address, size_t octets);

/// Gives back the memory of a part of it, which reads as zero again (madvise(2)).
int CLinux_release(void *address, size_t octets);

/// Asks for pages of 2 MB (MADV_HUGEPAGE, madvise(2)); a system that has none changes nothing.
void CLinux_preferLargePages(void *address, size_t octets);

/// Gives back all of what CLinux_reserve gave.
void CLinux_unreserve(void *address, size_t octets);

/// Begins to load the cache line of `address`, which need not be there.
static inline __attribute__((always_inline)) void CLinux_prefetch(const void *address) {
    __builtin_prefetch(address);
}

#endif
