package org.unmute.benchmark.search;

/** The origin of a trial's values. */
public enum Stage {
    /** The Sobol sequence. */
    SOBOL,
    /** The tree-structured Parzen estimator. */
    TPE
}
