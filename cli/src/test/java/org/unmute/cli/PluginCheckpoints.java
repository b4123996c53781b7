package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * Checkpoints for the encoders in {@code docs/examples/plugin}, and the output of one encoder, computed in plain loops.
 */
final class PluginCheckpoints {
    static final int DIM = 12;
    private static final int PATCH = 16;
    private static final int BANDS = 8;
    private static final double EPS = 1e-6;

    private final SplittableRandom random = new SplittableRandom(1);
    private final SafetensorsWriter file = new SafetensorsWriter();

    private PluginCheckpoints() {}

    /**
     * Writes a checkpoint of {@code SkeletonEncoder} with one block.
     *
     * @param patch frames and mel bins of a patch; the skeleton uses 16
     * @param steps number of time steps with positional embeddings
     */
    static void skeleton(Path to, int patch, int steps) throws IOException {
        PluginCheckpoints c = new PluginCheckpoints();
        c.random("patches.weight", 1.0 / 16, DIM, 1, patch, patch);
        c.constant("patches.bias", 0.1f, DIM);
        c.random("positions", 0.5, 1, (long) steps * BANDS, DIM);
        c.constant("mask_token", 0, 1, 1, DIM);
        c.block(0.3);
        c.norm("norm");
        c.file.write(to);
    }

    /**
     * Writes a checkpoint with the tensor names of Audio-MAE, as {@code SharedVit} expects them, and positional
     * embeddings for the given number of time steps.
     */
    static void shared(Path to, int steps) throws IOException {
        PluginCheckpoints c = new PluginCheckpoints();
        c.constant("cls_token", 0.2f, 1, 1, DIM);
        c.random("pos_embed", 0.5, 1, 1 + (long) steps * BANDS, DIM);
        c.random("patch_embed.proj.weight", 1.0 / 16, DIM, 1, PATCH, PATCH);
        c.constant("patch_embed.proj.bias", 0, DIM);
        c.block(0.3);
        c.norm("norm");
        c.norm("head_norm");
        c.random("head.weight", 1, 3, DIM);
        c.constant("head.bias", 0, 3);
        c.file.write(to);
    }

    /**
     * Writes a checkpoint of {@code SkeletonEncoder} whose block has no effect, and its tokens for a random spectrogram
     * as the original code would export them: {@code fbank}, {@code patch_embed} and {@code final_tokens}.
     */
    static void skeletonWithReference(Path checkpoint, Path reference, int steps) throws IOException {
        PluginCheckpoints c = new PluginCheckpoints();
        float[] weight = c.random("patches.weight", 1.0 / 16, DIM, 1, PATCH, PATCH);
        float[] bias = c.random("patches.bias", 1, DIM);
        float[] positions = c.random("positions", 0.5, 1, (long) steps * BANDS, DIM);
        c.block(0);
        c.norm("norm");
        c.file.write(checkpoint);

        int frames = steps * PATCH;
        int mel = BANDS * PATCH;
        PluginCheckpoints r = new PluginCheckpoints();
        float[] fbank = r.random("fbank", 1, frames, mel);
        float[] embedded = new float[steps * BANDS * DIM];
        float[] tokens = new float[embedded.length];
        for (int token = 0; token < steps * BANDS; token++) {
            double[] sums = new double[DIM];
            for (int d = 0; d < DIM; d++) {
                double sum = bias[d];
                for (int i = 0; i < PATCH; i++) {
                    for (int j = 0; j < PATCH; j++) {
                        int at = (token / BANDS * PATCH + i) * mel + token % BANDS * PATCH + j;
                        sum += (double) weight[(d * PATCH + i) * PATCH + j] * fbank[at];
                    }
                }
                embedded[token * DIM + d] = (float) sum;
                sums[d] = sum + positions[token * DIM + d];
            }
            normalize(sums, tokens, token * DIM);
        }
        r.file.add("patch_embed", Shape.of(1, steps * BANDS, DIM), embedded);
        r.file.add("final_tokens", Shape.of(1, steps * BANDS, DIM), tokens);
        r.file.write(reference);
    }

    private static void normalize(double[] x, float[] out, int at) {
        double mean = 0;
        for (double v : x) {
            mean += v / x.length;
        }
        double square = 0;
        for (double v : x) {
            square += (v - mean) * (v - mean) / x.length;
        }
        for (int d = 0; d < x.length; d++) {
            out[at + d] = (float) ((x[d] - mean) / Math.sqrt(square + EPS));
        }
    }

    /** @param scale scale of the block's output projections; 0 disables the block */
    private void block(double scale) throws IOException {
        String b = "blocks.0.";
        norm(b + "norm1");
        norm(b + "norm2");
        random(b + "attn.qkv.weight", 0.3, 3L * DIM, DIM);
        constant(b + "attn.qkv.bias", 0, 3L * DIM);
        random(b + "attn.proj.weight", scale, DIM, DIM);
        constant(b + "attn.proj.bias", 0, DIM);
        random(b + "mlp.fc1.weight", 0.3, 4L * DIM, DIM);
        constant(b + "mlp.fc1.bias", 0, 4L * DIM);
        random(b + "mlp.fc2.weight", scale, DIM, 4L * DIM);
        constant(b + "mlp.fc2.bias", 0, DIM);
    }

    private void norm(String name) throws IOException {
        constant(name + ".weight", 1, DIM);
        constant(name + ".bias", 0, DIM);
    }

    private float[] random(String name, double scale, long... shape) throws IOException {
        float[] values = new float[Math.toIntExact(Shape.of(shape).elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * scale);
        }
        file.add(name, Shape.of(shape), values);
        return values;
    }

    private void constant(String name, float value, long... shape) throws IOException {
        float[] values = new float[Math.toIntExact(Shape.of(shape).elements())];
        Arrays.fill(values, value);
        file.add(name, Shape.of(shape), values);
    }
}
