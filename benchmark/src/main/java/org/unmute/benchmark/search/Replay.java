package org.unmute.benchmark.search;

/** Compares a recorded trial with the one that a study suggests. */
record Replay(FinishedTrial recorded, Trial expected) {
    private static final String CAUSE = ": recorded by a search with another space, seed, number of trials or halving; "
            + "take those of the record, or start anew in another folder";

    /** Decides whether a study stops a trial at a score. */
    @FunctionalInterface
    interface Stops {
        boolean at(int previous, int epoch, double value);
    }

    /**
     * @param stops called for each recorded epoch; must not record anything
     * @throws IllegalArgumentException with both values, if they differ
     */
    void requireSame(Stops stops) {
        if (recorded.number() != expected.number()) {
            throw new IllegalArgumentException("resume search: recorded trial " + recorded.number() + " is where trial "
                    + expected.number() + " is due: trials are given once each and in order");
        }
        if (recorded.stage() != expected.stage()) {
            throw different("stage", recorded.stage(), expected.stage());
        }
        if (!recorded.values().keySet().equals(expected.values().keySet())) {
            throw different(
                    "names", recorded.values().keySet(), expected.values().keySet());
        }
        expected.values().forEach((name, value) -> {
            if (!recorded.values().get(name).equals(value)) {
                throw different(name, recorded.values().get(name), value);
            }
        });
        requireSameEnd(stops);
    }

    private void requireSameEnd(Stops stops) {
        int previous = 0;
        boolean stop = false;
        for (EpochValue at : recorded.epochs()) {
            if (at.epoch() <= previous) {
                throw different("epochs", at.epoch() + " after " + previous, "rising numbers");
            }
            if (stop) {
                throw different(
                        "its end", "epoch " + recorded.lastEpoch(), "stopped by halving after epoch " + previous);
            }
            stop = stops.at(previous, at.epoch(), at.value());
            previous = at.epoch();
        }
        if (recorded.pruned() && !stop && !recorded.diverged()) {
            throw different("its end", "pruned after epoch " + previous, "not stopped by halving there");
        }
    }

    private IllegalArgumentException different(String what, Object theirs, Object ours) {
        return new IllegalArgumentException("resume search: trial " + expected.number() + " differs in " + what
                + ": recorded " + theirs + ", expected " + ours + CAUSE);
    }
}
