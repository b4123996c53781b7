package org.unmute.spark.table;

import java.io.Serializable;
import org.unmute.models.encoder.TokenMap;

/**
 * Place and shape of a clip's tokens.
 *
 * @param shard name of the file that holds them, {@code shard-NNNNN.tok}; null if no tokens are kept
 * @param offset of the record in the shard, in bytes; -1 without
 * @param time rows of the token map; 0 with an error
 * @param freq columns of the map; 0 with an error
 * @param dim of a token; 0 with an error
 * @param cls whether the encoder gave a class token
 * @param padding rows at the end of the map that stand for padding; {@link TokenMap#UNKNOWN} where that is not known
 */
public record StoredTokens(String shard, long offset, int time, int freq, int dim, boolean cls, int padding)
        implements Serializable {
    /** There are none. */
    public static final StoredTokens NONE = new StoredTokens(null, -1, 0, 0, 0, false, TokenMap.UNKNOWN);

    /** The same shape without a place. */
    StoredTokens lost() {
        return new StoredTokens(null, -1, time, freq, dim, cls, padding);
    }
}
