package org.unmute.data.annotation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32C;
import org.unmute.data.ClipId;
import org.unmute.data.FileMatch;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.SparseRecording.Span;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.train.RowTargets;

/**
 * Targets of token rows from events in time. Overlapping events of a class in a recording are one. A clip of a
 * recording that no table names is known only as a whole; so is a class that a clip is labelled with, but no event of
 * which lies in it. In a sparse recording ({@link Coverage}) rows are known where somebody looked. Immutable and
 * thread-safe.
 */
public final class EventRows implements RowTargets {
    /** Rounding of times, in seconds, that does not decide. */
    private static final double ROUNDING = 1e-6;

    /** Rounding of seconds in floating point. */
    private static final double EXACT = 1e-9;

    /** What becomes of a row of which an event covers a part. */
    public enum Edges {
        /** Its target is the share that is covered. */
        SHARE,
        /** It is not known. */
        OPEN,
        /**
         * It has the class if its beginning lies in the event, both ends of which belong to it, as BAT_ICML2026 labels
         * frames (paper, section 9.1): an event between the beginnings of two rows has none.
         */
        START
    }

    /** What is known of a recording. */
    private record Recording(EventIndex events, SparseRecording sparse) {}

    /**
     * A clip.
     *
     * @param recording null if no table names it
     * @param start     of the clip in the recording, in seconds
     * @param open      classes that are somewhere in it, ascending
     */
    private record Clip(Recording recording, double start, int[] open) {}

    private final LabelSet classes;
    private final RowTimes times;
    private final Edges edges;
    private final Clip[] clips;
    private final List<String> remarks = new ArrayList<>();
    private final CRC32C digest = new CRC32C();
    private int strong;

    private EventRows(LabelSet classes, RowTimes times, Edges edges, int clips) {
        this.classes = classes;
        this.times = times;
        this.edges = edges;
        this.clips = new Clip[clips];
        add(classes.names() + " " + times + " " + edges);
    }

    /**
     * The rows of clips.
     *
     * @param tables of events, with the classes of the clips; a recording may be in several
     * @param clips  with the ids of a token cache
     * @param cached recordings of the cache, those of the clips among them
     * @param rows   how many each of them has that are sound
     * @param times  of the encoder's rows
     * @throws IllegalArgumentException if a name of a table could be any of several recordings
     */
    public static EventRows of(
            List<LabelFile> tables,
            Manifest clips,
            Set<String> cached,
            IntUnaryOperator rows,
            RowTimes times,
            Edges edges) {
        EventRows all =
                new EventRows(clips.labels(), times, edges, clips.clips().size());
        Set<String> recordings = new LinkedHashSet<>();
        clips.clips().forEach(clip -> recordings.add(ClipId.recording(clip.file())));
        Map<String, List<Annotation>> eventsOf = new HashMap<>();
        Map<String, SparseRecording> sparseOf = new HashMap<>();
        int[] elsewhere = {0, 0};
        for (LabelFile table : tables) {
            Set<String> names = new LinkedHashSet<>();
            table.manifest().clips().forEach(clip -> names.add(ClipId.recording(clip.file())));
            table.events().forEach(event -> names.add(event.file()));
            FileMatch match = FileMatch.of(names, cached);
            for (String name : names) {
                String file = match.file(name);
                if (recordings.contains(file)) {
                    eventsOf.computeIfAbsent(file, _ -> new ArrayList<>());
                } else if (file == null) {
                    elsewhere[0]++;
                }
            }
            Map<String, List<Annotation>> own = new HashMap<>();
            for (Annotation event : table.events()) {
                String file = match.file(event.file());
                if (recordings.contains(file)) {
                    eventsOf.get(file).add(event.in(file));
                    own.computeIfAbsent(event.file(), _ -> new ArrayList<>()).add(event);
                } else if (file == null) {
                    elsewhere[1]++;
                }
            }
            for (String name : table.coverage().sparse()) {
                if (match.file(name) != null) {
                    sparseOf.put(
                            match.file(name),
                            table.coverage()
                                    .recording(
                                            name,
                                            own.getOrDefault(name, List.of()),
                                            clips.labels(),
                                            ShareRule.DEFAULT));
                }
            }
        }
        if (elsewhere[1] > 0) {
            all.remarks.add(elsewhere[1] + " events of " + elsewhere[0]
                    + " recordings are in no clip: the token cache has none of" + " these recordings");
        }
        all.fill(clips, rows, all.recordings(eventsOf, sparseOf));
        return all;
    }

    private Map<String, Recording> recordings(
            Map<String, List<Annotation>> eventsOf, Map<String, SparseRecording> sparseOf) {
        Map<String, Recording> all = new HashMap<>();
        int[] joined = {0};
        eventsOf.keySet().stream().sorted().forEach(file -> {
            List<Annotation> merged = joined(eventsOf.get(file));
            joined[0] += eventsOf.get(file).size() - merged.size();
            all.put(file, new Recording(new EventIndex(merged), sparseOf.get(file)));
            add(file + " " + sparseOf.containsKey(file));
            merged.forEach(e -> add(e.onset() + " " + e.offset() + " " + e.label()));
        });
        if (joined[0] > 0) {
            remarks.add(
                    joined[0] + " events overlap or touch another one of their class: each such group is one event");
        }
        return all;
    }

    /** Events of which those of a class do not touch. */
    private static List<Annotation> joined(List<Annotation> events) {
        Map<String, List<Annotation>> byLabel = new HashMap<>();
        events.forEach(
                e -> byLabel.computeIfAbsent(e.label(), _ -> new ArrayList<>()).add(e));
        List<Annotation> all = new ArrayList<>();
        byLabel.forEach((label, own) -> {
            own.stream().filter(Annotation::isWhole).limit(1).forEach(all::add);
            Annotation last = null;
            for (Annotation e : own.stream()
                    .filter(e -> !e.isWhole())
                    .sorted(Comparator.comparingDouble(Annotation::onset))
                    .toList()) {
                if (last != null && e.onset() <= last.offset()) {
                    all.removeLast();
                    last = new Annotation(e.file(), last.onset(), Math.max(last.offset(), e.offset()), label);
                } else {
                    last = e;
                }
                all.add(last);
            }
        });
        all.sort(Comparator.comparingDouble(Annotation::onset).thenComparing(Annotation::label));
        return all;
    }

    private void fill(Manifest manifest, IntUnaryOperator rows, Map<String, Recording> recordings) {
        Set<Annotation> used = new LinkedHashSet<>();
        Set<Annotation> cut = new LinkedHashSet<>();
        int weak = 0;
        int untimed = 0;
        for (int i = 0; i < clips.length; i++) {
            LabelledClip clip = manifest.clips().get(i);
            Recording recording = recordings.get(ClipId.recording(clip.file()));
            ClipId.Part part = ClipId.part(clip.file()).orElse(null);
            double start = part == null ? 0 : part.start();
            add(clip.file());
            if (recording == null) {
                clips[i] = new Clip(null, start, new int[0]);
                weak++;
                continue;
            }
            strong++;
            double end = start + times.seconds(rows.applyAsInt(i));
            Set<String> timed = new LinkedHashSet<>();
            recording.events.within(start, end, e -> {
                used.add(e);
                if (!e.isWhole()) {
                    timed.add(e.label());
                    if (part == null && e.offset() > end + times.rowSeconds()) {
                        cut.add(e);
                    }
                }
            });
            int[] open = clip.labels().stream()
                    .filter(label -> !timed.contains(label))
                    .mapToInt(classes::indexOf)
                    .sorted()
                    .toArray();
            untimed += open.length;
            add(Arrays.toString(open));
            clips[i] = new Clip(recording, start, open);
        }
        remark(recordings, used, cut);
        if (weak > 0) {
            remarks.add(weak + " clips are of recordings that no table of events names: they count as a whole, by their"
                    + " maximum over time");
        }
        if (untimed > 0) {
            remarks.add(
                    untimed + " times a clip has a class of which no event lies in it: the class counts for the clip"
                            + " as a whole, by its maximum over time");
        }
    }

    private void remark(Map<String, Recording> recordings, Set<Annotation> used, Set<Annotation> cut) {
        List<Annotation> outside = new ArrayList<>();
        recordings
                .values()
                .forEach(r -> r.events.within(0, Double.POSITIVE_INFINITY, e -> {
                    if (!used.contains(e)) {
                        outside.add(e);
                    }
                }));
        if (!outside.isEmpty()) {
            remarks.add(
                    outside.size() + " events lie in no clip, beyond the end of their recording or between clips, and"
                            + " are left out, such as " + described(outside.getFirst()));
        }
        if (!cut.isEmpty()) {
            remarks.add(cut.size() + " events end after their recording and are cut off there, such as "
                    + described(cut.iterator().next()));
        }
    }

    private static String described(Annotation e) {
        return MalformedTableException.quote(e.label()) + " at " + ClipId.seconds(e.onset()) + " to "
                + ClipId.seconds(e.offset()) + " s of " + MalformedTableException.quote(e.file());
    }

    private void add(String text) {
        digest.update((text + '\n').getBytes(StandardCharsets.UTF_8));
    }

    /** How many clips have rows of which something is known. */
    public int strong() {
        return strong;
    }

    /** What a user should know: what was left out, joined, cut off, or counts as a whole. */
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    @Override
    public boolean read(int clip, int rows, float[] to, int at) {
        Clip own = clips[clip];
        if (own.recording == null) {
            return false;
        }
        int n = classes.size();
        Arrays.fill(to, at, at + rows * n, 0);
        for (int c : own.open) {
            for (int t = 0; t < rows; t++) {
                to[at + t * n + c] = Float.NaN;
            }
        }
        double[] begins = new double[rows + 1];
        Arrays.setAll(begins, t -> own.start + times.seconds(t));
        if (own.recording.sparse != null) {
            hide(own.recording.sparse, begins, to, at);
        }
        own.recording.events.within(begins[0], begins[rows], e -> {
            if (!e.isWhole()) {
                mark(e, begins, to, at);
            }
        });
        if (edges == Edges.OPEN) {
            for (int i = at; i < at + rows * n; i++) {
                to[i] = to[i] > ROUNDING && to[i] < 1 - ROUNDING ? Float.NaN : to[i];
            }
        }
        return true;
    }

    /** Makes rows at which nobody looked unknown, except of classes that are complete. */
    private void hide(SparseRecording sparse, double[] begins, float[] to, int at) {
        int n = classes.size();
        boolean[] complete = new boolean[n];
        for (int c = 0; c < n; c++) {
            complete[c] = sparse.isComplete(classes.names().get(c));
        }
        List<Span> known = sparse.known();
        int next = 0;
        for (int t = 0; t < begins.length - 1; t++) {
            while (next < known.size() && known.get(next).end() < begins[t + 1] - ROUNDING) {
                next++;
            }
            if (next == known.size() || known.get(next).start() > begins[t] + ROUNDING) {
                for (int c = 0; c < n; c++) {
                    to[at + t * n + c] = complete[c] ? to[at + t * n + c] : Float.NaN;
                }
            }
        }
    }

    private void mark(Annotation e, double[] begins, float[] to, int at) {
        int n = classes.size();
        int c = e.label().isEmpty() ? -1 : classes.indexOf(e.label());
        int first = Math.max(0, Math.abs(Arrays.binarySearch(begins, e.onset()) + 1) - 1);
        for (int t = first; t < begins.length - 1 && begins[t] <= e.offset() + EXACT; t++) {
            double length = begins[t + 1] - begins[t];
            double share = (Math.min(e.offset(), begins[t + 1]) - Math.max(e.onset(), begins[t])) / length;
            if (c < 0) {
                // Something sounds there that nobody named.
                for (int k = 0; k < n && share > ROUNDING; k++) {
                    to[at + t * n + k] = Float.NaN;
                }
            } else if (edges == Edges.START) {
                boolean in = e.onset() <= begins[t] + EXACT && begins[t] <= e.offset() + EXACT;
                to[at + t * n + c] = in ? 1 : to[at + t * n + c];
            } else if (e.onset() == e.offset()) {
                // A point says that the class is there, not for how long.
                to[at + t * n + c] = Float.NaN;
            } else if (share > ROUNDING) {
                float sum = to[at + t * n + c] + (float) Math.min(1, share);
                to[at + t * n + c] = Float.isNaN(sum) && share > 1 - ROUNDING ? 1 : sum > 1 - ROUNDING ? 1 : sum;
            }
        }
    }

    @Override
    public String fingerprint() {
        return "events-" + clips.length + "-" + Long.toHexString(digest.getValue());
    }
}
