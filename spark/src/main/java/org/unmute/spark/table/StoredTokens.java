package org.unmute.spark.table;

import java.io.Serializable;

/**
 * Place and shape of a clip's tokens.
 *
 * @param shard name of the file that holds them, {@code shard-NNNNN.tok}; null if no tokens are kept
 * @param offset of the record in the shard, in bytes; -1 without
 * @param time rows of the token map; 0 with an error
 * @param freq columns of the map; 0 with an error
 * @param dim of a token; 0 with an error
 * @param cls whether the encoder gave a class token
 */
public record StoredTokens(String shard, long offset, int time, int freq, int dim, boolean cls)
        implements Serializable {
    /** There are none. */
    public static final StoredTokens NONE = new StoredTokens(null, -1, 0, 0, 0, false);

    /** The same shape without a place. */
    StoredTokens lost() {
        return new StoredTokens(null, -1, time, freq, dim, cls);
    }
}
