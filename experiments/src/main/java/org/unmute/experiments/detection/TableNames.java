package org.unmute.experiments.detection;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.experiments.data.ClipId;
import org.unmute.probes.cache.AudioClip;
import org.unmute.tensor.io.Sha256;

/**
 * Names of the tables of single recordings: the recording's without its extension, below the same subfolders. Where two
 * would be the same, also on a file system that does not distinguish capitals, both keep their extension; a part of a
 * recording keeps its seconds. Characters that control a terminal, or that some file system has no place for, become
 * underscores, and a name that is too long is cut.
 */
final class TableNames {
    /** Of the 255 that file systems have; the rest is for suffixes. */
    private static final int MAX_BYTES = 180;

    private static final int HASH_DIGITS = 12;

    private final Map<String, String> names = new HashMap<>();

    TableNames(List<AudioClip> clips) {
        Map<String, Integer> stems = new HashMap<>();
        for (AudioClip clip : clips) {
            stems.merge(key(stem(clip)), 1, Integer::sum);
        }
        Set<String> taken = new HashSet<>();
        for (AudioClip clip : clips) {
            String name = stems.get(key(stem(clip))) == 1 ? stem(clip) : clean(clip.id());
            if (!taken.add(key(name))) {
                name = shortened(name, clip.id());
                taken.add(key(name));
            }
            names.put(clip.id(), name);
        }
    }

    /** Path of a recording's table below the format's folder, with '/', without the format's suffix. */
    String of(AudioClip clip) {
        return names.get(clip.id());
    }

    private static String stem(AudioClip clip) {
        return clean(clip.whole() ? ClipId.withoutExtension(clip.id()) : clip.id());
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String clean(String id) {
        StringBuilder out = new StringBuilder();
        for (String part : id.split("/")) {
            StringBuilder name = new StringBuilder();
            part.codePoints().forEach(c -> name.appendCodePoint(isSafe(c) ? c : '_'));
            // Such as "..", which leaves the folder, and names that Windows has no file for.
            if (name.chars().allMatch(c -> c == '.')) {
                name.append('_');
            }
            String own = name.toString();
            out.append(out.isEmpty() ? "" : "/")
                    .append(own.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES ? shortened(own, part) : own);
        }
        return out.toString();
    }

    private static boolean isSafe(int c) {
        int type = Character.getType(c);
        return !Character.isISOControl(c)
                && type != Character.FORMAT
                && type != Character.SURROGATE
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && "\\:*?\"<>|".indexOf(c) < 0;
    }

    /** Cut, with the start of a hash of the whole to tell it from others. */
    private static String shortened(String name, String whole) {
        int end = name.length();
        while (name.substring(0, end).getBytes(StandardCharsets.UTF_8).length > MAX_BYTES - HASH_DIGITS - 1) {
            end = name.offsetByCodePoints(end, -1);
        }
        // A path keeps its subfolders.
        end = Math.max(end, name.lastIndexOf('/') + 1);
        return name.substring(0, end) + "~" + Sha256.of(whole).substring(0, HASH_DIGITS);
    }
}
