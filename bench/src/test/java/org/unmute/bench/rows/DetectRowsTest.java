package org.unmute.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioStream;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.pool.TrainedProbe;

class DetectRowsTest {
    @Test
    void theHeadOfACaseHasItsClasses() {
        RecipeCheckpoint strong = RecipeCheckpoint.of("beats_strong", true, 7, ModelShapes.beatsStrong(), Map.of());
        Encoder encoder = Encoders.build(strong, EncoderSettings.AUTHORS);
        assertThat(encoder.frameHead().orElseThrow().classes()).hasSize(447);
    }

    /** What is timed side by side is what it is called. */
    @Test
    void encodersAreRecognizedByTheirTensors() {
        Map.of(
                        "bat", ModelShapes.bat(),
                        "ced", ModelShapes.ced(),
                        "m2d", ModelShapes.m2d(),
                        "atst-frame", ModelShapes.atstFrame(),
                        "ssast", ModelShapes.ssast())
                .forEach((name, shapes) -> {
                    RecipeCheckpoint file = RecipeCheckpoint.of(name, true, 7, shapes, Map.of());
                    assertThat(Encoders.recognize(file, "").provider().name()).isEqualTo(name);
                    assertThat(Encoders.recognize(file, "").match().missing()).isEmpty();
                });
        assertThat(EncoderRows.all()).extracting(Row::id).contains("wav-bat-t2", "wav-ssast-t2");
    }

    @Test
    void theProbeOfACaseFitsItsEncoder(@TempDir Path folder) throws IOException {
        List<Row> rows = DetectRows.all(folder);
        assertThat(rows)
                .extracting(Row::id)
                .containsExactly("detect-kwt1-t2", "detect-embedded-t2", "detect-eat-t2", "detect-beats-strong-t2");
        Row row = rows.getFirst();
        row.files().write(folder);
        Path model = folder.resolve(CaseFolder.MODEL);
        Encoder encoder = Encoders.open(model);
        assertThat(encoder.describe().name()).isEqualTo("kwt");
        assertThat(encoder.describe().dim()).isEqualTo(64);
        TrainedProbe.open(folder.resolve("probe.safetensors")).requireTokensOf(encoder, model);
        try (AudioStream stream = AudioStream.open(folder.resolve("recording.wav"))) {
            assertThat(stream.frames()).hasValue((long) row.audioSeconds() * 16_000);
        }
    }
}
