package org.unmute.spark.plan;

/** What of each clip is kept. */
public enum Kept {
    /** Token maps, in shards of a token cache. */
    TOKENS,
    /** One vector a clip: its pooled tokens, in the index. */
    POOLED,
    /** A probe's scores, one a class, in the index. */
    SCORES,
    /** Events in time that a probe finds, in a table of their own. */
    EVENTS
}
