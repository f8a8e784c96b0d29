#define _GNU_SOURCE
#include "pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "interpreter.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

/* 1: Python's objects, 2: malloc's, 4: code. Tools that look up code by its file find none with 4 (docs/explanations/filter.md). */
#ifndef GARRISON_LARGE_PAGES
#define GARRISON_LARGE_PAGES 7
#endif

#define SYSTEM "/sys/kernel/mm/transparent_hugepage/"

/* One line of a file; empty where it cannot be read. */
static void read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(line, size, file) == NULL) {
        line[0] = '\0';
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* Bytes of a large page; 0 where there are none. */
static size_t large(void)
{
    static size_t size;
    static bool known;
    if (!known) {
        char line[64];
        read_line(SYSTEM "enabled", line, sizeof line);
        bool given = line[0] != '\0' && strstr(line, "[never]") == NULL;
        read_line(SYSTEM "hpage_pmd_size", line, sizeof line);
        size = given ? strtoul(line, NULL, 10) : 0;
        known = true;
    }
    return size;
}

/* Fresh memory that begins where a large page does, to be written to; NULL where there is none. */
static char *map_large(size_t size)
{
    size_t page = large();
    char *all = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) {
        return NULL;
    }
    size_t before = -(uintptr_t)all & (page - 1);
    if (before > 0) {
        munmap(all, before);
    }
    munmap(all + before + size, page - before);
    madvise(all + before, size, MADV_HUGEPAGE);
    return all + before;
}

/* ---- Python's objects: its arenas are parts of large pages, and stay so when they are free ---- */

/* CPython's arenas; what it asks for otherwise, the stacks of its threads, is small. */
#define ARENA ((size_t)1 << 20)

struct part {
    struct part *next;
};

static struct part *spare; /* under the GIL */

static void keep(void *arena)
{
    struct part *part = arena;
    part->next = spare;
    spare = part;
}

static void *allocate(void *nothing, size_t size)
{
    (void)nothing;
    if (size != ARENA) {
        void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return mapped != MAP_FAILED ? mapped : NULL;
    }
    if (spare == NULL) {
        char *parts = map_large(large());
        for (size_t at = 0; parts != NULL && at < large(); at += ARENA) {
            keep(parts + at);
        }
    }
    struct part *part = spare;
    if (part != NULL) {
        spare = part->next;
    }
    return part;
}

static void release(void *nothing, void *memory, size_t size)
{
    (void)nothing;
    if (size == ARENA) {
        keep(memory);
    } else {
        munmap(memory, size);
    }
}

void large_pages_for_python(void)
{
    if ((GARRISON_LARGE_PAGES & 1) && large() >= ARENA) {
        PyObject_SetArenaAllocator(&(PyObjectArenaAllocator){NULL, allocate, release});
    }
}

/* ---- what is mapped already ---- */

struct mapping {
    uintptr_t begin, end;
    bool reserved, code;
};

/* A line of /proc/self/maps (proc(5)). */
static bool read_mapping(const char *line, struct mapping *mapping)
{
    char rights[5] = "";
    unsigned long begin, end, inode;
    if (sscanf(line, "%lx-%lx %4s %*x %*s %lu", &begin, &end, rights, &inode) != 4) {
        return false;
    }
    *mapping = (struct mapping){
        .begin = begin,
        .end = end,
        .reserved = strcmp(rights, "---p") == 0 && inode == 0,
        .code = strcmp(rights, "r-xp") == 0 && inode != 0,
    };
    return true;
}

/* Of malloc's heap, which contains `block`, and what is reserved for it to grow into downward. */
static void enlarge_heap(const struct mapping *reserved, const struct mapping *heap)
{
    uintptr_t begin = reserved->reserved && reserved->end == heap->begin ? reserved->begin : heap->begin;
    madvise((void *)begin, heap->end - begin, MADV_HUGEPAGE);
    madvise((void *)heap->begin, heap->end - heap->begin, MADV_COLLAPSE);
}

/* Code is copied to large pages, which then take its place. They are never writable and executable at once. */
static void enlarge_code(const struct mapping *code)
{
    size_t page = large();
    uintptr_t begin = (code->begin + page - 1) & -page, end = code->end & -page;
    if (begin >= end) {
        return;
    }
    size_t size = end - begin;
    char *copy = map_large(size);
    if (copy == NULL) {
        return;
    }
    memcpy(copy, (void *)begin, size);
    if (mprotect(copy, size, PROT_READ | PROT_EXEC) != 0 ||
        mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)begin) == MAP_FAILED) {
        munmap(copy, size);
    }
}

#define MOST_CODE 256

void large_pages_for_process(void)
{
    static bool done;
    if (done || large() == 0) {
        return;
    }
    done = true;
    struct mapping last = {0}, now, codes[MOST_CODE];
    int found = 0;
    void *block = malloc(1);
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (!read_mapping(line, &now)) {
            continue; /* the rest of a long path */
        }
        if (now.begin <= (uintptr_t)block && (uintptr_t)block < now.end && (GARRISON_LARGE_PAGES & 2)) {
            enlarge_heap(&last, &now);
        }
        if (now.code && found < MOST_CODE) {
            codes[found++] = now;
        }
        last = now;
    }
    if (maps != NULL) {
        fclose(maps);
    }
    free(block);
    for (int i = 0; i < found && (GARRISON_LARGE_PAGES & 4); i++) {
        enlarge_code(&codes[i]);
    }
}
