package org.unmute.models.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.models.vit.SinCosPositions;
import org.unmute.tensor.Shape;

/**
 * A checkpoint that is in no file: each value is a pure function of a seed, the tensor's name and the element's index.
 * Any language can rebuild a random model of full size from a few kilobytes of names and shapes and compare its
 * features. The reference numbers' {@code recipe.json} states the function; a few tensors are not random ({@link
 * Table}).
 */
public final class RecipeCheckpoint implements Checkpoint {
    private static final int MEL_ROWS = 8;
    private static final String POSITIONS = "fixed_positional_encoder.positions";
    private static final String SHARED_BIAS = ".self_attn.relative_attention_bias.";
    private static final List<String> TOKENS =
            List.of("pos_embed", "cls_token", "dist_token", "extra_tokens", "positions", "mask_token", "mask_embed");
    private static final List<String> SHARPER = List.of("qkv.weight", "q_proj.weight", "k_proj.weight");

    /** Values of a tensor that the recipe leaves as the model initializes them. */
    @FunctionalInterface
    public interface Table {
        /** The values for a shape, row-major. */
        float[] of(Shape shape);
    }

    private record Amplitude(double center, double amp) {}

    private final long seed;
    private final Map<String, Shape> shapes;
    private final Map<String, Table> tables;
    private final Map<String, String> metadata;
    private final @Nullable String sharedBias;

    /**
     * @param seed of all tensors
     * @param shapes by name; the values depend on the names
     * @param tables values that are not random, by name
     * @param metadata what a file would hold besides the tensors, such as {@code cfg.max_distance}
     */
    public RecipeCheckpoint(
            long seed, Map<String, Shape> shapes, Map<String, Table> tables, Map<String, String> metadata) {
        this.seed = seed;
        this.shapes = new LinkedHashMap<>(shapes);
        this.tables = Map.copyOf(tables);
        this.metadata = Map.copyOf(metadata);
        // BEATs lists one tensor under every layer; its values depend on the last layer's name.
        sharedBias = shapes.keySet().stream()
                .filter(n -> n.contains(SHARED_BIAS))
                .max(Comparator.comparingInt(RecipeCheckpoint::layer))
                .orElse(null);
    }

    /**
     * A reference folder's checkpoint: applies the recipe's exceptions for the encoder.
     *
     * @param encoder as the folder's {@code config.json} names it, for instance {@code eat}
     * @param full whether it is the base-size model
     * @param listed shapes by name, as {@code state_dict_keys.json} lists them; a prefix that is no part of the names
     *     is removed, and buffers without a recipe ({@code front_end.*} of Dasheng and CED) and the other networks of
     *     pre-training are left out
     * @param metadata see the constructor
     */
    public static RecipeCheckpoint of(
            String encoder, boolean full, long seed, Map<String, Shape> listed, Map<String, String> metadata) {
        String prefix = switch (encoder) {
            case "ast", "ssast_patch", "ssast_frame" -> "module.";
            case "birdmae" -> "encoder.";
            case "bat" -> "student.encoder.";
            case "atst_frame" -> "model.teacher.encoder.";
            default -> "";
        };
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Map<String, Table> tables = new LinkedHashMap<>();
        listed.forEach((name, shape) -> {
            String own = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            // Tables of front ends and sizes, which no encoder here reads, and other networks in the same file.
            if (own.startsWith("front_end.")
                    || own.startsWith("p_input_")
                    || own.contains(".to_spec.")
                    || encoder.equals("atst_frame") && own.startsWith("model.")
                    || encoder.equals("bat") && own.matches("(student|teacher)\\..*")) {
                return;
            }
            shapes.put(own, shape);
            table(encoder, own).ifPresent(values -> tables.put(own, values));
            if (own.endsWith(POSITIONS) && (encoder.startsWith("eat") || full)) {
                tables.put(own, s -> SinCosPositions.sinCos(Math.toIntExact(s.size(1) / MEL_ROWS), MEL_ROWS, s.dim(2)));
            } else if (full && encoder.equals("audiomae") && own.endsWith("pos_embed")) {
                tables.put(
                        own,
                        s -> SinCosPositions.audioMae(Math.toIntExact((s.size(1) - 1) / MEL_ROWS), MEL_ROWS, s.dim(2)));
            }
        });
        return new RecipeCheckpoint(seed, shapes, tables, metadata);
    }

    /** What the recipe leaves as the model's constructor or its training made it. */
    private static Optional<Table> table(String encoder, String name) {
        if (encoder.startsWith("mae_ast")) {
            return switch (name) {
                case "batch_norm.running_mean" -> Optional.of(_ -> new float[] {-4.1f});
                case "batch_norm.running_var" -> Optional.of(_ -> new float[] {21.7f});
                default ->
                    name.endsWith(".pe")
                            ? Optional.of(s -> SinCosPositions.interleaved(Math.toIntExact(s.size(1)), s.dim(2)))
                            : Optional.empty();
            };
        }
        return switch (encoder + " " + name) {
            case "m2d norm_stats" -> Optional.of(_ -> new float[] {-7.1f, 4.2f});
            case "m2d_strong model.backbone.norm_stats" -> Optional.of(_ -> new float[] {-6.5f, 3.9f});
            case "bat pos_embed" ->
                Optional.of(s -> SinCosPositions.sinCos(MEL_ROWS, Math.toIntExact(s.size(1) / MEL_ROWS), s.dim(2)));
            default -> Optional.empty();
        };
    }

    private static int layer(String name) {
        String before = name.substring(0, name.indexOf(SHARED_BIAS));
        String number = before.substring(before.lastIndexOf('.') + 1);
        return number.matches("\\d{1,9}") ? Integer.parseInt(number) : -1;
    }

    @Override
    public String origin() {
        return "recipe with seed " + seed;
    }

    @Override
    public List<String> names() {
        return List.copyOf(shapes.keySet());
    }

    @Override
    public boolean has(String name) {
        return shapes.containsKey(name);
    }

    @Override
    public Shape shape(String name) {
        Shape shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalArgumentException(origin() + ": there is no tensor '" + name + "'");
        }
        return shape;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public float[] floats(String name) {
        Shape shape = shape(name);
        int count = Math.toIntExact(shape.elements());
        Table table = tables.get(name);
        if (table != null) {
            float[] values = table.of(shape);
            if (values.length != count) {
                throw new IllegalArgumentException(origin() + ": the table of '" + name + "' has " + values.length
                        + " values, " + shape + " needs " + count);
            }
            return values;
        }
        if (last(name).equals("num_batches_tracked")) {
            return new float[count]; // a counter, zero in a model that was never trained
        }
        Amplitude a = amplitude(name, shape);
        return values(name.contains(SHARED_BIAS) ? sharedBias : name, count, a);
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The recipe's rules in its order; the first that matches decides. */
    private static Amplitude amplitude(String name, Shape shape) {
        String last = last(name);
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.contains("running_mean")) {
            return new Amplitude(-20, 20);
        }
        if (lower.contains("running_var")) {
            return new Amplitude(300, 150);
        }
        if (last.equals("grep_a")) {
            return new Amplitude(1, 0.5);
        }
        if (lower.contains("relative_attention_bias")) {
            return new Amplitude(0, 1.5);
        }
        if (TOKENS.stream().anyMatch(last::contains)) {
            return new Amplitude(0, 0.5);
        }
        if (last.equals("gamma") || lower.contains("layer_scale") || lower.contains(".ls")) {
            return new Amplitude(0.7, 0.5);
        }
        if (name.startsWith("strong_head.") || name.startsWith("weak_head.")) {
            return last.equals("bias") ? new Amplitude(-1, 0.5) : new Amplitude(0, 3 * Math.sqrt(3.0 / shape.size(1)));
        }
        if (last.equals("weight_g") || last.equals("original0")) {
            return new Amplitude(0.4, 0.3);
        }
        if (last.equals("weight_v") || last.equals("original1")) {
            return new Amplitude(0, 0.1);
        }
        if (shape.rank() == 1) {
            return last.equals("weight") ? new Amplitude(1, 0.4) : new Amplitude(0, 0.2);
        }
        if (shape.rank() == 0) {
            return new Amplitude(0, 0.2);
        }
        double gain = SHARPER.stream().anyMatch(lower::contains) ? 1.6 : 1;
        return new Amplitude(0, gain * Math.sqrt(3.0 / (shape.elements() / (double) shape.size(0))));
    }

    /** SplitMix64 on a key that is the FNV-1a hash of the name and the seed; the upper 24 bits are the number. */
    private float[] values(@Nullable String name, int count, Amplitude a) {
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
            out[i] = (float) (a.center() + a.amp() * (2 * u - 1));
        }
        return out;
    }
}
