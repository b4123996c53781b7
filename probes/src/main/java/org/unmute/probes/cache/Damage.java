package org.unmute.probes.cache;

import java.util.Optional;

/**
 * Bytes of a shard that do not form a usable record.
 *
 * @param kind kind of damage
 * @param shard file name of the shard
 * @param record index of the record in its shard, from 0; -1 for the shard's header
 * @param offset offset of the first of these bytes
 * @param bytes their number
 * @param clip id of the clip, if the record's header is intact
 * @param reason description for the user
 */
public record Damage(
        Kind kind, String shard, int record, long offset, long bytes, Optional<String> clip, String reason) {

    /** Kind of damage. */
    public enum Kind {
        /**
         * The last shard ends in an incomplete record: a writer was stopped while writing it. Expected after a kill.
         */
        TORN_TAIL,
        /** A checksum does not match: the bytes changed after they were written. */
        CORRUPT
    }

    @Override
    public String toString() {
        return shard + (record < 0 ? ", header" : ", record " + record) + " at byte " + offset
                + clip.map(c -> ", clip '" + c + "'").orElse("") + ": " + reason;
    }
}
