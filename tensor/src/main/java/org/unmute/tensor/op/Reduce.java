package org.unmute.tensor.op;

/** How many numbers are reduced to one. */
public enum Reduce {
    /** Sum; 0 of an empty axis. */
    SUM,
    /** Maximum; NaN if any element is. */
    MAX,
    /** Minimum; NaN if any element is. */
    MIN
}
