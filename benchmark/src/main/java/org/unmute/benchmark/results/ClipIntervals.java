package org.unmute.benchmark.results;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.unmute.files.InputException;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;

/**
 * Bootstrap intervals over the test clips of cells, from the scores that their runs stored, and which of several cells
 * on the same clips is better than the others. Clips are drawn; the seeds stay the same, so an interval says nothing
 * about other trainings.
 */
public final class ClipIntervals {
    private final Bootstrap bootstrap;
    private final Map<FinishedCell, Own> known = new HashMap<>();
    private final Map<FinishedCell, String> lacking = new HashMap<>();

    /** How a cell compares with the others on the same clips. */
    public enum Standing {
        /** Better than each of the others. */
        BEST,
        /** The best, or not to be told from it. */
        AMONG_BEST,
        /** Not as good as the best. */
        LOWER,
        /** Not compared: it is alone, or a cell lacks its scores or has other clips. */
        UNTESTED
    }

    /**
     * @param draws the metric of each resample
     * @param clips what was drawn from
     */
    private record Own(double[] draws, List<String> clips, Interval interval) {}

    private ClipIntervals(Bootstrap bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** No intervals: everything is untested. */
    public static ClipIntervals none() {
        return new ClipIntervals(null);
    }

    /**
     * Reads the stored scores of all cells that tables show and resamples their clips.
     *
     * @param bootstrap its level is that of the intervals
     * @throws InputException naming a file that is damaged, or scores that contradict the cell's numbers
     * @throws IOException if a file cannot be read
     */
    public static ClipIntervals of(ComparedRuns results, Bootstrap bootstrap) throws IOException {
        ClipIntervals all = new ClipIntervals(bootstrap);
        for (Entry entry : results.entries()) {
            FinishedCell cell = entry.cell();
            Optional<String> reason = TestScores.lacking(cell);
            if (reason.isPresent()) {
                all.lacking.put(cell, reason.get());
                continue;
            }
            TestScores scores = TestScores.read(cell);
            double[] draws = scores.draws(cell, bootstrap);
            all.known.put(
                    cell,
                    new Own(
                            draws,
                            scores.clips(),
                            Interval.of(draws, bootstrap.level())
                                    .centredOn(cell.test().mean())));
        }
        return all;
    }

    /** How clips are drawn; null if there are no intervals. */
    public Bootstrap bootstrap() {
        return bootstrap;
    }

    /** The interval of a cell's mean test score; empty if its run did not store the scores. */
    public Optional<Interval> interval(FinishedCell cell) {
        return Optional.ofNullable(known.get(cell)).map(Own::interval);
    }

    /** Which file a cell without interval lacks. */
    public Optional<String> lacking(FinishedCell cell) {
        return Optional.ofNullable(lacking.get(cell));
    }

    /**
     * How cells compare on the same clips. The difference between the cell with the highest mean and each other one is
     * resampled, with the same clips for both. The other is lower if the interval of the difference is above 0. With k
     * others, the level is 1 - (1 - level) / k, so that all these statements hold together at the level (Bonferroni).
     *
     * @param cells of one encoder and data set; null where there is none
     * @return one for each cell
     */
    public List<Standing> standings(List<FinishedCell> cells) {
        List<FinishedCell> there = cells.stream().filter(Objects::nonNull).toList();
        List<Standing> all = new ArrayList<>();
        if (there.size() < 2 || !comparable(there)) {
            cells.forEach(_ -> all.add(Standing.UNTESTED));
            return all;
        }
        FinishedCell best = there.getFirst();
        for (FinishedCell cell : there) {
            best = cell.test().mean() > best.test().mean() ? cell : best;
        }
        double level = 1 - (1 - bootstrap.level()) / (there.size() - 1);
        boolean alone = true;
        for (FinishedCell cell : cells) {
            boolean lower = cell != null && cell != best && isBetter(best, cell, level);
            alone &= cell == null || cell == best || lower;
            all.add(cell == null ? Standing.UNTESTED : lower ? Standing.LOWER : Standing.AMONG_BEST);
        }
        if (alone) {
            all.set(cells.indexOf(best), Standing.BEST);
        }
        return all;
    }

    private boolean comparable(List<FinishedCell> cells) {
        Own first = known.get(cells.getFirst());
        return cells.stream().map(known::get).allMatch(o -> o != null && o.clips.equals(first.clips));
    }

    private boolean isBetter(FinishedCell one, FinishedCell other, double level) {
        double[] a = known.get(one).draws;
        double[] b = known.get(other).draws;
        double[] difference = new double[a.length];
        for (int r = 0; r < a.length; r++) {
            difference[r] = a[r] - b[r];
        }
        double stated = one.test().mean() - other.test().mean();
        return Interval.of(difference, level).centredOn(stated).low() > 0;
    }
}
