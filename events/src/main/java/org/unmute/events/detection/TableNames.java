package org.unmute.events.detection;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.data.ClipId;
import org.unmute.probes.cache.AudioClip;

/**
 * Names of the tables of single recordings: the recording's without its extension, below the same subfolders. Where two
 * would be the same, also on a file system that does not distinguish capitals, both keep their extension; a part of a
 * recording keeps its seconds. Characters that control a terminal, or that some file system has no place for, become
 * underscores, and a name that is too long is cut.
 */
final class TableNames {
    private final Map<String, String> names = new HashMap<>();

    TableNames(List<AudioClip> clips) {
        Map<String, Integer> stems = new HashMap<>();
        for (AudioClip clip : clips) {
            stems.merge(key(stem(clip)), 1, Integer::sum);
        }
        // A name that need not be changed is kept: who reads the tables takes it for that recording's.
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

    /** Path of a recording's table below the format's folder, with '/', without the format's suffix. */
    String of(AudioClip clip) {
        return names.get(clip.id());
    }

    private static String stem(AudioClip clip) {
        return ClipId.inFileNames(clip.whole() ? ClipId.withoutExtension(clip.id()) : clip.id());
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
