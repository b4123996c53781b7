package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.unmute.tensor.backend.HostBuffer;

/** Two threads use a weight for the first time: it is packed once, and both see the complete packed form. */
@JCStressTest
@Outcome(id = "10, 10, 1", expect = Expect.ACCEPTABLE, desc = "Packed once, complete for both.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Packed twice, or seen half.")
@State
public class PackedOnce {
    /** A packed form in plain fields. */
    private static final class Packed {
        private float sum;
    }

    private final HostBuffer buffer = HostBuffer.wrap(new float[] {1, 2, 3, 4});
    private volatile int packings;
    private Packed first;
    private Packed second;

    /** Freezes the buffer, as for a weight. */
    public PackedOnce() {
        buffer.freeze();
    }

    /** Called under the buffer's lock. */
    private Packed pack(HostBuffer from) {
        packings = packings + 1;
        Packed packed = new Packed();
        for (float f : from.floats()) {
            packed.sum += f;
        }
        return packed;
    }

    @Actor
    public void one(III_Result r) {
        first = buffer.packed(Packed.class, this::pack);
        r.r1 = (int) first.sum;
    }

    @Actor
    public void two(III_Result r) {
        second = buffer.packed(Packed.class, this::pack);
        r.r2 = (int) second.sum;
    }

    @Arbiter
    public void after(III_Result r) {
        r.r3 = first == second ? packings : -1;
    }
}
