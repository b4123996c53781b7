/**
 * PyTorch checkpoints ({@code .pt}, {@code .pth}, {@code .ckpt}) read as data: the zip archives that {@code torch.save}
 * has written since torch 1.6 and the legacy stream before that. A pickle is a program; here its opcodes only build a
 * tree of data. No class is resolved, nothing is called, and a file that names functions which run code is rejected.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.weights;

import org.jspecify.annotations.NullMarked;
