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
 * Shows the progress of a benchmark in trainings, whose number is known beforehand: how many epochs a search takes is
 * not. The time left is that of a schedule of what remains on the workers: of a cell that runs, by the pace of its own
 * epochs; of one that waits, by its plan, corrected by how the plan did for cells that ran, those of the same probe
 * first.
 */
final class BenchmarkForecast implements CellListener, CellQueue.Listener, AutoCloseable {
    /** How much more a cell of the same probe says about a plan than all others together. */
    private static final double SAME_PROBE = 4;

    private final ProgressBar progress;
    private final LongSupplier clock;
    private final int workers;
    private final int cells;
    private final Map<CellId, CellForecast> forecasts = new HashMap<>();
    private int ended;

    /**
     * What lies ahead of a cell as planned.
     *
     * @param seconds of the whole cell on one core
     * @param schedule its trainings
     * @param before trainings that an earlier process finished
     */
    record Ahead(double seconds, CellCost.Schedule schedule, int before) {
        /** Nothing. */
        static final Ahead NONE = new Ahead(0, CellCost.Schedule.NONE, 0);
    }

    /**
     * @param ahead   of each cell to run; nothing of a cell that is finished
     * @param workers cells that run at a time
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
     * The seconds that the rest takes: what runs first, then what waits, longest first, each on the worker that is free
     * soonest.
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
     * Seconds of an epoch of a cell, as the others let one expect. The plan is corrected by the mean of how many times
     * longer epochs of other cells took, in logarithms. Cells of the same probe say it best; of other probes the plan
     * may be wrong in another way, so few of them correct it in part only.
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
