package org.unmute.cli.clip;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.unmute.cli.console.CommandException;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.clips.EventClips;
import org.unmute.files.AtomicFile;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;

/**
 * A folder for clips.
 *
 * @param folder its path
 */
public record ClipFolder(Path folder) {
    /** Refuses a folder of other clips, with which these would be mixed; a run with these settings resumes. */
    public void requireOwn(String settings) throws IOException {
        Path own = folder.resolve(EventClips.SETTINGS);
        boolean other = RegularFile.isFile(own)
                ? !Files.readString(own).equals(settings)
                : RegularFile.isFile(folder.resolve(RunRecord.FILE))
                        || RegularFile.isFile(folder.resolve(EventClips.TABLE));
        if (other) {
            throw CommandException.input(
                    "clips: " + folder + " holds other clips or other files: name a new or empty folder");
        }
        AtomicFile.write(own, settings.getBytes(StandardCharsets.UTF_8));
    }

    /** Deletes temporary files that a killed run left in the folders of classes; the folder's lock is held. */
    public void sweepClasses() throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path one : folders) {
                TemporaryFile.sweep(one, Duration.ZERO);
            }
        }
    }
}
