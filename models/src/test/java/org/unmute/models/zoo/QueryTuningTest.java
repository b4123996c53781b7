package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

class QueryTuningTest {
    private static final EncoderSettings SETTINGS = EncoderSettings.AUTHORS.withHeads(2);
    private static final int DIM = 16;
    private static final int QUERIES = 3;
    private static final int FRAMES = 1024;

    private static MadeCheckpoint encoder() {
        MadeCheckpoint c = MadeCheckpoint.vit(DIM, 2, 32, 512);
        for (int i = 0; i < 2; i++) {
            c.linear("blocks." + i + ".attn.gate", DIM, DIM);
        }
        return c.norm("pre_norm", DIM).without("norm.weight").without("norm.bias");
    }

    private static EncoderNetwork bat() {
        return Encoders.build(encoder(), SETTINGS).network();
    }

    private static MadeCheckpoint head() {
        int features = DIM * (1 + 2 * QUERIES);
        return new MadeCheckpoint()
                .add("vqt", 2, QUERIES, DIM)
                .norm("head.0", features)
                .linear("head.1", 5, features);
    }

    private static Tensor noise(int times) {
        SplittableRandom random = new SplittableRandom(8);
        float[] one = new float[FRAMES * Vit.MEL];
        for (int i = 0; i < one.length; i++) {
            one[i] = (float) random.nextDouble();
        }
        float[] all = new float[times * one.length];
        for (int k = 0; k < times; k++) {
            System.arraycopy(one, 0, all, k * one.length, one.length);
        }
        return Tensor.of(all, 1, (long) times * FRAMES, Vit.MEL);
    }

    @Test
    @Tag("golden")
    void aClipHasTheFeaturesAndLogitsOfTheAuthors() throws IOException {
        Path folder = Golden.require("tiny/bat");
        EncoderNetwork network;
        try (Checkpoint file = Checkpoint.open(folder.resolve("model.safetensors"))) {
            network = Encoders.build(file, EncoderSettings.AUTHORS.withHeads(3).withFrames(128))
                    .network();
        }
        try (SafetensorsFile heads = SafetensorsFile.open(folder.resolve("heads.safetensors"));
                SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            MadeCheckpoint stored = new MadeCheckpoint();
            String prefix = "vqt.param.";
            heads.names().stream()
                    .filter(n -> n.startsWith(prefix))
                    .forEach(n -> stored.put(n.substring(prefix.length()), heads.floats(n), heads.shape(n)));
            QueryTuning tuning = QueryTuning.read(network, stored);
            assertThat(tuning.classes()).isEqualTo(4);
            Tensor features = tuning.features(Tensor.of(expected.floats("spec"), 1, 128, Vit.MEL));
            Golden.assertClose("features", heads.floats("vqt.features"), features.toFloats(), 1e-4, 0);
            Golden.assertClose(
                    "logits",
                    heads.floats("vqt.logits"),
                    tuning.logits(features).toFloats(),
                    1e-4,
                    0);
        }
    }

    @Test
    void aRecordingInChunksHasTheirMean() {
        QueryTuning tuning = QueryTuning.read(bat(), head());
        float[] one = tuning.features(noise(1)).toFloats();
        assertThat(one).hasSize(DIM * (1 + 2 * QUERIES));
        Golden.assertClose("twice", one, tuning.features(noise(2)).toFloats(), 1e-5, 0);
        double cls = 0;
        double first = 0;
        for (int i = 0; i < DIM; i++) {
            cls += one[i] * one[i];
        }
        for (int i = DIM; i < DIM * (1 + QUERIES); i++) {
            first += one[i] * one[i];
        }
        assertThat(cls).as("length of the class token").isBetween(0.9999, 1.0001);
        assertThat(first).as("length of the first block's queries").isBetween(0.9999, 1.0001);
    }

    /** What training there leaves: the encoder and the head in one file. */
    @Test
    void encoderAndHeadOfOneFile() {
        MadeCheckpoint both = encoder().and(head());
        QueryTuning tuning = QueryTuning.read(Encoders.build(both, SETTINGS).network(), both);
        Tensor sound = noise(1);
        assertThat(tuning.features(sound).toFloats())
                .isEqualTo(QueryTuning.read(bat(), head()).features(sound).toFloats());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        EncoderNetwork bat = bat();
        EncoderNetwork other = Encoders.build(MadeCheckpoint.vit(DIM, 2, 32, 513), SETTINGS.withModel("audiomae"))
                .network();
        assertThatThrownBy(() -> QueryTuning.read(other, head()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("audiomae")
                .hasMessageContaining("for BAT only");
        assertThatThrownBy(() -> QueryTuning.read(bat, head().without("head.0.weight")))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("head.0.weight");
        assertThatThrownBy(() -> QueryTuning.read(bat, head().add("vqt", 3, QUERIES, DIM)))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("vqt");
    }
}
