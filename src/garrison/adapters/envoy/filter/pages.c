#define _GNU_SOURCE
#include "pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "interpreter.h"

#define SYSTEM "/sys/kernel/mm/transparent_hugepage/"

/* A file's first line; empty where it cannot be read. */
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
static size_t large_page(void)
{
    char line[64];
    read_line(SYSTEM "enabled", line, sizeof line);
    if (line[0] == '\0' || strstr(line, "[never]") != NULL) {
        return 0;
    }
    read_line(SYSTEM "hpage_pmd_size", line, sizeof line);
    return strtoul(line, NULL, 10);
}

/* ---- Python's objects: its arenas are parts of large pages, and wait for their next use where they are given back ---- */

/* CPython's arenas. What else it asks for here, the stacks of its threads, is smaller. */
#define ARENA ((size_t)1 << 20)

struct part {
    struct part *next;
};

static size_t page;
static struct part *spare; /* under the GIL */

static void *map(size_t size)
{
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped != MAP_FAILED ? mapped : NULL;
}

static void keep(void *arena)
{
    struct part *part = arena;
    part->next = spare;
    spare = part;
}

/* Keeps all parts of one more page, which begins where a large page does. */
static void keep_page(void)
{
    char *mapped = map(2 * page);
    if (mapped == NULL) {
        return;
    }
    size_t before = -(uintptr_t)mapped & (page - 1);
    if (before > 0) {
        munmap(mapped, before);
    }
    munmap(mapped + before + page, page - before);
    madvise(mapped + before, page, MADV_HUGEPAGE);
    for (size_t at = 0; at < page; at += ARENA) {
        keep(mapped + before + at);
    }
}

static void *allocate(void *nothing, size_t size)
{
    (void)nothing;
    if (size != ARENA) {
        return map(size);
    }
    if (spare == NULL) {
        keep_page();
    }
    struct part *part = spare;
    if (part != NULL) {
        spare = part->next;
    }
    return part;
}

static void give_back(void *nothing, void *memory, size_t size)
{
    (void)nothing;
    if (size == ARENA) {
        keep(memory);
    } else {
        munmap(memory, size);
    }
}

/* ---- malloc's ---- */

struct mapping {
    uintptr_t begin, end;
    bool reserved;
};

/* A line of /proc/self/maps (proc(5)). */
static bool read_mapping(const char *line, struct mapping *mapping)
{
    char rights[5];
    unsigned long begin, end;
    if (sscanf(line, "%lx-%lx %4s", &begin, &end, rights) != 3) {
        return false;
    }
    *mapping = (struct mapping){begin, end, strcmp(rights, "---p") == 0};
    return true;
}

/* Of the heap that `block` is in, and of what is reserved before it: Envoy's malloc grows downward within a gigabyte. */
static void enlarge_heap(const void *block)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    struct mapping before = {0}, now;
    char line[512];
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (!read_mapping(line, &now)) {
            continue; /* the rest of a long line */
        }
        if (now.begin <= (uintptr_t)block && (uintptr_t)block < now.end) {
            uintptr_t begin = before.reserved && before.end == now.begin ? before.begin : now.begin;
            madvise((void *)begin, now.end - begin, MADV_HUGEPAGE);
            break;
        }
        before = now;
    }
    if (maps != NULL) {
        fclose(maps);
    }
}

void prefer_large_pages(void)
{
    page = large_page();
    if (page == 0) {
        return;
    }
    if (page >= ARENA) {
        PyObject_SetArenaAllocator(&(PyObjectArenaAllocator){NULL, allocate, give_back});
    }
    void *block = malloc(1);
    enlarge_heap(block);
    free(block);
}
