package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.tensor.Shape;

/** An EAT checkpoint with random weights. */
record RandomEat(int dim, int depth) implements Checkpoint {
    private static final String PREFIX = "model.";
    private static final float SCALE = 0x1p-4f;

    @Override
    public String origin() {
        return "random EAT";
    }

    @Override
    public List<String> names() {
        List<String> names =
                new ArrayList<>(List.of(PREFIX + "extra_tokens", PREFIX + "fixed_positional_encoder.positions"));
        List<String> maps = new ArrayList<>(List.of("local_encoder.proj", "pre_norm"));
        for (int i = 0; i < depth; i++) {
            for (String part : List.of("norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2")) {
                maps.add("blocks." + i + "." + part);
            }
        }
        maps.forEach(map -> names.addAll(List.of(PREFIX + map + ".weight", PREFIX + map + ".bias")));
        return names;
    }

    @Override
    public Shape shape(String name) {
        String n = name.substring(PREFIX.length());
        boolean weight = n.endsWith(".weight");
        if (n.equals("extra_tokens")) {
            return Shape.of(1, 1, dim);
        } else if (n.startsWith("fixed_positional_encoder")) {
            return Shape.of(1, 512, dim);
        } else if (n.equals("local_encoder.proj.weight")) {
            return Shape.of(dim, 1, 16, 16);
        } else if (n.contains("qkv")) {
            return weight ? Shape.of(3L * dim, dim) : Shape.of(3L * dim);
        } else if (n.contains("fc1")) {
            return weight ? Shape.of(4L * dim, dim) : Shape.of(4L * dim);
        } else if (n.contains("fc2")) {
            return weight ? Shape.of(dim, 4L * dim) : Shape.of(dim);
        }
        return weight && n.contains("attn.proj") ? Shape.of(dim, dim) : Shape.of(dim);
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
