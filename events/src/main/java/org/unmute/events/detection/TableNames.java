package org.unmute.events.detection;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.ClipId;
import org.unmute.probes.cache.AudioClip;

/**
 * Names of the tables of single recordings: the recording's name without extension, in the same subfolders. If two
 * names would be equal, even if only on a case-insensitive file system, both keep their extensions. A part of a
 * recording keeps its seconds, a channel its number. Characters that control a terminal, or that some file
 * system does not allow, become underscores. Names that are too long are shortened.
 */
final class TableNames {
    private final Map<String, String> names = new HashMap<>();

    TableNames(List<AudioClip> clips) {
        Map<String, Integer> stems = new HashMap<>();
        for (AudioClip clip : clips) {
            stems.merge(key(stem(clip)), 1, Integer::sum);
        }
        // Names that need no change are kept, since readers take such a table for that recording's.
        Set<String> taken = new HashSet<>();
        for (boolean unchanged : new boolean[] {true, false}) {
            for (AudioClip clip : clips) {
                if (unchanged == ClipId.inFileNames(clip.id()).equals(clip.id())) {
                    String name = stems.get(key(stem(clip))) == 1 ? stem(clip) : ClipId.inFileNames(clip.id());
                    names.put(clip.id(), taken.add(key(name)) ? name : ClipId.shortened(name, clip.id()));
                    taken.add(key(names.get(clip.id())));
                }
            }
        }
    }

    /** Path of a recording's table below the format's folder, with '/' as separator and without the format's suffix. */
    String of(AudioClip clip) {
        return names.get(clip.id());
    }

    private static String stem(AudioClip clip) {
        if (!clip.whole() || clip.channel() == Mixdown.MEAN) {
            return ClipId.inFileNames(clip.whole() ? ClipId.withoutExtension(clip.id()) : clip.id());
        }
        String stem = ClipId.withoutExtension(ClipId.recording(clip.id()));
        return ClipId.inFileNames(ClipId.channel(stem, clip.channel()));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
