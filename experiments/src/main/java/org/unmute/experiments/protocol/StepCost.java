package org.unmute.experiments.protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.BatchReader;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenGrid;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.backend.Backend;

/**
 * The cost of one clip, measured by a few steps on random tokens. Reading the clips from a cache is not included.
 *
 * @param train seconds per clip in a training step
 * @param score seconds per clip for scoring
 * @param pool seconds per clip for pooling beforehand; 0 for probes that read all tokens in every step
 */
public record StepCost(double train, double score, double pool) {
    private static final int FEW = 4;
    private static final int STEPS = 5;
    private static final double IMPROVEMENT = 0.95;
    private static final double MOST_SECONDS = 2;
    private static final int MOST_STEPS = 10_000;
    /** Above this many seconds, a step of few clips is long enough to measure; below, the overhead per step matters. */
    private static final double LONG_STEP = 0.05;

    /**
     * A step to measure.
     *
     * @param grid of a typical clip
     * @param layers number of layers, for probes that read several; 0 for the last only
     * @param batch clips per step
     */
    public record Step(
            String probe,
            ProbeOptions options,
            TokenGrid grid,
            int layers,
            int classes,
            int batch,
            Objective objective) {}

    /**
     * Measures the cost.
     *
     * @param patience seconds without a faster step after which the fastest is taken: the first steps of a probe are
     *     slow until HotSpot has compiled them
     * @throws IllegalArgumentException if the probe does not accept such clips
     */
    public static StepCost measure(Backend backend, Step step, double patience) throws IOException {
        int clips = Math.min(step.batch, FEW);
        StepCost cost = measure(backend, step, random(step.grid, step.layers, clips), patience);
        return cost.train * clips < LONG_STEP && step.batch > clips
                ? measure(backend, step, random(step.grid, step.layers, step.batch), patience / 3)
                : cost;
    }

    private static TokenSource random(TokenGrid grid, int layers, int clips) {
        SplittableRandom random = new SplittableRandom(1);
        List<TokenMap> maps = new ArrayList<>();
        List<Features> all = new ArrayList<>();
        for (int i = 0; i < clips; i++) {
            TokenMap map = new TokenMap(
                    grid.time(),
                    grid.freq(),
                    grid.dim(),
                    noise(random, grid.tokens() * grid.dim()),
                    grid.cls() ? noise(random, grid.dim()) : null);
            maps.add(map);
            all.add(new Features(map, Collections.nCopies(layers, map), null));
        }
        return layers == 0 ? TokenSource.of(maps) : TokenSource.ofFeatures(all);
    }

    private static float[] noise(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private static StepCost measure(Backend backend, Step step, TokenSource clips, double patience) throws IOException {
        int count = clips.clips();
        int classes = step.classes;
        TokenLayout layout = clips.layout();
        Probe probe = Probes.create(backend, step.probe, layout, classes, step.options, 0);
        long begun = System.nanoTime();
        Optional<TokenSource> pooled = BatchReader.condensed(probe, clips);
        double pool = pooled.isPresent() ? (System.nanoTime() - begun) / 1e9 / count : 0;
        TokenSource seen = pooled.orElse(clips);
        float[] targets = new float[count * classes];
        for (int i = 0; i < count; i++) {
            targets[i * classes + i % classes] = 1;
        }
        TrainingSettings settings = TrainingSettings.defaults(step.probe)
                .withEpochs(MOST_STEPS)
                .withBatch(count)
                .withObjective(step.objective)
                .withRate(1e-6);
        Fastest fastest = new Fastest(patience);
        ProbeTrainer.train(
                probe,
                new TokenSet(seen, targets, classes),
                settings,
                null,
                _ -> fastest.step(),
                _ -> fastest.settled());
        List<String> names =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        TrainedProbe trained =
                new TrainedProbe(probe, names, layout.cls(), step.objective.isSingleLabel(), null, "", "");
        long scoring = System.nanoTime();
        Scorer.scores(trained, seen, count);
        return new StepCost(fastest.seconds / count, (System.nanoTime() - scoring) / 1e9 / count, pool);
    }

    /** Times steps until none has been faster for a while. */
    private static final class Fastest {
        private final double patience;
        private final long begun = System.nanoTime();
        private long last = begun;
        private long improved = begun;
        private int steps;
        private int stepsSince;
        private double seconds = Double.POSITIVE_INFINITY;

        Fastest(double patience) {
            this.patience = patience;
        }

        void step() {
            long now = System.nanoTime();
            double own = (now - last) / 1e9;
            steps++;
            stepsSince++;
            if (own < IMPROVEMENT * seconds) {
                improved = now;
                stepsSince = 0;
            }
            seconds = Math.min(seconds, own);
            last = now;
        }

        boolean settled() {
            boolean still = stepsSince >= STEPS && (last - improved) / 1e9 >= patience;
            return still || steps >= STEPS && (last - begun) / 1e9 >= MOST_SECONDS;
        }
    }
}
