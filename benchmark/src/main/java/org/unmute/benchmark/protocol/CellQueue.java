package org.unmute.benchmark.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.StoppedException;

/** Runs cells on several threads, each thread one cell at a time. A failure in one cell does not affect the others. */
public final class CellQueue {
    private CellQueue() {}

    /** The work of one cell. */
    @FunctionalInterface
    public interface Work {
        /**
         * @throws Exception if the cell cannot be finished; {@link StoppedException} if it was stopped and can be
         *     resumed
         */
        void run() throws Exception;
    }

    /** A cell to run. */
    public record Task(CellId cell, Work work) {}

    /**
     * The outcome of a cell.
     *
     * @param failure null if it finished
     */
    public record Ended(CellId cell, Throwable failure) {
        /** Whether it was stopped and can be resumed later. */
        public boolean stopped() {
            return failure instanceof StoppedException;
        }
    }

    /** Called when a cell ends, on the thread that ran it. */
    @FunctionalInterface
    public interface Listener {
        void ended(Ended cell);
    }

    /**
     * Runs all tasks and waits for them. If the waiting thread is interrupted, raises {@code stop} and waits for the
     * running ones to end.
     *
     * @param tasks in starting order; longest first keeps all threads busy until the end
     * @param workers number of threads, at least 1
     * @param cores counts the running cells
     * @param stop once raised, no more cells are started
     * @return the outcome of each started cell, in the order of the tasks
     * @throws IllegalStateException if the waiting thread was interrupted
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
            cores.enter(); // count all before the first starts, so that it does not take every core
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
        join(threads, stop);
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
        } catch (Throwable t) { // including OutOfMemoryError: the other cells may be smaller
            return new Ended(task.cell(), t);
        }
    }

    /** Waits for all threads. If interrupted, stops the cells and keeps waiting, so that none continues unnoticed. */
    private static void join(List<Thread> threads, StopSignal stop) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop.raise();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("benchmark: interrupted");
        }
    }
}
