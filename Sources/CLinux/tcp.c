// SPDX-License-Identifier: Apache-2.0
#include <CLinuxTCP.h>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>

_Static_assert(sizeof(CLinux_md5Signature) == sizeof(struct tcp_md5sig), "linux/tcp.h");

CLinux_md5Signature CLinux_md5SignatureOf(
    int family, const uint8_t *address, const uint8_t *key, unsigned int keyOctets
) {
    struct tcp_md5sig value = {0};
    if (family == AF_INET) {
        struct sockaddr_in *peer = (struct sockaddr_in *)&value.tcpm_addr;
        peer->sin_family = AF_INET;
        memcpy(&peer->sin_addr, address, sizeof peer->sin_addr);
    } else {
        struct sockaddr_in6 *peer = (struct sockaddr_in6 *)&value.tcpm_addr;
        peer->sin6_family = AF_INET6;
        memcpy(&peer->sin6_addr, address, sizeof peer->sin6_addr);
    }
    value.tcpm_keylen = keyOctets < sizeof value.tcpm_key ? keyOctets : sizeof value.tcpm_key;
    memcpy(value.tcpm_key, key, value.tcpm_keylen);
    CLinux_md5Signature signature;
    memcpy(&signature, &value, sizeof signature);
    return signature;
}

const unsigned int CLinux_md5KeyOctets = TCP_MD5SIG_MAXKEYLEN;

const int CLinux_TCP_MD5SIG = TCP_MD5SIG;
const int CLinux_TCP_USER_TIMEOUT = TCP_USER_TIMEOUT;
const int CLinux_TCP_SAVE_SYN = TCP_SAVE_SYN;
const int CLinux_TCP_SAVED_SYN = TCP_SAVED_SYN;
const int CLinux_IP_TTL = IP_TTL;
const int CLinux_IP_MINTTL = IP_MINTTL;
const int CLinux_IPV6_UNICAST_HOPS = IPV6_UNICAST_HOPS;
const int CLinux_IPV6_MINHOPCOUNT = IPV6_MINHOPCOUNT;
const int CLinux_IPV6_V6ONLY = IPV6_V6ONLY;
