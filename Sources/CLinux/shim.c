// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <CLinux.h>

#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <malloc.h>

_Static_assert(sizeof(CLinux_mmsghdr) == sizeof(struct mmsghdr), "layout of <sys/socket.h>");
_Static_assert(
    offsetof(CLinux_mmsghdr, msg_len) == offsetof(struct mmsghdr, msg_len),
    "layout of <sys/socket.h>"
);
_Static_assert(sizeof(CLinux_instruction) == sizeof(struct sock_filter), "linux/filter.h");

int CLinux_recvmmsg(int fd, CLinux_mmsghdr *messages, unsigned int count, int flags) {
    return recvmmsg(fd, (struct mmsghdr *)messages, count, flags, NULL);
}

struct cmsghdr *CLinux_firstControl(const struct msghdr *message) {
    return CMSG_FIRSTHDR(message);
}

struct cmsghdr *CLinux_nextControl(const struct msghdr *message, const struct cmsghdr *control) {
    return CMSG_NXTHDR((struct msghdr *)message, (struct cmsghdr *)control);
}

const void *CLinux_controlData(const struct cmsghdr *control) {
    return CMSG_DATA(control);
}

const size_t CLinux_timestampSpace = CMSG_SPACE(sizeof(struct timespec));

const int CLinux_SO_TIMESTAMPNS = SO_TIMESTAMPNS;

const int CLinux_SO_MEMINFO = SO_MEMINFO;
const int CLinux_memoryDrops = SK_MEMINFO_DROPS;
const int CLinux_memoryWords = SK_MEMINFO_VARS;

int CLinux_chooseSocketBy(int fd, const CLinux_instruction *program, unsigned short length) {
    struct sock_fprog filter = {.len = length, .filter = (struct sock_filter *)program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter);
}

int CLinux_acceptBy(int fd, const CLinux_instruction *program, unsigned short length) {
    struct sock_fprog filter = {.len = length, .filter = (struct sock_filter *)program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

const int CLinux_SO_DETACH_FILTER = SO_DETACH_FILTER;

int CLinux_limitHeaps(int count) {
    return mallopt(M_ARENA_MAX, count);
}
