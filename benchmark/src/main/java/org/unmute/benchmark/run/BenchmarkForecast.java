package org.unmute.benchmark.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.unmute.benchmark.protocol.CellCost;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellListener;
import org.unmute.benchmark.protocol.CellQueue;
import org.unmute.benchmark.protocol.EpochRecord;
import org.unmute.files.Diagnosis;

/**
 * Shows the progress of a benchmark in trainings, because their number is known in advance, unlike the number of epochs
 * in a search. The time left is computed by scheduling the remaining work on the workers. A running cell is estimated
 * by the pace of its own epochs. A waiting cell is estimated by its plan, corrected by the ratio of actual to planned
 * time in other cells, with preference for those of the same probe.
 */
final class BenchmarkForecast implements CellListener, CellQueue.Listener, AutoCloseable {
    /** Weight of a cell with the same probe in correcting a plan, relative to all other cells together. */
    private static final double SAME_PROBE = 4;

    private final ProgressBar progress;
    private final LongSupplier clock;
    private final int workers;
    private final int cells;
    private final Map<CellId, CellForecast> forecasts = new HashMap<>();
    private int ended;

    /**
     * The planned work of a cell.
     *
     * @param seconds seconds of the whole cell on one core
     * @param schedule trainings of the cell
     * @param before number of trainings that an earlier process finished
     */
    record Ahead(double seconds, CellCost.Schedule schedule, int before) {
        /** No work. */
        static final Ahead NONE = new Ahead(0, CellCost.Schedule.NONE, 0);
    }

    /**
     * @param ahead planned work of each cell to run; {@link Ahead#NONE} for a finished cell
     * @param workers number of cells that run at a time
     */
    BenchmarkForecast(BenchmarkHost host, Map<CellId, Ahead> ahead, int workers) {
        this(host, ahead, workers, System::nanoTime);
    }

    BenchmarkForecast(BenchmarkHost host, Map<CellId, Ahead> ahead, int workers, LongSupplier clock) {
        this.workers = workers;
        this.clock = clock;
        cells = ahead.size();
        long now = clock.getAsLong();
        ahead.forEach((id, a) -> forecasts.put(id, new CellForecast(a, now)));
        int trainings =
                ahead.values().stream().mapToInt(a -> a.schedule().trainings()).sum();
        progress = host.progress("benchmark", "trainings", trainings);
        int before =
                forecasts.values().stream().mapToInt(CellForecast::trainings).sum();
        if (before > 0) {
            progress.pass(before);
        }
        tellTimeLeft();
        progress.resumable(() -> "it goes on after " + ended + " of " + cells + " cells and within the cells begun");
    }

    private void tellTimeLeft() {
        double pace = 0;
        for (CellForecast cell : forecasts.values()) {
            pace = Math.max(pace, cell.running() ? cell.ownPaceOr(0) : 0);
        }
        progress.left(left(), pace);
    }

    /**
     * Seconds until all cells are finished: running cells first, then waiting ones, longest first, each on the worker
     * that becomes free first.
     */
    private double left() {
        List<Double> running = new ArrayList<>();
        List<Double> waiting = new ArrayList<>();
        forecasts.forEach((id, cell) -> (cell.running() ? running : waiting).add(cell.left(expectedPace(id, cell))));
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

    /**
     * Expected seconds per epoch of a cell, based on other cells. The plan is corrected by the geometric mean of the
     * ratios of actual to planned epoch times in other cells. Cells of the same probe are the best predictors. For
     * other probes the plan may err differently, so a few of them correct it only in part.
     */
    private double expectedPace(CellId id, CellForecast cell) {
        double same = 0;
        double others = 0;
        int sameCount = 0;
        int otherCount = 0;
        for (Map.Entry<CellId, CellForecast> e : forecasts.entrySet()) {
            CellForecast other = e.getValue();
            if (other == cell || !other.hasPace() || !(other.plannedPace() > 0) || !(other.ownPace() > 0)) {
                continue;
            }
            double ratio = Math.log(other.ownPace() / other.plannedPace());
            if (e.getKey().probe().equals(id.probe())) {
                same += ratio;
                sameCount++;
            } else {
                others += ratio;
                otherCount++;
            }
        }
        double correction = others / (otherCount + 1);
        if (sameCount > 0) {
            correction = (correction + SAME_PROBE * same) / (1 + SAME_PROBE * sameCount);
        }
        return cell.plannedPace() * Math.exp(correction);
    }

    @Override
    public synchronized void epoch(CellId cell, String what, EpochRecord epoch) {
        CellForecast forecast = forecasts.get(cell);
        if (forecast != null) {
            forecast.epoch(epoch.seconds(), clock.getAsLong());
            progress.advance(0);
            tellTimeLeft();
        }
    }

    @Override
    public synchronized void training(CellId cell, String what, double validation, boolean pruned, boolean before) {
        CellForecast forecast = forecasts.get(cell);
        if (forecast != null && !before && forecast.open() > 0) {
            forecast.training();
            progress.advance(1);
            tellTimeLeft();
        }
    }

    @Override
    public synchronized void ended(CellQueue.Ended cell) {
        ended++;
        CellForecast forecast = forecasts.get(cell.cell());
        if (forecast != null) {
            forecast.end();
            if (!cell.stopped()) {
                progress.skip(forecast.open(), forecast.open());
            }
            tellTimeLeft();
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
