package org.unmute.spark.input;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.unmute.data.ClipId;
import org.unmute.files.PlainText;
import org.unmute.spark.plan.PlannedClip;

/** Converts the rows of a manifest to clips, one by one, and refuses duplicate clips. */
final class ManifestRows {
    /** Values of an end that mean the end of the file, as programs write infinity. */
    private static final Pattern INFINITE = Pattern.compile("\\s*\\+?inf(inity)?\\s*", Pattern.CASE_INSENSITIVE);

    private static final Pattern ZERO = Pattern.compile("\\s*0+(\\.0+)?\\s*");

    private final RecordingRoot root;
    private final boolean given;
    /** Roots named in rows. */
    private final Map<String, RecordingRoot> roots = new HashMap<>();

    private final List<PlannedClip> clips = new ArrayList<>();
    private final Map<String, Integer> placeOfClip = new HashMap<>();
    /** Labels and splits, interned since they recur. */
    private final Map<String, String> texts = new HashMap<>();

    /**
     * A row. Values that the manifest lacks are null or blank.
     *
     * @param clip id of the clip; if absent, the id is the path below the root, with the seconds if there are any
     * @param path path of the file, below the root or absolute
     * @param root folder that the path is relative to, if the row states one
     * @param start start of the clip in seconds
     * @param end end of the clip in seconds; infinite for the end of the file
     * @param seconds length of the clip; NaN if the manifest does not give it
     */
    record Row(
            String clip,
            String path,
            String root,
            String start,
            String end,
            String labels,
            String split,
            double seconds) {}

    /**
     * @param root root of rows that name none
     * @param given whether the user named {@code root}, which then applies to all rows
     */
    ManifestRows(RecordingRoot root, boolean given) {
        this.root = root;
        this.given = given;
    }

    /**
     * Adds a row.
     *
     * @param place line or row number, from 1
     * @param what the unit of {@code place}: "line" or "row"
     * @throws IllegalArgumentException describing the problem, if the row is not valid
     */
    void add(int place, String what, Row row) {
        if (isBlank(row.path())) {
            throw new IllegalArgumentException("no path: name a file in each row");
        }
        RecordingRoot base = rootOf(row);
        RecordingRoot.Located file = base.located(row.path().strip());
        if (file.id() == null && isBlank(row.clip())) {
            throw new IllegalArgumentException("path " + PlainText.quote(row.path()) + " is not below the root "
                    + base.uri() + ", so that the clip has no id: give another --root, or ids in a column 'clip'");
        }
        String name = file.id() == null ? file.uri() : file.id();
        String end = isBlank(row.end()) || INFINITE.matcher(row.end()).matches() ? "" : row.end();
        boolean whole = end.isEmpty()
                && (isBlank(row.start()) || ZERO.matcher(row.start()).matches());
        String ranged = whole ? name : ClipId.part(name, text(row.start()), end);
        String id = isBlank(row.clip()) ? ranged : row.clip().strip();
        // As in lists of the command line, seconds after a '#' in the path or id also select a part.
        Optional<ClipId.Part> part = ClipId.part(ranged).or(() -> ClipId.part(id));
        boolean inName = whole && ClipId.part(name).isPresent();
        PlannedClip clip = new PlannedClip(
                id,
                inName ? part.orElseThrow().file() : name,
                inName ? withoutPart(file.uri()) : file.uri(),
                part.map(ClipId.Part::start).orElse(0.0),
                part.map(ClipId.Part::end).orElse(Double.POSITIVE_INFINITY),
                part.map(p -> p.end() - p.start()).orElse(row.seconds()),
                shared(row.labels()),
                shared(row.split()),
                null);
        Integer before = placeOfClip.putIfAbsent(id, place);
        if (before != null) {
            throw new IllegalArgumentException("clip " + PlainText.quote(id) + " is already in " + what + " " + before);
        }
        clips.add(clip);
    }

    private RecordingRoot rootOf(Row row) {
        if (given || isBlank(row.root())) {
            return root;
        }
        return roots.computeIfAbsent(row.root().strip(), folder -> {
            try {
                return RecordingRoot.of(root.files(), folder);
            } catch (IOException e) {
                throw new IllegalArgumentException("root " + PlainText.quote(folder) + ": " + e.getMessage(), e);
            }
        });
    }

    private static String withoutPart(String uri) {
        return uri.substring(0, uri.lastIndexOf('#'));
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }

    private static String text(String field) {
        return field == null ? "" : field;
    }

    private String shared(String text) {
        return isBlank(text) ? null : texts.computeIfAbsent(text.strip(), t -> t);
    }

    /** The clips added so far, in the order of the rows. */
    List<PlannedClip> clips() {
        return clips;
    }
}
