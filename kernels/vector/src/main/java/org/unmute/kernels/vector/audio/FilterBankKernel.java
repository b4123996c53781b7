package org.unmute.kernels.vector.audio;

import static org.unmute.kernels.vector.audio.Fourier.D;
import static org.unmute.kernels.vector.audio.Fourier.LANES;

import jdk.incubator.vector.DoubleVector;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.runtime.WorkspacePool;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.FilterBank;

/**
 * Mel filter banks of {@link Fourier#LANES} frames at a time, one per lane, in float64 and rounded once. Samples are
 * distributed to lanes as they are read; every later step is arithmetic on whole vectors. A task is {@link #BLOCKS}
 * blocks of that many frames from one clip. The last block of a clip repeats its last frame in unused lanes.
 *
 * <p>A frame of 512 samples and 128 bands takes 1.5 µs on one thread, a third of which is the transform (experiment
 * 46).
 */
public final class FilterBankKernel {
    /** Blocks in a task. */
    private static final int BLOCKS = 4;

    private final WorkerPool pool;
    /** Workspaces for the filter bank used last. */
    private volatile Workspaces workspaces;

    public FilterBankKernel(WorkerPool pool) {
        this.pool = pool;
    }

    private record Workspaces(FilterBank f, WorkspacePool<Workspace> pool) {}

    /** Working memory for a block. */
    private static final class Workspace {
        private final FilterBank f;
        private final Fourier fourier;
        private final double[] samples;
        private final double[] re;
        private final double[] im;
        private final double[] energies;

        Workspace(FilterBank f, Fourier fourier) {
            this.f = f;
            this.fourier = fourier;
            samples = new double[Lanes.roundUp(f.frames().length(), 4) * LANES];
            re = new double[(fourier.half() + 1) * LANES];
            im = new double[fourier.half() * LANES];
            energies = new double[f.bands() * LANES];
        }

        /** Where sample i goes: even samples are real parts, odd ones imaginary parts. */
        double[] part(int i) {
            return i % 2 == 0 ? re : im;
        }

        int place(int i) {
            return fourier.place(i / 2) * LANES;
        }
    }

    /** Computes the energies of mel bands: {@code samples [clips, samples]}, {@code out [clips, frames, bands]}. */
    public void run(View samples, FilterBank f, View out) {
        int frames = out.shape().dim(1);
        int blocks = Math.ceilDiv(frames, LANES);
        int tasks = Math.ceilDiv(blocks, BLOCKS);
        pool.run(out.shape().dim(0) * tasks, workspaces(f).pool().with((w, task) -> {
            View x = samples.select(0, task / tasks);
            View y = out.select(0, task / tasks);
            int from = task % tasks * BLOCKS;
            for (int block = from; block < Math.min(blocks, from + BLOCKS); block++) {
                compute(w, x, block * LANES, Math.min(frames, (block + 1) * LANES), y);
            }
        }));
    }

    private Workspaces workspaces(FilterBank f) {
        Workspaces last = workspaces;
        if (last == null || last.f() != f) {
            Fourier fourier = new Fourier(f.frames().size());
            last = new Workspaces(f, new WorkspacePool<>(() -> new Workspace(f, fourier)));
            workspaces = last;
        }
        return last;
    }

    private static void compute(Workspace w, View samples, int from, int to, View out) {
        FilterBank f = w.f;
        distribute(samples, f, from, to, w.samples);
        if (f.frames().centred()) {
            removeMean(w.samples, f.frames().length());
        }
        window(w);
        w.fourier.power(w.re, w.im);
        for (int b = 0; b < f.bands(); b++) {
            energy(w.re, f.first(b), f.weights(b), w.energies, b * LANES);
        }
        if (f.logarithm()) {
            DoubleLog.ofMax(f.floor(), w.energies);
        }
        float[] y = out.host().floats();
        int step = Math.toIntExact(out.stride(1));
        for (int frame = from; frame < to; frame++) {
            int start = Math.toIntExact(out.offset() + frame * out.stride(0));
            for (int b = 0; b < f.bands(); b++) {
                y[start + b * step] = (float) w.energies[b * LANES + frame - from];
            }
        }
    }

    private static void distribute(View samples, FilterBank f, int from, int to, double[] out) {
        float[] x = samples.host().floats();
        int step = Math.toIntExact(samples.stride(0));
        for (int lane = 0; lane < LANES; lane++) {
            int frame = Math.min(from + lane, to - 1);
            int start =
                    Math.toIntExact(samples.offset() + (long) frame * f.frames().shift() * step);
            for (int i = 0; i < f.frames().length(); i++) {
                out[i * LANES + lane] = x[start + i * step];
            }
        }
    }

    /** Sums in four accumulators, so that additions overlap; the array is 0 beyond the frame and stays so. */
    private static void removeMean(double[] x, int length) {
        DoubleVector a = DoubleVector.zero(D);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        for (int i = 0; i < x.length; i += 4 * LANES) {
            a = a.add(DoubleVector.fromArray(D, x, i));
            b = b.add(DoubleVector.fromArray(D, x, i + LANES));
            c = c.add(DoubleVector.fromArray(D, x, i + 2 * LANES));
            d = d.add(DoubleVector.fromArray(D, x, i + 3 * LANES));
        }
        DoubleVector mean = a.add(b).add(c.add(d)).div(length);
        for (int i = 0; i < length * LANES; i += LANES) {
            DoubleVector.fromArray(D, x, i).sub(mean).intoArray(x, i);
        }
    }

    /** Applies pre-emphasis and window and stores samples in the order of the transform, zeros after the frame. */
    private static void window(Workspace w) {
        double[] window = w.f.window();
        double part = w.f.preemphasis();
        DoubleVector first = DoubleVector.fromArray(D, w.samples, 0);
        first.sub(first.mul(part)).mul(window[0]).intoArray(w.part(0), w.place(0));
        for (int i = 1; i < window.length; i++) {
            DoubleVector before = DoubleVector.fromArray(D, w.samples, (i - 1) * LANES);
            DoubleVector.fromArray(D, w.samples, i * LANES)
                    .sub(before.mul(part))
                    .mul(window[i])
                    .intoArray(w.part(i), w.place(i));
        }
        for (int i = window.length; i < 2 * w.fourier.half(); i++) {
            DoubleVector.zero(D).intoArray(w.part(i), w.place(i));
        }
    }

    private static void energy(double[] power, int first, float[] weights, double[] out, int to) {
        DoubleVector sum = DoubleVector.zero(D);
        for (int i = 0; i < weights.length; i++) {
            sum = DoubleVector.fromArray(D, power, (first + i) * LANES).fma(DoubleVector.broadcast(D, weights[i]), sum);
        }
        sum.intoArray(out, to);
    }
}
