package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.tensor.Shape;

/**
 * A small EfficientAT with random weights, computed in float64 by plain loops over channels, frequency and time, with
 * each batch normalization by itself: after the description of MobileNetV3-Large (Howard et al. 2019, Table 1).
 */
final class EfficientAtLoops {
    private static final double EPS = 1e-3;
    /** Kernel, factor of widening times 2, whether it squeezes, whether it is of hard-swish, stride. */
    private static final int[][] BLOCKS = {
        {3, 2, 0, 0, 1}, {3, 6, 0, 0, 2}, {3, 5, 0, 0, 1}, {5, 4, 1, 0, 2}, {5, 6, 1, 0, 1}, {5, 6, 1, 0, 1},
        {3, 8, 0, 1, 2}, {3, 5, 0, 1, 1}, {3, 5, 0, 1, 1}, {3, 5, 0, 1, 1}, {3, 8, 1, 1, 1}, {3, 6, 1, 1, 1},
        {5, 6, 1, 1, 2}, {5, 6, 1, 1, 1}, {5, 6, 1, 1, 1}
    };

    private final MadeCheckpoint file = new MadeCheckpoint();
    private final int[] channels = new int[17];

    /** @param width channels of the first map, from which the others follow */
    EfficientAtLoops(int width) {
        Arrays.setAll(
                channels, i -> i < 2 ? width : i < 4 ? width + 1 : i < 7 ? width + 2 : i < 13 ? width + 3 : width + 4);
        channels[16] = 3 * width;
        convolution("features.0", width, 1, 3);
        for (int i = 1; i < 16; i++) {
            int[] b = BLOCKS[i - 1];
            String name = "features." + i + ".block.";
            int wide = wide(i);
            int at = 0;
            if (i > 1) {
                convolution(name + at++, wide, channels[i - 1], 1);
            }
            convolution(name + at++, wide, 1, b[0]);
            if (b[2] == 1) {
                file.linear(name + at + ".conc_se_layers.0.fc1", 4, wide);
                file.linear(name + at++ + ".conc_se_layers.0.fc2", wide, 4);
            }
            convolution(name + at, channels[i], wide, 1);
        }
        convolution("features.16", channels[16], channels[15], 1);
        file.linear("classifier.2", 6, channels[16]).linear("classifier.5", 5, 6);
    }

    MadeCheckpoint checkpoint() {
        return file;
    }

    int channels(int stage) {
        return channels[stage];
    }

    private int wide(int i) {
        return channels[i - 1] * BLOCKS[i - 1][1] / 2;
    }

    private void convolution(String name, int out, int in, int size) {
        file.add(name + ".0.weight", out, in, size, size).norm(name + ".1", out);
        file.add(name + ".1.running_mean", out);
        float[] variance = new float[out];
        SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int i = 0; i < out; i++) {
            variance[i] = (float) random.nextDouble(0.5, 2);
        }
        file.put(name + ".1.running_var", variance, Shape.of(out));
        file.put(name + ".1.num_batches_tracked", new float[] {9}, Shape.of());
    }

    /** A map {@code [channels, freq, time]}. */
    private record Map(int channels, int freq, int time, double[] values) {
        double at(int c, int f, int t) {
            return f < 0 || f >= freq || t < 0 || t >= time ? 0 : values[(c * freq + f) * time + t];
        }
    }

    /** Every stage's map {@code [channels, freq, time]}, from {@code [frames, 128]}. */
    List<double[]> maps(float[] input, int frames) {
        double[] turned = new double[input.length];
        for (int i = 0; i < input.length; i++) {
            turned[i % 128 * frames + i / 128] = input[i];
        }
        List<double[]> all = new ArrayList<>();
        Map x = convolve("features.0", new Map(1, 128, frames, turned), 2, 1);
        hardswish(x);
        all.add(x.values.clone());
        for (int i = 1; i < 16; i++) {
            x = block(i, x);
            all.add(x.values.clone());
        }
        x = convolve("features.16", x, 1, 1);
        hardswish(x);
        all.add(x.values);
        return all;
    }

    private Map block(int i, Map x) {
        int[] b = BLOCKS[i - 1];
        String name = "features." + i + ".block.";
        int at = 0;
        Map y = x;
        if (i > 1) {
            y = convolve(name + at++, y, 1, 1);
            activate(b, y);
        }
        y = convolve(name + at++, y, b[4], y.channels);
        activate(b, y);
        if (b[2] == 1) {
            gate(name + at++ + ".conc_se_layers.0.", y);
        }
        y = convolve(name + at, y, 1, 1);
        if (b[4] == 1 && x.channels == y.channels) {
            for (int k = 0; k < x.values.length; k++) {
                y.values[k] += x.values[k];
            }
        }
        return y;
    }

    private Map convolve(String name, Map x, int stride, int groups) {
        Shape s = file.shape(name + ".0.weight");
        float[] w = file.floats(name + ".0.weight");
        int out = s.dim(0);
        int in = s.dim(1);
        int size = s.dim(2);
        int freq = (x.freq + stride - 1) / stride;
        int time = (x.time + stride - 1) / stride;
        double[] y = new double[out * freq * time];
        for (int o = 0; o < out; o++) {
            for (int p = 0; p < freq * time; p++) {
                double sum = 0;
                for (int k = 0; k < in * size * size; k++) {
                    int c = (groups == 1 ? 0 : o) + k / size / size;
                    int f = p / time * stride + k / size % size - size / 2;
                    int t = p % time * stride + k % size - size / 2;
                    sum += w[o * in * size * size + k] * x.at(c, f, t);
                }
                y[o * freq * time + p] = (sum - file.floats(name + ".1.running_mean")[o])
                                / Math.sqrt(file.floats(name + ".1.running_var")[o] + EPS)
                                * file.floats(name + ".1.weight")[o]
                        + file.floats(name + ".1.bias")[o];
            }
        }
        return new Map(out, freq, time, y);
    }

    private static void activate(int[] block, Map x) {
        if (block[3] == 1) {
            hardswish(x);
        } else {
            for (int i = 0; i < x.values.length; i++) {
                x.values[i] = Math.max(0, x.values[i]);
            }
        }
    }

    private static void hardswish(Map x) {
        for (int i = 0; i < x.values.length; i++) {
            x.values[i] *= Math.clamp(x.values[i] + 3, 0, 6) / 6;
        }
    }

    private void gate(String name, Map x) {
        double[] few = linear(name + "fc1", means(x.values, x.channels));
        for (int i = 0; i < few.length; i++) {
            few[i] = Math.max(0, few[i]);
        }
        double[] gate = linear(name + "fc2", few);
        for (int i = 0; i < x.values.length; i++) {
            x.values[i] /= 1 + Math.exp(-gate[i / (x.freq * x.time)]);
        }
    }

    private static double[] means(double[] values, int channels) {
        int each = values.length / channels;
        double[] mean = new double[channels];
        for (int i = 0; i < values.length; i++) {
            mean[i / each] += values[i] / each;
        }
        return mean;
    }

    private double[] linear(String name, double[] x) {
        float[] w = file.floats(name + ".weight");
        float[] b = file.floats(name + ".bias");
        double[] y = new double[b.length];
        for (int o = 0; o < y.length; o++) {
            y[o] = b[o];
            for (int i = 0; i < x.length; i++) {
                y[o] += w[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    /** Logits of the last map. */
    double[] logits(double[] map) {
        double[] few = linear("classifier.2", means(map, channels[16]));
        for (int i = 0; i < few.length; i++) {
            few[i] *= Math.clamp(few[i] + 3, 0, 6) / 6;
        }
        return linear("classifier.5", few);
    }
}
