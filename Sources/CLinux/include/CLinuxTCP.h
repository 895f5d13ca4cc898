// SPDX-License-Identifier: Apache-2.0
//
// Options of TCP sockets that Swift cannot import by itself. Nothing here has logic of its own.
#ifndef CLINUX_TCP_H
#define CLINUX_TCP_H

#include <stdint.h>

/// struct tcp_md5sig of linux/tcp.h, whose header and that of libc exclude each other.
typedef struct {
    uint64_t words[27];
} CLinux_md5Signature;

/// The value of TCP_MD5SIG (RFC 2385) that protects segments to and from `address`, of 4 or 16
/// octets by `family`; a key of no octets takes the protection away. A key longer than
/// CLinux_md5KeyOctets is cut off.
CLinux_md5Signature CLinux_md5SignatureOf(
    int family, const uint8_t *address, const uint8_t *key, unsigned int keyOctets
);

extern const unsigned int CLinux_md5KeyOctets;

/// The value of TCP_SAVED_SYN: the IP and TCP headers of the SYN that a connection began with; all
/// zero when the kernel has not kept them.
typedef struct {
    uint8_t octets[128];
} CLinux_savedSYN;

extern const int CLinux_TCP_MD5SIG;
extern const int CLinux_TCP_USER_TIMEOUT;
extern const int CLinux_TCP_SAVE_SYN;
extern const int CLinux_TCP_SAVED_SYN;
extern const int CLinux_IP_TTL;
extern const int CLinux_IP_MINTTL;
extern const int CLinux_IPV6_UNICAST_HOPS;
extern const int CLinux_IPV6_MINHOPCOUNT;
extern const int CLinux_IPV6_V6ONLY;

#endif
