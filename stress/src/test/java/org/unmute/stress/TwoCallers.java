package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.kernels.vector.runtime.WorkerPool;

/** Two threads run jobs on one pool: each task runs once, and its caller sees what it wrote to plain memory. */
@JCStressTest
@Outcome(id = "12, 12", expect = Expect.ACCEPTABLE, desc = "Every task once, all results seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A task was lost, ran twice, or its result was not seen.")
@State
public class TwoCallers {
    private static final int TASKS = 12;
    private static final WorkerPool POOL = new WorkerPool(2);

    private final int[] first = new int[TASKS];
    private final int[] second = new int[TASKS];

    @Actor
    public void one(II_Result r) {
        r.r1 = once(first);
    }

    @Actor
    public void two(II_Result r) {
        r.r2 = once(second);
    }

    private static int once(int[] runs) {
        POOL.run(TASKS, i -> runs[i]++);
        int once = 0;
        for (int n : runs) {
            once += n == 1 ? 1 : 0;
        }
        return once;
    }
}
