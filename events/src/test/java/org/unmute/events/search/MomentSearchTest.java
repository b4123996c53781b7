package org.unmute.events.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.ClipId;
import org.unmute.files.InputException;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.vector.VectorIndex;
import org.unmute.probes.vector.VectorIndexWriter;
import org.unmute.tensor.DType;

/** The search by tokens equals a slow loop, also within candidates. */
class MomentSearchTest {
    private static final int DIM = 6;
    private static final int FREQ = 3;
    /** Rows of half a second. */
    private static final RowTimes TIMES = new RowTimes(10, 5, 0, 0);

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        CacheKey key = new CacheKey("encoder", Sha256.of("encoder"), "front end", Sha256.of("front end"), DType.F16);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int c = 0; c < 6; c++) {
                int time = 5 + random.nextInt(30);
                float[] tokens = new float[time * FREQ * DIM];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = random.nextInt(-16, 17) / 16f;
                }
                // The last clip is the second part of the recording of the one before.
                String id = c < 4 ? c + ".wav" : "4.wav#" + 100 * (c - 4) + "-" + 100 * (c - 3);
                TokenMap map = new TokenMap(time, FREQ, DIM, tokens, null).withSound(time - 1);
                writer.append(id, Sha256.of(id), new Features(map));
            }
        }
    }

    private static float cos(TokenMap a, int i, TokenMap b, int j) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < DIM; d++) {
            double x = a.tokens()[i * DIM + d];
            double y = b.tokens()[j * DIM + d];
            dot += x * y;
            aa += x * x;
            bb += y * y;
        }
        return (float) (dot / Math.sqrt(aa * bb));
    }

    /** Mean over the example's tokens of the best cosine in a stretch. */
    private static double fit(ExampleTokens e, TokenMap map, int row, int length) {
        double sum = 0;
        int count = 0;
        for (int t = 0; t < e.rows().time(); t++) {
            for (int f = e.firstColumn(); f < e.firstColumn() + e.columns(); f++) {
                float best = -2;
                for (int r = row; r < row + length; r++) {
                    for (int g = e.firstColumn(); g < e.firstColumn() + e.columns(); g++) {
                        best = Math.max(best, cos(e.rows(), t * FREQ + f, map, r * FREQ + g));
                    }
                }
                sum += best;
                count++;
            }
        }
        return sum / count;
    }

    private static List<TokenMap> sound(TokenCache cache) throws IOException {
        List<TokenMap> all = new ArrayList<>();
        for (CachedClip clip : cache.clips()) {
            all.add(cache.read(clip.id()).soundOnly());
        }
        return all;
    }

    /** How many deviations the fit of an example is above that with all of the sound. */
    private static double above(ExampleTokens e, List<TokenMap> sound, TokenMap map, int row, ExampleTokens ofLength) {
        int rows = ofLength.rows().time();
        List<Double> all = new ArrayList<>();
        for (TokenMap other : sound) {
            int length = Math.min(rows, other.time());
            for (int r = 0; r + length <= other.time(); r++) {
                all.add(fit(e, other, r, length));
            }
        }
        double mean = all.stream().mapToDouble(f -> f).average().orElseThrow();
        double variance =
                all.stream().mapToDouble(f -> (f - mean) * (f - mean)).average().orElseThrow();
        return (fit(e, map, row, Math.min(rows, map.time())) - mean) / Math.sqrt(variance);
    }

    private record Slow(String clip, int row, int length, double score) {}

    private List<Slow> slow(TokenCache cache, List<ExampleTokens> wanted, List<ExampleTokens> avoided, Example own)
            throws IOException {
        int longest = wanted.stream().mapToInt(e -> e.rows().time()).max().orElseThrow();
        List<Slow> peaks = new ArrayList<>();
        List<TokenMap> sound = sound(cache);
        Whitening whitening = Whitening.of(sound);
        List<TokenMap> white = sound.stream().map(whitening::of).toList();
        for (int c = 0; c < white.size(); c++) {
            CachedClip clip = cache.clips().get(c);
            TokenMap map = white.get(c);
            double[] scores = new double[map.time()];
            int[] lengths = new int[map.time()];
            for (int row = 0; row < map.time(); row++) {
                List<Double> fits = new ArrayList<>();
                double nearest = Double.NEGATIVE_INFINITY;
                for (ExampleTokens e : wanted) {
                    int length = Math.min(e.rows().time(), map.time());
                    if (row + length > map.time()) {
                        continue;
                    }
                    double worst = Double.NEGATIVE_INFINITY;
                    for (ExampleTokens a : avoided) {
                        worst = Math.max(worst, above(a.whitened(whitening), white, map, row, e));
                    }
                    double fit = above(e.whitened(whitening), white, map, row, e) - (avoided.isEmpty() ? 0 : worst);
                    fits.add(fit);
                    if (fit > nearest) {
                        nearest = fit;
                        lengths[row] = length;
                    }
                }
                scores[row] = fits.stream()
                        .sorted(Comparator.reverseOrder())
                        .limit(Math.ceilDiv(fits.size(), 2))
                        .mapToDouble(f -> f)
                        .average()
                        .orElse(Double.NEGATIVE_INFINITY);
                double start = ExampleReader.start(clip) + TIMES.seconds(row);
                if (own.overlaps(ClipId.recording(clip.id()), start, start + TIMES.seconds(lengths[row]))) {
                    scores[row] = Double.NEGATIVE_INFINITY;
                }
            }
            for (int row = 0; row < map.time(); row++) {
                boolean peak = scores[row] > Double.NEGATIVE_INFINITY;
                for (int o = Math.max(0, row - longest + 1); o < Math.min(map.time(), row + longest); o++) {
                    peak &= !(scores[o] > scores[row]) && !(o < row && scores[o] == scores[row]);
                }
                if (peak) {
                    peaks.add(new Slow(clip.id(), row, lengths[row], scores[row]));
                }
            }
        }
        peaks.sort(Comparator.comparingDouble((Slow s) -> -s.score()));
        return peaks;
    }

    @Test
    void boxesEqualASlowLoop() throws IOException {
        try (TokenCache cache = TokenCache.open(folder)) {
            // Examples made of tokens as they are, since no encoder tells bands here.
            ExampleTokens one =
                    new ExampleTokens(new Example("0.wav", 0.5, 2, 1, 2), cache.readRows("0.wav", 1, 4), 1, 2);
            ExampleTokens other =
                    new ExampleTokens(new Example("1.wav", 0, 1, 1, 2), cache.readRows("1.wav", 0, 2), 0, 1);
            ExampleTokens bad =
                    new ExampleTokens(new Example("2.wav", 0, 1, 1, 2), cache.readRows("2.wav", 0, 2), 0, 3);
            for (List<ExampleTokens> avoided : List.of(List.<ExampleTokens>of(), List.of(bad))) {
                List<ExampleTokens> wanted = List.of(one, other);
                BoxMatcher matcher = new BoxMatcher(wanted, avoided, false, sound(cache));
                List<TokenRange> all = cache.clips().stream()
                        .map(c -> new TokenRange(c, 0, c.sound()))
                        .toList();
                List<Moment> found =
                        new BoxSearch(cache, TIMES, null, matcher, List.of(one.example())).best(all, 12, _ -> {});
                List<Slow> expected = slow(cache, wanted, avoided, one.example());
                assertThat(found).hasSize(Math.min(12, expected.size()));
                for (int i = 0; i < found.size(); i++) {
                    Slow s = expected.get(i);
                    double start = ExampleReader.start(cache.find(s.clip()).orElseThrow()) + TIMES.seconds(s.row());
                    assertThat(found.get(i).start()).isEqualTo(start);
                    assertThat(found.get(i).end()).isEqualTo(start + TIMES.seconds(s.length()));
                    assertThat((double) found.get(i).score()).isEqualTo(s.score(), within(1e-4));
                }
            }
        }
    }

    @Test
    void candidatesHoldTheBestIfTheyAreAll() throws IOException {
        Path file = folder.resolve("pooled.vectors");
        try (TokenCache cache = TokenCache.open(folder)) {
            VectorIndexWriter.write(file, cache, TIMES, 1, _ -> {});
            ExampleReader reader = new ExampleReader(cache, TIMES, () -> null);
            List<Example> like = List.of(new Example("3", 1, 2, 0, Double.POSITIVE_INFINITY));
            MomentSearch search = new MomentSearch(cache, TIMES, reader, like, List.of(), Set.of());
            try (VectorIndex index = VectorIndex.open(file)) {
                MomentSearch.Found everywhere = search.boxes(null, false, 5, _ -> {});
                MomentSearch.Found within = search.boxes(index, 1000, null, false, 5, _ -> {});
                assertThat(within.moments())
                        .extracting(m -> m.recording() + m.start() + m.score())
                        .isEqualTo(everywhere.moments().stream()
                                .map(m -> m.recording() + m.start() + m.score())
                                .toList());
                assertThat(everywhere.searched()).startsWith("exact within 5 recordings (");
                assertThat(within.searched()).contains("candidates (").contains("vectors of 1 s propose");
                // A vector by hand, and none of the example's own.
                Moment best = search.pooled(index, 1).moments().getFirst();
                TokenMap map = cache.read("3.wav");
                float[] example = VectorIndexWriter.pooled(map, new int[] {2, 4})[0];
                double top = -2;
                for (CachedClip clip : cache.clips()) {
                    TokenMap own = cache.read(clip.id());
                    for (int row = 0; row < clip.sound(); row += 2) {
                        float[] v = VectorIndexWriter.pooled(own, new int[] {row, Math.min(clip.sound(), row + 2)})[0];
                        double dot = 0;
                        for (int d = 0; d < DIM; d++) {
                            dot += v[d] * example[d];
                        }
                        top = clip.id().equals("3.wav") && row == 2 ? top : Math.max(top, dot);
                    }
                }
                assertThat((double) best.score()).isEqualTo(top, within(1e-3));
            }
            assertThat(new MomentSearch(cache, TIMES, reader, like, List.of(), Set.of("4.wav"))
                            .boxes(null, false, 100, _ -> {})
                            .moments())
                    .isNotEmpty()
                    .allMatch(m -> m.recording().equals("4.wav"));
            assertFails(InputException.class, () -> reader.read(new Example("none.wav")), "no such recording");
        }
    }

    /** Tokens of ordinary sound have one covariance after whitening, that of equal directions, and columns no mean. */
    @Test
    void whiteTokensHaveNothingInCommon() throws IOException {
        try (TokenCache cache = TokenCache.open(folder)) {
            List<TokenMap> sound = sound(cache);
            Whitening whitening = Whitening.of(sound);
            double[] sums = new double[FREQ * DIM];
            double[] products = new double[DIM * DIM];
            int tokens = 0;
            for (TokenMap map : sound) {
                float[] white = whitening.of(map).tokens();
                tokens += map.count();
                for (int i = 0; i < white.length; i++) {
                    sums[i % sums.length] += white[i];
                    for (int d = 0; d < DIM; d++) {
                        products[i % DIM * DIM + d] += (double) white[i] * white[i / DIM * DIM + d];
                    }
                }
            }
            for (double sum : sums) {
                assertThat(sum / tokens).isEqualTo(0, within(1e-5));
            }
            for (int i = 0; i < products.length; i++) {
                // Shrunk by six tokens of several hundred.
                assertThat(products[i] / tokens).isEqualTo(i % (DIM + 1) == 0 ? 1 : 0, within(0.05));
            }
        }
    }

    /** Boxes in which ordinary sound is loudest fit everything: they do not decide what is found. */
    @Test
    void examplesOfOrdinarySoundDoNotDrownTheOthers(@TempDir Path hour) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        CacheKey key = new CacheKey("encoder", Sha256.of("encoder"), "front end", Sha256.of("front end"), DType.F16);
        try (TokenCacheWriter writer = TokenCacheWriter.open(hour, key, CacheOptions.DEFAULT)) {
            for (String id : List.of("boxes.wav", "hour.wav")) {
                float[] tokens = new float[1000 * FREQ * DIM];
                for (int i = 0; i < tokens.length; i++) {
                    boolean call = i / (FREQ * DIM) % 100 < 2;
                    double common = i % DIM == 0 ? 4 : call && i % DIM == 1 ? 1.5 : 0;
                    tokens[i] = (float) (common + 0.4 * random.nextGaussian());
                }
                writer.append(id, Sha256.of(id), new Features(new TokenMap(1000, FREQ, DIM, tokens, null)));
            }
        }
        try (TokenCache cache = TokenCache.open(hour)) {
            ExampleReader reader = new ExampleReader(cache, TIMES, () -> null);
            List<Example> like = new ArrayList<>();
            for (int box = 0; box < 10; box++) {
                // Of each second pair of rows the call is missing: ordinary sound is all that is in the box.
                double at = 50 * box + (box % 2 == 0 ? 0 : 20);
                like.add(new Example("boxes.wav", at, at + 1, 0, Double.POSITIVE_INFINITY));
            }
            List<Moment> found = new MomentSearch(cache, TIMES, reader, like, List.of(), Set.of("hour.wav"))
                    .boxes(null, false, 10, _ -> {})
                    .moments();
            assertThat(found)
                    .hasSize(10)
                    .allSatisfy(m -> assertThat(m.start() % 50).isLessThanOrEqualTo(1));
        }
    }

    /** A recording that could not be read at first is embedded last: what is found stays the same. */
    @Test
    void theOrderOfClipsChangesNoScore(@TempDir Path other) throws IOException {
        Example like = new Example("3", 1, 2, 0, Double.POSITIVE_INFINITY);
        try (TokenCache cache = TokenCache.open(folder)) {
            try (TokenCacheWriter writer = TokenCacheWriter.open(other, cache.key(), CacheOptions.DEFAULT)) {
                for (CachedClip clip : cache.clips().reversed()) {
                    writer.append(clip.id(), Sha256.of(clip.id()), new Features(cache.read(clip.id())));
                }
            }
            try (TokenCache reversed = TokenCache.open(other)) {
                assertThat(reversed.clips().getFirst().id()).startsWith("4.wav#100");
                assertThat(found(reversed, like)).isEqualTo(found(cache, like)).isNotEmpty();
            }
        }
    }

    private static List<String> found(TokenCache cache, Example like) throws IOException {
        ExampleReader reader = new ExampleReader(cache, TIMES, () -> null);
        return new MomentSearch(cache, TIMES, reader, List.of(like), List.of(), Set.of())
                .boxes(null, false, 5, _ -> {}).moments().stream()
                        .map(m -> m.recording() + m.start() + m.score())
                        .toList();
    }
}
