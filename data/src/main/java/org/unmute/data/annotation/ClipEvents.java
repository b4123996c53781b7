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
import org.unmute.models.encoder.RowTimes;

/** The events of clips, from tables that name their recordings. Immutable once it is made. */
final class ClipEvents {
    /** Rounding of times, in seconds, that does not decide. */
    static final double ROUNDING = 1e-6;

    /** What is known of a recording. */
    record Recording(EventIndex events, SparseRecording sparse) {}

    /**
     * A clip.
     *
     * @param recording null if no table names it
     * @param start     of the clip in the recording, in seconds
     * @param open      classes that are somewhere in it, ascending
     */
    record Clip(Recording recording, double start, int[] open) {}

    private final LabelSet classes;
    private final RowTimes times;
    private final boolean joined;
    private final Clip[] clips;
    private final List<String> remarks = new ArrayList<>();
    private final Set<Annotation> used = new LinkedHashSet<>();
    private final CRC32C digest = new CRC32C();
    private int strong;

    private ClipEvents(LabelSet classes, RowTimes times, boolean joined, int clips) {
        this.classes = classes;
        this.times = times;
        this.joined = joined;
        this.clips = new Clip[clips];
        add(classes.names() + " " + times);
    }

    /**
     * The events of clips.
     *
     * @param tables of events, with the classes of the clips; a recording may be in several
     * @param clips  with the ids of a token cache
     * @param cached ids of all clips of the cache
     * @param rows   how many each of the clips has that are sound
     * @param times  of the encoder's rows
     * @param joined whether overlapping events of a class are one, without a band
     * @throws IllegalArgumentException if a name of a table could be any of several recordings
     */
    static ClipEvents of(
            List<LabelFile> tables,
            Manifest clips,
            Set<String> cached,
            IntUnaryOperator rows,
            RowTimes times,
            boolean joined) {
        ClipEvents all =
                new ClipEvents(clips.labels(), times, joined, clips.clips().size());
        Set<String> recordings = new LinkedHashSet<>();
        clips.clips().forEach(clip -> recordings.add(ClipId.recording(clip.file())));
        Set<String> known = new LinkedHashSet<>();
        cached.forEach(id -> known.add(ClipId.recording(id)));
        Map<String, List<Annotation>> eventsOf = new HashMap<>();
        Map<String, SparseRecording> sparseOf = new HashMap<>();
        int[] elsewhere = {0, 0};
        for (LabelFile table : tables) {
            Set<String> names = new LinkedHashSet<>();
            table.manifest().clips().forEach(clip -> names.add(ClipId.recording(clip.file())));
            table.events().forEach(event -> names.add(event.file()));
            FileMatch match = FileMatch.of(names, known);
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
        all.fill(clips, rows, all.recordings(eventsOf, sparseOf), cached);
        return all;
    }

    private Map<String, Recording> recordings(
            Map<String, List<Annotation>> eventsOf, Map<String, SparseRecording> sparseOf) {
        Map<String, Recording> all = new HashMap<>();
        int[] fewer = {0};
        eventsOf.keySet().stream().sorted().forEach(file -> {
            List<Annotation> merged = joined ? joined(eventsOf.get(file)) : eventsOf.get(file);
            fewer[0] += eventsOf.get(file).size() - merged.size();
            all.put(file, new Recording(new EventIndex(merged), sparseOf.get(file)));
            add(file + " " + sparseOf.containsKey(file));
            merged.forEach(e -> add(
                    e.onset() + " " + e.offset() + " " + e.label() + (joined ? "" : " " + e.low() + " " + e.high())));
        });
        if (fewer[0] > 0) {
            remarks.add(fewer[0] + " events overlap or touch another one of their class: each such group is one event");
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

    private void fill(Manifest manifest, IntUnaryOperator rows, Map<String, Recording> recordings, Set<String> cached) {
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
        remark(recordings, cached, cut);
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

    private void remark(Map<String, Recording> recordings, Set<String> cached, Set<Annotation> cut) {
        Map<String, EventIndex> others = stretches(cached, recordings.keySet());
        List<Annotation> outside = new ArrayList<>();
        recordings.forEach((file, recording) -> recording.events.within(0, Double.POSITIVE_INFINITY, e -> {
            double end = Math.max(e.offset(), Math.nextUp(e.onset()));
            if (!used.contains(e)
                    && !(others.containsKey(file) && others.get(file).touches(e.onset(), end))) {
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

    /** The stretches of recordings that are clips of the cache, whichever split they are in. */
    private static Map<String, EventIndex> stretches(Set<String> cached, Set<String> recordings) {
        Map<String, List<Annotation>> all = new HashMap<>();
        for (String id : cached) {
            ClipId.part(id)
                    .filter(part -> recordings.contains(part.file()))
                    .ifPresent(part -> all.computeIfAbsent(part.file(), _ -> new ArrayList<>())
                            .add(new Annotation(part.file(), part.start(), part.end(), "")));
        }
        Map<String, EventIndex> stretches = new HashMap<>();
        all.forEach((file, parts) -> stretches.put(file, new EventIndex(parts)));
        return stretches;
    }

    static String described(Annotation e) {
        return MalformedTableException.quote(e.label()) + " at " + ClipId.seconds(e.onset()) + " to "
                + ClipId.seconds(e.offset()) + " s of " + MalformedTableException.quote(e.file());
    }

    private void add(String text) {
        digest.update((text + '\n').getBytes(StandardCharsets.UTF_8));
    }

    Clip clip(int number) {
        return clips[number];
    }

    int size() {
        return clips.length;
    }

    LabelSet classes() {
        return classes;
    }

    RowTimes times() {
        return times;
    }

    /** How many clips are of recordings that a table names. */
    int strong() {
        return strong;
    }

    /** The events that lie in a clip, each once. */
    Set<Annotation> used() {
        return used;
    }

    /** What was left out, joined, cut off, or counts as a whole. */
    List<String> remarks() {
        return remarks;
    }

    /** A number that differs if events or clips differ. */
    String digest() {
        return Long.toHexString(digest.getValue());
    }
}
