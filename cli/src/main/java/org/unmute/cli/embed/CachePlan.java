package org.unmute.cli.embed;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.unmute.data.ClipDivision;
import org.unmute.data.provenance.DiskSpace;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.TokenType;
import org.unmute.files.InputException;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.TokenCache;

/**
 * What a cache is going to hold.
 *
 * @param out        its folder
 * @param encoder    of the tokens
 * @param key        of the cache
 * @param type       in which tokens are stored
 * @param recordings number of recordings
 * @param divided    their clips
 * @param bytes      size of the whole cache, estimated from the lengths of the clips
 */
public record CachePlan(
        Path out, OpenEncoder encoder, CacheKey key, TokenType type, int recordings, ClipDivision divided, long bytes) {
    /** The plan as JSON. */
    public record Document(String cache, int recordings, int clips, double seconds, long expectedBytes) {}

    /** Plans a cache; see the components for the arguments. */
    public static CachePlan of(
            Path out, OpenEncoder encoder, CacheKey key, TokenType type, int recordings, ClipDivision divided) {
        long bytes = estimate(encoder.encoder().describe(), divided, key);
        return new CachePlan(out, encoder, key, type, recordings, divided, bytes);
    }

    /**
     * Says what is going to be embedded, and how large the cache becomes.
     *
     * @param tell receives the lines
     * @return the disk of the cache
     * @throws IOException if its free space cannot be read
     */
    public DiskSpace announce(Consumer<String> tell) throws IOException {
        DiskSpace disk = DiskSpace.of(out);
        tell.accept("encoder " + encoder.origin() + ": "
                + encoder.encoder().describe().description());
        tell.accept("front end: " + key.frontEnd());
        tell.accept(counted() + "; the cache becomes about " + Units.bytes(bytes) + " in " + type
                + (key.layers() > 0 ? ", all " + key.layers() + " blocks with it" : "") + " ("
                + Units.bytes(disk.free()) + " free)");
        return disk;
    }

    /**
     * Requires room for what the cache does not hold yet.
     *
     * @throws InputException if the disk has less
     * @throws IOException if the folder cannot be read
     */
    public void requireRoom(DiskSpace disk) throws IOException {
        long stored = DiskSpace.used(out);
        disk.require(
                bytes - stored, stored > 0 ? "the rest of the cache" : "the cache", "add --yes to start all the same");
    }

    /** The plan as JSON. */
    public Document document() {
        return new Document(out.toString(), recordings, divided.clips().size(), divided.seconds(), bytes);
    }

    /** Prints what a run would write. */
    public void print(PrintWriter o) {
        o.println(out + ": would hold the tokens of " + counted() + ", about " + Units.bytes(bytes) + " in " + type
                + "; nothing was written");
    }

    private String counted() {
        int clips = divided.clips().size();
        return Units.count(recordings, "recording")
                + (clips == recordings ? "" : " in " + Units.count(clips, "clip")) + ", "
                + Units.duration(divided.seconds()) + " of sound";
    }

    private static long estimate(EncoderSpec spec, ClipDivision divided, CacheKey key) {
        int n = divided.clips().size();
        long rows = 0;
        int known = 0;
        for (AudioClip clip : divided.clips()) {
            double seconds = divided.seconds(clip);
            if (seconds > 0) { // others are reported during embedding
                rows += spec.rows((long) spec.samples(seconds));
                known++;
            }
        }
        int each = known == 0 ? spec.time() : (int) Math.min(Integer.MAX_VALUE, Math.max(1, rows / known));
        return TokenCache.estimate(n, each, spec.freq(), spec.dim(), spec.hasCls(), key.layers(), key.dtype());
    }
}
