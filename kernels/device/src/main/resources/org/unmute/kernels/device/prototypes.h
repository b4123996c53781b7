// Sizes and strides of prototype matching, for prototype.cl and prototype_tensor.cu.
#ifndef UNMUTE_PROTOTYPES_H
#define UNMUTE_PROTOTYPES_H

// Norms are clamped to this.
#define NORM_FLOOR 1e-12f

typedef struct {
    i64 clips, tokens, prototypes, dim;
    i64 x_offset, x_clip, x_token, x_step;
    i64 p_offset, p_row, p_step;
    i64 value_offset, value_clip, value_step;       // values or their gradient
    i64 winner_offset, winner_clip, winner_step;
    i64 gx_offset, gx_clip, gx_token, gx_step;
    i64 gp_offset, gp_row, gp_step;
} Matching;

#endif
