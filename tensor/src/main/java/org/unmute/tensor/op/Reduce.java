package org.unmute.tensor.op;

/** Functions that reduce many numbers to one. */
public enum Reduce {
    /** Sum; 0 for an empty axis. */
    SUM,
    /** Maximum; NaN if any element is NaN. */
    MAX,
    /** Minimum; NaN if any element is NaN. */
    MIN
}
