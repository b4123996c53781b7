package org.unmute.cli.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.data.provenance.RunRecord;

class RecordingWarningsTest {
    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private final RecordingWarnings warnings = new RecordingWarnings(said::add);
    private final RunRecord record = new RunRecord(List.of("unmute"));

    private String recorded() throws IOException {
        warnings.end(record);
        record.write(folder);
        return Files.readString(folder.resolve("run.json"));
    }

    @Test
    void aFileThatWasCutShortIsReadWithAWarning() throws IOException {
        Path file = folder.resolve("cut.wav");
        Wav.write(file, new float[16_000], 16_000);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 16_044));
        assertThat(warnings.read(file).seconds()).isEqualTo(0.5);
        assertThat(warnings.read(file).seconds()).as("read again").isEqualTo(0.5);
        assertThat(said).singleElement().asString().startsWith(file + ": ");
        assertThat(recorded()).contains("recordingWarnings").contains("cut.wav");
    }

    @Test
    void theFirstTenAreShownAndTheOthersCounted() throws IOException {
        for (int i = 0; i < 1200; i++) {
            warnings.note(Path.of(i + ".wav"), "cut short");
        }
        assertThat(said).hasSize(10);
        assertThat(recorded()).contains("999.wav").doesNotContain("1000.wav");
        assertThat(said.getLast()).isEqualTo("1190 more warnings about recordings, 1000 of all in run.json");
    }

    @Test
    void withoutWarningsNothingIsSaid() throws IOException {
        assertThat(recorded()).doesNotContain("recordingWarnings");
        assertThat(said).isEmpty();
    }
}
