package org.unmute.probes.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The values that trials had at the epochs where successive halving looks. */
final class Rungs {
    private final Halving halving;
    private final boolean maximise;
    private final Map<Long, List<Double>> losses = new TreeMap<>();

    Rungs(Halving halving, boolean maximise) {
        this.halving = halving;
        this.maximise = maximise;
    }

    /**
     * Records a value and tells whether its trial is stopped. A trial that jumps over a rung is judged there by its first value after
     * it.
     *
     * @param previous the trial's epoch before, 0 for none
     */
    boolean stops(int previous, int epoch, double value) {
        double loss = Double.isNaN(value) ? Double.POSITIVE_INFINITY : maximise ? -value : value;
        boolean stop = false;
        for (long rung = halving.minEpochs(); rung <= epoch; rung *= halving.eta()) {
            if (rung > previous) {
                stop |= stopsAt(rung, loss);
            }
        }
        return stop;
    }

    private boolean stopsAt(long rung, double loss) {
        List<Double> seen = losses.computeIfAbsent(rung, r -> new ArrayList<>());
        seen.add(loss);
        if (loss == Double.POSITIVE_INFINITY) {
            return true;
        }
        int kept = Math.max(1, seen.size() / halving.eta());
        double worstKept = seen.stream().sorted().skip(kept - 1L).findFirst().orElseThrow();
        return loss > worstKept;
    }
}
