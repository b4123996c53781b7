package org.unmute.convert.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.tensor.Shape;

/** Encoders of their released sizes with the weights of the recipe, named as in their authors' checkpoints. */
final class BaseSizes {
    static final List<String> NAMES = List.of("kwt", "eat", "beats", "dasheng", "ced", "efficientat");

    private static final long SEED = 7;
    private static final int DIM = 768;
    private static final int DEPTH = 12;
    private static final int KWT_DIM = 64;

    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private BaseSizes() {}

    static Checkpoint of(String name) {
        BaseSizes sizes = new BaseSizes();
        Map<String, String> metadata = new LinkedHashMap<>();
        switch (name) {
            case "kwt" -> sizes.kwt();
            case "eat" -> sizes.eat();
            case "beats" -> {
                sizes.beats();
                metadata.put("cfg.max_distance", "800");
            }
            case "dasheng" -> sizes.meanTrained(1, 64, 4, 252);
            case "ced" -> {
                sizes.meanTrained(4, 16, 16, 63);
                sizes.affine("outputlayer.0", DIM);
                sizes.linear("outputlayer.1", 527, DIM);
            }
            case "efficientat" -> sizes.mobileNet();
            default -> throw new IllegalArgumentException(name);
        }
        // The recipe leaves out front_end., which is part of the encoder only for KWT.
        return name.equals("kwt")
                ? new RecipeCheckpoint(SEED, sizes.shapes, Map.of(), metadata)
                : RecipeCheckpoint.of(name, true, SEED, sizes.shapes, metadata);
    }

    private void tensor(String name, long... shape) {
        shapes.put(name, Shape.of(shape));
    }

    private void affine(String name, long size) {
        tensor(name + ".weight", size);
        tensor(name + ".bias", size);
    }

    private void linear(String name, long out, long in) {
        tensor(name + ".weight", out, in);
        tensor(name + ".bias", out);
    }

    private void timmBlocks(int dim, BiConsumer<String, Integer> attention) {
        for (int i = 0; i < DEPTH; i++) {
            String block = "blocks." + i + ".";
            affine(block + "norm1", dim);
            attention.accept(block + "attn.", dim);
            linear(block + "attn.proj", dim, dim);
            affine(block + "norm2", dim);
            linear(block + "mlp.fc1", 4L * dim, dim);
            linear(block + "mlp.fc2", dim, 4L * dim);
        }
    }

    private void kwt() {
        tensor("front_end.window", 480);
        tensor("front_end.dft_cos", 244, 480);
        tensor("front_end.dft_sin", 244, 480);
        tensor("front_end.mel", 80, 244);
        tensor("front_end.dct", 40, 80);
        linear("patch_embed", KWT_DIM, 40);
        tensor("cls_token", 1, 1, KWT_DIM);
        tensor("pos_embed", 1, 99, KWT_DIM);
        timmBlocks(KWT_DIM, (name, dim) -> List.of("q", "k", "v").forEach(p -> tensor(name + p + ".weight", dim, dim)));
        linear("head", 12, KWT_DIM);
    }

    private void eat() {
        String image = "modality_encoders.IMAGE.";
        tensor(image + "extra_tokens", 1, 1, DIM);
        tensor(image + "local_encoder.proj.weight", DIM, 1, 16, 16);
        tensor(image + "local_encoder.proj.bias", DIM);
        tensor(image + "fixed_positional_encoder.positions", 1, 6144, DIM);
        affine(image + "context_encoder.norm", DIM);
        timmBlocks(DIM, (name, dim) -> linear(name + "qkv", 3L * dim, dim));
    }

    /** Dasheng and CED. */
    private void meanTrained(int rows, int height, int width, int columns) {
        tensor("time_pos_embed", 1, DIM, 1, columns);
        tensor("freq_pos_embed", 1, DIM, rows, 1);
        affine("init_bn.1", 64);
        tensor("init_bn.1.running_mean", 64);
        tensor("init_bn.1.running_var", 64);
        tensor("patch_embed.proj.weight", DIM, 1, height, width);
        tensor("patch_embed.proj.bias", DIM);
        timmBlocks(DIM, (name, dim) -> linear(name + "qkv", 3L * dim, dim));
        affine("norm", DIM);
    }

    private void beats() {
        linear("post_extract_proj", DIM, 512);
        tensor("patch_embedding.weight", 512, 1, 16, 16);
        tensor("encoder.pos_conv.0.bias", DIM);
        tensor("encoder.pos_conv.0.weight_g", 1, 1, 128);
        tensor("encoder.pos_conv.0.weight_v", DIM, 48, 128);
        for (int i = 0; i < DEPTH; i++) {
            String layer = "encoder.layers." + i + ".";
            String attention = layer + "self_attn.";
            tensor(attention + "grep_a", 1, 12, 1, 1);
            tensor(attention + "relative_attention_bias.weight", 320, 12);
            List.of("k_proj", "v_proj", "q_proj", "out_proj").forEach(p -> linear(attention + p, DIM, DIM));
            linear(attention + "grep_linear", 8, 64);
            affine(layer + "self_attn_layer_norm", DIM);
            linear(layer + "fc1", 4L * DIM, DIM);
            linear(layer + "fc2", DIM, 4L * DIM);
            affine(layer + "final_layer_norm", DIM);
        }
        affine("encoder.layer_norm", DIM);
        affine("layer_norm", 512);
    }

    /** MobileNetV3-Large at 0.4 of its width: kernel, widened channels, squeezed channels or 0, result. */
    private void mobileNet() {
        int[][] blocks = {
            {3, 8, 0, 8}, {3, 24, 0, 16}, {3, 32, 0, 16}, {5, 32, 8, 16}, {5, 48, 16, 16}, {5, 48, 16, 16},
            {3, 96, 0, 32}, {3, 80, 0, 32}, {3, 72, 0, 32}, {3, 72, 0, 32}, {3, 192, 48, 48}, {3, 272, 72, 48},
            {5, 272, 72, 64}, {5, 384, 96, 64}, {5, 384, 96, 64}
        };
        normalized("features.0", 8, 1, 3);
        int in = 8;
        for (int i = 0; i < blocks.length; i++) {
            int[] b = blocks[i];
            String name = "features." + (i + 1) + ".block.";
            int at = 0;
            if (i > 0) {
                normalized(name + at++, b[1], in, 1);
            }
            normalized(name + at++, b[1], 1, b[0]);
            if (b[2] > 0) {
                linear(name + at + ".conc_se_layers.0.fc1", b[2], b[1]);
                linear(name + at++ + ".conc_se_layers.0.fc2", b[1], b[2]);
            }
            normalized(name + at, b[3], b[1], 1);
            in = b[3];
        }
        normalized("features.16", 384, 64, 1);
        linear("classifier.2", 512, 384);
        linear("classifier.5", 527, 512);
    }

    /** A convolution without bias and a batch normalization. */
    private void normalized(String name, long out, long in, long size) {
        tensor(name + ".0.weight", out, in, size, size);
        affine(name + ".1", out);
        tensor(name + ".1.running_mean", out);
        tensor(name + ".1.running_var", out);
    }
}
