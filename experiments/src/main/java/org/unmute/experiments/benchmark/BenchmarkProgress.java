package org.unmute.experiments.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.unmute.experiments.Diagnosis;
import org.unmute.experiments.protocol.CellId;
import org.unmute.experiments.protocol.CellListener;
import org.unmute.experiments.protocol.CellQueue;
import org.unmute.experiments.protocol.EpochRecord;

/**
 * Shows the progress of a benchmark in epochs. The time left is that of a schedule of what remains on the workers: of a
 * cell that runs, by the pace of its own epochs; of one that waits, by the plan, corrected by how the plan did so far.
 */
final class BenchmarkProgress implements CellListener, CellQueue.Listener, AutoCloseable {
    /** Weight of the newest epoch in a cell's pace. */
    private static final double NEWEST = 0.1;
    /** An epoch that comes in less than this share of its time was trained by an earlier process. */
    private static final double REPLAYED = 0.1;
    /** Of a search that takes more epochs than expected, and for scoring the test part: this share is still to come. */
    private static final double AFTER_EPOCHS = 0.01;

    private final ProgressBar progress;
    private final BenchmarkHost host;
    private final LongSupplier clock;
    private final int workers;
    private final int cells;
    private final Map<CellId, Share> shares = new HashMap<>();
    private long counted;
    private double spent;
    private int ended;

    /**
     * What lies ahead of a cell as planned.
     *
     * @param seconds on one core
     */
    record Ahead(double seconds, long epochs) {}

    /** A cell's part of the work. */
    private static final class Share {
        final double planned;
        final long epochs;
        long done;
        long trained;
        double seconds;
        double pace;
        long last;
        boolean ended;

        Share(double planned, long epochs, long last) {
            this.planned = planned;
            this.epochs = epochs;
            this.last = last;
        }

        boolean running() {
            return done > 0 && !ended;
        }

        double plannedPace() {
            return planned / Math.max(1, epochs);
        }

        double left(double correction) {
            if (ended) {
                return 0;
            }
            if (trained == 0) {
                return planned * correction * Math.max(AFTER_EPOCHS, 1 - (double) done / Math.max(1, epochs));
            }
            return Math.max(AFTER_EPOCHS * seconds, (epochs - done) * pace);
        }
    }

    /**
     * @param ahead   of each cell to run; nothing of a cell that is finished
     * @param workers cells that run at a time
     */
    BenchmarkProgress(BenchmarkHost host, Map<CellId, Ahead> ahead, int workers) {
        this(host, ahead, workers, System::nanoTime);
    }

    BenchmarkProgress(BenchmarkHost host, Map<CellId, Ahead> ahead, int workers, LongSupplier clock) {
        this.host = host;
        this.workers = workers;
        this.clock = clock;
        cells = ahead.size();
        counted = clock.getAsLong();
        ahead.forEach((id, a) -> shares.put(id, new Share(a.seconds(), a.epochs(), counted)));
        long epochs = ahead.values().stream().mapToLong(Ahead::epochs).sum();
        progress = host.progress("benchmark", "epochs", epochs);
        progress.expect(left());
        progress.resumable(() -> "it goes on after " + ended + " of " + cells + " cells and within the cells begun");
    }

    /**
     * The seconds that the rest takes: what runs first, then what waits, longest first, each on the worker that is free
     * soonest.
     */
    private double left() {
        double correction = correction();
        List<Double> running = new ArrayList<>();
        List<Double> waiting = new ArrayList<>();
        for (Share share : shares.values()) {
            (share.running() ? running : waiting).add(share.left(correction));
        }
        waiting.sort(Collections.reverseOrder());
        PriorityQueue<Double> free = new PriorityQueue<>(running);
        while (free.size() < workers) {
            free.add(0.0);
        }
        double end = running.stream().mapToDouble(s -> s).max().orElse(0);
        for (double seconds : waiting) {
            double then = free.remove() + seconds;
            free.add(then);
            end = Math.max(end, then);
        }
        return end;
    }

    /** How many times longer epochs took than planned. */
    private double correction() {
        double planned = 0;
        double real = 0;
        for (Share share : shares.values()) {
            planned += share.trained * share.plannedPace();
            real += share.seconds;
        }
        return planned > 0 ? real / planned : 1;
    }

    @Override
    public synchronized void epoch(CellId cell, String what, EpochRecord epoch) {
        Share share = shares.get(cell);
        if (share == null) {
            return;
        }
        long now = clock.getAsLong();
        // What lies between two trainings, such as writing the journal, belongs to the cell's pace.
        double since = (now - share.last) / 1e9;
        double own = share.done == 0 ? Math.min(epoch.seconds(), since) : since;
        share.last = now;
        share.done++;
        int counts = share.done <= share.epochs ? 1 : 0;
        if (own < REPLAYED * epoch.seconds()) {
            progress.pass(counts, 0);
            progress.expect(spent + left());
            counted = now;
            return;
        }
        share.trained++;
        share.seconds += own;
        share.pace = share.trained == 1 ? own : (1 - NEWEST) * share.pace + NEWEST * own;
        passedUpTo(now, counts);
    }

    /** Counts the time so far as work done, so that a second of work takes a second. */
    private void passedUpTo(long now, int counts) {
        double since = (now - counted) / 1e9;
        counted = now;
        spent += since;
        progress.advance(counts, since);
        progress.expect(spent + left());
    }

    @Override
    public synchronized void ended(CellQueue.Ended cell) {
        ended++;
        Share share = shares.get(cell.cell());
        if (share != null && !share.ended) {
            share.ended = true;
            if (!cell.stopped()) {
                progress.skip(Math.max(0, share.epochs - share.done), 0);
            }
            passedUpTo(clock.getAsLong(), 0);
        }
        String how = cell.failure() == null
                ? "finished"
                : cell.stopped()
                        ? "stopped"
                        : "failed: " + Diagnosis.of(cell.failure()).message();
        progress.remark(String.format(Locale.ROOT, "%d of %d cells: %s %s", ended, cells, cell.cell(), how));
    }

    @Override
    public void close() {
        progress.close();
    }
}
