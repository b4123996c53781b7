package org.unmute.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.files.PlainText;

/**
 * Finds the existing files that a label file names. A name matches the same path or, failing that, the only file that
 * is equal without its extension (label files such as FSD50K's omit {@code .wav}), or the only file whose name is
 * written this way in this program's own tables: on one line, or with underscores. If no name matches in this way, the
 * label file was written for another folder, like Raven's tables with their absolute paths: then the ends of the paths
 * are compared, as in {@link RecordingNames}.
 */
public final class FileMatch {
    private final Map<String, String> fileOf = new LinkedHashMap<>();
    private boolean byEnd;

    private FileMatch() {}

    /**
     * Matches names to files.
     *
     * @param names  paths with '/'; one that begins with '/' is absolute
     * @param files  ids of files
     * @throws IllegalArgumentException if a name could be any of several files
     */
    public static FileMatch of(Collection<String> names, Collection<String> files) {
        FileMatch match = new FileMatch();
        Map<String, List<String>> byStem = new HashMap<>();
        for (String file : files) {
            byStem.computeIfAbsent(ClipId.withoutExtension(file), s -> new ArrayList<>(1))
                    .add(file);
        }
        Set<String> there = new HashSet<>(files);
        for (String name : names) {
            match.found(name, there.contains(name) ? List.of(name) : byStem.getOrDefault(name, List.of()));
        }
        match.asWritten(names, files, byStem);
        if (match.fileOf.isEmpty()) {
            match.compareEnds(names, files);
        }
        return match;
    }

    /** Finds the files whose names are written with other characters in a table. */
    private void asWritten(Collection<String> names, Collection<String> files, Map<String, List<String>> byStem) {
        List<String> left = names.stream().filter(n -> !fileOf.containsKey(n)).toList();
        if (left.isEmpty()) {
            return;
        }
        Set<String> others = new LinkedHashSet<>(files);
        others.removeAll(fileOf.values());
        Map<String, List<String>> written = RecordingNames.writtenForms(others);
        for (String name : left) {
            String plain = name.strip();
            List<String> same = written.getOrDefault(name, List.of());
            if (same.isEmpty() && !plain.equals(name)) {
                same = others.contains(plain)
                        ? List.of(plain)
                        : byStem.getOrDefault(plain, written.getOrDefault(plain, List.of()));
            }
            found(name, same);
        }
    }

    private void found(String name, List<String> candidates) {
        if (candidates.size() > 1) {
            throw new IllegalArgumentException("manifest: file " + MalformedTableException.quote(name)
                    + " could be any of "
                    + candidates.stream().sorted().limit(5).map(PlainText::of).toList()
                    + (candidates.size() > 5 ? " and " + (candidates.size() - 5) + " more" : "") + ": write the "
                    + (byEnd ? "path below the folder of the recordings" : "extension") + " into the label file");
        }
        if (!candidates.isEmpty()) {
            fileOf.put(name, candidates.getFirst());
        }
    }

    private void compareEnds(Collection<String> names, Collection<String> files) {
        byEnd = true;
        RecordingNames recordings = new RecordingNames(files);
        names.forEach(name -> found(name, recordings.candidates(name)));
    }

    /** The file that a name matches; null if none was found. */
    public String file(String name) {
        return fileOf.get(name);
    }

    /** The files that some name matches. */
    public Set<String> files() {
        return Set.copyOf(fileOf.values());
    }

    /** Whether only the ends of the paths were compared. */
    public boolean byEnd() {
        return byEnd && !fileOf.isEmpty();
    }
}
