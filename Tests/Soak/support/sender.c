// SPDX-License-Identifier: Apache-2.0
//
// Plays exporters at a steady rate, and writes down what it sent when.
//
//     sender PLAN TRUTH ADDRESS PORT RECORDS_PER_SECOND SECONDS TEMPLATE_SECONDS
//
// PLAN is a file of support/plan.py: for each exporter its address, its protocol, a datagram of
// templates, and data datagrams it sends in a circle. Only times and sequence numbers are patched.
// Datagram number g is number g / N of exporter g % N, so that one counter is the whole truth.
//
// TRUTH gets entries of three 64-bit integers, one before each burst and one at the end: the time
// on the wall in nanoseconds, data datagrams sent by then, template datagrams sent by then. What is
// sent is what the kernel took; an error is tried again, and counted.
//
// SIGTERM ends it early. Prints one line of JSON about itself.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { ipfix = 10, netflow9 = 9, sflow = 5 };
enum { burst_most = 64, pause_nanoseconds = 2000000 };
// What a patch writes at its offset.
enum {
    unix_milliseconds = 0,
    uptime_milliseconds = 1,
    next_sample = 2,
    sample_pool = 3,
    amount_and_lap = 4, // what stands there, and how often the circle has been gone around
};

typedef struct { uint16_t kind, offset; uint32_t amount; } patch;
typedef struct {
    uint32_t length, records;
    uint32_t patches;
    const patch *patch;
    uint8_t *octets;
} datagram;
typedef struct {
    struct in_addr address;
    uint32_t protocol, sequence, samples, pool;
    uint32_t count, next, lap;
    datagram templates;
    datagram *data;
} exporter;

static volatile sig_atomic_t is_told_to_stop;
static void stop(int signal) { (void)signal; is_told_to_stop = 1; }

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void put32(uint8_t *place, uint32_t value) {
    value = htonl(value);
    memcpy(place, &value, 4);
}

static const uint8_t *read_datagram(const uint8_t *at, datagram *out) {
    uint32_t head[3];
    memcpy(head, at, sizeof head);
    at += sizeof head;
    out->length = head[0];
    out->records = head[1];
    out->patches = head[2];
    out->patch = (const patch *)at;
    at += head[2] * sizeof(patch);
    out->octets = malloc(head[0] ? head[0] : 1);
    memcpy(out->octets, at, head[0]);
    return at + (head[0] + 3) / 4 * 4;
}

static exporter *read_plan(const char *path, uint32_t *count, double *records) {
    int file = open(path, O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) < 0) fail(path);
    const uint8_t *at = mmap(NULL, about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (at == MAP_FAILED) fail(path);
    memcpy(count, at, 4);
    at += 4;
    exporter *exporters = calloc(*count, sizeof *exporters);
    double sum = 0;
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t head[3];
        exporter *e = &exporters[i];
        memcpy(head, at, sizeof head);
        at = read_datagram(at + sizeof head, &e->templates);
        e->address.s_addr = htonl(head[0]);
        e->protocol = head[1];
        e->count = head[2];
        e->data = calloc(e->count, sizeof(datagram));
        double own = 0;
        for (uint32_t k = 0; k < e->count; k++) {
            at = read_datagram(at, &e->data[k]);
            own += e->data[k].records;
        }
        sum += own / e->count;
    }
    *records = sum / *count;
    return exporters;
}

// Header and fields that differ from one sending to the next.
static void make_ready(exporter *e, datagram *d, int64_t wall, uint32_t uptime, int is_data) {
    uint32_t seconds = (uint32_t)(wall / 1000000000);
    switch (e->protocol) {
    case ipfix: // RFC 7011, section 3.1: data records before this message
        put32(d->octets + 4, seconds);
        put32(d->octets + 8, e->sequence);
        if (is_data) e->sequence += d->records;
        break;
    case netflow9: // RFC 3954, section 5.1: export packets before this one
        put32(d->octets + 4, uptime);
        put32(d->octets + 8, seconds);
        put32(d->octets + 12, e->sequence++);
        break;
    default: // sFlow version 5: datagrams of this agent
        put32(d->octets + 16, ++e->sequence);
        put32(d->octets + 20, uptime);
    }
    uint64_t milliseconds = (uint64_t)(wall / 1000000);
    for (uint32_t i = 0; i < d->patches; i++) {
        patch p = d->patch[i];
        uint8_t *place = d->octets + p.offset;
        switch (p.kind) {
        case unix_milliseconds:
            put32(place, (uint32_t)((milliseconds - p.amount) >> 32));
            put32(place + 4, (uint32_t)(milliseconds - p.amount));
            break;
        case uptime_milliseconds: put32(place, uptime - p.amount); break;
        case next_sample: put32(place, ++e->samples); break;
        case sample_pool: put32(place, e->pool += p.amount); break;
        case amount_and_lap: put32(place, p.amount + e->lap); break;
        }
    }
}

static struct mmsghdr headers[burst_most];
static struct iovec vectors[burst_most];
static char controls[burst_most][CMSG_SPACE(sizeof(struct in_pktinfo))];
static uint64_t errors;

static void add(int index, struct sockaddr_in *to, const exporter *e, const datagram *d) {
    struct msghdr *header = &headers[index].msg_hdr;
    vectors[index] = (struct iovec){d->octets, d->length};
    *header = (struct msghdr){
        .msg_name = to, .msg_namelen = sizeof *to, .msg_iov = &vectors[index], .msg_iovlen = 1,
        .msg_control = controls[index], .msg_controllen = sizeof controls[index]};
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    struct in_pktinfo from = {.ipi_spec_dst = e->address};
    memcpy(CMSG_DATA(control), &from, sizeof from);
}

// Until the kernel has taken all of them.
static void send_all(int made, int count) {
    for (int done = 0; done < count;) {
        int sent = sendmmsg(made, headers + done, count - done, 0);
        if (sent > 0) {
            done += sent;
        } else if (errno != EINTR) {
            errors++;
            usleep(1000);
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "sender PLAN TRUTH ADDRESS PORT RATE SECONDS TEMPLATE_SECONDS\n");
        return 2;
    }
    uint32_t count;
    double records;
    exporter *exporters = read_plan(argv[1], &count, &records);
    FILE *truth = fopen(argv[2], "wb");
    if (!truth) fail(argv[2]);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[4]))};
    inet_pton(AF_INET, argv[3], &to.sin_addr);
    double per_nanosecond = atof(argv[5]) / records / 1e9, debt = 0;
    int64_t length = (int64_t)(atof(argv[6]) * 1e9);
    int64_t between = (int64_t)(atof(argv[7]) * 1e9);
    int made = socket(AF_INET, SOCK_DGRAM, 0);
    if (made < 0) fail("socket");
    int size = 4 << 20;
    setsockopt(made, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);

    int64_t began = now(CLOCK_MONOTONIC), last = began, templates_at = began, flushed = began;
    int64_t sent = 0, templates = 0, skipped = 0;
    // No more than this is made up for after a pause: a burst would only be dropped.
    double most = per_nanosecond * 20e6 + 1;
    while (!is_told_to_stop) {
        int64_t monotonic = now(CLOCK_MONOTONIC), wall = now(CLOCK_REALTIME);
        if (monotonic - began >= length) break;
        uint32_t uptime = (uint32_t)(100000 + (monotonic - began) / 1000000);
        int64_t entry[3] = {wall, sent, templates};
        fwrite(entry, sizeof entry, 1, truth);
        if (monotonic - flushed > 50000000) {
            fflush(truth);
            flushed = monotonic;
        }
        int waiting = 0;
        if (monotonic >= templates_at) {
            for (uint32_t i = 0; i < count; i++) {
                if (!exporters[i].templates.length) continue;
                make_ready(&exporters[i], &exporters[i].templates, wall, uptime, 0);
                add(waiting++, &to, &exporters[i], &exporters[i].templates);
                templates++;
                if (waiting == burst_most) { send_all(made, waiting); waiting = 0; }
            }
            templates_at += between;
        }
        debt += per_nanosecond * (monotonic - last);
        last = monotonic;
        if (debt > most) {
            skipped += (int64_t)(debt - most);
            debt = most;
        }
        // Circles are longer than a burst: a payload, patched in place, stands in it once.
        for (; debt >= 1; debt -= 1) {
            exporter *e = &exporters[sent++ % count];
            datagram *d = &e->data[e->next];
            make_ready(e, d, wall, uptime, 1);
            if (++e->next == e->count) {
                e->next = 0;
                e->lap++;
            }
            add(waiting++, &to, e, d);
            if (waiting == burst_most) { send_all(made, waiting); waiting = 0; }
        }
        send_all(made, waiting);
        struct timespec pause = {0, pause_nanoseconds};
        nanosleep(&pause, NULL);
    }
    int64_t entry[3] = {now(CLOCK_REALTIME), sent, templates};
    fwrite(entry, sizeof entry, 1, truth);
    if (fclose(truth)) fail(argv[2]);
    double took = (now(CLOCK_MONOTONIC) - began) / 1e9;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double processor = used.ru_utime.tv_sec + used.ru_stime.tv_sec
        + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"seconds\":%.3f,\"datagrams\":%lld,\"templates\":%lld,\"recordsPerSecond\":%.0f,"
        "\"processor\":%.3f,\"skipped\":%lld,\"errors\":%llu}\n", took, (long long)sent,
        (long long)templates, sent * records / took, processor / took, (long long)skipped,
        (unsigned long long)errors);
    return 0;
}
