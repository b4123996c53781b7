package org.unmute.bench.own;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.tensor.Shape;

/**
 * Peak of fused multiply-adds on registers, in the preferred vector width, on a number of threads. Sixteen independent
 * accumulators keep two units with a latency of four cycles busy; no memory is accessed.
 */
final class FmaPeak implements Peer.Call {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int REGISTERS = 16;
    private static final int ROUNDS = 20_000;
    /**
     * Calls of {@link #multiply} per run: only a newly entered method runs in its compiled form, with vectors in
     * registers.
     */
    private static final int REPEATS = 60;

    private final int threads;
    private final float[] sums;

    FmaPeak(int threads) {
        this.threads = threads;
        sums = new float[threads];
    }

    /** Operations of one call: a multiplication and an addition per lane. */
    static double operations(int threads) {
        return 2.0 * SPECIES.length() * REGISTERS * ROUNDS * REPEATS * threads;
    }

    @Override
    public void run() {
        Parallel.run(threads, t -> {
            float sum = 0;
            for (int i = 0; i < REPEATS; i++) {
                sum += multiply(0.999f, 1e-3f * (t + 1));
            }
            sums[t] = sum;
        });
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

    @Override
    public void show(CaseFolder folder) throws Exception {
        folder.write("sums", Shape.of(threads), sums);
        folder.write("work", Shape.of(1), new float[] {(float) (operations(threads) / 1e9)});
    }

    /** Runs one body on several threads at the same time and waits for all. */
    static final class Parallel {
        private Parallel() {}

        static void run(int threads, java.util.function.IntConsumer body) {
            if (threads == 1) {
                body.accept(0);
                return;
            }
            Thread[] others = new Thread[threads - 1];
            for (int t = 1; t < threads; t++) {
                int own = t;
                others[t - 1] = Thread.ofPlatform().start(() -> body.accept(own));
            }
            body.accept(0);
            for (Thread other : others) {
                try {
                    other.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("limits: interrupted", e);
                }
            }
        }
    }
}
