package org.unmute.experiments.benchmark;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.unmute.experiments.protocol.CellCost;
import org.unmute.experiments.protocol.CellId;
import org.unmute.experiments.protocol.CellListener;
import org.unmute.experiments.protocol.CellQueue;
import org.unmute.experiments.protocol.EpochRecord;

/**
 * Shows the progress of a benchmark in estimated core-seconds, so that a slow probe counts more than a fast one and the
 * remaining time follows from the work done.
 */
final class BenchmarkProgress implements CellListener, CellQueue.Listener, AutoCloseable {
    private final BenchmarkPlan plan;
    private final ProgressBar progress;
    private final BenchmarkHost host;
    private final int cells;
    private final Map<CellId, Double> counted = new HashMap<>();
    private int ended;

    /** @param cells number of cells to run */
    BenchmarkProgress(BenchmarkHost host, BenchmarkPlan plan, Iterable<CellId> ids, int cells) {
        this.host = host;
        this.plan = plan;
        this.cells = cells;
        double total = 0;
        for (CellId id : ids) {
            total += plan.secondsLeft(id);
        }
        progress = host.progress("benchmark", "core-seconds", Math.max(1, Math.round(total)));
    }

    @Override
    public synchronized void epoch(CellId cell, String what, EpochRecord epoch) {
        CellCost cost = plan.cost(cell);
        if (cost != null && cost.epochs() > 0) {
            // A search may take more epochs than expected, so the last 1 % of a cell counts only when it ends.
            count(
                    cell,
                    Math.min(
                            plan.secondsLeft(cell) * 0.99,
                            counted.getOrDefault(cell, 0.0) + cost.seconds() / cost.epochs()));
        }
    }

    private void count(CellId cell, double seconds) {
        double before = counted.getOrDefault(cell, 0.0);
        counted.put(cell, Math.max(before, seconds));
        progress.advance(Math.round(counted.get(cell)) - Math.round(before));
    }

    @Override
    public synchronized void ended(CellQueue.Ended cell) {
        count(cell.cell(), plan.secondsLeft(cell.cell()));
        ended++;
        String how = cell.failure() == null
                ? "finished"
                : cell.stopped() ? "stopped" : "failed: " + host.explain(cell.failure());
        progress.remark(String.format(Locale.ROOT, "%d of %d cells: %s %s", ended, cells, cell.cell(), how));
    }

    @Override
    public void close() {
        progress.close();
    }
}
