package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.tensor.Shape;

/** A checkpoint of random numbers with given shapes. */
record ShapedCheckpoint(Map<String, long[]> shapes, Map<String, String> metadata) implements Checkpoint {
    ShapedCheckpoint() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    ShapedCheckpoint with(String name, long... shape) {
        shapes.put(name, shape);
        return this;
    }

    ShapedCheckpoint without(String name) {
        shapes.remove(name);
        return this;
    }

    ShapedCheckpoint stating(String name, Object value) {
        metadata.put(name, value.toString());
        return this;
    }

    @Override
    public String origin() {
        return "made.pt";
    }

    @Override
    public List<String> names() {
        return new ArrayList<>(shapes.keySet());
    }

    @Override
    public boolean has(String name) {
        return shapes.containsKey(name);
    }

    @Override
    public Shape shape(String name) {
        return Shape.of(shapes.get(name));
    }

    /** Weights of norms, and variances, are about 1; all layers share one table of relative positions. */
    @Override
    public float[] floats(String name) {
        String shared = name.replaceAll("layers\\.\\d+\\.self_attn\\.relative", "relative");
        SplittableRandom random = new SplittableRandom(shared.hashCode());
        float[] x = new float[Math.toIntExact(shape(name).elements())];
        double centre = shape(name).rank() == 1 && name.endsWith("weight") || name.endsWith("running_var") ? 1 : 0;
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (centre + random.nextDouble(-0.2, 0.2));
        }
        return x;
    }
}
