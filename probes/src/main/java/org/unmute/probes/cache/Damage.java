package org.unmute.probes.cache;

import java.util.Optional;

/**
 * Bytes of a shard that hold no usable record.
 *
 * @param kind what happened to them
 * @param shard file name of the shard
 * @param record number of the record in its shard, from 0; -1 for the shard's header
 * @param offset first byte concerned
 * @param bytes how many
 * @param clip id of the clip, where its record's header is intact
 * @param reason in words
 */
public record Damage(
        Kind kind, String shard, int record, long offset, long bytes, Optional<String> clip, String reason) {

    /** What happened to the bytes. */
    public enum Kind {
        /**
         * The end of the last shard is incomplete: a writer was stopped in the middle of a record. Expected after a
         * kill.
         */
        TORN_TAIL,
        /** A checksum does not fit: the bytes changed after they were written. */
        CORRUPT
    }

    @Override
    public String toString() {
        return shard + (record < 0 ? ", header" : ", record " + record) + " at byte " + offset
                + clip.map(c -> ", clip '" + c + "'").orElse("") + ": " + reason;
    }
}
