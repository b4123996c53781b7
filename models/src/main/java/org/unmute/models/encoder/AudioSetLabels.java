package org.unmute.models.encoder;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The 527 AudioSet classes in the order of {@code class_labels_indices.csv}, which classification heads of AudioSet
 * models use unless they carry their own list.
 */
public final class AudioSetLabels {
    /** Number of classes. */
    public static final int COUNT = 527;
    /** Number of classes of {@link #strongNames}. */
    public static final int STRONG_COUNT = 447;

    private static final String RESOURCE = "audioset-classes.tsv";
    private static final Map<String, String> BY_ID = read();

    private AudioSetLabels() {}

    /** Display names in index order, for instance {@code Speech}. */
    public static List<String> names() {
        return List.copyOf(BY_ID.values());
    }

    /** The display name of a machine id such as {@code /m/09x0r}; the id itself if it is none of AudioSet's. */
    public static String name(String id) {
        return BY_ID.getOrDefault(id, id);
    }

    /** Machine ids in index order. */
    public static List<String> ids() {
        return List.copyOf(BY_ID.keySet());
    }

    /**
     * Names of the {@value #STRONG_COUNT} classes of the strong labels that have training clips, sorted by code points:
     * the order of PretrainedSED's heads. Names may hold commas.
     */
    public static List<String> strongNames() {
        return Resource.text("audioset-strong-classes.txt")
                .lines()
                .filter(l -> !l.startsWith("#"))
                .toList();
    }

    private static Map<String, String> read() {
        Map<String, String> all = new LinkedHashMap<>();
        Resource.text(RESOURCE).lines().filter(l -> !l.startsWith("#")).forEach(line -> {
            int tab = line.indexOf('\t');
            all.put(line.substring(0, tab), line.substring(tab + 1));
        });
        if (all.size() != COUNT) {
            throw new IllegalStateException(
                    "the resource " + RESOURCE + " has " + all.size() + " classes, not " + COUNT);
        }
        return Collections.unmodifiableMap(all);
    }
}
