// SPDX-License-Identifier: Apache-2.0
//
// The Linux calls that Swift cannot import by itself: functions hidden behind _GNU_SOURCE,
// function-like macros, and options that are expressions. Nothing here has logic of its own.
#ifndef CLINUX_H
#define CLINUX_H

// Else Swift takes the structures of libc to be this module's, or Glibc's, by chance.
#ifdef __swift__
#pragma clang module import SwiftGlibc
#endif

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <CLinuxMemory.h>
#include <CLinuxTCP.h>

/// struct mmsghdr of recvmmsg(2).
typedef struct {
    struct msghdr msg_hdr;
    unsigned int msg_len;
} CLinux_mmsghdr;

/// recvmmsg(2); returns the number of datagrams, or -1 with errno set.
int CLinux_recvmmsg(int fd, CLinux_mmsghdr *messages, unsigned int count, int flags);

/// CMSG_FIRSTHDR, CMSG_NXTHDR and CMSG_DATA of cmsg(3).
struct cmsghdr *CLinux_firstControl(const struct msghdr *message);
struct cmsghdr *CLinux_nextControl(const struct msghdr *message, const struct cmsghdr *control);
const void *CLinux_controlData(const struct cmsghdr *control);

/// CMSG_SPACE for one struct timespec, in octets.
extern const size_t CLinux_timestampSpace;

/// SO_TIMESTAMPNS, also the type of the control message that brings the time; see socket(7).
extern const int CLinux_SO_TIMESTAMPNS;

/// SO_MEMINFO: words about the memory of a socket, CLinux_memoryWords of them; the one at
/// CLinux_memoryDrops counts the datagrams that the kernel dropped (linux/sock_diag.h).
extern const int CLinux_SO_MEMINFO;
extern const int CLinux_memoryDrops;
extern const int CLinux_memoryWords;

/// struct sock_filter of linux/filter.h: one instruction of a classic BPF program.
typedef struct {
    uint16_t code;
    uint8_t jump_true;
    uint8_t jump_false;
    uint32_t operand;
} CLinux_instruction;

/// Lets `program` choose the socket of a SO_REUSEPORT group (SO_ATTACH_REUSEPORT_CBPF, socket(7)).
/// Returns 0, or -1 with errno set.
int CLinux_chooseSocketBy(int fd, const CLinux_instruction *program, unsigned short length);

/// Lets `program` say how many octets of each datagram the socket takes, 0 for none at all
/// (SO_ATTACH_FILTER, socket(7)). Returns 0, or -1 with errno set.
int CLinux_acceptBy(int fd, const CLinux_instruction *program, unsigned short length);

/// SO_DETACH_FILTER: the program is gone.
extern const int CLinux_SO_DETACH_FILTER;

/// Bounds the number of heaps among which malloc(3) spreads its threads (M_ARENA_MAX, mallopt(3)).
/// Returns 1, or 0 when it cannot be done.
int CLinux_limitHeaps(int count);

#endif
