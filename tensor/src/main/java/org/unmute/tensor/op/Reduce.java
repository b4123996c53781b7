package org.unmute.tensor.op;

/** Ways to reduce many numbers to one. */
public enum Reduce {
    /** Sum; 0 of nothing. */
    SUM,
    /** Greatest; NaN if any is. */
    MAX,
    /** Least; NaN if any is. */
    MIN
}
