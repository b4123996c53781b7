package org.unmute.cli.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.files.InputException;

/** Finding the recordings that a list of events names. */
class ReviewedRecordingsTest {
    @TempDir
    Path folder;

    @Test
    void aFolderThatCouldNotBeSearchedIsSearchedAgain() throws IOException {
        ReviewedRecordings recordings = new ReviewedRecordings(folder, Map.of());
        for (String name : new String[] {"dawn", "dusk"}) {
            assertFails(InputException.class, () -> recordings.find(name), "no audio");
        }
        Wav.write(Files.createDirectories(folder.resolve("day")).resolve("dusk.wav"), new float[100], 16_000);
        assertThat(recordings.find("dusk")).isEqualTo(folder.resolve("day/dusk.wav"));
        assertThatThrownBy(() -> recordings.find("dawn")).hasMessage("it is not in " + folder);
    }
}
