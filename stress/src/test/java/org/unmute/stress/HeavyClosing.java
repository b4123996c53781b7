package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.unmute.kernels.vector.runtime.WorkerPool;

/** A pool is closed while a job is running: the job completes, and no worker is left when closing returns. */
@JCStressTest
@Outcome(id = "12, 0, 12", expect = Expect.ACCEPTABLE, desc = "All tasks ran, the worker ended, later jobs run alone.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A task was lost or a worker was left.")
@State
public class HeavyClosing {
    private static final int TASKS = 12;

    private final WorkerPool pool = new WorkerPool(2);
    private final int[] runs = new int[TASKS];
    /** The worker's thread, if it started in time to take the second half of the tasks. */
    private volatile Thread other;

    @Actor
    public void run(III_Result r) {
        Thread own = Thread.currentThread();
        pool.run(TASKS, i -> {
            runs[i]++;
            if (Thread.currentThread() != own) {
                other = Thread.currentThread();
            }
        });
        for (int n : runs) {
            r.r1 += n;
        }
    }

    @Actor
    public void close() {
        pool.close();
    }

    @Arbiter
    public void after(III_Result r) {
        Thread worker = other;
        r.r2 = worker != null && worker.isAlive() ? 1 : 0;
        int[] later = new int[TASKS];
        pool.run(TASKS, i -> later[i]++);
        for (int n : later) {
            r.r3 += n;
        }
    }
}
