package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.tensor.Shape;

/**
 * A checkpoint in memory. Its random values depend on the name under which a tensor was added, and do not change when
 * the tensor is renamed.
 */
final class MadeCheckpoint implements Checkpoint {
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private String origin = "made";

    /** A ViT with timm's names: class token, positions, blocks, 16 x 16 patches and final norm. */
    static MadeCheckpoint vit(int dim, int depth, int hidden, int positions) {
        MadeCheckpoint c = new MadeCheckpoint()
                .add("cls_token", 1, 1, dim)
                .add("pos_embed", 1, positions, dim)
                .add("patch_embed.proj.weight", dim, 1, 16, 16)
                .add("patch_embed.proj.bias", dim);
        for (int i = 0; i < depth; i++) {
            String b = "blocks." + i + ".";
            c.norm(b + "norm1", dim)
                    .linear(b + "attn.qkv", 3 * dim, dim)
                    .linear(b + "attn.proj", dim, dim)
                    .norm(b + "norm2", dim)
                    .linear(b + "mlp.fc1", hidden, dim)
                    .linear(b + "mlp.fc2", dim, hidden);
        }
        return c.norm("norm", dim);
    }

    MadeCheckpoint linear(String name, int out, int in) {
        return add(name + ".weight", out, in).add(name + ".bias", out);
    }

    MadeCheckpoint norm(String name, int dim) {
        return add(name + ".weight", dim).add(name + ".bias", dim);
    }

    MadeCheckpoint add(String name, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] x = new float[Math.toIntExact(shape.elements())];
        boolean weight = name.endsWith(".weight");
        double center = weight && sizes.length == 1 ? 1 : 0;
        double amplitude = sizes.length == 1 ? 0.3 : weight ? Math.sqrt(3.0 * sizes[0] / x.length) : 0.5;
        SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (center + amplitude * random.nextDouble(-1, 1));
        }
        return put(name, x, shape);
    }

    MadeCheckpoint put(String name, float[] x, Shape shape) {
        shapes.put(name, shape);
        values.put(name, x);
        return this;
    }

    MadeCheckpoint without(String name) {
        shapes.remove(name);
        values.remove(name);
        return this;
    }

    /** The same tensors with a name prefix. */
    MadeCheckpoint under(String prefix) {
        MadeCheckpoint c = new MadeCheckpoint();
        shapes.forEach((name, shape) -> c.put(prefix + name, values.get(name), shape));
        return c;
    }

    /** These tensors and those of another checkpoint. */
    MadeCheckpoint and(MadeCheckpoint other) {
        other.shapes.forEach((name, shape) -> put(name, other.values.get(name), shape));
        return this;
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public List<String> names() {
        return new ArrayList<>(shapes.keySet());
    }

    @Override
    public Shape shape(String name) {
        return shapes.get(name);
    }

    @Override
    public float[] floats(String name) {
        return values.get(name).clone();
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    /** The same as if read from a file of this name. */
    MadeCheckpoint from(String name) {
        origin = name;
        return this;
    }

    /** Adds an entry to the metadata. */
    MadeCheckpoint stating(String key, String value) {
        metadata.put(key, value);
        return this;
    }
}
