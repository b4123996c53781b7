package org.unmute.spark.task;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Pattern;
import org.unmute.audio.place.RecorderNotes;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.field.FieldRules;
import org.unmute.spark.plan.PlannedClip;

/**
 * When and where recordings were made, as {@code unmute detect} decides it: from the path below their folder and the
 * chunks of their files, which are read once for adjacent clips of a file.
 */
final class RecordingPlaces {
    private static final Pattern SYSTEM = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?");

    private final FieldRules rules;
    private final HashedAudio audio;
    private final StorageFailures storage = new StorageFailures();
    private String uri;
    private TimeAndPlace known;

    RecordingPlaces(FieldRules rules, HashedAudio audio) {
        this.rules = rules;
        this.audio = audio;
    }

    /** The notes in a file, or why they cannot be read. */
    private record Read(RecorderNotes notes, IOException failure) {}

    /**
     * When and where the file of a clip begins.
     *
     * @throws IOException if the storage of the recordings fails
     */
    TimeAndPlace of(PlannedClip clip) throws IOException {
        if (!clip.uri().equals(uri)) {
            Read read = storage.settle(read(clip), Read::failure, () -> read(clip), clip.uri());
            known = rules.of(below(clip), read.notes());
            uri = clip.uri();
        }
        return known;
    }

    private Read read(PlannedClip clip) {
        try {
            return new Read(audio.notes(clip.uri()), null);
        } catch (NoSuchFileException e) {
            return new Read(RecorderNotes.NONE, e);
        } catch (IOException e) {
            return new Read(RecorderNotes.unreadable(e), e);
        }
    }

    /** The path below the folder of the recordings; without such a folder, the path on its file system. */
    private static String below(PlannedClip clip) {
        return clip.root() == null ? SYSTEM.matcher(clip.file()).replaceFirst("") : clip.file();
    }
}
