package org.unmute.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.Sha256;

/** Whether a recording was among the clips that a probe was trained on, even if it was renamed. */
class RecordingPartTest {
    @TempDir
    private Path folder;

    private Path sound(String text) throws IOException {
        return Files.writeString(folder.resolve(text + ".wav"), text);
    }

    private void table(Path file, String... rows) throws IOException {
        Files.createDirectories(file.getParent());
        StringBuilder text = new StringBuilder("file,start,end,labels,split,sha256\n");
        for (String row : rows) {
            String[] parts = row.split(" ");
            text.append("x.wav,,,a,").append(parts[1]).append(',').append(Sha256.of(sound(parts[0])));
            text.append('\n');
        }
        Files.writeString(file, text);
    }

    private RecordingPart part(Path probe, String sound) throws IOException {
        SavedProbe saved = new SavedProbe(probe, probe.resolve("probe.safetensors"), MissingNode.getInstance());
        return RecordingPart.of(saved, sound(sound));
    }

    /** {@code unmute probe} lists its training clips, whatever their split. */
    @Test
    void ofATrainingAllClipsOfTheTableAreTrainedOn() throws IOException {
        Path run = folder.resolve("run");
        table(run.resolve("clips.csv"), "one train", "two test");
        table(run.resolve("validation-clips.csv"), "three train");
        assertThat(part(run, "one")).isEqualTo(RecordingPart.TRAINING);
        assertThat(part(run, "two")).isEqualTo(RecordingPart.TRAINING);
        assertThat(part(run, "three")).isEqualTo(RecordingPart.VALIDATION);
        assertThat(part(run, "four")).isEqualTo(RecordingPart.OTHER);
    }

    @Test
    void ofACellTheSplitTells() throws IOException {
        Path cell = Files.createDirectories(folder.resolve("run/eat/urban/mhca"));
        Files.writeString(cell.resolve("cell.json"), "{}");
        table(cell.resolveSibling("clips.csv"), "one train", "two test", "three validation", "both test", "both train");
        Path seed = Files.createDirectories(cell.resolve("seed-0"));
        assertThat(part(seed, "one")).isEqualTo(RecordingPart.TRAINING);
        assertThat(part(seed, "two")).isEqualTo(RecordingPart.TEST);
        assertThat(part(seed, "three")).isEqualTo(RecordingPart.VALIDATION);
        assertThat(part(seed, "both")).as("parts of one recording").isEqualTo(RecordingPart.TRAINING);
        assertThat(part(seed, "four")).isEqualTo(RecordingPart.OTHER);
    }

    @Test
    void ofFoldsTheTableOfTheProbesFoldTells() throws IOException {
        Path cell = Files.createDirectories(folder.resolve("run/eat/esc/mhca"));
        Files.writeString(cell.resolve("cell.json"), "{}");
        table(cell.resolveSibling("clips-fold-1.csv"), "one train", "two test");
        table(cell.resolveSibling("clips-fold-2.csv"), "one test", "two train");
        Path seed = Files.createDirectories(cell.resolve("seed-0"));
        assertThat(part(seed, "one")).as("the first fold's probe").isEqualTo(RecordingPart.TRAINING);
        Path second = Files.createDirectories(seed.resolve("fold-2"));
        assertThat(part(second, "one")).isEqualTo(RecordingPart.TEST);
        assertThat(part(second, "two")).isEqualTo(RecordingPart.TRAINING);
    }

    @Test
    void withoutTablesNothingTells() throws IOException {
        Path run = Files.createDirectories(folder.resolve("packed"));
        assertThat(part(run, "one")).isEqualTo(RecordingPart.UNKNOWN);
        Files.writeString(run.resolve("clips.csv"), "file,labels\na.wav,x\n");
        assertThat(part(run, "one")).as("a table without hashes").isEqualTo(RecordingPart.UNKNOWN);
    }
}
