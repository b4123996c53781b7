package org.unmute.probes.search;

/** Compares a recorded trial with what a study suggests in its place. */
record Replay(FinishedTrial recorded, Trial expected) {
    private static final String CAUSE = ": recorded by a search with another space, seed or number of trials; "
            + "take those of the record, or start anew in another folder";

    /** @throws IllegalArgumentException with both values, if they differ */
    void requireSame() {
        if (recorded.number() != expected.number()) {
            throw new IllegalArgumentException("resume search: recorded trial " + recorded.number() + " stands where trial "
                    + expected.number() + " is due: trials are given once each and in order");
        }
        if (recorded.stage() != expected.stage()) {
            throw different("stage", recorded.stage(), expected.stage());
        }
        if (!recorded.values().keySet().equals(expected.values().keySet())) {
            throw different("names", recorded.values().keySet(), expected.values().keySet());
        }
        expected.values().forEach((name, value) -> {
            if (!recorded.values().get(name).equals(value)) {
                throw different(name, recorded.values().get(name), value);
            }
        });
    }

    private IllegalArgumentException different(String what, Object theirs, Object ours) {
        return new IllegalArgumentException("resume search: trial " + expected.number() + " differs in " + what + ": recorded "
                + theirs + ", expected " + ours + CAUSE);
    }
}
