package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.unmute.benchmark.SteadyTime;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.FrameWise;
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
import org.unmute.probes.truth.BoxTargets;
import org.unmute.probes.truth.RowTargets;
import org.unmute.probes.truth.TokenBags;
import org.unmute.tensor.backend.Backend;

/**
 * The cost per clip, measured with a few steps on random tokens. Reading clips from a cache is not included.
 *
 * @param train seconds per clip in a training step
 * @param score seconds per clip in scoring
 * @param pool seconds per clip in initial pooling; 0 for probes that read all tokens in every step
 */
public record StepCost(double train, double score, double pool) {
    private static final int FEW = 4;
    private static final int MOST_STEPS = 10_000;
    /**
     * A step of few clips that takes longer than this many seconds is long enough to measure. In shorter steps, the
     * overhead per step matters.
     */
    private static final double LONG_STEP = 0.05;

    /**
     * A step to measure.
     *
     * @param grid grid of a typical clip
     * @param layers number of layers, for probes that read several; 0 for the last layer only
     * @param batch clips per step
     * @param pieceRows rows of a piece of a box, for probes that are trained on boxes; 0 for others
     */
    public record Step(
            String probe,
            ProbeOptions options,
            TokenGrid grid,
            int layers,
            int classes,
            int batch,
            Objective objective,
            int pieceRows) {
        /** A step on clips as a whole, or on their rows. */
        public Step(
                String probe,
                ProbeOptions options,
                TokenGrid grid,
                int layers,
                int classes,
                int batch,
                Objective objective) {
            this(probe, options, grid, layers, classes, batch, objective, 0);
        }
    }

    /**
     * The number of clips that a cell processes over all its trainings.
     *
     * @param train clips in training steps
     * @param score clips in scoring
     * @param pool clips in initial pooling
     */
    public record Clips(double train, double score, double pool) {}

    /** Seconds for processing these clips. */
    double seconds(Clips clips) {
        return clips.train * train + clips.score * score + clips.pool * pool;
    }

    /**
     * Measures the cost per clip.
     *
     * @param ahead expected work, which limits the time spent on measuring
     * @param patience seconds without a faster step after which measuring ends; see {@link SteadyTime}
     * @throws IllegalArgumentException if the probe does not accept such clips
     */
    public static StepCost measure(Backend backend, Step step, Clips ahead, double patience) throws IOException {
        int clips = Math.min(step.batch, FEW);
        StepCost cost = measure(backend, step, random(step.grid, step.layers, clips), ahead, patience);
        return cost.train * clips < LONG_STEP && step.batch > clips
                ? measure(backend, step, random(step.grid, step.layers, step.batch), ahead, patience / 3)
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

    /** Every row has one class, all classes in turn. */
    private record RandomRows(int classes) implements RowTargets {
        @Override
        public boolean read(int clip, int rows, float[] to, int at) {
            Arrays.fill(to, at, at + rows * classes, 0);
            for (int t = 0; t < rows; t++) {
                to[at + t * classes + (clip + t) % classes] = 1;
            }
            return true;
        }

        @Override
        public String fingerprint() {
            return "random";
        }
    }

    /** Each clip has a box of one class, all classes in turn. */
    private record RandomBoxes(int classes, int piece) implements BoxTargets {
        @Override
        public TokenBags bags(int clip, float[] targets, int time, int freq) {
            TokenBags.Builder bags = new TokenBags.Builder(classes);
            for (int c = 0; c < classes; c++) {
                boolean boxed = c == clip % classes;
                for (int n = 0; n < Math.ceilDiv(time, piece) * freq; n++) {
                    int f = n % freq;
                    int from = n / freq * piece;
                    boolean inside = boxed && f < Math.ceilDiv(freq, 2) && from < time / 2;
                    bags.add(
                            IntStream.range(from, Math.min(time, from + piece))
                                    .mapToObj(t -> t * freq + f)
                                    .toList(),
                            c,
                            inside,
                            1);
                }
            }
            return bags.build();
        }

        @Override
        public String fingerprint() {
            return "random";
        }
    }

    private static StepCost measure(Backend backend, Step step, TokenSource clips, Clips ahead, double patience)
            throws IOException {
        int count = clips.clips();
        int classes = step.classes;
        TokenLayout layout = clips.layout();
        Probe probe = Probes.create(backend, step.probe, layout, classes, step.options, 0);
        Optional<TokenSource> pooled = BatchReader.condensed(probe, clips);
        double pool = pooled.isPresent()
                ? SteadyTime.of(() -> BatchReader.condensed(probe, clips), patience, ahead.pool / count) / count
                : 0;
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
        SteadyTime training = new SteadyTime(patience, ahead.train / count);
        ProbeTrainer.train(
                probe,
                new TokenSet(
                        seen,
                        targets,
                        classes,
                        probe instanceof FrameWise rows && rows.isOfRows() ? new RandomRows(classes) : null,
                        step.pieceRows > 0 ? new RandomBoxes(classes, step.pieceRows) : null),
                settings,
                null,
                _ -> training.lap(),
                _ -> training.settled());
        List<String> names =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        TrainedProbe trained =
                new TrainedProbe(probe, names, layout.cls(), step.objective.isSingleLabel(), null, "", "");
        double scoring = SteadyTime.of(() -> Scorer.rawScores(trained, seen, count), patience, ahead.score / count);
        return new StepCost(training.seconds() / count, scoring / count, pool);
    }
}
