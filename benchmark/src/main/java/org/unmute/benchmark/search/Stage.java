package org.unmute.benchmark.search;

/** Where a trial's values come from. */
public enum Stage {
    /** The Sobol sequence. */
    SOBOL,
    /** The tree-structured Parzen estimator. */
    TPE
}
