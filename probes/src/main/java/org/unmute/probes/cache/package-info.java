/**
 * The token cache: token maps of frozen encoders on disk, in append-only shards.
 *
 * <p>A cache is a folder that belongs to one {@link org.unmute.probes.cache.CacheKey}: one encoder, one front end, one
 * element type. {@code docs/token-cache.md} has the file format.
 *
 * <p>A record's header holds the length and the checksum of its payload. If a killed process leaves an incomplete
 * record at the end of a shard, the next writer recognizes and truncates it when it opens the cache. The bytes of a
 * shard do not depend on time, host or process, so a resumed run writes the same bytes as an uninterrupted one.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.cache;

import org.jspecify.annotations.NullMarked;
