package org.unmute.bench.own;

import java.io.IOException;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.tensor.Shape;

/** A limit of the machine: a fixed amount of work that several threads do at the same time. */
abstract class MachineLimit implements Peer.Call {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private final float[] sums;

    private MachineLimit(int threads) {
        sums = new float[threads];
    }

    /** Does the work of one thread. The result keeps the compiler from removing the work. */
    abstract float work(int thread);

    /** Operations or bytes in the work of one thread. */
    abstract double size();

    @Override
    public final void run() {
        Thread[] others = new Thread[sums.length - 1];
        for (int t = 1; t < sums.length; t++) {
            int own = t;
            others[t - 1] = Thread.ofPlatform().start(() -> sums[own] = work(own));
        }
        sums[0] = work(0);
        for (Thread other : others) {
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("limits: interrupted", e);
            }
        }
    }

    @Override
    public final void show(CaseFolder folder) throws IOException {
        folder.write("sums", Shape.of(sums.length), sums);
        folder.write("work", Shape.of(1), new float[] {(float) (size() * sums.length / 1e9)});
    }

    /** Memory read bandwidth: each thread sums its own array, which exceeds its private caches. */
    static final class Bandwidth extends MachineLimit {
        private static final int BYTES = 512 << 20;

        private final float[][] memory;

        Bandwidth(int threads) {
            super(threads);
            memory = new float[threads][BYTES / Float.BYTES];
            for (float[] own : memory) {
                Arrays.fill(own, 1e-3f);
            }
        }

        @Override
        double size() {
            return BYTES;
        }

        @Override
        float work(int thread) {
            float[] x = memory[thread];
            FloatVector a = FloatVector.zero(SPECIES);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            int step = SPECIES.length();
            for (int i = 0; i <= x.length - 4 * step; i += 4 * step) {
                a = a.add(FloatVector.fromArray(SPECIES, x, i));
                b = b.add(FloatVector.fromArray(SPECIES, x, i + step));
                c = c.add(FloatVector.fromArray(SPECIES, x, i + 2 * step));
                d = d.add(FloatVector.fromArray(SPECIES, x, i + 3 * step));
            }
            return a.add(b).add(c.add(d)).lane(0);
        }
    }

    /**
     * Peak of fused multiply-adds on registers, in the preferred vector width. Sixteen independent accumulators keep
     * two units with a latency of four cycles busy; memory is not accessed.
     */
    static final class FmaPeak extends MachineLimit {
        private static final int REGISTERS = 16;
        private static final int ROUNDS = 20_000;
        /**
         * Calls of {@link #multiply} per run: only a newly entered method runs in its compiled form, with vectors in
         * registers.
         */
        private static final int REPEATS = 60;

        FmaPeak(int threads) {
            super(threads);
        }

        /** A multiplication and an addition per lane. */
        @Override
        double size() {
            return 2.0 * SPECIES.length() * REGISTERS * ROUNDS * REPEATS;
        }

        @Override
        float work(int thread) {
            float sum = 0;
            for (int i = 0; i < REPEATS; i++) {
                sum += multiply(0.999f, 1e-3f * (thread + 1));
            }
            return sum;
        }

        private static float multiply(float factor, float added) {
            FloatVector m = FloatVector.broadcast(SPECIES, factor);
            FloatVector c = FloatVector.broadcast(SPECIES, added);
            FloatVector a0 = c;
            FloatVector a1 = c;
            FloatVector a2 = c;
            FloatVector a3 = c;
            FloatVector a4 = c;
            FloatVector a5 = c;
            FloatVector a6 = c;
            FloatVector a7 = c;
            FloatVector a8 = m;
            FloatVector a9 = m;
            FloatVector a10 = m;
            FloatVector a11 = m;
            FloatVector a12 = m;
            FloatVector a13 = m;
            FloatVector a14 = m;
            FloatVector a15 = m;
            for (int i = 0; i < ROUNDS; i++) {
                a0 = a0.fma(m, c);
                a1 = a1.fma(m, c);
                a2 = a2.fma(m, c);
                a3 = a3.fma(m, c);
                a4 = a4.fma(m, c);
                a5 = a5.fma(m, c);
                a6 = a6.fma(m, c);
                a7 = a7.fma(m, c);
                a8 = a8.fma(m, c);
                a9 = a9.fma(m, c);
                a10 = a10.fma(m, c);
                a11 = a11.fma(m, c);
                a12 = a12.fma(m, c);
                a13 = a13.fma(m, c);
                a14 = a14.fma(m, c);
                a15 = a15.fma(m, c);
            }
            FloatVector low = a0.add(a1).add(a2.add(a3)).add(a4.add(a5).add(a6.add(a7)));
            FloatVector high = a8.add(a9).add(a10.add(a11)).add(a12.add(a13).add(a14.add(a15)));
            float[] lanes = low.add(high).toArray();
            return lanes[0];
        }
    }
}
