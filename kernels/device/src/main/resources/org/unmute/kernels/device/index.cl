// Gather and scatter by index, and unfolding of windows.
//
// What:    gather: out[.., i, ..] = x[.., index[.., i, ..], ..]. scatter_add: out[.., index[.., i, ..], ..] += x[.., i, ..].
//          im2col: [batch, channels, rows, columns] to [batch, channels, height, width, positionsY, positionsX]; col2im adds back.
// Layout:  any strides. gather loops over out (x without the axis's step, index, out); scatter_add loops over all axes but the given one (x,
//          index, out), whose steps are arguments.
// Launch:  gather, im2col, col2im: one item per result. scatter_add: one item per line along the axis, so that no two items write to the
//          same element.
// Order:   scatter_add adds the elements of a line in order; col2im adds windows row by row, then column by column.
// Limits:  the op checks indices, the kernel does not.
// Bound:   memory: 12 bytes a result of gather and scatter_add in float32, 8 of im2col and col2im; a sector of 32 bytes for each element whose
//          neighbours are elsewhere. At most 48 registers: 10 groups of 128 items share a multiprocessor.
#include "integer.h"

#define GATHER(name, type) \
    KERNEL void name(GLOBAL const type* x, GLOBAL const int* index, GLOBAL type* out, PARAMETER(StridedLoop) w, const i64 step) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[3]; \
            positions(&w, i, 3, at); \
            out[at[2]] = x[at[0] + index[at[1]] * step]; \
        } \
    }

GATHER(gather_32, uint)
GATHER(gather_16, ushort)

#define SCATTER_ADD(name, type, wide, result) \
    KERNEL void name(GLOBAL const type* x, GLOBAL const int* index, GLOBAL type* out, PARAMETER(StridedLoop) lines, const i64 n, \
            const i64 step, const i64 index_step, const i64 out_step) { \
        EACH_ELEMENT(line, lines.count) { \
            i64 at[3]; \
            positions(&lines, line, 3, at); \
            for (i64 i = 0; i < n; i++) { \
                i64 to = at[2] + index[at[1] + i * index_step] * out_step; \
                out[to] = result((wide)out[to] + x[at[0] + i * step]); \
            } \
        } \
    }

#define SAME(x) (x)

SCATTER_ADD(scatter_add_f32, float, float, SAME)
SCATTER_ADD(scatter_add_i32, int, i64, saturated)

// Window, and strides of image and columns; IndexKernels.java fills it.
typedef struct {
    i64 batch, channels, rows, width;
    i64 height, across, down, along;      // window size, positions down and across
    i64 stride_y, stride_x, pad_y, pad_x, dilation_y, dilation_x;
    i64 image_offset, image_stride[4];
    i64 columns_offset, columns_stride[6];
} Windows;

KERNEL void im2col(GLOBAL const uint* image, GLOBAL uint* columns, PARAMETER(Windows) w) {
    i64 count = w.batch * w.channels * w.height * w.across * w.down * w.along;
    EACH_ELEMENT(element, count) {
        i64 rest = element;
        i64 x = rest % w.along; rest /= w.along;
        i64 y = rest % w.down; rest /= w.down;
        i64 j = rest % w.across; rest /= w.across;
        i64 i = rest % w.height; rest /= w.height;
        i64 c = rest % w.channels;
        i64 n = rest / w.channels;
        i64 r = y * w.stride_y - w.pad_y + i * w.dilation_y;
        i64 s = x * w.stride_x - w.pad_x + j * w.dilation_x;
        uint value = 0;
        if (r >= 0 && r < w.rows && s >= 0 && s < w.width) {
            value = image[w.image_offset + n * w.image_stride[0] + c * w.image_stride[1] + r * w.image_stride[2] + s * w.image_stride[3]];
        }
        columns[w.columns_offset + n * w.columns_stride[0] + c * w.columns_stride[1] + i * w.columns_stride[2]
                + j * w.columns_stride[3] + y * w.columns_stride[4] + x * w.columns_stride[5]] = value;
    }
}

KERNEL void col2im(GLOBAL const float* columns, GLOBAL float* image, PARAMETER(Windows) w) {
    EACH_ELEMENT(element, w.batch * w.channels * w.rows * w.width) {
        i64 rest = element;
        i64 s = rest % w.width; rest /= w.width;
        i64 r = rest % w.rows; rest /= w.rows;
        i64 c = rest % w.channels;
        i64 n = rest / w.channels;
        i64 to = w.image_offset + n * w.image_stride[0] + c * w.image_stride[1] + r * w.image_stride[2] + s * w.image_stride[3];
        i64 from = w.columns_offset + n * w.columns_stride[0] + c * w.columns_stride[1];
        float sum = image[to];
        for (i64 i = 0; i < w.height; i++) {
            i64 down = r + w.pad_y - i * w.dilation_y;
            if (down < 0 || down % w.stride_y != 0 || down / w.stride_y >= w.down) {
                continue;
            }
            for (i64 j = 0; j < w.across; j++) {
                i64 along = s + w.pad_x - j * w.dilation_x;
                if (along >= 0 && along % w.stride_x == 0 && along / w.stride_x < w.along) {
                    sum += columns[from + i * w.columns_stride[2] + j * w.columns_stride[3] + down / w.stride_y * w.columns_stride[4]
                            + along / w.stride_x * w.columns_stride[5]];
                }
            }
        }
        image[to] = sum;
    }
}
