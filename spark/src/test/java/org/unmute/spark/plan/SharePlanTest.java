package org.unmute.spark.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderSpec.Grid;
import org.unmute.models.encoder.EncoderSpec.Input;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;

/** Division of clips into shares for tasks. */
class SharePlanTest {
    /** Adjacent windows of 10 s, with 50 rows of 8 tokens each. */
    private static final EncoderSpec SPEC = new EncoderSpec(
            "test",
            "test",
            new Input(1000, 10_000, 25, 10_000, "none", Map.of(), null),
            new Grid(50, 8, 200, TokenOrder.TIME_MAJOR, 1),
            16,
            2,
            List.of());

    private static final ClipSize SIZE = new ClipSize(SPEC, DType.F16, 0);

    private static PlannedClip clip(String file, double start, double seconds) {
        return new PlannedClip(
                file + "#" + start, file, "file:/" + file, start, start + seconds, seconds, null, null, "1-1");
    }

    private static List<PlannedClip> clips(int count, double seconds) {
        List<PlannedClip> clips = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clips.add(clip("f" + i + ".wav", 0, seconds));
        }
        return clips;
    }

    private static double cost(TaskShare share) {
        return share.clips().stream().mapToDouble(SIZE::cost).sum();
    }

    private static double costliest(TaskShare share) {
        return share.clips().stream().mapToDouble(SIZE::cost).max().orElseThrow();
    }

    private static long bytes(TaskShare share) {
        return share.clips().stream().mapToLong(SIZE::bytes).sum();
    }

    @Property
    void everyClipIsInOneShareWithinTheBounds(
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 300) int count,
            @ForAll @IntRange(max = 5) int kind) {
        List<PlannedClip> clips = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double seconds = kind == 0 ? 10 : random.nextInt(20) == 0 ? Double.NaN : random.nextDouble(600);
            clips.add(new PlannedClip(
                    "c" + i, "f" + i / 7, "file:/f" + i / 7, 0, Double.POSITIVE_INFINITY, seconds, null, null, "x"));
        }
        ShareBounds bounds = new ShareBounds(
                1 + random.nextLong(5_000_000),
                1 + random.nextDouble(3000),
                1 + random.nextInt(50),
                1 + random.nextInt(9));
        int first = random.nextInt(1000);
        SharePlan plan = SharePlan.of(clips, bounds, SIZE, first);
        assertThat(plan.shares().stream().flatMap(s -> s.clips().stream()).toList())
                .isEqualTo(clips);
        for (int i = 0; i < plan.shares().size(); i++) {
            TaskShare share = plan.shares().get(i);
            assertThat(share.number()).isEqualTo(first + i);
            if (share.clips().size() > 1) {
                assertThat(bytes(share)).isLessThanOrEqualTo(bounds.bytes());
                assertThat(cost(share)).isLessThanOrEqualTo(1.5 * bounds.seconds() + costliest(share));
                assertThat(share.clips()).hasSizeLessThanOrEqualTo(bounds.clips());
            }
        }
        assertThat(plan.clips()).isEqualTo(count);
        assertThat(plan.files()).isEqualTo((count + 6) / 7);
        assertThat(plan.bytes())
                .isEqualTo(
                        plan.shares().stream().mapToLong(SharePlanTest::bytes).sum());
        assertThat(SharePlan.of(clips, bounds, SIZE, first)).isEqualTo(plan);
    }

    @Property
    void sharesCostAboutTheSame(@ForAll Random random, @ForAll @IntRange(min = 1, max = 40) int slots) {
        List<PlannedClip> clips = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            clips.add(clip("f" + i, 0, 0.1 + random.nextDouble(100)));
        }
        SharePlan plan = SharePlan.of(clips, ShareBounds.DEFAULT.forSlots(slots), SIZE, 0);
        double largest = clips.stream().mapToDouble(SIZE::cost).max().orElseThrow();
        double mean =
                clips.stream().mapToDouble(SIZE::cost).sum() / plan.shares().size();
        assertThat(plan.shares().size()).isGreaterThanOrEqualTo(3 * slots);
        assertThat(plan.shares().stream().mapToDouble(SharePlanTest::cost).summaryStatistics())
                .satisfies(costs -> {
                    assertThat(costs.getMin()).isGreaterThanOrEqualTo(mean - largest);
                    assertThat(costs.getMax()).isLessThanOrEqualTo(mean + largest);
                });
    }

    @Test
    void aSmallJobIsNotCutIntoCrumbs() {
        assertThat(SharePlan.of(clips(450, 1), ShareBounds.DEFAULT.forSlots(4), SIZE, 0)
                        .shares())
                .hasSize(12);
        assertThat(SharePlan.of(clips(8, 1), ShareBounds.DEFAULT.forSlots(100), SIZE, 0)
                        .shares())
                .hasSize(3);
        assertThat(SharePlan.of(clips(1, 1), ShareBounds.DEFAULT.forSlots(100), SIZE, 0)
                        .shares())
                .hasSize(1);
        assertThat(SharePlan.of(List.of(), ShareBounds.DEFAULT, SIZE, 0).shares())
                .isEmpty();
    }

    @Test
    void filesThatSeveralSharesReadAreHashedOnce() {
        List<PlannedClip> clips = new ArrayList<>();
        clips.add(clip("a", 0, 10));
        for (int i = 0; i < 10; i++) {
            clips.add(clip("day", i * 600, 600));
        }
        clips.add(clip("z", 0, 10));
        ShareBounds bounds = new ShareBounds(1L << 30, 2000, 100, 1);
        SharePlan plan = SharePlan.of(clips, bounds, SIZE, 0);
        assertThat(plan.shares()).hasSize(4);
        assertThat(plan.spanning()).containsExactly("file:/day");
        SharePlan hashed = plan.hashed(Map.of("file:/day", "0a", "file:/other", "0b"));
        assertThat(hashed.shares())
                .allSatisfy(share -> assertThat(share.sha256().keySet())
                        .isEqualTo(
                                share.clips().stream().anyMatch(c -> c.file().equals("day"))
                                        ? new TreeSet<>(List.of("file:/day"))
                                        : new TreeSet<>()));
        assertThat(hashed.statement()).isEqualTo(plan.statement());
    }

    @Test
    void whatIsGoingToBeDoneIsSaid() {
        List<PlannedClip> clips = clips(3, 25);
        assertThat(SharePlan.of(clips, ShareBounds.DEFAULT, SIZE, 0).statement())
                .isEqualTo(
                        "3 recordings, 1 min 15 s of sound, 9 windows; 1 task; tokens take about 113.0 KiB in 1 shard");
        clips.add(new PlannedClip("x", "f2.wav", "file:/f2.wav", 0, 5, Double.NaN, null, null, "x"));
        assertThat(SharePlan.of(clips, ShareBounds.DEFAULT.forSlots(1), new ClipSize(SPEC, null, 0), 0)
                        .statement())
                .isEqualTo("3 recordings in 4 clips, 1 min 15 s of sound and 1 clip of unknown length, 10 windows;"
                        + " 3 tasks of about 25 s; no tokens are kept");
    }

    @Test
    void aRecordIsNotLargerThanWasPlanned(@TempDir Path temp) throws IOException {
        for (double seconds : new double[] {0.5, 10, 10.1, 34.7}) {
            for (int layers : new int[] {0, 2}) {
                PlannedClip clip =
                        new PlannedClip("ä".repeat(100), "x", "file:/x", 0, seconds, seconds, null, null, "x");
                int rows = Math.toIntExact(SPEC.rows((long) (seconds * 1000)));
                TokenMap map = new TokenMap(rows, 8, 16, new float[rows * 8 * 16], new float[16]);
                List<TokenMap> all = layers == 0 ? List.of() : List.of(map, map);
                Path folder = temp.resolve(seconds + "-" + layers);
                CacheKey key = new CacheKey("e", "0".repeat(64), "f", "0".repeat(64), DType.F16).withLayers(layers);
                try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
                    writer.append(clip.clip(), "0".repeat(64), new Features(map, all, null));
                }
                long header = 24 + 4 * 4 + 64 + 2 + 64 + 8;
                long planned = new ClipSize(SPEC, DType.F16, layers).bytes(clip);
                assertThat(Files.size(folder.resolve("shard-00000.tok")) - header)
                        .isBetween(planned * 9 / 10, planned);
            }
        }
    }

    @Test
    void limitsOfZeroAreRefused() {
        assertFails(IllegalArgumentException.class, () -> ShareBounds.DEFAULT.withBytes(0), "each must be above 0");
    }
}
