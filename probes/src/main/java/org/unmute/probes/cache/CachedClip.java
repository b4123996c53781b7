package org.unmute.probes.cache;

import java.util.Objects;
import org.unmute.models.encoder.TokenMap;

/**
 * One record of the cache, without its tokens.
 *
 * @param id clip id: path below the audio root, with '/'
 * @param audioSha256 content hash of the audio file, 64 lower-case hex digits
 * @param time steps in time
 * @param freq steps in frequency
 * @param dim numbers per token
 * @param hasCls whether a cls token is stored
 * @param padding rows at its end that begin after the end of the recording; {@link TokenMap#UNKNOWN} if the cache was
 *     made before it stored that
 * @param shard file name of the shard
 * @param record number of the record in its shard, from 0
 */
public record CachedClip(
        String id,
        String audioSha256,
        int time,
        int freq,
        int dim,
        boolean hasCls,
        int padding,
        String shard,
        int record) {
    /** Numbers in the token map: time * freq * dim. */
    public int tokenValues() {
        return time * freq * dim;
    }

    /**
     * Numbers in its first rows.
     *
     * @throws IndexOutOfBoundsException if there are not so many
     */
    int valuesOf(int rows) {
        Objects.checkFromIndexSize(0, rows, time);
        return rows * freq * dim;
    }

    /** Rows of sound, from the first on; all where padding is not known. */
    public int sound() {
        return time - Math.max(0, padding);
    }

    /** Whether it is known which rows are padding. */
    public boolean isSoundKnown() {
        return padding != TokenMap.UNKNOWN;
    }
}
