package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.kernels.vector.runtime.WorkerPool;

/** A task fails while another caller's job is running: its own caller gets the failure, the other one does not. */
@JCStressTest
@Outcome(id = "1, 8", expect = Expect.ACCEPTABLE, desc = "The failure reached its caller alone.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A failure was lost or reached the wrong caller.")
@State
public class FailingTasks {
    private static final int TASKS = 8;
    private static final WorkerPool POOL = new WorkerPool(2);

    private final int[] runs = new int[TASKS];

    @Actor
    public void failing(II_Result r) {
        try {
            POOL.run(TASKS, i -> {
                if (i == TASKS - 1) {
                    throw new ArithmeticException();
                }
            });
        } catch (ArithmeticException e) {
            r.r1 = 1;
        }
    }

    @Actor
    public void other(II_Result r) {
        POOL.run(TASKS, i -> runs[i]++);
        for (int n : runs) {
            r.r2 += n;
        }
    }
}
