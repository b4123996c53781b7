package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.loss.BagLoss;
import org.unmute.probes.loss.BinaryCrossEntropy;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.truth.BoxTargets;
import org.unmute.probes.truth.RowTargets;
import org.unmute.probes.truth.TokenBags;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.optim.Gradients;

class BoxTrainingTest {
    private static final int DIM = 8;
    private static final int FREQ = 3;
    private static final int CLASSES = 3;
    private static final int[] ROWS = {6, 7, 2, 6, 7, 6};

    private final Backend scalar = Backends.open("scalar", 1).backend();

    /** A box of each class has its direction in its tokens; the third clip says only which classes it has. */
    private static TokenSet clips() {
        SplittableRandom random = new SplittableRandom(4);
        List<TokenMap> maps = new ArrayList<>();
        float[] targets = new float[ROWS.length * CLASSES];
        TokenBags[] bags = new TokenBags[ROWS.length];
        for (int i = 0; i < ROWS.length; i++) {
            float[] tokens = new float[ROWS[i] * FREQ * DIM];
            for (int k = 0; k < tokens.length; k++) {
                tokens[k] = (float) random.nextGaussian();
            }
            TokenBags.Builder builder = new TokenBags.Builder(CLASSES);
            List<Integer> all = IntStream.range(0, ROWS[i] * FREQ).boxed().toList();
            for (int c = 0; c < CLASSES; c++) {
                if (random.nextInt(2) == 0) {
                    builder.add(all, c, false, 1);
                    continue;
                }
                targets[i * CLASSES + c] = 1;
                int first = random.nextInt(FREQ);
                int f = first;
                List<Integer> box =
                        all.stream().filter(n -> n % FREQ == f && n < 2 * FREQ).toList();
                int own = c;
                box.forEach(n -> tokens[n * DIM + own] += 4);
                builder.add(box, c, true, 1);
                builder.add(all.stream().filter(n -> !box.contains(n)).toList(), c, false, 1);
            }
            bags[i] = builder.build();
            maps.add(new TokenMap(ROWS[i], FREQ, DIM, tokens, null));
        }
        return new TokenSet(TokenSource.of(maps), targets, CLASSES, null, new BoxTargets() {
            @Override
            public TokenBags bags(int clip, float[] of, int time, int freq) {
                assertThat(freq).isEqualTo(FREQ);
                if (clip == WEAK || clip == 2) {
                    TokenBags.Builder weak = new TokenBags.Builder(CLASSES);
                    for (int c = 0; c < CLASSES; c++) {
                        weak.add(IntStream.range(0, time * freq).boxed().toList(), c, of[c] > 0, 1);
                    }
                    return weak.build();
                }
                return bags[clip];
            }

            @Override
            public String fingerprint() {
                return "of the test";
            }
        });
    }

    private Probe probe(String name, String... options) {
        TokenSet clips = clips();
        return Probes.create(scalar, name, clips.tokens().layout(), CLASSES, ProbeOptions.parse(options), 5);
    }

    private static BatchReader.Batch batch(Probe probe, TokenSet clips) {
        try {
            return BatchReader.of(probe, clips.tokens(), null).read(new int[] {0, 1, 2, 3, 4, 5}, 0, ROWS.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TrainingSettings settings() {
        return TrainingSettings.paper("protobin")
                .withObjective(Objective.BCE)
                .withBatch(4)
                .withEpochs(60)
                .withRate(0.03);
    }

    /** The loss, bag by bag, by the scores of a clip that has only the tokens of the bag. */
    @ParameterizedTest
    @ValueSource(strings = {"protobin", "protofloat"})
    void theLossIsThatOfBagsAsClips(String name) {
        Probe probe = probe(name, "prototypes=3");
        TokenSet clips = clips();
        BatchReader.Batch batch = batch(probe, clips);
        double loss = Grad.withoutRecording(
                        () -> ProbeTrainer.loss(probe, clips, settings(), batch, new SplittableRandom(1)))
                .item();
        double sum = 0;
        double weight = 0;
        int at = 0;
        for (TokenBatch part : batch.parts()) {
            float[] tokens = part.tokens().toFloats();
            for (int i = 0; i < part.size(); i++) {
                TokenBags bags = clips.bags(batch.clips()[at++]);
                for (int b = 0; b < bags.tokens().length; b++) {
                    int[] own = bags.tokens()[b];
                    float[] some = new float[own.length * DIM];
                    for (int n = 0; n < own.length; n++) {
                        int from = (i * part.time() * FREQ + own[n]) * DIM;
                        System.arraycopy(tokens, from, some, n * DIM, DIM);
                    }
                    TokenBatch clip = TokenBatch.of(scalar, List.of(new TokenMap(1, own.length, DIM, some, null)));
                    double[] logits =
                            Grad.withoutRecording(() -> probe.logits(clip).toDoubles());
                    for (int c = 0; c < CLASSES; c++) {
                        float target = bags.targets()[b * CLASSES + c];
                        if (!Float.isNaN(target)) {
                            double w = bags.weights()[b * CLASSES + c];
                            double x = target == 1 ? logits[c] : -logits[c];
                            sum += w * Math.log1p(Math.exp(-x));
                            weight += w;
                        }
                    }
                }
            }
        }
        assertThat(loss).isCloseTo(sum / weight, within(1e-5));
    }

    @Test
    void gradientsAreThoseOfCentralDifferences() {
        Probe probe = probe("protofloat", "prototypes=3");
        TokenSet clips = clips();
        Tensor loss = ProbeTrainer.loss(probe, clips, settings(), batch(probe, clips), new SplittableRandom(1));
        Map<String, Tensor> gradients = Gradients.of(loss, probe.parameters()).byName();
        SplittableRandom random = new SplittableRandom(9);
        double strongest = 0;
        for (Map.Entry<String, Tensor> p : probe.parameters().entrySet()) {
            double[] own = gradients.get(p.getKey()).toDoubles();
            float[] values = p.getValue().toFloats();
            double step = p.getKey().startsWith("prototype") ? 2e-4 : 1e-2;
            for (int n = 0; n < 12; n++) {
                int i = random.nextInt(values.length);
                double up = moved(probe, p.getKey(), values, i, step, clips);
                double down = moved(probe, p.getKey(), values, i, -step, clips);
                double difference = (up - down) / (2 * step);
                assertThat(own[i])
                        .as("%s[%d]", p.getKey(), i)
                        .isCloseTo(difference, within(2e-3 + 0.02 * Math.abs(difference)));
                strongest = Math.max(strongest, Math.abs(own[i]));
            }
        }
        assertThat(strongest).as("gradients are far above the tolerance").isGreaterThan(0.02);
    }

    private double moved(Probe probe, String name, float[] values, int i, double by, TokenSet clips) {
        Map<String, Tensor> moved = new LinkedHashMap<>(probe.parameters());
        float[] other = values.clone();
        other[i] += (float) by;
        moved.put(
                name,
                Tensor.of(scalar, other, probe.parameters().get(name).shape().toArray()));
        Probe changed = Probes.of(probe.name(), moved, false, probe.options());
        return Grad.withoutRecording(() ->
                        ProbeTrainer.loss(changed, clips, settings(), batch(changed, clips), new SplittableRandom(1)))
                .item();
    }

    @Test
    void aRunHasTheSameBitsAgainAndResumed(@TempDir Path folder) throws IOException {
        TokenSet clips = clips();
        Probe first = probe("protobin", "prototypes=3", "dropout=0.2");
        LossHistory losses = ProbeTrainer.train(first, clips, settings()).losses();
        Probe again = probe("protobin", "prototypes=3", "dropout=0.2");
        Path file = folder.resolve("checkpoint.safetensors");
        int[] steps = {0};
        assertThatThrownBy(() -> ProbeTrainer.train(again, clips, settings(), file, _ -> {
                    if (++steps[0] == 31) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        Probe resumed = probe("protobin", "prototypes=3", "dropout=0.2");
        ProbeTrainer.train(resumed, clips, settings(), file, TrainingProgress.SILENT);
        first.parameters()
                .forEach((p, tensor) ->
                        assertThat(resumed.parameters().get(p).toFloats()).containsExactly(tensor.toFloats()));
        double[] epochs = losses.epochs();
        assertThat(epochs[epochs.length - 1]).isLessThan(0.7 * epochs[0]);
    }

    @Test
    void tokensOfABoxHaveItsClassAfterwards() throws IOException {
        TokenSet clips = clips();
        Probe probe = probe("protobin", "prototypes=6");
        ProbeTrainer.train(probe, clips, settings());
        int right = 0;
        int all = 0;
        for (int i = 0; i < ROWS.length; i++) {
            TokenBags bags = clips.bags(i);
            for (int b = 0; i != 2 && b < bags.tokens().length; b++) {
                BatchReader.Batch one =
                        BatchReader.of(probe, clips.tokens(), null).read(new int[] {i}, 0, 1);
                int[][] own = {bags.tokens()[b]};
                double[] logits = Grad.withoutRecording(() -> probe.classify(((MaxPooled) probe)
                                .bagDescriptors(one.parts().getFirst(), own, new SplittableRandom(0)))
                        .toDoubles());
                for (int c = 0; c < CLASSES; c++) {
                    float target = bags.targets()[b * CLASSES + c];
                    all += Float.isNaN(target) ? 0 : 1;
                    right += target == 1 && logits[c] > 0 || target == 0 && logits[c] < 0 ? 1 : 0;
                }
            }
        }
        assertThat(right).isGreaterThan(all * 9 / 10);
    }

    @Test
    void bagsOfSomeClipsAndOfBackground() {
        TokenSet clips = clips();
        TokenSet some = clips.subset(5, 2, 0);
        assertThat(some.bags(0).tokens()).isDeepEqualTo(clips.bags(5).tokens());
        assertThat(some.fingerprint()).isNotEqualTo(clips.fingerprint());
        BoxTargets first = clips.boxes().ofFirst(1);
        assertThat(first.bags(0, new float[CLASSES], 6, FREQ).tokens())
                .isDeepEqualTo(clips.bags(0).tokens());
        TokenBags absent = first.bags(3, new float[CLASSES], 4, FREQ);
        assertThat(absent.tokens()).hasDimensions(1, 4 * FREQ);
        assertThat(absent.targets()).containsOnly(0);
    }

    @Test
    void aWeightedMeanOverWhatIsKnown() {
        Tensor logits = Tensor.of(scalar, new float[] {1, -2, 3, 0.5f}, 2, 2);
        float[] targets = {1, Float.NaN, 0, 1};
        BagLoss loss = new BagLoss(BinaryCrossEntropy.DEFAULT);
        double expected =
                (Math.log1p(Math.exp(-1)) + 0.25 * Math.log1p(Math.exp(3)) + 0.5 * Math.log1p(Math.exp(-0.5))) / 1.75;
        assertThat(loss.of(logits, targets, new float[] {1, 0, 0.25f, 0.5f}).item())
                .isCloseTo(expected, within(1e-6));
        assertThat(loss.of(logits, new float[] {Float.NaN, Float.NaN, Float.NaN, Float.NaN}, new float[4]))
                .isNull();
        assertFails(() -> loss.of(logits, targets, new float[3]), "3 weights");
    }

    @Test
    void whatTakesNoMaximumIsRefused() {
        TokenSet clips = clips();
        for (String options : List.of("rows=true", "topk=2")) {
            assertThatThrownBy(() -> ProbeTrainer.train(probe("protobin", options), clips, settings()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertFails(() -> ProbeTrainer.train(probe("linear-mean"), clips, settings()), "does not take the maximum");
        assertFails(
                () -> ProbeTrainer.train(probe("protobin"), clips, settings().withStretch(2)), "no stretch");
        assertFails(
                () -> new TokenSet(
                        clips.tokens(),
                        clips.targets(),
                        CLASSES,
                        new RowTargets() {
                            @Override
                            public boolean read(int clip, int rows, float[] to, int at) {
                                return false;
                            }

                            @Override
                            public String fingerprint() {
                                return "";
                            }
                        },
                        clips.boxes()),
                "not on both");
    }
}
