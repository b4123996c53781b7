package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.optim.Gradients;

class StretchLogitsTest {
    private static final int DIM = 8;
    private static final int FREQ = 2;
    private static final int CLASSES = 3;
    /** Numbers of rows of the clips: a multiple of a three-row stretch, one more, fewer, and exactly one stretch. */
    private static final int[] ROWS = {6, 7, 2, 3, 6, 7};

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static TokenSet clips() {
        SplittableRandom random = new SplittableRandom(4);
        List<TokenMap> maps = new ArrayList<>();
        float[] targets = new float[ROWS.length * CLASSES];
        for (int i = 0; i < ROWS.length; i++) {
            float[] tokens = new float[ROWS[i] * FREQ * DIM];
            for (int k = 0; k < tokens.length; k++) {
                tokens[k] = (float) random.nextGaussian();
            }
            maps.add(new TokenMap(ROWS[i], FREQ, DIM, tokens, null));
            for (int c = 0; c < CLASSES; c++) {
                targets[i * CLASSES + c] = random.nextInt(2);
            }
        }
        return TokenSet.of(maps, targets, CLASSES);
    }

    private Probe probe(String name) {
        return Probes.create(scalar, name, clips().tokens().layout(), CLASSES, ProbeOptions.DEFAULTS, 5);
    }

    private static BatchReader.Batch batch(Probe probe) throws IOException {
        return BatchReader.of(probe, clips().tokens(), null).read(new int[] {0, 1, 2, 3, 4, 5}, 0, ROWS.length);
    }

    @ParameterizedTest
    @CsvSource({"protobin, 3", "protobin, 1", "linear-mean, 3", "conv, 3", "mlp, 2", "protobin, 7", "protobin, 50"})
    void aClipHasTheMaximumOfItsStretches(String name, int rows) throws IOException {
        Probe probe = probe(name);
        BatchReader.Batch batch = batch(probe);
        double[] all = Grad.withoutRecording(() -> StretchLogits.of(probe, batch.parts(), rows, new SplittableRandom(1))
                .toDoubles());
        int at = 0;
        for (TokenBatch part : batch.parts()) {
            for (TokenMap map : part.maps()) {
                double[] most = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
                for (int from = 0; from < map.time(); from += rows) {
                    int start = Math.max(0, Math.min(from, map.time() - rows));
                    TokenMap stretch = map.rows(start, Math.min(map.time(), start + rows));
                    double[] logits = Grad.withoutRecording(() -> probe.logits(TokenBatch.of(scalar, List.of(stretch)))
                            .toDoubles());
                    for (int c = 0; c < CLASSES; c++) {
                        most[c] = Math.max(most[c], logits[c]);
                    }
                }
                for (int c = 0; c < CLASSES; c++) {
                    assertThat(all[at++]).as("%s, rows %d", map.sizes(), c).isCloseTo(most[c], within(1e-5));
                }
            }
        }
        assertThat(at).isEqualTo(all.length);
    }

    @Test
    void gradientsAreThoseOfCentralDifferences() throws IOException {
        Probe probe = probe("mlp");
        TokenSet clips = clips();
        TrainingSettings settings = TrainingSettings.paper("mlp").withStretch(3);
        BatchReader.Batch batch = batch(probe);
        Tensor loss = ProbeTrainer.loss(probe, clips, settings, batch, new SplittableRandom(1));
        Map<String, Tensor> gradients = Gradients.of(loss, probe.parameters()).byName();
        SplittableRandom random = new SplittableRandom(9);
        double step = 1e-2;
        int checked = 0;
        for (Map.Entry<String, Tensor> p : probe.parameters().entrySet()) {
            double[] own = gradients.get(p.getKey()).toDoubles();
            float[] values = p.getValue().toFloats();
            for (int n = 0; n < 6; n++) {
                int i = random.nextInt(values.length);
                double up = moved(probe, p.getKey(), values, i, step, clips, settings);
                double down = moved(probe, p.getKey(), values, i, -step, clips, settings);
                assertThat(own[i]).as("%s[%d]", p.getKey(), i).isCloseTo((up - down) / (2 * step), within(2e-3));
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(10);
        double strongest = 0;
        for (Tensor g : gradients.values()) {
            for (double v : g.toDoubles()) {
                strongest = Math.max(strongest, Math.abs(v));
            }
        }
        assertThat(strongest).as("gradients are far above the tolerance").isGreaterThan(0.02);
    }

    private double moved(
            Probe probe, String name, float[] values, int i, double by, TokenSet clips, TrainingSettings settings)
            throws IOException {
        Map<String, Tensor> moved = new LinkedHashMap<>(probe.parameters());
        float[] other = values.clone();
        other[i] += (float) by;
        moved.put(
                name,
                Tensor.of(scalar, other, probe.parameters().get(name).shape().toArray()));
        Probe changed = Probes.of(probe.name(), moved, false, probe.options());
        return Grad.withoutRecording(() -> {
                    try {
                        return ProbeTrainer.loss(changed, clips, settings, batch(changed), new SplittableRandom(1));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .item();
    }

    @Test
    void trainingByStretchesIsAnotherTraining() throws IOException {
        TokenSet clips = clips();
        TrainingSettings whole =
                TrainingSettings.paper("protobin").withEpochs(3).withBatch(4);
        double[] a =
                ProbeTrainer.train(probe("protobin"), clips, whole).losses().epochs();
        double[] b = ProbeTrainer.train(probe("protobin"), clips, whole.withStretch(2))
                .losses()
                .epochs();
        double[] again = ProbeTrainer.train(probe("protobin"), clips, whole.withStretch(2))
                .losses()
                .epochs();
        assertThat(b).isEqualTo(again).isNotEqualTo(a);
        assertThat(whole.describe()).doesNotContainKey("stretch");
        assertThat(whole.withStretch(2).describe()).containsEntry("stretch", "2");
    }
}
