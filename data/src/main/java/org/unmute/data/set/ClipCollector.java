package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.AudioClip;

/** Collects the clips of a part, including those left out, while its lists are read. */
final class ClipCollector {
    private static final int NAMED = 5;

    private final DatasetInfo info;
    private final Part part;
    private final Path root;
    private final ReadOptions options;
    private final LabelSet labels;

    private final List<Reading.Clip> clips = new ArrayList<>();
    private final List<Reading.Problem> missing = new ArrayList<>();
    private final List<Reading.Problem> unusable = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final Map<String, String> placeOf = new HashMap<>();
    private int passedOver;

    ClipCollector(DatasetInfo info, Part part, Path root, ReadOptions options, LabelSet labels) {
        this.info = info;
        this.part = part;
        this.root = root;
        this.options = options;
        this.labels = labels;
    }

    Part part() {
        return part;
    }

    Path root() {
        return root;
    }

    ReadOptions options() {
        return options;
    }

    /**
     * Lists the recordings of a folder.
     *
     * @throws DatasetException if the folder is missing
     */
    AudioFolder recordings(Path folder) throws IOException {
        return AudioFolder.of(info, folder);
    }

    /** Adds a whole file, which is missing if {@code audio} is null or not a file. */
    void file(Place place, String name, Path audio, Collection<String> wanted) throws IOException {
        part(place, name, audio, 0, Double.POSITIVE_INFINITY, wanted);
    }

    /**
     * Adds a whole file with the times of its events.
     *
     * @param events null if unknown
     */
    void file(Place place, String name, Path audio, Collection<String> wanted, List<Reading.Event> events)
            throws IOException {
        add(place, name, audio, 0, Double.POSITIVE_INFINITY, wanted, List.of(), events);
    }

    /**
     * Parses an event of a list.
     *
     * @return null if both times are blank
     * @throws MalformedTableException if they are not numbers of seconds, or not in order
     */
    static Reading.Event event(Place place, String onset, String offset, String label) throws MalformedTableException {
        if (onset.isBlank() && offset.isBlank()) {
            return null;
        }
        return place.checked(() -> new Reading.Event(seconds(onset), seconds(offset), label.strip()));
    }

    private static double seconds(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "start and end of an event are seconds, not " + MalformedTableException.quote(text), e);
        }
    }

    /**
     * Adds a part of a file.
     *
     * @param name the name in the list
     * @param audio the file, which is missing if this is null or not a file
     * @throws MalformedTableException for an unknown label or a repeated clip
     */
    void part(Place place, String name, Path audio, double start, double end, Collection<String> wanted)
            throws IOException {
        add(place, name, audio, start, end, wanted, List.of(), null);
    }

    /** As above, for a part with unknown classes as in {@link LabelledClip#unknown}. */
    void part(
            Place place,
            String name,
            Path audio,
            double start,
            double end,
            Collection<String> wanted,
            List<String> unknown)
            throws IOException {
        add(place, name, audio, start, end, wanted, unknown, null);
    }

    private void add(
            Place place,
            String name,
            Path audio,
            double start,
            double end,
            Collection<String> wanted,
            List<String> unknown,
            List<Reading.Event> events)
            throws IOException {
        for (String label : wanted) {
            checkLabel(place, label);
        }
        for (String label : unknown.equals(LabelledClip.OTHERS) ? List.<String>of() : unknown) {
            checkLabel(place, label);
        }
        boolean whole = start == 0 && end == Double.POSITIVE_INFINITY;
        String key = whole ? name : ClipId.part(name, start, end);
        String before = placeOf.putIfAbsent(key, belowRoot(place));
        if (before != null) {
            throw place.wrong("clip " + MalformedTableException.quote(key) + " is already in " + before);
        }
        if (audio == null || !RegularFile.isFile(audio)) {
            missing.add(new Reading.Problem(belowRoot(place), key, "no such recording"));
            return;
        }
        if (Files.size(audio) == 0) {
            unusable(place, key, "the file is empty: " + audio);
            return;
        }
        String id = place.checked(() -> ClipId.of(root.relativize(audio).toString()));
        AudioClip clip =
                whole ? new AudioClip(id, audio) : new AudioClip(ClipId.part(id, start, end), audio, start, end);
        clips.add(new Reading.Clip(clip, List.copyOf(new LinkedHashSet<>(wanted)), unknown, events));
    }

    private String belowRoot(Place place) {
        return root.relativize(place.file()) + (place.line() > 0 ? ":" + place.line() : "");
    }

    void checkLabel(Place place, String label) throws MalformedTableException {
        if (labels.indexOf(label) < 0) {
            throw place.wrong("unknown label " + MalformedTableException.quote(label) + ": it is none of the "
                    + labels.size() + " classes of " + info.name());
        }
    }

    void unusable(Place place, String name, String reason) {
        unusable.add(new Reading.Problem(belowRoot(place), name, reason));
    }

    /** Counts clips that are listed but not used. */
    void passedOver(int clips) {
        passedOver += clips;
    }

    void remark(String text) {
        remarks.add(text);
    }

    /** @throws DatasetException if no clip is left, or too many were left out */
    Reading finish() throws DatasetException {
        int left = missing.size() + unusable.size();
        int listed = clips.size() + left + passedOver;
        double limit = Double.isNaN(options.maxMissing()) ? info.missingShare() : options.maxMissing();
        if (clips.isEmpty() || left > limit * listed) {
            List<Reading.Problem> all = new ArrayList<>(missing);
            all.addAll(unusable);
            if (all.isEmpty()) {
                throw new DatasetException(
                        info.name(), "the lists in " + root + " name no clips of the part " + part.label());
            }
            throw new DatasetException(
                    info.name(),
                    missing.size() + " of " + listed + " clips of the part " + part.label() + " are missing in "
                            + root + (unusable.isEmpty() ? "" : ", " + unusable.size() + " cannot be used") + "; up to "
                            + (long) (limit * listed) + " may be: " + named(all)
                            + ": unpack all archives of the set, or allow more with --max-missing (a share from 0 to"
                            + " 1)");
        }
        return new Reading(info, part, root, labels, clips, new Reading.Report(listed, missing, unusable, remarks));
    }

    private static String named(List<Reading.Problem> all) {
        String first = all.stream().limit(NAMED).map(Reading.Problem::toString).collect(Collectors.joining("; "));
        return first + (all.size() > NAMED ? "; …" : "");
    }
}
