package org.unmute.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.files.PlainText;

/**
 * Finds recordings by names that other programs write differently: with or without folders, with or without an
 * extension, with either slash. A name with folders never matches a recording in different folders, unless one of the
 * two is absolute, since recordings may have been copied. Names whose characters were replaced in a table are also
 * found. Not thread-safe.
 */
public final class RecordingNames {
    private static final int NAMED = 4;
    /** Extensions of formats that are read, and of formats from which recordings may have been converted. */
    private static final Set<String> EXTENSIONS = Stream.concat(
                    ClipList.AUDIO_EXTENSIONS.stream(),
                    Stream.of("w64", "rf64", "aifc", "m4a", "aac", "opus", "wma", "ape", "mp4", "webm"))
            .collect(Collectors.toUnmodifiableSet());

    private final Set<String> ids;
    /** Ids by file name, with and without the extension. */
    private final Map<String, List<String>> byName = new HashMap<>();

    private final Map<String, List<String>> byStem = new HashMap<>();
    /** Built lazily, when a name is not found in any other way. */
    private Map<String, List<String>> written;

    /** @param ids the recordings */
    public RecordingNames(Collection<String> ids) {
        this.ids = new LinkedHashSet<>(ids);
        for (String id : this.ids) {
            String plain = plain(id);
            byName.computeIfAbsent(last(plain), k -> new ArrayList<>()).add(id);
            byStem.computeIfAbsent(last(stem(plain)), k -> new ArrayList<>()).add(id);
        }
    }

    /**
     * The recording that a name stands for: the one with an equal id, else the only one with this file name, else the
     * only one with this file name apart from the extension.
     *
     * @throws IllegalArgumentException if it could be one of several
     */
    public Optional<String> find(String name) {
        List<String> same = candidates(name);
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

    /** The recordings that a name may stand for. */
    List<String> candidates(String name) {
        String plain = plain(name);
        if (ids.contains(name) || ids.contains(plain)) {
            return List.of(ids.contains(name) ? name : plain);
        }
        List<String> same = alike(byName.getOrDefault(last(plain), List.of()), plain, false);
        if (same.isEmpty()) {
            String stem = stem(plain);
            same = alike(byStem.getOrDefault(last(stem), List.of()), stem, true);
        }
        if (same.isEmpty()) {
            written = written == null ? writtenForms(ids) : written;
            same = written.getOrDefault(name, List.of());
        }
        return same;
    }

    /**
     * Recordings by the forms in which tables write their names, where these differ: on one line, as in the names of
     * generated files, without surrounding blanks, or without an apostrophe that guarded a cell; each with and without
     * the extension.
     */
    static Map<String, List<String>> writtenForms(Collection<String> ids) {
        Map<String, List<String>> all = new HashMap<>();
        for (String id : ids) {
            Set<String> forms = new LinkedHashSet<>();
            for (String form : List.of(
                    PlainText.of(id),
                    ClipId.inFileNames(id),
                    id.strip(),
                    CsvLine.text(id),
                    ClipId.shortened(ClipId.inFileNames(id), id))) {
                forms.add(form);
                forms.add(stem(form));
            }
            forms.add(ClipId.inFileNames(ClipId.withoutExtension(id)));
            forms.remove(id);
            forms.remove(stem(id));
            forms.remove(ClipId.withoutExtension(id));
            forms.forEach(
                    form -> all.computeIfAbsent(form, f -> new ArrayList<>(1)).add(id));
        }
        return all;
    }

    /** The name with '/' as separator and without a leading "./". */
    static String plain(String name) {
        String path = name.strip().replace('\\', '/');
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        return path;
    }

    /** The path without the extension of an audio file; other dots belong to the name: {@code rec.2024-05-01}. */
    private static String stem(String path) {
        int dot = path.lastIndexOf('.');
        boolean audio = dot > path.lastIndexOf('/') + 1
                && EXTENSIONS.contains(path.substring(dot + 1).toLowerCase(Locale.ROOT));
        return audio ? path.substring(0, dot) : path;
    }

    /**
     * The ids that may be the same recording as a path; of these, the ones that share most trailing folders with it.
     */
    private static List<String> alike(List<String> ids, String path, boolean stems) {
        List<String> alike = new ArrayList<>();
        int most = 0;
        for (String id : ids) {
            String other = stems ? stem(plain(id)) : plain(id);
            int common = commonParts(path, other);
            boolean isEnd = path.equals(other) || path.endsWith("/" + other) || other.endsWith("/" + path);
            if (common < most || !(isEnd || isAbsolute(path) || isAbsolute(other))) {
                continue;
            }
            if (common > most) {
                alike.clear();
                most = common;
            }
            alike.add(id);
        }
        return alike;
    }

    private static boolean isAbsolute(String path) {
        return path.startsWith("/") || path.length() > 2 && path.charAt(1) == ':' && path.charAt(2) == '/';
    }

    /** The number of trailing parts that two paths have in common. */
    private static int commonParts(String a, String b) {
        String[] x = a.split("/");
        String[] y = b.split("/");
        int common = 0;
        while (common < Math.min(x.length, y.length) && x[x.length - 1 - common].equals(y[y.length - 1 - common])) {
            common++;
        }
        return common;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
