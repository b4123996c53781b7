package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.AtomicFile;
import org.unmute.files.TemporaryFile;

/** A written file and then its folder are forced to disk: otherwise a power failure could undo the renaming. */
class ForcedRenameTest {
    static {
        Module ours = ForcedRenameTest.class.getModule();
        ModuleLayer.boot().findModule("jdk.jfr").ifPresent(ours::addReads);
    }

    @TempDir
    Path folder;

    @Test
    void theFolderIsForcedAfterTheFile() throws IOException {
        assumeTrue(
                folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "skipped: folders cannot be forced here");
        Path written = Files.createDirectory(folder.resolve("written"));
        Path events = folder.resolve("forces.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileForce").withThreshold(Duration.ZERO);
            recording.start();
            AtomicFile.write(written.resolve("a.json"), new byte[] {1, 2, 3});
            recording.stop();
            recording.dump(events);
        }
        List<Path> forced = RecordingFile.readAllEvents(events).stream()
                .map(event -> Path.of(event.getString("path")))
                .filter(path -> path.startsWith(written))
                .toList();
        assertThat(forced).hasSize(2).endsWith(written);
        assertThat(forced).first().matches(TemporaryFile::isOne);
    }
}
