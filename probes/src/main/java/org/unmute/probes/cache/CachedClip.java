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
 * @param dim values per token
 * @param hasCls whether a cls token is stored
 * @param padding rows at the end that begin after the end of the recording; {@link TokenMap#UNKNOWN} for caches of
 *     versions that did not store it
 * @param shard file name of the shard
 * @param record index of the record in its shard, from 0
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
    /** Number of values in the token map: time * freq * dim. */
    public int tokenValues() {
        return time * freq * dim;
    }

    /**
     * Number of values in the first {@code rows} rows.
     *
     * @throws IndexOutOfBoundsException if the clip has fewer rows
     */
    int valuesOf(int rows) {
        Objects.checkFromIndexSize(0, rows, time);
        return rows * freq * dim;
    }

    /** Number of leading rows that are not padding; all rows if the padding is not known. */
    public int sound() {
        return time - Math.max(0, padding);
    }

    /** Whether the number of padding rows is known. */
    public boolean isSoundKnown() {
        return padding != TokenMap.UNKNOWN;
    }
}
