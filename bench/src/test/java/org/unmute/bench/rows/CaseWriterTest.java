package org.unmute.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.bench.peer.CaseFolder;

class CaseWriterTest {
    @TempDir
    private Path folder;

    @Test
    void aCaseIsReadAsItWasWritten() throws IOException {
        new CaseWriter(folder, "kind")
                .field("n", 3)
                .field("rate", 0.5)
                .field("names", List.of("a", "b"))
                .array("x", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
                .write();
        CaseFolder read = CaseFolder.open(folder, "me");
        assertThat(read.kind()).isEqualTo("kind");
        assertThat(read.size("n")).isEqualTo(3);
        assertThat(read.number("rate")).isEqualTo(0.5);
        assertThat(read.texts("names")).containsExactly("a", "b");
        assertThat(read.shape("x").toArray()).containsExactly(2, 3);
        assertThat(read.floats("x")).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void theSamplesBesideARecordingAreThoseThatAreReadFromIt() throws IOException {
        new CaseWriter(folder, "kind")
                .recording("a.wav", CaseWriter.sound(1, 1000, 16_000), 16_000)
                .write();
        float[] samples = CaseFolder.open(folder, "me").floats("samples");
        assertThat(samples)
                .isEqualTo(Wav.read(folder.resolve("a.wav")).samples())
                .isNotEqualTo(CaseWriter.sound(1, 1000, 16_000));
    }

    @Test
    void soundIsLoudAndInRange() {
        float[] sound = CaseWriter.sound(1, 160_000, 16_000);
        for (float sample : sound) {
            assertThat(Math.abs(sample)).isLessThan(1);
        }
        assertThat(sound).isEqualTo(CaseWriter.sound(1, 160_000, 16_000));
    }

    @Test
    void everyClipsPatchesAreShuffledAnew() {
        float[] order = StepRows.order(5, 2, 8);
        float[] first = java.util.Arrays.copyOfRange(order, 0, 8);
        float[] second = java.util.Arrays.copyOfRange(order, 8, 16);
        assertThat(first).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7).isNotEqualTo(second);
        assertThat(second).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
    }
}
