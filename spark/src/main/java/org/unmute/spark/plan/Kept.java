package org.unmute.spark.plan;

/** Kinds of results that are kept for each clip. */
public enum Kept {
    /** Token maps, in shards of a token cache. */
    TOKENS,
    /** One vector for each clip, its pooled tokens, in the index. */
    POOLED,
    /** Scores of a probe, one for each class, in the index. */
    SCORES,
    /** Events that a probe detects, in a separate table. */
    EVENTS
}
