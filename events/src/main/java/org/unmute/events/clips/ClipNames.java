package org.unmute.events.clips;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.unmute.data.ClipId;
import org.unmute.data.annotation.Annotation;

/**
 * Names of the files of events: a folder for each class, then class, score, recording and times. No two events get
 * names
 * that are equal, even on a file system that does not tell cases apart. Not thread-safe.
 */
final class ClipNames {
    private final Set<String> taken = new HashSet<>();

    /** The path of an event's file below the folder, with '/'. */
    String of(Annotation event) {
        String label = event.label().isEmpty() ? "event" : flat(event.label());
        String times = String.format(Locale.ROOT, "%.3f-%.3f", event.onset(), event.offset());
        String score = Double.isNaN(event.score()) ? "" : String.format(Locale.ROOT, "_%.3f", event.score());
        String recording = flat(ClipId.withoutExtension(event.file()));
        String name = label + score + "_" + recording + "_" + times;
        String all = event + "";
        if (ClipId.inFileNames(name).length() != name.length() || !taken.add(key(label, name))) {
            name = ClipId.shortened(name, all);
            for (int i = 2; !taken.add(key(label, name)); i++) {
                name = ClipId.shortened(name, all + i);
            }
        }
        return label + "/" + name + ".wav";
    }

    private static String key(String label, String name) {
        return (label + "/" + name).toLowerCase(Locale.ROOT);
    }

    /** Text as a part of a file name. */
    private static String flat(String text) {
        return ClipId.inFileNames(text.replace('/', '_').strip());
    }
}
