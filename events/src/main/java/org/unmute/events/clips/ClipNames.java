package org.unmute.events.clips;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.unmute.data.ClipId;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.FolderLock;
import org.unmute.files.TemporaryFile;

/**
 * Names of the files of events: a folder for each class, then class, score, recording and times. No two events get
 * names that are equal, and no class gets the name of a file of the folder itself, even on a file system that does not
 * tell cases apart. Not thread-safe.
 */
final class ClipNames {
    /** Files of the folder itself, in lower case. */
    private static final Set<String> RESERVED =
            Set.of(EventClips.TABLE, EventClips.SETTINGS, RunRecord.FILE, FolderManifest.FILE, FolderLock.NAME);

    private final Set<String> taken = new HashSet<>();

    /** The path of an event's file below the folder, with '/'. */
    String of(Annotation event) {
        String label = event.label().isEmpty() ? "event" : flat(event.label());
        String own = isReserved(label) ? label + "_" : label;
        String times = String.format(Locale.ROOT, "%.3f-%.3f", event.onset(), event.offset());
        String score = Double.isNaN(event.score()) ? "" : String.format(Locale.ROOT, "_%.3f", event.score());
        String recording = flat(ClipId.withoutExtension(event.file()));
        String name = label + score + "_" + recording + "_" + times;
        String all = event + "";
        if (ClipId.inFileNames(name).length() != name.length() || !taken.add(key(own, name))) {
            name = ClipId.shortened(name, all);
            for (int i = 2; !taken.add(key(own, name)); i++) {
                name = ClipId.shortened(name, all + i);
            }
        }
        return own + "/" + name + ".wav";
    }

    private static boolean isReserved(String label) {
        return RESERVED.contains(label.toLowerCase(Locale.ROOT)) || TemporaryFile.isOne(Path.of(label));
    }

    private static String key(String folder, String name) {
        return (folder + "/" + name).toLowerCase(Locale.ROOT);
    }

    /** Text as a part of a file name. */
    private static String flat(String text) {
        return ClipId.inFileNames(text.replace('/', '_').strip());
    }
}
