/**
 * PyTorch checkpoints ({@code .pt}, {@code .pth}, {@code .ckpt}) read as data: the zip archives that {@code torch.save}
 * writes since 1.6 and the legacy stream before it. A pickle is a program; here its opcodes only build a tree of data:
 * no class is resolved, nothing is called, and a file that names functions which run code is rejected.
 */
package org.unmute.models.weights;
