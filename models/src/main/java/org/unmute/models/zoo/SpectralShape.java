package org.unmute.models.zoo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.Weights;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Channels of a token that describe level and shape of the log mel energies of its patch, and of all bands of its row:
 * the first coefficients of a two-dimensional cosine transform over time and frequency, as in MFCC. They keep what a
 * small network discards. Each has the same standard deviation over the data that the encoder was trained on.
 *
 * @param patch weights of the coefficients of a patch, {@code [16, patchTime · patchMel]} at most
 * @param row   weights of the coefficients of a row, {@code [32, patchTime · melBins]} at most
 */
record SpectralShape(Tensor patch, Tensor row) {
    static final String PREFIX = "shape.";
    private static final String PATCH = PREFIX + "patch.weight";
    private static final String ROW = PREFIX + "row.weight";
    /** Coefficients over time, and over frequency, of a patch and of a row. */
    private static final int[] OF_PATCH = {4, 4};

    private static final int[] OF_ROW = {2, 16};
    /** About the standard deviation of the channels of the network in the program. */
    private static final double DEVIATION = 0.75;

    /** Whether a checkpoint has these channels. */
    static boolean isIn(Weights w) {
        return w.has(PATCH);
    }

    static SpectralShape read(Weights w, SmallVit.Settings s) {
        long[] sizes = sizes(s);
        return new SpectralShape(
                w.tensor(PATCH, sizes[0], (long) s.patchTime() * s.patchMel()),
                w.tensor(ROW, sizes[1], (long) s.patchTime() * s.melBins()));
    }

    private static long[] sizes(SmallVit.Settings s) {
        return new long[] {
            (long) Math.min(OF_PATCH[0], s.patchTime()) * Math.min(OF_PATCH[1], s.patchMel()),
            (long) Math.min(OF_ROW[0], s.patchTime()) * Math.min(OF_ROW[1], s.melBins())
        };
    }

    /**
     * The tensors of the channels by their names in a checkpoint, scaled to equal standard deviations.
     *
     * @param samples clips of the training data; a subset is enough
     */
    static Map<String, Tensor> fitted(SmallVit.Settings s, List<float[]> samples) {
        SpectralShape plain = new SpectralShape(
                cosines(s.patchTime(), s.patchMel(), OF_PATCH), cosines(s.patchTime(), s.melBins(), OF_ROW));
        int ofPatch = plain.patch.shape().dim(0);
        int count = plain.channels();
        double[] sum = new double[count];
        double[] square = new double[count];
        long tokens = 0;
        PatchEmbed cut = new PatchEmbed(null, s.patchTime(), s.patchMel());
        for (float[] clip : samples) {
            try (TensorScope _ = new TensorScope()) {
                float[] all = Grad.withoutRecording(() -> plain.of(s.frontEnd().apply(List.of(clip)), cut))
                        .toFloats();
                for (int i = count; i < all.length; i++) {
                    sum[i % count] += all[i];
                    square[i % count] += (double) all[i] * all[i];
                }
                tokens += all.length / count - 1;
            }
        }
        double[] scale = new double[count];
        for (int c = 0; c < count; c++) {
            double mean = sum[c] / tokens;
            scale[c] = DEVIATION / Math.sqrt(Math.max(1e-12, square[c] / tokens - mean * mean));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(PATCH, scaled(plain.patch, scale, 0));
        tensors.put(ROW, scaled(plain.row, scale, ofPatch));
        return tensors;
    }

    private static Tensor scaled(Tensor weights, double[] scale, int first) {
        float[] all = weights.toFloats();
        int width = weights.shape().dim(1);
        for (int i = 0; i < all.length; i++) {
            all[i] *= (float) scale[first + i / width];
        }
        return Tensor.owning(all, weights.shape().dim(0), width);
    }

    /** {@code [coefficients, time · mel]}: means of products of cosines, the frequency's order changing fastest. */
    private static Tensor cosines(int time, int mel, int[] most) {
        int orders = Math.min(most[0], time);
        int bands = Math.min(most[1], mel);
        float[] all = new float[orders * bands * time * mel];
        for (int i = 0; i < all.length; i++) {
            int coefficient = i / (time * mel);
            double overTime = Math.cos(Math.PI * (coefficient / bands) * (i / mel % time + 0.5) / time);
            double overMel = Math.cos(Math.PI * (coefficient % bands) * (i % mel + 0.5) / mel);
            all[i] = (float) (overTime * overMel / (time * mel));
        }
        return Tensor.owning(all, (long) orders * bands, (long) time * mel);
    }

    /** Number of channels. */
    int channels() {
        return patch.shape().dim(0) + row.shape().dim(0);
    }

    /**
     * The channels of each token.
     *
     * @param input {@code [batch, frames, mel]}
     * @return {@code [batch, 1 + tokens, channels]}; the mean over the tokens comes first
     */
    Tensor of(Tensor input, PatchEmbed cut) {
        Shape in = input.shape();
        long rows = in.dim(1) / cut.patchTime();
        long bands = in.dim(2) / cut.patchMel();
        Tensor own = cut.patches(input).linear(patch, null);
        long ofRow = row.size(0);
        Tensor ofRows = input.slice(1, 0, rows * cut.patchTime())
                .reshape(in.dim(0), rows, (long) cut.patchTime() * in.dim(2))
                .linear(row, null)
                .reshape(in.dim(0), rows, 1, ofRow)
                .expand(in.dim(0), rows, bands, ofRow)
                .reshape(in.dim(0), rows * bands, ofRow);
        Tensor tokens = Tensor.concat(2, own, ofRows);
        return Tensor.concat(1, tokens.meanKeepingAxes(1), tokens);
    }

    /** A trace that receives the tokens of blocks with these channels. */
    static Trace around(Trace trace, Tensor channels) {
        return new Trace() {
            @Override
            public void accept(String name, Tensor tensor) {
                trace.accept(
                        name,
                        name.startsWith("block.") && trace.takes(name) ? Tensor.concat(2, tensor, channels) : tensor);
            }

            @Override
            public boolean takes(String name) {
                return trace.takes(name);
            }

            @Override
            public boolean wants(String name) {
                return trace.wants(name);
            }
        };
    }
}
