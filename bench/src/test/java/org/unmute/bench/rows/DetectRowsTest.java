package org.unmute.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioStream;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.pool.TrainedProbe;

class DetectRowsTest {
    @Test
    void theProbeOfACaseFitsItsEncoder(@TempDir Path folder) throws IOException {
        List<Row> rows = DetectRows.all(folder);
        assertThat(rows).extracting(Row::id).containsExactly("detect-kwt1-t2", "detect-embedded-t2", "detect-eat-t2");
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
