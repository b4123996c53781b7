package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.unmute.kernels.vector.runtime.CachingAllocator;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.HostBuffer;

/**
 * Two threads close one buffer, then each asks for another: the array is recycled only once, so they get different
 * arrays.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Two arrays.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One array for both.")
@State
public class HeavyRecycling {
    /** The shortest length that is recycled. */
    private static final int LENGTH = 1 << 14;

    private final CachingAllocator memory = new CachingAllocator(1 << 20);
    private final HostBuffer shared = memory.acquire(DType.F32, LENGTH);
    private float[] first;
    private float[] second;

    private float[] next() {
        shared.close();
        return memory.acquire(DType.F32, LENGTH).floats();
    }

    @Actor
    public void one() {
        first = next();
    }

    @Actor
    public void two() {
        second = next();
    }

    @Arbiter
    public void after(I_Result r) {
        r.r1 = first != second ? 1 : 0;
    }
}
