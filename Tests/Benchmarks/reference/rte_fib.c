// SPDX-License-Identifier: Apache-2.0
//
// The reference of Deploy/bench routing: DPDK's rte_fib (DIR-24-8) and rte_fib6 (trie), by their
// public interface. It reads what `routingbench` has written, so that both look up the same
// addresses among the same prefixes, and then does what its standard input says, line by line:
//
//     memory                                     prints the MB that the tables have taken
//     FAMILY ADDRESSES VIEWS ANSWERS check       prints how many addresses are answered otherwise
//     FAMILY ADDRESSES VIEWS ANSWERS BULK        looks all of them up, BULK at a time; prints the
//                                                seconds of processor time
//
// FAMILY is 4 or 6. A prefix file has 18 octets a prefix: family, length, address; an address file
// has 4 or 16 octets an address, in network order; an answer file has 4 octets an address, in
// network order: the position of the prefix in its file, counted from 1.
//
// With a file of routes there is a pair of tables for each view, and an answer is the route of the
// view's longest prefix: the file has 4 octets for each prefix of the first view, then of the next.
// VIEWS is a file with an octet an address, the view; - without such. A bulk of many views is
// sorted by view, looked up view by view, and the answers are put where they belong.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_fib.h>
#include <rte_fib6.h>

enum { longest_bulk = 1024, most_views = 8 };

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

static struct rte_fib *fib[most_views];
static struct rte_fib6 *fib6[most_views];

static void make_tables(unsigned view, int is_one_of_many) {
    char name[32];
    struct rte_fib_conf conf;
    memset(&conf, 0, sizeof conf);
    conf.type = RTE_FIB_DIR24_8;
    conf.max_routes = 1 << 20;
    conf.dir24_8.nh_sz = RTE_FIB_DIR24_8_4B;
    conf.dir24_8.num_tbl8 = is_one_of_many ? 1 << 12 : 1 << 15;
    snprintf(name, sizeof name, "ipv4 %u", view);
    fib[view] = rte_fib_create(name, 0, &conf);
    struct rte_fib6_conf conf6;
    memset(&conf6, 0, sizeof conf6);
    conf6.type = RTE_FIB6_TRIE;
    conf6.max_routes = is_one_of_many ? 1 << 18 : 1 << 20;
    conf6.trie.nh_sz = RTE_FIB6_TRIE_4B;
    conf6.trie.num_tbl8 = is_one_of_many ? 1 << 18 : 1 << 19;
    snprintf(name, sizeof name, "ipv6 %u", view);
    fib6[view] = rte_fib6_create(name, 0, &conf6);
    if (!fib[view] || !fib6[view]) fail("no memory for the tables");
}

// The route of each prefix: those of `view` in `routes`, its position without.
static void fill_tables(unsigned view, uint8_t *prefixes, size_t count, const uint8_t *routes) {
    for (size_t index = 0; index < count; index++) {
        uint8_t *prefix = prefixes + index * 18;
        uint32_t route =
            routes ? host_order(routes + 4 * (view * count + index)) : (uint32_t)index + 1;
        int status = prefix[0] == 4
            ? rte_fib_add(fib[view], host_order(prefix + 2), prefix[1], route)
            : rte_fib6_add(fib6[view], prefix + 2, prefix[1], route);
        if (status != 0) {
            fprintf(stderr, "rte_fib: prefix %zu of /%u refused: %d\n", index, prefix[1], status);
            exit(1);
        }
    }
}

static double resident_megabytes(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;
    if (!file || fscanf(file, "%*d %ld", &pages) != 1) fail("/proc/self/statm");
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

// Returns the memory that the tables have taken, in MB.
static double make_all(const char *prefix_file, const char *option) {
    size_t size, routes_size = 0;
    uint8_t *prefixes = read_file(prefix_file, &size);
    size_t count = size / 18;
    int is_vector = option && strcmp(option, "avx512") == 0;
    uint8_t *routes = option && !is_vector ? read_file(option, &routes_size) : NULL;
    unsigned views = routes ? (unsigned)(routes_size / 4 / count) : 1;
    if (views == 0 || views > most_views) fail("there are 1 to 8 views");
    double before = resident_megabytes();
    for (unsigned view = 0; view < views; view++) {
        make_tables(view, routes != NULL);
        fill_tables(view, prefixes, count, routes);
    }
    double taken = resident_megabytes() - before;
    if (is_vector
        && (rte_fib_select_lookup(fib[0], RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512) != 0
            || rte_fib6_select_lookup(fib6[0], RTE_FIB6_LOOKUP_TRIE_VECTOR_AVX512) != 0))
        fail("no AVX-512 here");
    free(prefixes);
    free(routes);
    return taken;
}

struct addresses {
    char name[1024], views_name[1024];
    uint32_t *ipv4;
    uint8_t (*ipv6)[16];
    uint8_t *views; // none: all are looked up in the first
    size_t count;
};

// The last file is kept, so that reading it is not measured.
static struct addresses *addresses_of(int family, const char *name, const char *views) {
    static struct addresses kept;
    if (strcmp(kept.name, name) == 0 && strcmp(kept.views_name, views) == 0) return &kept;
    free(kept.ipv4);
    free(kept.ipv6);
    free(kept.views);
    memset(&kept, 0, sizeof kept);
    snprintf(kept.name, sizeof kept.name, "%s", name);
    size_t size;
    uint8_t *octets = read_file(name, &size);
    kept.count = size / (family == 4 ? 4 : 16);
    snprintf(kept.views_name, sizeof kept.views_name, "%s", views);
    size_t views_size = kept.count;
    if (strcmp(views, "-") != 0) kept.views = read_file(views, &views_size);
    if (views_size != kept.count) fail("there are not as many views as addresses");
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

static void look_up_in(unsigned view, int family, void *addresses, uint64_t *hops, unsigned n) {
    int status = family == 4 ? rte_fib_lookup_bulk(fib[view], addresses, hops, (int)n)
                             : rte_fib6_lookup_bulk(fib6[view], addresses, hops, (int)n);
    if (status != 0) fail("a lookup was refused");
}

// Sorts by view, looks up view by view, and puts the answers where they belong.
static void look_up_sorted(
    struct addresses *all, int family, size_t from, unsigned n, uint64_t *hops
) {
    static uint32_t ipv4[longest_bulk];
    static uint8_t ipv6[longest_bulk][16];
    static uint64_t found[longest_bulk];
    uint16_t places[longest_bulk], ends[most_views + 1] = {0};
    const uint8_t *views = all->views + from;
    for (unsigned index = 0; index < n; index++) ends[views[index] + 1]++;
    for (unsigned view = 0; view < most_views; view++) ends[view + 1] += ends[view];
    for (unsigned index = 0; index < n; index++) {
        uint16_t place = ends[views[index]]++;
        places[index] = place;
        if (family == 4) ipv4[place] = all->ipv4[from + index];
        else memcpy(ipv6[place], all->ipv6[from + index], 16);
    }
    for (unsigned view = 0, start = 0; view < most_views; start = ends[view++]) {
        void *addresses = family == 4 ? (void *)(ipv4 + start) : (void *)(ipv6 + start);
        unsigned count = ends[view] - start;
        if (count > 0) look_up_in(view, family, addresses, found + start, count);
    }
    for (unsigned index = 0; index < n; index++) hops[index] = found[places[index]];
}

static void look_up(struct addresses *all, int family, size_t from, unsigned n, uint64_t *hops) {
    void *addresses = family == 4 ? (void *)(all->ipv4 + from) : (void *)(all->ipv6 + from);
    if (!all->views) {
        look_up_in(0, family, addresses, hops, n);
        return;
    }
    unsigned same = 1;
    while (same < n && all->views[from + same] == all->views[from]) same++;
    if (same == n) look_up_in(all->views[from], family, addresses, hops, n);
    else look_up_sorted(all, family, from, n, hops);
}

static size_t differences(struct addresses *all, int family, const char *answers) {
    size_t size, differing = 0;
    uint8_t *expected = read_file(answers, &size);
    if (size != all->count * 4) fail("there are not as many answers as addresses");
    for (size_t from = 0; from < all->count; from += longest_bulk) {
        uint64_t hops[longest_bulk];
        size_t left = all->count - from;
        unsigned n = left < longest_bulk ? (unsigned)left : longest_bulk;
        look_up(all, family, from, n, hops);
        for (unsigned index = 0; index < n; index++)
            differing += hops[index] != host_order(expected + 4 * (from + index));
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
    if (taken < 0 || argc - taken < 2) fail("usage: [EAL OPTIONS] -- PREFIXES [ROUTES | avx512]");
    double memory = make_all(argv[taken + 1], argc - taken > 2 ? argv[taken + 2] : NULL);
    puts("ready");
    fflush(stdout);
    char line[4096], name[1024], views[1024], answers[1024], what[32];
    int family;
    while (fgets(line, sizeof line, stdin)) {
        if (strcmp(line, "memory\n") == 0) {
            printf("%.3f\n", memory);
            fflush(stdout);
            continue;
        }
        if (sscanf(line, "%d %1023s %1023s %1023s %31s", &family, name, views, answers, what) != 5)
            fail("a line was not understood");
        struct addresses *all = addresses_of(family, name, views);
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
