// How the tensors of prototype matching lie, for its kernels and their variants (prototype.cl, prototype_tensor.cu).
#ifndef UNMUTE_PROTOTYPES_H
#define UNMUTE_PROTOTYPES_H

// Norms below this are taken as this.
#define NORM_FLOOR 1e-12f

typedef struct {
    i64 clips, tokens, prototypes, dim;
    i64 x_offset, x_clip, x_token, x_step;
    i64 p_offset, p_row, p_step;
    i64 value_offset, value_clip, value_step;       // values, or the gradient of values
    i64 winner_offset, winner_clip, winner_step;
    i64 gx_offset, gx_clip, gx_token, gx_step;
    i64 gp_offset, gp_row, gp_step;
} Matching;

#endif
