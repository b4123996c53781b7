package org.unmute.benchmark.run;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellListener;
import org.unmute.benchmark.protocol.CellQueue;
import org.unmute.benchmark.protocol.EpochRecord;
import org.unmute.files.Diagnosis;

/** Shows the trainings of a run as they end. The time left follows the epochs, weighted by clips. Thread-safe. */
final class BenchmarkProgress implements CellListener, CellQueue.Listener, AutoCloseable {
    private final ProgressBar progress;
    private final Map<CellId, Open> open = new HashMap<>();
    private final int cells;
    private int ended;

    /** What is left of a cell: trainings, expected work, and the work of an epoch. */
    private static final class Open {
        int trainings;
        double work;
        final int clips;

        Open(BenchmarkPlan.Planned cell) {
            trainings = cell.trainingsLeft();
            work = cell.workLeft();
            clips = cell.clips();
        }
    }

    /**
     * @param planned the unfinished cells
     * @param cells number of cells to run, finished ones included
     */
    BenchmarkProgress(BenchmarkHost host, Iterable<BenchmarkPlan.Planned> planned, int cells) {
        this.cells = cells;
        int trainings = 0;
        int before = 0;
        double work = 0;
        for (BenchmarkPlan.Planned cell : planned) {
            open.put(cell.cost().cell(), new Open(cell));
            trainings += cell.cost().trainings();
            before += cell.before();
            work += cell.workLeft();
        }
        progress = host.progress("benchmark", "trainings", trainings);
        progress.expect(work);
        if (before > 0) {
            progress.pass(before, 0);
        }
        progress.resumable(() -> "it goes on after " + ended + " of " + cells + " cells and within the cells begun");
    }

    @Override
    public synchronized void epoch(CellId cell, String what, EpochRecord epoch) {
        Open left = open.get(cell);
        if (left != null) {
            double work = Math.min(left.work, left.clips);
            left.work -= work;
            progress.advance(0, work);
        }
    }

    @Override
    public synchronized void training(CellId cell, String what, double validation, boolean pruned, boolean before) {
        Open left = open.get(cell);
        if (left != null && !before && left.trainings > 0) {
            left.trainings--;
            progress.advance(1, 0);
        }
    }

    @Override
    public synchronized void ended(CellQueue.Ended cell) {
        ended++;
        Open left = open.get(cell.cell());
        if (left != null && !cell.stopped()) {
            progress.skip(left.trainings, left.work);
            left.trainings = 0;
            left.work = 0;
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
