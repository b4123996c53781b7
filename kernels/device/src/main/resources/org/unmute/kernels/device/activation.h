// Activations fused into a matrix product, by their codes in ProductKernels.java; 0 is the identity.
#ifndef UNMUTE_ACTIVATION_H
#define UNMUTE_ACTIVATION_H
#include "functions.h"

#define GELU 1
#define RELU 2

FUNCTION float activated(float x, int activation) {
    if (activation == GELU) {
        return gelu(x);
    }
    return activation == RELU && x < 0.0f ? 0.0f : x;
}

#endif
