// A libcublas for tests without a card: the functions that Unmute calls, by plain loops over memory of the CPU. It is stricter than the real
// one: a handle has no modes until they are set, so that a call which is left out shows. stand_in_fail lets the next call of a function fail.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOT_INITIALIZED 1
#define INVALID_VALUE 7
#define EXECUTION_FAILED 13

typedef struct {
    int pointer_mode;
    int atomics;
    int math;
} Handle;

static char failing[64];
static int failure;

void stand_in_fail(const char* function, int status) {
    strncpy(failing, function, sizeof failing - 1);
    failure = status;
}

static int fails(const char* function) {
    if (strcmp(function, failing) != 0) {
        return 0;
    }
    int status = failure;
    failure = 0;
    return status;
}

#define BEGIN \
    int status = fails(__func__); \
    if (status != 0) { \
        return status; \
    }

const char* cublasGetStatusName(int status) {
    switch (status) {
        case NOT_INITIALIZED:
            return "CUBLAS_STATUS_NOT_INITIALIZED";
        case INVALID_VALUE:
            return "CUBLAS_STATUS_INVALID_VALUE";
        case EXECUTION_FAILED:
            return "CUBLAS_STATUS_EXECUTION_FAILED";
        default:
            return NULL;
    }
}

int cublasGetProperty(int which, int* value) {
    BEGIN
    const int version[] = {VERSION, 1, 2};
    if (which < 0 || which > 2 || value == NULL) {
        return INVALID_VALUE;
    }
    *value = version[which];
    return 0;
}

int cublasCreate_v2(Handle** handle) {
    BEGIN
    *handle = malloc(sizeof **handle);
    **handle = (Handle){-1, -1, -1};
    return 0;
}

#define SETTER(name, member) \
    int name(Handle* handle, int mode) { \
        BEGIN \
        if (handle == NULL) { \
            return NOT_INITIALIZED; \
        } \
        handle->member = mode; \
        return 0; \
    }

SETTER(cublasSetPointerMode_v2, pointer_mode)
SETTER(cublasSetAtomicsMode, atomics)
SETTER(cublasSetMathMode, math)

#if VERSION >= 12
static float at(const float* matrix, int transposed, int64_t leading, int64_t row, int64_t column) {
    return matrix[transposed ? column + row * leading : row + column * leading];
}

int cublasSgemmStridedBatched_64(Handle* handle, int a_transposed, int b_transposed, int64_t m, int64_t n, int64_t k, const float* alpha,
        const float* a, int64_t lda, long long stride_a, const float* b, int64_t ldb, long long stride_b, const float* beta, float* c,
        int64_t ldc, long long stride_c, int64_t batch) {
    BEGIN
    if (handle == NULL) {
        return NOT_INITIALIZED;
    }
    if (handle->pointer_mode != 0 || handle->atomics != 0 || handle->math != 0 || a_transposed < 0 || a_transposed > 1 || b_transposed < 0
            || b_transposed > 1 || m < 0 || n < 0 || k < 0 || batch < 0 || lda < (a_transposed ? k : m) || ldb < (b_transposed ? n : k)
            || ldc < m || alpha == NULL || beta == NULL || a == NULL || b == NULL || c == NULL) {
        return INVALID_VALUE;
    }
    for (int64_t entry = 0; entry < batch; entry++) {
        for (int64_t column = 0; column < n; column++) {
            for (int64_t row = 0; row < m; row++) {
                float sum = 0;
                for (int64_t i = 0; i < k; i++) {
                    sum = fmaf(at(a + entry * stride_a, a_transposed, lda, row, i), at(b + entry * stride_b, b_transposed, ldb, i, column), sum);
                }
                float* to = c + entry * stride_c + row + column * ldc;
                *to = *beta == 0 ? *alpha * sum : *alpha * sum + *beta * *to;
            }
        }
    }
    return 0;
}
#endif
