package org.unmute.probes.cache;

/**
 * One record of the cache, without its tokens.
 *
 * @param id clip id: path below the audio root, with '/'
 * @param audioSha256 content hash of the audio file, 64 lower-case hex digits
 * @param time steps in time
 * @param freq steps in frequency
 * @param dim numbers per token
 * @param hasCls whether a cls token is stored
 * @param shard file name of the shard
 * @param record number of the record in its shard, from 0
 */
public record CachedClip(
        String id, String audioSha256, int time, int freq, int dim, boolean hasCls, String shard, int record) {
    /** Numbers in the token map: time * freq * dim. */
    public int tokenValues() {
        return time * freq * dim;
    }
}
