package org.unmute.models.frontend;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.FilterBank;

/**
 * A filter bank over one clip in a Java array, computed in float64 and rounded once. Thread-safe.
 *
 * <p>The first {@link #PLAIN_JAVA_FRAMES} frames are computed in plain Java, later ones by the processor's backend if
 * it has a kernel: compiling the vector kernel takes half a second, in which plain Java computes 100,000 frames. Both
 * perform the same operations in the same order and give bit-identical results.
 */
public final class HostFilterBank {
    /** About five minutes of sound. */
    static final long PLAIN_JAVA_FRAMES = 30_000;
    /** Frames per task, about 0.3 ms of work. */
    private static final int TASK_FRAMES = 64;

    private final FilterBank f;
    private final MelFilterBank mel;
    private final Fft fft;
    private final AtomicLong computed = new AtomicLong();

    HostFilterBank(FilterBank f, MelFilterBank mel) {
        this.f = f;
        this.mel = mel;
        this.fft = new Fft(f.frames().size());
    }

    FilterBank steps() {
        return f;
    }

    Fft fft() {
        return fft;
    }

    /**
     * Computes {@code [frames, bands]} from samples, which are not modified.
     *
     * @param what name of the operation, for the message
     * @throws IllegalArgumentException if the result is too large for an array
     */
    float[] compute(String what, float[] samples) {
        long frames = f.count(samples.length);
        if (frames * f.bands() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(what + ": " + frames + " frames of " + f.bands()
                    + " bins are too many for one array: cut the clip");
        }
        Backend backend = Backends.current();
        boolean onBackend = backend.hasFilterBank() && !backend.isDevice() && computed.get() >= PLAIN_JAVA_FRAMES;
        computed.addAndGet(frames);
        return onBackend ? onBackend(backend, samples) : plain(samples);
    }

    float[] onBackend(Backend backend, float[] samples) {
        float[] out = new float[Math.toIntExact(f.count(samples.length)) * f.bands()];
        backend.filterBank(
                View.dense(HostBuffer.wrap(samples), Shape.of(1, samples.length)),
                f,
                View.dense(HostBuffer.wrap(out), Shape.of(1, f.count(samples.length), f.bands())));
        return out;
    }

    float[] plain(float[] samples) {
        int frames = Math.toIntExact(f.count(samples.length));
        float[] out = new float[frames * f.bands()];
        IntStream.range(0, Math.ceilDiv(frames, TASK_FRAMES))
                .parallel()
                .forEach(part -> compute(samples, part * TASK_FRAMES, Math.min(frames, (part + 1) * TASK_FRAMES), out));
        return out;
    }

    /** Computes frames {@code from} to {@code to}. */
    private void compute(float[] samples, int from, int to, float[] out) {
        double[] frame = new double[fft.size()];
        double[] re = new double[fft.bins()];
        double[] im = new double[fft.bins()];
        for (int i = from; i < to; i++) {
            int start = i * f.frames().shift();
            for (int j = 0; j < f.frames().length(); j++) {
                frame[j] = samples[start + j];
            }
            if (f.frames().centred()) {
                removeMean(frame);
            }
            preemphasise(frame);
            applyWindow(frame);
            power(frame, re, im);
            energies(re, out, i * f.bands());
        }
    }

    /**
     * Subtracts the mean of the frame's samples in place and leaves the zeros after them. Adds in four partial sums, as
     * the vector kernel does.
     */
    void removeMean(double[] frame) {
        int length = f.frames().length();
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < length; i += 4) {
            a += frame[i];
            b += i + 1 < length ? frame[i + 1] : 0;
            c += i + 2 < length ? frame[i + 2] : 0;
            d += i + 3 < length ? frame[i + 3] : 0;
        }
        double mean = (a + b + (c + d)) / length;
        for (int i = 0; i < length; i++) {
            frame[i] -= mean;
        }
    }

    /**
     * Subtracts a fraction of the previous sample from each sample in place; the first sample counts as its own
     * predecessor.
     */
    void preemphasise(double[] frame) {
        double part = f.preemphasis();
        for (int i = f.frames().length() - 1; i > 0; i--) {
            frame[i] -= part * frame[i - 1];
        }
        frame[0] -= part * frame[0];
    }

    /** Multiplies by the window in place. */
    void applyWindow(double[] frame) {
        double[] window = f.window();
        for (int i = 0; i < window.length; i++) {
            frame[i] *= window[i];
        }
    }

    /** Writes the power spectrum of a frame to {@code power}; {@code work} is overwritten too. */
    void power(double[] frame, double[] power, double[] work) {
        fft.transform(frame, power, work);
        for (int k = 0; k < fft.bins(); k++) {
            power[k] = Math.fma(power[k], power[k], work[k] * work[k]);
        }
    }

    private void energies(double[] power, float[] out, int to) {
        for (int b = 0; b < f.bands(); b++) {
            double energy = mel.energy(b, power);
            out[to + b] = (float) (f.logarithm() ? ScalarLogarithm.of(Math.max(energy, f.floor())) : energy);
        }
    }
}
