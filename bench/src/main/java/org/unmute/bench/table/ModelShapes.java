package org.unmute.bench.table;

import java.util.Map;
import org.unmute.tensor.Shape;

/** Names and shapes of the tensors of transformer blocks, with timm's names. */
final class ModelShapes {
    private ModelShapes() {}

    /** {@code blocks.0} to {@code blocks.depth-1} below a prefix. */
    static void blocks(Map<String, Shape> shapes, String prefix, int dim, int depth) {
        for (int i = 0; i < depth; i++) {
            String b = prefix + "blocks." + i + ".";
            affine(shapes, b + "norm1", dim);
            linear(shapes, b + "attn.qkv", 3 * dim, dim);
            linear(shapes, b + "attn.proj", dim, dim);
            affine(shapes, b + "norm2", dim);
            linear(shapes, b + "mlp.fc1", 4 * dim, dim);
            linear(shapes, b + "mlp.fc2", dim, 4 * dim);
        }
    }

    /** Weight and bias of a norm. */
    static void affine(Map<String, Shape> shapes, String name, int dim) {
        shapes.put(name + ".weight", Shape.of(dim));
        shapes.put(name + ".bias", Shape.of(dim));
    }

    /** Weight and bias of a linear map. */
    static void linear(Map<String, Shape> shapes, String name, int out, int in) {
        shapes.put(name + ".weight", Shape.of(out, in));
        shapes.put(name + ".bias", Shape.of(out));
    }
}
