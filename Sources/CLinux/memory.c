// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <CLinuxMemory.h>

#include <stdint.h>
#include <sys/mman.h>

static const size_t largePage = 2 << 20;

void *CLinux_reserve(size_t octets) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    char *range = mmap(NULL, octets + largePage, PROT_READ, flags, -1, 0);
    if (range == MAP_FAILED) return NULL;
    size_t before = -(uintptr_t)range & (largePage - 1);
    if (before > 0) munmap(range, before);
    if (before < largePage) munmap(range + before + octets, largePage - before);
    return range + before;
}

int CLinux_open(void *address, size_t octets) {
    return mprotect(address, octets, PROT_READ | PROT_WRITE);
}

int CLinux_release(void *address, size_t octets) {
    return madvise(address, octets, MADV_DONTNEED);
}

void CLinux_preferLargePages(void *address, size_t octets) {
    madvise(address, octets, MADV_HUGEPAGE);
}

void CLinux_unreserve(void *address, size_t octets) {
    munmap(address, octets);
}
