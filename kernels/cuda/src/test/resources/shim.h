// Runs the CUDA source of a kernel on the CPU, so that its logic is tested without a GPU.
//
// The items of a group are coroutines of one thread: each runs until a barrier, then the next one does. Groups run one after the
// other, so shared memory is a static array. `backwards` lets the last item go first: a kernel that lacks a barrier then reads what
// is not yet written in one of the two orders.
#pragma once
#define UNMUTE_SHIM 1
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <setjmp.h>
#include <ucontext.h>

#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __align__(n) __attribute__((aligned(n)))
#define __grid_constant__
#define __launch_bounds__(...)
#define __restrict__ __restrict

struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };

struct Index { unsigned x, y, z; };
static Index threadIdx, blockIdx, blockDim, gridDim;

static inline unsigned __float_as_uint(float f) { unsigned u; std::memcpy(&u, &f, 4); return u; }
static inline int __float_as_int(float f) { int i; std::memcpy(&i, &f, 4); return i; }
static inline float __uint_as_float(unsigned u) { float f; std::memcpy(&f, &u, 4); return f; }

// A coroutine for each item of a group, made once; ucontext starts it, jumps without system calls switch from then on.
struct ShimItem {
    jmp_buf at;
    ucontext_t start;
    bool made, done;
    char* stack;
};
static ShimItem shim_items[1024];
static ShimItem* shim_item;
static jmp_buf shim_main;
static void (*shim_body)(void*);
static void* shim_data;

static void shim_yield() {
    if (_setjmp(shim_item->at) == 0) {
        _longjmp(shim_main, 1);
    }
}

static inline void __syncthreads() {
    if (shim_item == nullptr) {
        std::abort();  // a kernel with a barrier was run without coroutines
    }
    shim_yield();
}

static void shim_entry() {
    for (;;) {
        shim_body(shim_data);
        shim_item->done = true;
        shim_yield();
    }
}

static void shim_resume(unsigned i) {
    shim_item = &shim_items[i];
    threadIdx = {i, 0, 0};
    if (_setjmp(shim_main) != 0) {
        return;
    }
    if (shim_item->made) {
        _longjmp(shim_item->at, 1);
    }
    const size_t stack = 64 << 10;
    shim_item->made = true;
    shim_item->stack = new char[stack];
    getcontext(&shim_item->start);
    shim_item->start.uc_stack.ss_sp = shim_item->stack;
    shim_item->start.uc_stack.ss_size = stack;
    shim_item->start.uc_link = nullptr;
    makecontext(&shim_item->start, shim_entry, 0);
    setcontext(&shim_item->start);
}

// All items of one group, each up to its next barrier, until all are done.
static void shim_group(unsigned items, bool backwards, void (*body)(void*), void* data) {
    shim_body = body;
    shim_data = data;
    for (unsigned i = 0; i < items; i++) {
        shim_items[i].done = false;
    }
    for (bool running = true; running;) {
        running = false;
        for (unsigned k = 0; k < items; k++) {
            unsigned i = backwards ? items - 1 - k : k;
            if (!shim_items[i].done) {
                shim_resume(i);
                running |= !shim_items[i].done;
            }
        }
    }
    shim_item = nullptr;
}

template <class... A>
static void shim_call(void (*kernel)(A...), void** arguments) {
    [&]<size_t... I>(std::index_sequence<I...>) { kernel(*static_cast<A*>(arguments[I])...); }(std::index_sequence_for<A...>{});
}

// Shared memory whose size the launch says (`extern __shared__`): NaN before each group, as is what follows it, which must stay so.
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
static int shim_run(unsigned groups, unsigned items, int shared, int barriers, int backwards, F body) {
    if (shared < 0 || (size_t)shared > shim_dynamic_max) {
        return 1;
    }
    gridDim = {groups, 1, 1};
    blockDim = {items, 1, 1};
    auto run = [](void* data) { (*static_cast<F*>(data))(); };
    for (unsigned g = 0; g < groups; g++) {
        blockIdx = {backwards ? groups - 1 - g : g, 0, 0};
        std::memset(shim_dynamic, 0xff, shared + shim_dynamic_guard);
        if (barriers) {
            shim_group(items, backwards, run, &body);
        } else {
            for (unsigned i = 0; i < items; i++) {
                threadIdx = {backwards ? items - 1 - i : i, 0, 0};
                body();
            }
        }
        if (shim_overrun(shared)) {
            return 1;
        }
    }
    return 0;
}

// What Java calls: the kernel with pointers to its arguments, as the CUDA driver takes them, and the bytes of shared memory that it asks
// for. 1 if it writes beyond them.
#define SHIM_ENTRY(name) \
    extern "C" int run_##name(unsigned groups, unsigned items, int shared, int barriers, int backwards, void** arguments) { \
        return shim_run(groups, items, shared, barriers, backwards, [=] { shim_call(&name, arguments); }); \
    }
