// A stand-in for NVIDIA's driver, for tests without a GPU: what CudaDevice calls of libcuda.so.1, with one pretended device.
//
// It refuses what a driver refuses (calls before cuInit or without a context, addresses that are not allocated, names that a module lacks,
// blocks and shared memory beyond the limits of kernel and device, PTX for another driver or device), with the driver's error codes. It
// also refuses what a driver cannot see: arguments that point into freed memory. PTX is assembled by ptxas for the pretended device, where
// STANDIN_PTXAS names it; ptxas's words are the JIT's log. standin_fail makes a chosen call fail.
//
// A launch computes nothing, but checks all of the above. With STANDIN_KERNELS, a folder of libraries that the C++ shim made of the kernels,
// FAMILY.so, it runs them; STANDIN_PLAIN lists the families without barriers, a space before and behind each. Memory is ordinary memory at the
// ends of pages that are otherwise inaccessible: an access to freed memory, or some bytes behind an allocation, ends the process; new memory
// is NaN.
//
// STANDIN_CAPABILITY is the compute capability of the device, times ten (90); STANDIN_FOLDER is for ptxas's files
// and for launched.txt, the names of the kernels that ran.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, INVALID_DEVICE = 101, INVALID_CONTEXT = 201,
    INVALID_PTX = 218, UNSUPPORTED_PTX_VERSION = 222, INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700,
    OUT_OF_RESOURCES = 701, LAUNCH_FAILED = 719
};

#define MAX_PARAMETERS 32
#define PAGE 4096
#define RESERVED (1ull << 42)

typedef struct Module Module;

typedef struct {
    Module* module;
    char name[128];
    int parameters, bytes[MAX_PARAMETERS];
    int block;      // max items of a group
    bool exact;     // whether a group has exactly so many
    int registers;  // 0 if ptxas has not told
    int shared;     // static shared memory
    int dynamic;    // max dynamic shared memory, as the program asked
    bool launched;
    const char* (*run)(unsigned, unsigned, int, int, int, void**);
} Kernel;

struct Module {
    char family[128];
    Module* next;
    uint64_t hash;  // of the PTX and the device that it is assembled for
    int count, barriers;
    Kernel kernels[128];
};

typedef struct Allocation {
    struct Allocation* next;
    char *pages, *start;
    size_t bytes, mapped;
} Allocation;

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static bool initialized;
static int context;  // its address is the handle
static _Thread_local void* current;
static int capability = 90, driver = 13000;
static const size_t total = 3ull << 30;
static size_t others, used;  // bytes that other processes hold, and this one
static char *reserved, *top;
static Allocation* live;
static Module* modules;
static bool backwards;
static int broken;  // the error that a kernel left; all calls return it
static char failing[64];
static int failing_at, failing_with;
static struct timespec busy_until;
static int busy_millis;
static char said[16 << 10];

// ---- What tests ask for

// Keeps a reason, which tests read.
static void say(const char* format, ...) {
    size_t n = strlen(said);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(said + n, sizeof said - n, format, arguments);
    va_end(arguments);
}

// Reasons of refusals since the last call, one a line.
void standin_said(char* out, int bytes) {
    pthread_mutex_lock(&lock);
    snprintf(out, bytes, "%s", said);
    said[0] = 0;
    pthread_mutex_unlock(&lock);
}

// From now on the device and the driver are others; what a kernel left is forgotten.
void standin_device(int capability_times_ten, int driver_version) {
    pthread_mutex_lock(&lock);
    capability = capability_times_ten;
    driver = driver_version;
    broken = SUCCESS;
    failing[0] = 0;
    busy_millis = 0;
    others = 0;
    pthread_mutex_unlock(&lock);
}

// The nth call of a function from now on fails; an empty name stops that.
void standin_fail(const char* name, int nth, int error) {
    pthread_mutex_lock(&lock);
    snprintf(failing, sizeof failing, "%s", name);
    failing_at = nth;
    failing_with = error;
    pthread_mutex_unlock(&lock);
}

// Each launch occupies the device for so long; copies from it and synchronization wait.
void standin_busy(int millis) {
    busy_millis = millis;
}

// Other processes hold all but so much of the device's memory.
void standin_free(int bytes) {
    others = total - bytes;
}

static int due(const char* name) {
    return strcmp(name, failing) == 0 && --failing_at == 0 ? failing_with : SUCCESS;
}

static int refuse(int error, const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say("%s\n", text);
    return error;
}

// Begins a call: errors that any call may return, and what the test asked for.
static int begin(const char* name, bool with_context) {
    if (!initialized && strcmp(name, "cuInit") != 0) {
        return refuse(NOT_INITIALIZED, "%s: before cuInit", name);
    }
    if (with_context && current == NULL) {
        return refuse(INVALID_CONTEXT, "%s: no context is current", name);
    }
    int error = due(name);
    return error != SUCCESS ? error : with_context ? broken : SUCCESS;
}

#define CALL(name, parameters, with_context, ...) \
    int name parameters { \
        pthread_mutex_lock(&lock); \
        int error = begin(#name, with_context); \
        if (error == SUCCESS) { \
            error = ({ __VA_ARGS__ }); \
        } \
        pthread_mutex_unlock(&lock); \
        return error; \
    }

// ---- Device and context

static int shared_max(void) {
    return (capability == 80 || capability == 87 ? 163
            : capability == 86 || capability == 89 || capability >= 120 ? 99
            : capability >= 90 ? 227 : 64) << 10;
}

CALL(cuInit, (unsigned flags), false,
    const char* wanted = getenv("STANDIN_CAPABILITY");
    if (!initialized && wanted != NULL) {
        capability = atoi(wanted);
    }
    initialized = true;
    flags != 0 ? INVALID_VALUE : SUCCESS;)
CALL(cuDriverGetVersion, (int* version), false, *version = driver; SUCCESS;)
CALL(cuDeviceGetCount, (int* count), false, *count = 1; SUCCESS;)
CALL(cuDeviceGet, (int* device, int i), false, *device = i; i == 0 ? SUCCESS : INVALID_DEVICE;)
CALL(cuDeviceGetName, (char* name, int bytes, int device), false,
    snprintf(name, bytes, "stand-in"); device == 0 ? SUCCESS : INVALID_DEVICE;)
CALL(cuDeviceTotalMem_v2, (size_t* bytes, int device), false, *bytes = total; device == 0 ? SUCCESS : INVALID_DEVICE;)
CALL(cuDevicePrimaryCtxRetain, (void** out, int device), false, *out = &context; device == 0 ? SUCCESS : INVALID_DEVICE;)
CALL(cuCtxSetCurrent, (void* which), false, current = which; which == &context ? SUCCESS : INVALID_CONTEXT;)

CALL(cuDeviceGetAttribute, (int* value, int which, int device), false,
    int found = SUCCESS;
    switch (which) {
        case 1: *value = 1024; break;             // MAX_THREADS_PER_BLOCK
        case 8: *value = 48 << 10; break;         // MAX_SHARED_MEMORY_PER_BLOCK
        case 16: *value = 4; break;               // MULTIPROCESSOR_COUNT
        case 75: *value = capability / 10; break;
        case 76: *value = capability % 10; break;
        case 97: *value = shared_max(); break;    // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
        default: found = refuse(INVALID_VALUE, "cuDeviceGetAttribute: the stand-in has no attribute %d", which);
    }
    device == 0 ? found : INVALID_DEVICE;)

static void wait_until_idle(void) {
    struct timespec until = busy_until;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
    }
}

int cuCtxSynchronize(void) {
    wait_until_idle();
    pthread_mutex_lock(&lock);
    int error = begin("cuCtxSynchronize", true);
    pthread_mutex_unlock(&lock);
    return error;
}

// ---- Memory

// The live allocation that an address lies in.
static Allocation* at(const char* address) {
    for (Allocation* a = live; a != NULL; a = a->next) {
        if (address >= a->start && address < a->start + a->bytes) {
            return a;
        }
    }
    return NULL;
}

static int within(const char* what, char* address, size_t bytes) {
    Allocation* a = at(address);
    return a != NULL && bytes <= (size_t)(a->start + a->bytes - address)
        ? SUCCESS
        : refuse(INVALID_VALUE, "%s: %zu bytes at %p are not of one allocation", what, bytes, (void*)address);
}

static int allocate(char** out, size_t bytes) {
    if (bytes == 0) {
        return refuse(INVALID_VALUE, "cuMemAlloc: 0 bytes");
    }
    if (others + used + bytes > total) {
        return refuse(OUT_OF_MEMORY, "cuMemAlloc: %zu bytes, %zu of %zu are in use", bytes, others + used, total);
    }
    if (reserved == NULL) {
        reserved = top = mmap(NULL, RESERVED, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    Allocation* a = calloc(1, sizeof *a);
    size_t aligned = (bytes + 255) / 256 * 256;  // as the driver aligns
    a->bytes = bytes;
    a->mapped = (aligned + PAGE - 1) / PAGE * PAGE;
    a->pages = top;
    a->start = top + (a->mapped - aligned);
    if (reserved == MAP_FAILED || top + a->mapped + PAGE > reserved + RESERVED
            || mprotect(a->pages, a->mapped, PROT_READ | PROT_WRITE) != 0) {
        free(a);
        return refuse(OUT_OF_MEMORY, "cuMemAlloc: the stand-in itself has no memory");
    }
    top += a->mapped + PAGE;
    memset(a->pages, 0xff, a->mapped);
    a->next = live;
    live = a;
    used += bytes;
    *out = a->start;
    return SUCCESS;
}

static int release(char* address) {
    for (Allocation** link = &live; *link != NULL; link = &(*link)->next) {
        Allocation* a = *link;
        if (a->start != address) {
            continue;
        }
        int error = SUCCESS;
        for (char* c = a->start + a->bytes; c < a->pages + a->mapped; c++) {
            if (*c != (char)0xff) {
                error = refuse(ILLEGAL_ADDRESS, "cuMemFree: something was written %zd bytes behind %zu",
                        (ssize_t)(c - a->start - a->bytes), a->bytes);
                break;
            }
        }
        mmap(a->pages, a->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
        used -= a->bytes;
        *link = a->next;
        free(a);
        return error;
    }
    return refuse(INVALID_VALUE, "cuMemFree: nothing is allocated at %p", (void*)address);
}

static int copy(const char* what, char* to, const char* from, size_t bytes, char* device) {
    int error = within(what, device, bytes);
    if (error == SUCCESS) {
        memcpy(to, from, bytes);
    }
    return error;
}

CALL(cuMemAlloc_v2, (char** out, size_t bytes), true, allocate(out, bytes);)
CALL(cuMemFree_v2, (char* address), true, release(address);)
CALL(cuMemcpyDtoDAsync_v2, (char* to, char* from, size_t bytes, void* stream), true,
    int error = within("cuMemcpyDtoDAsync", from, bytes);
    stream != NULL ? INVALID_HANDLE : error != SUCCESS ? error : copy("cuMemcpyDtoDAsync", to, from, bytes, to);)

// Up to 64 KiB are put aside; more waits for what was launched before.
int cuMemcpyHtoD_v2(char* to, const char* from, size_t bytes) {
    if (bytes > 64 << 10) {
        wait_until_idle();
    }
    pthread_mutex_lock(&lock);
    int error = begin("cuMemcpyHtoD_v2", true);
    if (error == SUCCESS) {
        error = copy("cuMemcpyHtoD", to, from, bytes, to);
    }
    pthread_mutex_unlock(&lock);
    return error;
}

int cuMemcpyDtoH_v2(char* to, char* from, size_t bytes) {
    wait_until_idle();
    pthread_mutex_lock(&lock);
    int error = begin("cuMemcpyDtoH_v2", true);
    if (error == SUCCESS) {
        error = copy("cuMemcpyDtoH", to, from, bytes, from);
    }
    pthread_mutex_unlock(&lock);
    return error;
}

#include "standin_kernels.c"
