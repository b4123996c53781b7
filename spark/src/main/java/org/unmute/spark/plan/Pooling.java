package org.unmute.spark.plan;

/** How the tokens of a clip become one vector. */
public enum Pooling {
    /** Their mean over time and frequency. */
    MEAN,
    /** The max of each dimension over time and frequency. */
    MAX,
    /** The class token. */
    CLS
}
