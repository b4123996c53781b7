package org.unmute.stress;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntConsumer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.kernels.vector.runtime.WorkspacePool;

/** Workspaces are plain memory: only one thread at a time has one, and it sees the writes of the previous owner. */
@JCStressTest
@Outcome(id = "0, 6", expect = Expect.ACCEPTABLE, desc = "Never shared, nothing lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two threads had one workspace, or what was written to it was lost.")
@State
public class Workspaces {
    private static final int TASKS = 3;

    private static final class Workspace {
        int users;
        int uses;
    }

    private final Queue<Workspace> made = new ConcurrentLinkedQueue<>();
    private final WorkspacePool<Workspace> pool = new WorkspacePool<>(this::make);
    private volatile int shared;

    private Workspace make() {
        Workspace w = new Workspace();
        made.add(w);
        return w;
    }

    private void work() {
        IntConsumer task = pool.with((w, i) -> {
            if (++w.users != 1) {
                shared = 1;
            }
            w.uses++;
            w.users--;
        });
        for (int i = 0; i < TASKS; i++) {
            task.accept(i);
        }
    }

    @Actor
    public void one() {
        work();
    }

    @Actor
    public void two() {
        work();
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = shared;
        r.r2 = made.stream().mapToInt(w -> w.uses).sum();
    }
}
