package org.unmute.bench.gpu.rows;

import java.util.List;
import java.util.Map;
import org.unmute.bench.rows.ModelShapes;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.tensor.Shape;

/** An EAT checkpoint with random weights. */
record RandomEat(Map<String, Shape> shapes) implements Checkpoint {
    private static final float SCALE = 0x1p-4f;

    static RandomEat of(int dim, int depth) {
        return new RandomEat(ModelShapes.eat("model.", "pre_norm", "model.", dim, depth));
    }

    @Override
    public String origin() {
        return "random EAT";
    }

    @Override
    public List<String> names() {
        return List.copyOf(shapes.keySet());
    }

    @Override
    public Shape shape(String name) {
        return shapes.get(name);
    }

    @Override
    public float[] floats(String name) {
        float[] values = RandomNumbers.of(name, Math.toIntExact(shape(name).elements()), SCALE);
        if (name.contains("norm") && name.endsWith(".weight")) {
            for (int i = 0; i < values.length; i++) {
                values[i] += 1;
            }
        }
        return values;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }
}
