package org.unmute.bench.rows;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Shape;

/** Names and shapes of the tensors of base-size encoders, as in their checkpoints. */
public final class ModelShapes {
    private static final int DIM = 768;
    private static final int DEPTH = 12;
    private static final int HEADS = 12;

    private ModelShapes() {}

    /** EAT, 512 patches of 16 x 16. */
    static Map<String, Shape> eat() {
        return eat("modality_encoders.IMAGE.", "context_encoder.norm", "", DIM, DEPTH);
    }

    /**
     * EAT of any size, 512 patches of 16 x 16.
     *
     * @param prefix of all tensors except those of the blocks
     * @param norm name of the norm before them
     * @param blocks prefix of the blocks
     */
    public static Map<String, Shape> eat(String prefix, String norm, String blocks, int dim, int depth) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put(prefix + "extra_tokens", Shape.of(1, 1, dim));
        shapes.put(prefix + "fixed_positional_encoder.positions", Shape.of(1, 512, dim));
        shapes.put(prefix + "local_encoder.proj.weight", Shape.of(dim, 1, 16, 16));
        shapes.put(prefix + "local_encoder.proj.bias", Shape.of(dim));
        affine(shapes, prefix + norm, dim);
        blocks(shapes, blocks, dim, depth);
        return shapes;
    }

    /** BEATs: patches of 16 x 16, 512 channels projected to 768, convolutional and gated relative positions. */
    static Map<String, Shape> beats() {
        int embed = 512;
        int taps = 128;
        int groups = 16;
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("patch_embedding.weight", Shape.of(embed, 1, 16, 16));
        affine(shapes, "layer_norm", embed);
        linear(shapes, "post_extract_proj", DIM, embed);
        shapes.put("encoder.pos_conv.0.weight_g", Shape.of(1, 1, taps));
        shapes.put("encoder.pos_conv.0.weight_v", Shape.of(DIM, DIM / groups, taps));
        shapes.put("encoder.pos_conv.0.bias", Shape.of(DIM));
        affine(shapes, "encoder.layer_norm", DIM);
        for (int i = 0; i < DEPTH; i++) {
            String layer = "encoder.layers." + i + ".";
            String attention = layer + "self_attn.";
            for (String part : new String[] {"q_proj", "k_proj", "v_proj", "out_proj"}) {
                linear(shapes, attention + part, DIM, DIM);
            }
            shapes.put(attention + "relative_attention_bias.weight", Shape.of(320, HEADS));
            linear(shapes, attention + "grep_linear", 8, DIM / HEADS);
            shapes.put(attention + "grep_a", Shape.of(1, HEADS, 1, 1));
            affine(shapes, layer + "self_attn_layer_norm", DIM);
            linear(shapes, layer + "fc1", 4 * DIM, DIM);
            linear(shapes, layer + "fc2", DIM, 4 * DIM);
            affine(shapes, layer + "final_layer_norm", DIM);
        }
        return shapes;
    }

    /** Dasheng: patches of 64 bands x 4 frames. */
    static Map<String, Shape> dasheng() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String part : new String[] {"weight", "bias", "running_mean", "running_var"}) {
            shapes.put("init_bn.1." + part, Shape.of(64));
        }
        shapes.put("patch_embed.proj.weight", Shape.of(DIM, 1, 64, 4));
        shapes.put("patch_embed.proj.bias", Shape.of(DIM));
        shapes.put("time_pos_embed", Shape.of(1, DIM, 1, 252));
        shapes.put("freq_pos_embed", Shape.of(1, DIM, 1, 1));
        blocks(shapes, "", DIM, DEPTH);
        affine(shapes, "norm", DIM);
        return shapes;
    }

    /** BEATs with PretrainedSED's head for moments, under the names of its file. */
    static Map<String, Shape> beatsStrong() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        beats().forEach((name, shape) -> shapes.put("model.model." + name, shape));
        linear(shapes, "strong_head", 447, DIM);
        return shapes;
    }

    /** BAT: EAT's layout with gates. */
    static Map<String, Shape> bat() {
        Map<String, Shape> shapes = patches(16, 16, 512);
        affine(shapes, "pre_norm", DIM);
        for (int i = 0; i < DEPTH; i++) {
            linear(shapes, "blocks." + i + ".attn.gate", DIM, DIM);
        }
        return shapes;
    }

    /** M2D: 5 x 62 patches. */
    static Map<String, Shape> m2d() {
        Map<String, Shape> shapes = patches(16, 16, 1 + 5 * 62);
        affine(shapes, "norm", DIM);
        return shapes;
    }

    /** A class token, positions, a patch embedding and blocks. */
    private static Map<String, Shape> patches(int height, int width, int positions) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("cls_token", Shape.of(1, 1, DIM));
        shapes.put("pos_embed", Shape.of(1, positions, DIM));
        shapes.put("patch_embed.proj.weight", Shape.of(DIM, 1, height, width));
        shapes.put("patch_embed.proj.bias", Shape.of(DIM));
        blocks(shapes, "", DIM, DEPTH);
        return shapes;
    }

    /** SSAST with patches of 16 x 16. */
    static Map<String, Shape> ssast() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        patches(16, 16, 2 + 512).forEach((name, shape) -> shapes.put("v." + name, shape));
        shapes.put("v.dist_token", Shape.of(1, 1, DIM));
        affine(shapes, "v.norm", DIM);
        return shapes;
    }

    /** CED: Dasheng's names, 4 x 63 patches. */
    static Map<String, Shape> ced() {
        Map<String, Shape> shapes = dasheng();
        shapes.put("patch_embed.proj.weight", Shape.of(DIM, 1, 16, 16));
        shapes.put("time_pos_embed", Shape.of(1, DIM, 1, 63));
        shapes.put("freq_pos_embed", Shape.of(1, DIM, 4, 1));
        return shapes;
    }

    /** ATST-Frame: patches of 64 bands x 4 frames, attention without bias. */
    static Map<String, Shape> atstFrame() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("pos_embed", Shape.of(1, 251, DIM));
        linear(shapes, "patch_embed.patch_embed", DIM, 256);
        blocks(shapes, "", DIM, DEPTH);
        shapes.keySet().removeIf(name -> name.endsWith("attn.qkv.bias"));
        affine(shapes, "norm_frame", DIM);
        return shapes;
    }

    /** KWT-1: 98 frames, 12 post-norm blocks of 64; a DFT of 244 bins as matrices, 80 mel bands, 40 coefficients. */
    static Map<String, Shape> kwt1() {
        int dim = 64;
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("front_end.window", Shape.of(480));
        shapes.put("front_end.dft_cos", Shape.of(244, 480));
        shapes.put("front_end.dft_sin", Shape.of(244, 480));
        shapes.put("front_end.mel", Shape.of(80, 244));
        shapes.put("front_end.dct", Shape.of(40, 80));
        linear(shapes, "patch_embed", dim, 40);
        shapes.put("cls_token", Shape.of(1, 1, dim));
        shapes.put("pos_embed", Shape.of(1, 99, dim));
        blocks(shapes, "", dim, DEPTH, "q", "k", "v");
        linear(shapes, "head", 12, dim);
        return shapes;
    }

    /** {@code blocks.0} to {@code blocks.depth-1} under a prefix. */
    static void blocks(Map<String, Shape> shapes, String prefix, int dim, int depth) {
        blocks(shapes, prefix, dim, depth, new String[0]);
    }

    /**
     * @param maps names of the attention weights, which have no bias; if there are none, one map with a bias computes
     *     all three
     */
    private static void blocks(Map<String, Shape> shapes, String prefix, int dim, int depth, String... maps) {
        for (int i = 0; i < depth; i++) {
            String b = prefix + "blocks." + i + ".";
            affine(shapes, b + "norm1", dim);
            for (String map : maps) {
                shapes.put(b + "attn." + map + ".weight", Shape.of(dim, dim));
            }
            if (maps.length == 0) {
                linear(shapes, b + "attn.qkv", 3 * dim, dim);
            }
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
