package org.unmute.models.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.vit.Positions;
import org.unmute.tensor.Shape;

/** A checkpoint whose numbers are a pure function of seed, name and index, as golden/recipe.json defines it. */
final class RecipeCheckpoint implements Checkpoint {
    private static final int MEL_BANDS = 8;
    private final long seed;
    private final boolean sinCosPositions;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private RecipeCheckpoint(long seed, boolean sinCosPositions) {
        this.seed = seed;
        this.sinCosPositions = sinCosPositions;
    }

    /** Names and shapes from {@code state_dict_keys.json}, the seed from {@code config.json}. */
    static RecipeCheckpoint read(Path folder) throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode config = json.readTree(folder.resolve("config.json").toFile());
        RecipeCheckpoint c = new RecipeCheckpoint(config.get("seed").asLong(), config.path("pos_embed").asText().startsWith("sin-cos"));
        JsonNode model = json.readTree(folder.resolve("state_dict_keys.json").toFile()).get("model");
        model.properties().forEach(e -> {
            JsonNode sizes = e.getValue().get(0);
            if (sizes == null) {
                return; // the nested teacher, which the encoder does not use
            }
            long[] shape = new long[sizes.size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = sizes.get(i).asLong();
            }
            c.shapes.put(e.getKey(), Shape.of(shape));
        });
        return c;
    }

    @Override
    public String origin() {
        return "recipe with seed " + seed;
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
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public float[] floats(String name) {
        Shape shape = shapes.get(name);
        if (name.endsWith("fixed_positional_encoder.positions")) {
            return Positions.sinCos(Math.toIntExact(shape.size(1) / MEL_BANDS), MEL_BANDS, shape.dim(2));
        }
        if (sinCosPositions && name.endsWith("pos_embed")) {
            return transposedSinCos(Math.toIntExact(shape.size(1) - 1) / MEL_BANDS, shape.dim(2));
        }
        double center = 0;
        double amp;
        String last = name.substring(name.lastIndexOf('.') + 1);
        String lower = name.toLowerCase(Locale.ROOT);
        if (List.of("pos_embed", "cls_token", "dist_token", "extra_tokens", "positions", "mask_token").stream().anyMatch(last::contains)) {
            amp = 0.5;
        } else if (shape.rank() == 1) {
            center = last.equals("weight") ? 1 : 0;
            amp = last.equals("weight") ? 0.4 : 0.2;
        } else {
            double gain = lower.contains("qkv.weight") ? 1.6 : 1;
            amp = gain * Math.sqrt(3.0 / (shape.elements() / (double) shape.size(0)));
        }
        return values(name, Math.toIntExact(shape.elements()), center, amp);
    }

    /** Audio-MAE's table: zeros for the class token, then 8 rows of {@code steps}, as if frequency came first. */
    static float[] transposedSinCos(int steps, int dim) {
        float[] grid = Positions.sinCos(MEL_BANDS, steps, dim);
        float[] table = new float[dim + grid.length];
        System.arraycopy(grid, 0, table, dim, grid.length);
        return table;
    }

    private float[] values(String name, int count, double center, double amp) {
        long key = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            key = (key ^ (b & 0xff)) * 0x100000001B3L;
        }
        key += seed * 0xD1342543DE82EF95L;
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            long z = key + (i + 1L) * 0x9E3779B97F4A7C15L;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            double u = (z >>> 40) * 0x1p-24;
            out[i] = (float) (center + amp * (2 * u - 1));
        }
        return out;
    }
}
