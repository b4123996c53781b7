package org.unmute.probes.cache;

/**
 * How a writer works.
 *
 * <p>Records reach the operating system one by one, so a killed process loses at most the record it was writing. They
 * are forced to the device after every {@code syncRecords} records or {@code syncBytes} bytes, whichever comes first,
 * when a shard is full and on close; a power cut can lose what came after the last of these, and the next writer
 * notices that by the checksums.
 *
 * @param shardBytes a shard is closed before a record would take it beyond this size; a larger record gets its own
 *     shard
 * @param syncRecords records between two forced writes
 * @param syncBytes bytes between two forced writes
 * @param verifyAll whether opening a writer checks every payload; otherwise all headers and the last shard's payloads
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

    public CacheOptions withShardBytes(long bytes) {
        return new CacheOptions(bytes, syncRecords, syncBytes, verifyAll);
    }

    public CacheOptions withVerifyAll(boolean all) {
        return new CacheOptions(shardBytes, syncRecords, syncBytes, all);
    }
}
