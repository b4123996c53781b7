package org.unmute.probes.cache;

/**
 * Options of a writer.
 *
 * <p>Every record is written to the operating system at once, so a killed process loses at most the record it was
 * writing. Records are forced to the device after every {@code syncRecords} records or {@code syncBytes} bytes,
 * whichever comes first, when a shard is full, and on close. A power cut can lose records written after the last forced
 * write; the next writer detects this by the checksums.
 *
 * @param shardBytes maximum size of a shard; a larger record gets its own shard
 * @param syncRecords records between two forced writes
 * @param syncBytes bytes between two forced writes
 * @param verifyAll whether opening a writer checks every payload; otherwise all headers and the payloads of the last
 *     shard
 */
public record CacheOptions(long shardBytes, int syncRecords, long syncBytes, boolean verifyAll) {
    /** Shards of 256 MiB, forced every 64 records or 64 MiB, everything verified on open. */
    public static final CacheOptions DEFAULT = new CacheOptions(256L << 20, 64, 64L << 20, true);

    public CacheOptions {
        if (shardBytes < 1 || syncRecords < 1 || syncBytes < 1) {
            throw new IllegalArgumentException("token cache: sizes must be at least 1: shard " + shardBytes
                    + " bytes, sync " + syncRecords + " records, " + syncBytes + " bytes");
        }
    }
}
