// SPDX-License-Identifier: Apache-2.0
//
// A flood of what a collector must not remember without a bound, from addresses of 127.0.0.0/8:
//
//     flood ADDRESS PORT DATAGRAMS_PER_SECOND SECONDS LISTED_EXPORTER KINDS
//
// KINDS are digits, played in turn: 0 IPFIX with a template of its own from anywhere; from the listed
// exporter 1 templates and domains without end, 2 data of templates nobody sent, 3 records of
// interfaces and addresses without end; 4 sFlow of agents without end; 5 noise. Prints how many
// datagrams the listed exporter sent, and how many were sent.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static uint64_t state = 88172645463325252ULL;
static uint32_t chance(void) { // xorshift64
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static uint8_t octets[1500];
static size_t length;
static void put16(uint16_t value) {
    octets[length++] = value >> 8;
    octets[length++] = value & 255;
}
static void put32(uint32_t value) {
    put16(value >> 16);
    put16(value & 65535);
}

static void header(uint32_t domain) {
    length = 0;
    put16(10);
    put16(0);
    put32((uint32_t)time(NULL));
    put32(chance());
    put32(domain);
}
static void finish(void) {
    octets[2] = length >> 8;
    octets[3] = length & 255;
}

// Source, destination, both interfaces, octets, packets: what the records below hold.
static const uint16_t fields[] = {8, 12, 10, 14, 1, 2};
enum { field_count = 6, record_length = 24 };

static void template_set(uint16_t id) {
    put16(2);
    put16(8 + 4 * field_count);
    put16(id);
    put16(field_count);
    for (int i = 0; i < field_count; i++) {
        put16(fields[i]);
        put16(4);
    }
}
static void data_set(uint16_t id, int records) {
    put16(id);
    put16(4 + records * record_length);
    for (int i = 0; i < records; i++) {
        put32(chance());
        put32(chance());
        put32(chance());
        put32(chance());
        put32(chance() % 1500 + 40);
        put32(1);
    }
}

static void templates_without_end(void) {
    header(chance() % 4 ? 1 : chance());
    while (length < 1300) template_set(256 + chance() % 65280);
    finish();
}
static void data_without_template(void) {
    header(chance());
    data_set(256 + chance() % 65280, 40);
    finish();
}
static void series_without_end(void) {
    header(1);
    template_set(256);
    data_set(256, 40);
    finish();
}
static void agents_without_end(void) { // sFlow, with counter samples of any interface
    length = 0;
    put32(5);
    put32(1);
    put32(chance());
    put32(chance());
    put32(chance());
    put32(chance());
    put32(1);
    put32(2);
    put32(12 + 8);
    put32(chance());
    put32(chance());
    put32(0);
    put32(0);
    put32(0);
}
static void noise(void) {
    length = 1 + chance() % 1400;
    for (size_t i = 0; i < length; i++) octets[i] = chance();
    static const uint8_t versions[] = {0, 5, 9, 10};
    octets[0] = 0;
    if (length > 1) octets[1] = versions[chance() % 4];
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &to.sin_addr);
    struct in_addr listed;
    inet_pton(AF_INET, argv[5], &listed);
    double rate = atof(argv[3]), seconds = atof(argv[4]);
    size_t kinds = strlen(argv[6]);
    int made = socket(AF_INET, SOCK_DGRAM, 0);
    unsigned long long sent = 0, from_listed = 0;
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        double passed = now.tv_sec - began.tv_sec + (now.tv_nsec - began.tv_nsec) / 1e9;
        if (passed >= seconds) break;
        for (int burst = 0; burst < 200 && sent < passed * rate; burst++) {
            struct in_addr from = {htonl(0x7F400000 | (chance() & 0x3FFFFF))};
            switch (argv[6][sent % kinds]) {
            case '0': header(chance()); template_set(256); data_set(256, 20); finish(); break;
            case '1': templates_without_end(); from = listed; break;
            case '2': data_without_template(); from = listed; break;
            case '3': series_without_end(); from = listed; break;
            case '4': agents_without_end(); if (chance() % 2) from = listed; break;
            default: noise(); if (chance() % 2) from = listed;
            }
            char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
            struct iovec vector = {octets, length};
            struct msghdr message = {&to, sizeof to, &vector, 1, control, sizeof control, 0};
            struct cmsghdr *head = CMSG_FIRSTHDR(&message);
            head->cmsg_level = IPPROTO_IP;
            head->cmsg_type = IP_PKTINFO;
            head->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
            struct in_pktinfo information = {.ipi_spec_dst = from};
            memcpy(CMSG_DATA(head), &information, sizeof information);
            if (sendmsg(made, &message, 0) < 0) {
                perror("sendmsg");
                return 1;
            }
            sent++;
            from_listed += from.s_addr == listed.s_addr;
        }
        struct timespec pause = {0, 2000000};
        nanosleep(&pause, NULL);
    }
    printf("%llu %llu\n", from_listed, sent);
    return 0;
}
