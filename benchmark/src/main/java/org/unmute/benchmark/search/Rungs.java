package org.unmute.benchmark.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** The scores of trials at the rungs, the epochs at which successive halving judges them. */
final class Rungs {
    private final Halving halving;
    private final boolean maximise;
    private final Map<Long, List<Double>> losses = new TreeMap<>();

    Rungs(Halving halving, boolean maximise) {
        this.halving = halving;
        this.maximise = maximise;
    }

    /**
     * Whether a trial with this score is stopped; records nothing. A trial without a score at a rung is judged by its
     * first score after the rung.
     *
     * @param previous epoch of the trial's previous report; 0 for none
     */
    boolean stops(int previous, int epoch, double value) {
        double loss = loss(value);
        return passed(previous, epoch).anyMatch(rung -> stopsAt(rung, loss));
    }

    /** Records the score so that later trials are compared with it. */
    void record(int previous, int epoch, double value) {
        passed(previous, epoch)
                .forEach(rung ->
                        losses.computeIfAbsent(rung, r -> new ArrayList<>()).add(loss(value)));
    }

    /** The rungs after epoch {@code previous}, up to {@code epoch}. */
    private LongStream passed(int previous, int epoch) {
        return LongStream.iterate(halving.minEpochs(), rung -> rung <= epoch, rung -> rung * halving.eta())
                .filter(rung -> rung > previous);
    }

    private boolean stopsAt(long rung, double loss) {
        List<Double> here = new ArrayList<>(losses.getOrDefault(rung, List.of()));
        here.add(loss);
        int kept = Math.max(1, here.size() / halving.eta());
        here.sort(null);
        return loss > here.get(kept - 1);
    }

    private double loss(double value) {
        // + 0.0: sorting distinguishes -0 from 0, but they must tie
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : (maximise ? -value : value) + 0.0;
    }
}
