/**
 * The token cache: token maps of frozen encoders on disk, in append-only shards.
 *
 * <p>A cache is a folder that belongs to one {@link org.unmute.probes.cache.CacheKey}: one encoder, one front end, one
 * element type. It holds {@code shard-00000.tok}, {@code shard-00001.tok}, … and {@code cache.lock}. All numbers are
 * little-endian, all checksums CRC32C.
 *
 * <pre>
 * shard   = header record*
 * header  = "UNMUTOKS" version:i32 headerBytes:i32 shard:i32 dtype:i32
 *           encoder encoderHash frontEnd frontEndHash (each length:i32 UTF-8) checksum:i32
 * record  = "\x89TOKREC\n" headerBytes:i32 flags:i32 time:i32 freq:i32 dim:i32 payloadChecksum:i32
 *           keyFingerprint:i64 payloadBytes:i64 audioSha256:32 clip (length:i32 UTF-8) checksum:i32 payload
 * payload = tokens [time*freq, dim], then cls [dim] where flags has bit 0; binary16 or float32
 * </pre>
 *
 * <p>A record is complete or it is not there: its header names the payload's length and checksum, so the end of a shard
 * that a killed process left half written is recognised and cut off when the next writer opens the cache. Nothing in a
 * shard depends on time, host or process, so a resumed run writes the same bytes as an undisturbed one.
 */
package org.unmute.probes.cache;
