package org.unmute.cli.score;

import java.util.List;
import org.unmute.data.ClipId;
import org.unmute.data.Manifest;

/**
 * The clips that are alike, and left out or drawn together: those of a recording, or of a block of time where all are
 * of one recording.
 *
 * @param seconds length of a block; 0 where recordings are not divided
 */
public record ClipGroups(double seconds) {
    /** Recordings, none of which is divided. */
    public static final ClipGroups RECORDINGS = new ClipGroups(0);

    private static final double LONGEST = 60;
    private static final double SHORTEST = 10;
    /** Twice as many as there are folds, so that classes can be spread over these. */
    private static final int BLOCKS = 10;

    /** Recordings if there are several, else blocks of time; recordings, too, if one is too short for ten blocks. */
    public static ClipGroups of(Manifest clips) {
        if (clips.clips().stream()
                        .map(c -> ClipId.recording(c.file()))
                        .distinct()
                        .count()
                > 1) {
            return RECORDINGS;
        }
        double end = clips.clips().stream()
                .flatMap(clip -> ClipId.part(clip.file()).stream())
                .mapToDouble(ClipId.Part::end)
                .max()
                .orElse(0);
        double block = Math.min(LONGEST, end / BLOCKS);
        return block < SHORTEST ? RECORDINGS : new ClipGroups(block);
    }

    /** Whether recordings are not divided. */
    public boolean areRecordings() {
        return seconds == 0;
    }

    /** What a group is, in one word. */
    public String noun() {
        return areRecordings() ? "recording" : "block";
    }

    /** The group of each clip. */
    public List<String> ofEach(Manifest clips) {
        return clips.clips().stream().map(clip -> of(clip.file())).toList();
    }

    /** The group of a clip, by its id. */
    public String of(String clip) {
        String recording = ClipId.recording(clip);
        return areRecordings()
                ? recording
                : ClipId.part(clip)
                        .map(part -> recording + "#" + (long) (part.start() / seconds))
                        .orElse(recording);
    }
}
