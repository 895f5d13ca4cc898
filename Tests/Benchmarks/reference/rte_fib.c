// SPDX-License-Identifier: Apache-2.0
//
// The reference of Deploy/bench routing: DPDK's rte_fib (DIR-24-8) and rte_fib6 (trie), by their
// public interface. It reads what `routingbench` has written, so that both look up the same
// addresses among the same prefixes, and then does what its standard input says, line by line:
//
//     FAMILY ADDRESSES ANSWERS check        prints the number of addresses answered otherwise
//     FAMILY ADDRESSES ANSWERS BULK         looks all of them up, BULK at a time; prints the seconds of
//                                           processor time
//
// FAMILY is 4 or 6. A prefix file has 18 octets a prefix: family, length, address; an address file
// has 4 or 16 octets an address, in network order; an answer file has 4 octets an address: the
// position of the prefix in its file, counted from 1, in network order.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_fib.h>
#include <rte_fib6.h>

enum { longest_bulk = 1024 };

static void fail(const char *what) {
    fprintf(stderr, "rte_fib: %s\n", what);
    exit(1);
}

static uint8_t *read_file(const char *name, size_t *size) {
    FILE *file = fopen(name, "rb");
    if (!file) fail(name);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *octets = malloc(*size);
    if (!octets || fread(octets, 1, *size, file) != *size) fail(name);
    fclose(file);
    return octets;
}

static uint32_t host_order(const uint8_t *octets) {
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8
        | octets[3];
}

static struct rte_fib *fib;
static struct rte_fib6 *fib6;

static void make_tables(const char *prefixes, int is_vector) {
    struct rte_fib_conf conf;
    memset(&conf, 0, sizeof conf);
    conf.type = RTE_FIB_DIR24_8;
    conf.max_routes = 1 << 20;
    conf.dir24_8.nh_sz = RTE_FIB_DIR24_8_4B;
    conf.dir24_8.num_tbl8 = 1 << 15;
    fib = rte_fib_create("ipv4", 0, &conf);
    struct rte_fib6_conf conf6;
    memset(&conf6, 0, sizeof conf6);
    conf6.type = RTE_FIB6_TRIE;
    conf6.max_routes = 1 << 20;
    conf6.trie.nh_sz = RTE_FIB6_TRIE_4B;
    conf6.trie.num_tbl8 = 1 << 19;
    fib6 = rte_fib6_create("ipv6", 0, &conf6);
    if (!fib || !fib6) fail("no memory for the tables");
    if (is_vector) {
        if (rte_fib_select_lookup(fib, RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512) != 0
            || rte_fib6_select_lookup(fib6, RTE_FIB6_LOOKUP_TRIE_VECTOR_AVX512) != 0)
            fail("no AVX-512 here");
    }
    size_t size;
    uint8_t *octets = read_file(prefixes, &size);
    for (uint32_t index = 0; index < size / 18; index++) {
        uint8_t *prefix = octets + (size_t)index * 18;
        int status = prefix[0] == 4
            ? rte_fib_add(fib, host_order(prefix + 2), prefix[1], index + 1)
            : rte_fib6_add(fib6, prefix + 2, prefix[1], index + 1);
        if (status != 0) { fprintf(stderr, "rte_fib: prefix %u of /%u refused: %d\n", index, prefix[1], status); exit(1); }
    }
    free(octets);
}

struct addresses {
    char name[1024];
    uint32_t *ipv4;
    uint8_t (*ipv6)[16];
    size_t count;
};

// The last file is kept, so that reading it is not measured.
static struct addresses *addresses_of(int family, const char *name) {
    static struct addresses kept;
    if (strcmp(kept.name, name) == 0) return &kept;
    free(kept.ipv4);
    free(kept.ipv6);
    memset(&kept, 0, sizeof kept);
    snprintf(kept.name, sizeof kept.name, "%s", name);
    size_t size;
    uint8_t *octets = read_file(name, &size);
    kept.count = size / (family == 4 ? 4 : 16);
    if (family == 6) {
        kept.ipv6 = (uint8_t(*)[16])octets;
        return &kept;
    }
    kept.ipv4 = malloc(size);
    for (size_t index = 0; index < kept.count; index++)
        kept.ipv4[index] = host_order(octets + 4 * index);
    free(octets);
    return &kept;
}

static void look_up(struct addresses *all, int family, size_t from, unsigned n, uint64_t *hops) {
    int status = family == 4 ? rte_fib_lookup_bulk(fib, all->ipv4 + from, hops, (int)n)
                             : rte_fib6_lookup_bulk(fib6, all->ipv6 + from, hops, (int)n);
    if (status != 0) fail("a lookup was refused");
}

static size_t differences(struct addresses *all, int family, const char *answers) {
    size_t size, differing = 0;
    uint8_t *expected = read_file(answers, &size);
    if (size != all->count * 4) fail("there are not as many answers as addresses");
    for (size_t from = 0; from < all->count; from++) {
        uint64_t hop;
        look_up(all, family, from, 1, &hop);
        differing += hop != host_order(expected + 4 * from);
    }
    free(expected);
    return differing;
}

static double seconds(struct addresses *all, int family, unsigned bulk) {
    static uint64_t hops[longest_bulk];
    struct timespec before, after;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    for (size_t from = 0; from + bulk <= all->count; from += bulk)
        look_up(all, family, from, bulk, hops);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    return (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

int main(int argc, char **argv) {
    int taken = rte_eal_init(argc, argv);
    if (taken < 0 || argc - taken < 2) fail("usage: [EAL OPTIONS] -- PREFIXES [avx512]");
    make_tables(argv[taken + 1], argc - taken > 2);
    puts("ready");
    fflush(stdout);
    char line[4096], name[1024], answers[1024], what[32];
    int family;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%d %1023s %1023s %31s", &family, name, answers, what) != 4)
            fail("a line was not understood");
        struct addresses *all = addresses_of(family, name);
        unsigned bulk = (unsigned)atoi(what);
        if (strcmp(what, "check") == 0) {
            printf("%zu\n", differences(all, family, answers));
        } else if (bulk == 0 || bulk > longest_bulk) {
            fail("a bulk has 1 to 1024 addresses");
        } else {
            printf("%.9f\n", seconds(all, family, bulk));
        }
        fflush(stdout);
    }
    return 0;
}
