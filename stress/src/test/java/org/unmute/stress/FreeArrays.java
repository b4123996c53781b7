package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.kernels.vector.runtime.FreeList;

/** Two threads take from a free list that holds one array: exactly one of them gets it. */
@JCStressTest
@Outcome(
        id = {"1, 0", "0, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "One of them got it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both got it, or none.")
@State
public class FreeArrays {
    private final FreeList<int[]> list = new FreeList<>(4, 100);
    private int[] first;
    private int[] second;

    /** Puts one array in the list. */
    public FreeArrays() {
        list.release(new int[1], 1);
    }

    @Actor
    public void one() {
        first = list.acquire(1);
    }

    @Actor
    public void two() {
        second = list.acquire(1);
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = first == null ? 0 : 1;
        r.r2 = second == null ? 0 : 1;
    }
}
