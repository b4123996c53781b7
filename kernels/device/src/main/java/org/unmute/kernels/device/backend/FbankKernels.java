package org.unmute.kernels.device.backend;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.FilterBank;

/** Launches of {@code fbank.cl}. */
final class FbankKernels {
    static final Kernel FBANK = new Kernel("fbank", "fbank");
    /** Size of the largest transform that fits the local memory of a group. */
    static final int MAX_SIZE = 2048;

    private final KernelFamily backend;
    private final Map<FilterBank, Tables> tables = Collections.synchronizedMap(new WeakHashMap<>());

    FbankKernels(KernelFamily backend) {
        this.backend = backend;
    }

    /** Tables of the kernel, which stay on the device as long as the filter bank is reachable. */
    private record Tables(View window, View turns, View bands, View weights) {}

    /** Whether the kernel supports the filter bank. */
    static boolean fits(FilterBank f) {
        return f.frames().size() <= MAX_SIZE;
    }

    void filterBank(View samples, FilterBank f, View out) {
        Types.require("filterBank", DType.F32, samples, out);
        if (out.shape().elements() == 0) {
            return;
        }
        Tables t = tables.computeIfAbsent(f, this::upload);
        long clips = out.shape().size(0);
        long frames = out.shape().size(1);
        FilterBank.Frames cut = f.frames();
        long half = cut.size() / 2;
        // A butterfly has 6 additions and 4 multiplications.
        long operations = clips * frames * half / 2 * Long.numberOfTrailingZeros(half) * 10;
        backend.run(
                FBANK,
                LaunchPlan.tasks(clips * frames),
                Arguments.bytes(samples, out),
                operations,
                new Arguments()
                        .memory(samples, t.window, t.turns, t.bands, t.weights, out)
                        .struct(
                                Arguments.members(clips, frames, f.bands(), cut.length(), cut.shift(), cut.size()),
                                Arguments.layout(samples),
                                Arguments.layout(out),
                                Arguments.members(Arguments.flagOf(cut.centred()), Arguments.flagOf(f.logarithm())))
                        .float32(
                                f.preemphasis(),
                                f.preemphasis() - (float) f.preemphasis(),
                                f.logarithm() ? f.floor() : 0));
    }

    private Tables upload(FilterBank f) {
        int half = f.frames().size() / 2;
        double[] turns = new double[2 * half];
        for (int i = 0; i < half; i++) {
            turns[2 * i] = Math.cos(Math.PI * i / half);
            turns[2 * i + 1] = Math.sin(Math.PI * i / half);
        }
        int[] bands = new int[2 * f.bands() + 2];
        for (int b = 0; b < f.bands(); b++) {
            bands[2 * b] = f.first(b);
            bands[2 * b + 3] = bands[2 * b + 1] + f.weights(b).length;
        }
        float[] weights = new float[Math.max(1, bands[bands.length - 1])];
        for (int b = 0; b < f.bands(); b++) {
            System.arraycopy(f.weights(b), 0, weights, bands[2 * b + 1], f.weights(b).length);
        }
        return new Tables(
                upload(HostBuffer.wrap(pairs(f.window())), 2 * f.window().length),
                upload(HostBuffer.wrap(pairs(turns)), 2 * turns.length),
                upload(HostBuffer.wrap(bands), bands.length),
                upload(HostBuffer.wrap(weights), weights.length));
    }

    /** Each number as a pair of a float and its rounding error. */
    private static float[] pairs(double[] values) {
        float[] pairs = new float[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            pairs[2 * i] = (float) values[i];
            pairs[2 * i + 1] = (float) (values[i] - pairs[2 * i]);
        }
        return pairs;
    }

    private View upload(HostBuffer values, int count) {
        return backend.take(View.dense(values, Shape.of(count)));
    }
}
