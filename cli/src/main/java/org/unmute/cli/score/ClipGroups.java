package org.unmute.cli.score;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.data.ClipId;
import org.unmute.data.Manifest;

/**
 * The clips that are alike, and left out or drawn together: those of a group that the labels name, of a recording, or
 * of a block of time where all are of one recording.
 *
 * @param named   groups of clips, by their ids, as the labels name them
 * @param seconds length of a block; 0 where recordings are not divided
 */
public record ClipGroups(Map<String, String> named, double seconds) {
    private static final double LONGEST = 60;
    private static final double SHORTEST = 10;
    /** Twice as many as there are folds, so that classes can be spread over these. */
    private static final int BLOCKS = 10;

    /** Groups that the labels name, and recordings, none of which is divided. */
    public static ClipGroups undivided(Manifest clips) {
        Map<String, String> named = new HashMap<>();
        clips.clips().stream().filter(clip -> !clip.group().isEmpty()).forEach(c -> named.put(c.file(), c.group()));
        return new ClipGroups(Map.copyOf(named), 0);
    }

    /** As {@link #undivided}, but blocks of time of a single recording that is long enough for ten. */
    public static ClipGroups of(Manifest clips) {
        ClipGroups whole = undivided(clips);
        if (!whole.named.isEmpty() || whole.ofEach(clips).stream().distinct().count() > 1) {
            return whole;
        }
        double end = clips.clips().stream()
                .flatMap(clip -> ClipId.part(clip.file()).stream())
                .mapToDouble(ClipId.Part::end)
                .max()
                .orElse(0);
        double block = Math.min(LONGEST, end / BLOCKS);
        return block < SHORTEST ? whole : new ClipGroups(Map.of(), block);
    }

    /** Whether recordings are not divided. */
    public boolean areRecordings() {
        return seconds == 0;
    }

    /** What a group is, in one word. */
    public String noun() {
        return !areRecordings() ? "block" : named.isEmpty() ? "recording" : "group";
    }

    /** The group of each clip. */
    public List<String> ofEach(Manifest clips) {
        return clips.clips().stream().map(clip -> of(clip.file())).toList();
    }

    /** The group of a clip, by its id. */
    public String of(String clip) {
        String recording = ClipId.recording(clip);
        return areRecordings()
                ? named.getOrDefault(clip, recording)
                : ClipId.part(clip)
                        .map(part -> recording + "#" + (long) (part.start() / seconds))
                        .orElse(recording);
    }
}
