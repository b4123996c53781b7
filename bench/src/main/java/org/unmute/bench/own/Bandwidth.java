package org.unmute.bench.own;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.tensor.Shape;

/** Memory read bandwidth: each thread sums its own array, which exceeds its private caches. */
final class Bandwidth implements Peer.Call {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = 512 << 20;

    private final float[][] memory;
    private final float[] sums;

    Bandwidth(int threads) {
        memory = new float[threads][BYTES / Float.BYTES];
        sums = new float[threads];
        for (float[] own : memory) {
            java.util.Arrays.fill(own, 1e-3f);
        }
    }

    @Override
    public void run() {
        FmaPeak.Parallel.run(memory.length, t -> sums[t] = sum(memory[t]));
    }

    private static float sum(float[] x) {
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

    @Override
    public void show(CaseFolder folder) throws Exception {
        folder.write("sums", Shape.of(sums.length), sums);
        folder.write("work", Shape.of(1), new float[] {(float) ((double) BYTES * memory.length / 1e9)});
    }
}
