package org.unmute.experiments.strong;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.unmute.experiments.data.ClipId;
import org.unmute.experiments.data.MalformedTableException;

/**
 * Finds recordings by names that programs write differently: with or without folders, with or without an extension,
 * with either slash. A name with folders never matches a recording in other folders. Immutable.
 */
public final class RecordingNames {
    private static final int NAMED = 4;

    private final Set<String> ids;
    /** Ids by their last part, and by their last part without its extension. */
    private final Map<String, List<String>> byName = new HashMap<>();

    private final Map<String, List<String>> byStem = new HashMap<>();

    /** @param ids the recordings; paths with '/' */
    public RecordingNames(Collection<String> ids) {
        this.ids = new LinkedHashSet<>(ids);
        for (String id : this.ids) {
            byName.computeIfAbsent(last(id), k -> new ArrayList<>()).add(id);
            byStem.computeIfAbsent(last(ClipId.withoutExtension(id)), k -> new ArrayList<>())
                    .add(id);
        }
    }

    /**
     * The recording that a name stands for: the equal one, else the only one with this file name, else the only one
     * with this file name but for the extension.
     *
     * @throws IllegalArgumentException if it could be one of several
     */
    public Optional<String> find(String name) {
        String plain = plain(name);
        if (ids.contains(name) || ids.contains(plain)) {
            return Optional.of(ids.contains(name) ? name : plain);
        }
        List<String> same = byName.getOrDefault(last(plain), List.of()).stream()
                .filter(id -> endsAlike(id, plain))
                .toList();
        if (same.isEmpty()) {
            // "a.b" may be the recording a, or a.b without its extension.
            Set<String> near = new LinkedHashSet<>(byStem.getOrDefault(last(plain), List.of()));
            String stem = ClipId.withoutExtension(plain);
            near.addAll(byStem.getOrDefault(last(stem), List.of()));
            same = near.stream()
                    .filter(id -> endsAlike(ClipId.withoutExtension(id), plain)
                            || endsAlike(ClipId.withoutExtension(id), stem))
                    .toList();
        }
        if (same.size() > 1) {
            throw new IllegalArgumentException("recording " + MalformedTableException.quote(name)
                    + " could be any of "
                    + String.join(
                            ", ",
                            same.stream()
                                    .limit(NAMED)
                                    .map(MalformedTableException::quote)
                                    .toList())
                    + (same.size() > NAMED ? ", …" : "") + ": write its folder and extension into the table");
        }
        return same.stream().findFirst();
    }

    /** The name with '/' between its parts, without "./" in front. */
    static String plain(String name) {
        String path = name.strip().replace('\\', '/');
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        return path;
    }

    /** Whether one path is the end of the other. */
    private static boolean endsAlike(String a, String b) {
        return a.equals(b) || a.endsWith("/" + b) || b.endsWith("/" + a);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
