package org.unmute.spark.table;

import java.io.Serializable;
import org.unmute.models.encoder.TokenMap;

/**
 * Place and shape of a clip's tokens.
 *
 * @param shard name of the file that holds them, {@code shard-NNNNN.tok}; null if no tokens are kept
 * @param offset offset of the record in the shard, in bytes; -1 if there is none
 * @param time rows of the token map; 0 if there was an error
 * @param freq columns of the token map; 0 if there was an error
 * @param dim channels of a token; 0 if there was an error
 * @param cls whether the encoder gave a class token
 * @param padding rows at the end of the map that represent padding; {@link TokenMap#UNKNOWN} if not known
 */
public record StoredTokens(String shard, long offset, int time, int freq, int dim, boolean cls, int padding)
        implements Serializable {
    /** For a clip without tokens. */
    public static final StoredTokens NONE = new StoredTokens(null, -1, 0, 0, 0, false, TokenMap.UNKNOWN);

    /** Returns a copy with the shape but without the place. */
    StoredTokens lost() {
        return new StoredTokens(null, -1, time, freq, dim, cls, padding);
    }
}
