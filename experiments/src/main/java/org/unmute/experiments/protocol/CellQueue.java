package org.unmute.experiments.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.unmute.experiments.StopSignal;
import org.unmute.experiments.StoppedException;

/**
 * Works through cells on several threads, one cell at a time on each. What happens to one cell does not touch the
 * others.
 */
public final class CellQueue {
    private CellQueue() {}

    /** One cell's work. */
    @FunctionalInterface
    public interface Work {
        /**
         * @throws Exception what hinders the cell from being finished; {@link StoppedException} if it is only put off
         */
        void run() throws Exception;
    }

    /** A cell to work on. */
    public record Task(CellId cell, Work work) {}

    /**
     * How a cell ended.
     *
     * @param failure null if it is done
     */
    public record Ended(CellId cell, Throwable failure) {
        /** Whether it can be gone on with later. */
        public boolean stopped() {
            return failure instanceof StoppedException;
        }
    }

    /** Is told when a cell ends, on its thread. */
    @FunctionalInterface
    public interface Listener {
        void ended(Ended cell);
    }

    /**
     * Runs all tasks and waits for them.
     *
     * @param tasks in the order in which they are begun: the longest first keeps all threads busy to the end
     * @param workers threads, at least 1
     * @param cores counts cells under way
     * @param stop no further cell is begun once it is raised
     * @return how those that were begun ended, in the order of the tasks
     */
    public static List<Ended> run(List<Task> tasks, int workers, CoreShare cores, StopSignal stop, Listener listener) {
        if (workers < 1) {
            throw new IllegalArgumentException("benchmark: at least one worker is needed: " + workers);
        }
        ConcurrentLinkedQueue<Integer> open = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < tasks.size(); i++) {
            open.add(i);
        }
        Ended[] ended = new Ended[tasks.size()];
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(workers, tasks.size()); i++) {
            cores.enter(); // all before the first begins, so that it does not take every core
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .name("unmute-cell-" + (i + 1))
                    .unstarted(() -> {
                        try {
                            for (Integer at = open.poll(); at != null && !stop.raised(); at = open.poll()) {
                                ended[at] = attempt(tasks.get(at));
                                listener.ended(ended[at]);
                            }
                        } finally {
                            cores.leave();
                        }
                    }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            join(thread);
        }
        List<Ended> all = new ArrayList<>();
        for (Ended e : ended) {
            if (e != null) {
                all.add(e);
            }
        }
        return all;
    }

    private static Ended attempt(Task task) {
        try {
            task.work().run();
            return new Ended(task.cell(), null);
        } catch (Throwable t) { // also running out of memory: the other cells may be smaller
            return new Ended(task.cell(), t);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("benchmark: interrupted", e);
        }
    }
}
