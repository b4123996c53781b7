package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.cli.console.CommandException;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TrainedProbe;

/**
 * The scores of clips by a probe and by its packed form.
 *
 * @param clips      a description of the clips
 * @param count      their number
 * @param difference the largest difference of a score; NaN if one is not a number
 */
public record PackingCheck(String clips, int count, double difference) {
    /** Maximum number of clips of a cache that are scored. */
    public static final int CACHED_CLIPS = 256;

    /** Maximum score difference that float32 rounding can explain. */
    private static final double LIMIT = 1e-5;

    private static final int MADE_CLIPS = 16;
    private static final int MADE_TOKENS = 256;

    /**
     * Requires that rounding explains the difference.
     *
     * @throws CommandException if it does not
     */
    public void requireEqual() {
        if (!(difference <= LIMIT)) {
            throw CommandException.failed("scores of the packed probe differ by " + difference + " over " + clips
                    + ", more than rounding explains: nothing was written; please report this");
        }
    }

    /**
     * Scores clips of a cache with both.
     *
     * @param named the trained probe, for messages
     * @throws CommandException if the tokens are not those of the probe's encoder
     * @throws IOException if the cache cannot be read
     */
    public static PackingCheck onCache(Path cache, TrainedProbe trained, PackedProtobin packed, Path named)
            throws IOException {
        try (TokenCache tokens = TokenCache.open(cache)) {
            TokenData.requireSameEncoder(trained, tokens, named, cache);
            List<CachedClip> clips = tokens.clips();
            int count = Math.min(CACHED_CLIPS, clips.size());
            double largest = 0;
            for (int i = 0; i < count; i++) {
                String clip = clips.get((int) ((long) i * clips.size() / count)).id();
                largest = Math.max(largest, difference(trained, packed, tokens.read(clip)));
            }
            return new PackingCheck("clips of " + cache, count, largest);
        }
    }

    /**
     * Compares both probes on clips of random tokens, which have the mean and deviation of the training tokens if the
     * probe stores these.
     */
    public static PackingCheck onMadeUpClips(TrainedProbe trained, PackedProtobin packed, long seed) {
        int dim = packed.dim();
        Standardization s = trained.standardization();
        double largest = 0;
        for (int i = 0; i < MADE_CLIPS; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            float[] tokens = new float[MADE_TOKENS * dim];
            for (int k = 0; k < tokens.length; k++) {
                double x = random.nextGaussian();
                tokens[k] = (float) (s == null ? x : s.tokenMean()[k % dim] + x * s.tokenDeviation()[k % dim]);
            }
            largest = Math.max(
                    largest,
                    difference(
                            trained,
                            packed,
                            new TokenMap(MADE_TOKENS, 1, dim, tokens, trained.hasCls() ? new float[dim] : null)));
        }
        return new PackingCheck("made-up clips of random tokens", MADE_CLIPS, largest);
    }

    private static double difference(TrainedProbe trained, PackedProtobin packed, TokenMap map) {
        float[] expected = trained.rawScores(map);
        float[] actual = packed.rawScores(map);
        double largest = 0;
        for (int c = 0; c < expected.length; c++) {
            double off = Math.abs((double) expected[c] - actual[c]);
            largest = Double.isNaN(off) ? off : Math.max(largest, off);
        }
        return largest;
    }
}
