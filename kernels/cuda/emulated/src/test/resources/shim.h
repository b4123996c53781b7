// Runs the CUDA source of a kernel on the CPU, so that its logic is tested without a GPU.
//
// The items of a group are coroutines of one thread. Warp by warp, each item runs until it waits: for its group at a barrier, or for its warp
// (emulation.h). A warp goes on until all its items wait at the group's barrier or are done, so warps may meet within themselves differently
// often. Groups run one after the other, so shared memory is static; it is garbage when a group begins. `backwards` runs groups, warps and
// items last to first: a kernel that lacks a barrier then reads what is not yet written in one of the two orders.
//
// A kernel that would wait forever, or does what the hardware traps, ends its launch with an error.
#pragma once
#define UNMUTE_SHIM 1
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>
#include <setjmp.h>
#include <ucontext.h>

#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static __attribute__((section("unmute_shared")))
#define __align__(n) __attribute__((aligned(n)))
#define __grid_constant__
#define __launch_bounds__(...)
#define __restrict__ __restrict

struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };

struct Index { unsigned x, y, z; };
static Index threadIdx, blockIdx, blockDim, gridDim;

static inline unsigned __float_as_uint(float f) { unsigned u; std::memcpy(&u, &f, 4); return u; }
static inline int __float_as_int(float f) { int i; std::memcpy(&i, &f, 4); return i; }
static inline float __uint_as_float(unsigned u) { float f; std::memcpy(&f, &u, 4); return f; }

// All shared memory of this file's kernels: the linker knows where the section begins and ends. A file without any has no section.
extern "C" char __start_unmute_shared[] __attribute__((weak, visibility("hidden")));
extern "C" char __stop_unmute_shared[] __attribute__((weak, visibility("hidden")));

// Where a coroutine was left. A switch saves the registers that a call preserves on its stack; elsewhere setjmp does. Starting one takes
// ucontext there, whose own switches are system calls.
#if defined(__x86_64__) && !defined(UNMUTE_SHIM_SETJMP)
struct ShimContext { void* stack; };

// No compiler sees into it, so none keeps values in registers across it that a call may change.
extern "C" void shim_switch(ShimContext* from, ShimContext* to) __attribute__((visibility("hidden")));
asm(".pushsection .text\n"
    ".hidden shim_switch\n"
    ".globl shim_switch\n"
    "shim_switch:\n"
    "push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
    "mov %rsp, (%rdi)\n mov (%rsi), %rsp\n"
    "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n"
    ".popsection\n");

static void shim_start(ShimContext* c, char* stack, size_t bytes, void (*entry)()) {
    void** top = reinterpret_cast<void**>(stack + bytes);
    std::memset(top - 8, 0, 64);
    top[-2] = reinterpret_cast<void*>(entry);
    c->stack = top - 8;
}
#else
struct ShimContext { jmp_buf at; ucontext_t start; bool fresh; };

static void shim_switch(ShimContext* from, ShimContext* to) {
    if (_setjmp(from->at) == 0) {
        if (to->fresh) {
            to->fresh = false;
            setcontext(&to->start);
        }
        _longjmp(to->at, 1);
    }
}

static void shim_start(ShimContext* c, char* stack, size_t bytes, void (*entry)()) {
    getcontext(&c->start);
    c->start.uc_stack.ss_sp = stack;
    c->start.uc_stack.ss_size = bytes;
    c->start.uc_link = nullptr;
    makecontext(&c->start, entry, 0);
    c->fresh = true;
}
#endif

// A copy to shared memory that has not arrived; `group` is that of the instruction cp.async.commit_group.
struct ShimCopy {
    void* to;
    const void* from;
    int bytes, available, group;
};

struct ShimItem {
    ShimContext at;
    char* stack;
    bool begun;
    std::vector<ShimCopy> copies;
    int groups;
};

// Bits are items of the warp. What follows belongs to the instruction that its items execute together, see emulation.h.
struct ShimWarp {
    unsigned ready, done, arrived;
    const char* operation;
    alignas(64) float a[16][16];
    alignas(64) float b[16][8];
    alignas(64) float c[16][8];
    alignas(64) unsigned rows[32][4];
    unsigned registers[32][4];
    uint64_t values[32], taken[32];
    int sources[32];
};

static ShimItem shim_items[1024];
static ShimWarp shim_warps[32];
static ShimContext shim_main;
static bool shim_running, shim_backwards;
// Each byte of garbage: 0xff makes NaN of every float format; 0x4b makes ordinary numbers, since a kernel may treat NaN well.
static int shim_garbage = 0xff;
static char shim_error[256];
static void (*shim_body)(void*);
static void* shim_data;

// Ends the launch.
[[noreturn]] static void shim_fail(const char* format, ...) {
    int n = std::snprintf(shim_error, sizeof shim_error, "group %u, item %u: ", blockIdx.x, threadIdx.x);
    va_list more;
    va_start(more, format);
    std::vsnprintf(shim_error + n, sizeof shim_error - n, format, more);
    va_end(more);
    if (!shim_running) {
        std::fprintf(stderr, "shim: %s\n", shim_error);
        std::abort();  // a kernel with a barrier was run without coroutines
    }
    shim_switch(&shim_items[threadIdx.x].at, &shim_main);
    __builtin_unreachable();
}

// Continues with the next item of this warp that can run, or in shim_group if none can.
static void shim_leave(ShimWarp& w) {
    unsigned me = threadIdx.x;
    if (w.ready == 0) {
        shim_switch(&shim_items[me].at, &shim_main);
    } else {
        unsigned next = me / 32 * 32 + (shim_backwards ? 31 - __builtin_clz(w.ready) : __builtin_ctz(w.ready));
        if (next != me) {
            threadIdx.x = next;
            shim_switch(&shim_items[me].at, &shim_items[next].at);
        }
    }
}

__attribute__((noinline)) static void __syncthreads() {
    if (!shim_running) {
        shim_fail("a barrier in a kernel that was run without");
    }
    ShimWarp& w = shim_warps[threadIdx.x / 32];
    w.ready &= ~(1u << threadIdx.x % 32);
    shim_leave(w);
}

static void shim_entry() {
    for (;;) {
        shim_body(shim_data);
        ShimWarp& w = shim_warps[threadIdx.x / 32];
        w.ready &= ~(1u << threadIdx.x % 32);
        w.done |= 1u << threadIdx.x % 32;
        shim_leave(w);
    }
}

static void shim_begin(unsigned items) {
    if (__start_unmute_shared != nullptr) {
        std::memset(__start_unmute_shared, shim_garbage, __stop_unmute_shared - __start_unmute_shared);
    }
    const size_t stack = 64 << 10;
    for (unsigned i = 0; i < items; i++) {
        ShimItem& item = shim_items[i];
        item.copies.clear();
        item.groups = 0;
        if (!item.begun) {
            item.begun = true;
            item.stack = item.stack == nullptr ? static_cast<char*>(std::aligned_alloc(64, stack)) : item.stack;
            shim_start(&item.at, item.stack, stack, shim_entry);
        }
    }
    for (unsigned w = 0; w < (items + 31) / 32; w++) {
        unsigned present = items - w * 32;
        shim_warps[w].ready = present < 32 ? (1u << present) - 1 : ~0u;
        shim_warps[w].done = 0;
        shim_warps[w].arrived = 0;
    }
}

// All items of one group, from barrier to barrier, until all are done.
static void shim_group(unsigned items, void (*body)(void*), void* data) {
    shim_body = body;
    shim_data = data;
    shim_running = true;
    shim_begin(items);
    const unsigned warps = (items + 31) / 32;
    for (bool waiting = true; waiting;) {
        for (unsigned k = 0; k < warps && !shim_error[0]; k++) {
            unsigned i = shim_backwards ? warps - 1 - k : k;
            ShimWarp& w = shim_warps[i];
            if (w.ready != 0) {
                threadIdx = {i * 32 + (shim_backwards ? 31 - __builtin_clz(w.ready) : __builtin_ctz(w.ready)), 0, 0};
                shim_switch(&shim_main, &shim_items[threadIdx.x].at);
            }
            if (w.arrived != 0 && !shim_error[0]) {
                std::snprintf(shim_error, sizeof shim_error, "group %u, warp %u: items %08x wait at %s for others that have ended or wait "
                        "at a barrier", blockIdx.x, i, w.arrived, w.operation);
            }
        }
        waiting = false;
        for (unsigned i = 0; i < warps && !shim_error[0]; i++) {
            ShimWarp& w = shim_warps[i];
            unsigned present = items - i * 32;
            w.ready = (present < 32 ? (1u << present) - 1 : ~0u) & ~w.done;
            waiting |= w.ready != 0;
        }
    }
    shim_running = false;
    for (unsigned i = 0; i < items && shim_error[0]; i++) {
        shim_items[i].begun = false;
    }
}

template <class... A>
static void shim_call(void (*kernel)(A...), void** arguments) {
    [&]<size_t... I>(std::index_sequence<I...>) { kernel(*static_cast<A*>(arguments[I])...); }(std::index_sequence_for<A...>{});
}

// Shared memory whose size the launch says (`extern __shared__`): garbage before each group. What follows it must stay as it is.
static const size_t shim_dynamic_max = 227 << 10;
static const size_t shim_dynamic_guard = 4 << 10;
alignas(1024) static unsigned char shim_dynamic[shim_dynamic_max + shim_dynamic_guard];

// Whether something was written behind the first `shared` bytes.
static bool shim_overrun(size_t shared) {
    for (size_t i = shared; i < shared + shim_dynamic_guard; i++) {
        if (shim_dynamic[i] != 0xff) {
            return true;
        }
    }
    return false;
}

template <class F>
static const char* shim_run(unsigned groups, unsigned items, int shared, int barriers, int backwards, F body) {
    gridDim = {groups, 1, 1};
    blockDim = {items, 1, 1};
    shim_backwards = backwards;
    shim_error[0] = 0;
    if (shared < 0 || (size_t)shared > shim_dynamic_max) {
        std::snprintf(shim_error, sizeof shim_error, "%d bytes of shared memory of at most %zu", shared, shim_dynamic_max);
    }
    auto run = [](void* data) { (*static_cast<F*>(data))(); };
    for (unsigned g = 0; g < groups && !shim_error[0]; g++) {
        blockIdx = {backwards ? groups - 1 - g : g, 0, 0};
        if (barriers) {
            std::memset(shim_dynamic, shim_garbage, shared);
            std::memset(shim_dynamic + shared, 0xff, shim_dynamic_guard);
            shim_group(items, run, &body);
            if (shim_overrun(shared) && !shim_error[0]) {
                std::snprintf(shim_error, sizeof shim_error, "group %u writes beyond its %d bytes of shared memory", blockIdx.x, shared);
            }
            continue;
        }
        for (unsigned i = 0; i < items; i++) {
            threadIdx = {backwards ? items - 1 - i : i, 0, 0};
            body();
        }
    }
    return shim_error[0] ? shim_error : nullptr;
}

// What Java calls: the kernel with pointers to its arguments, as the CUDA driver takes them, and the bytes of shared memory that it asks
// for. Returns null, or what went wrong.
#define SHIM_ENTRY(name) \
    extern "C" const char* run_##name(unsigned groups, unsigned items, int shared, int barriers, int backwards, void** arguments) { \
        return shim_run(groups, items, shared, barriers, backwards, [=] { shim_call(&name, arguments); }); \
    }

#include "emulation.h"
