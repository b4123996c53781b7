// Saturation to 32 bits, as Java converts a double.
#ifndef UNMUTE_INTEGER_H
#define UNMUTE_INTEGER_H
#include "portable.h"

FUNCTION int saturated(i64 x) {
    return x > 0x7fffffff ? 0x7fffffff : x < -0x7fffffff - 1 ? -0x7fffffff - 1 : (int)x;
}

#endif
