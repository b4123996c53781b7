package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.unmute.data.ClipId;
import org.unmute.data.FileMatch;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.files.PlainText;

/** Makes training clips from annotated recordings. */
public final class ClipPlan {
    /** An event that begins more than this many seconds after the end of its recording is not a rounding error. */
    private static final double BEYOND = 0.1;

    private final LabelFile labels;
    private final FileMatch files;
    private final List<String> missing = new ArrayList<>();
    private final Map<String, String> splitOf = new LinkedHashMap<>();
    private final Map<String, String> groupOf = new HashMap<>();
    private final Map<String, List<Annotation>> eventsOf = new HashMap<>();
    /** The name that the labels use for each recording that they name. */
    private final Map<String, String> nameOf = new HashMap<>();

    private final List<String> unnamed;

    /**
     * Matches labels to recordings.
     *
     * @param recordings ids of the existing recordings
     * @throws IllegalArgumentException if a name could be any of several recordings, or two names are the same
     *     recording
     */
    public ClipPlan(LabelFile labels, Collection<String> recordings) {
        this.labels = labels;
        Map<String, String> splitOfName = new LinkedHashMap<>();
        for (LabelledClip clip : labels.manifest().clips()) {
            splitOfName.putIfAbsent(ClipId.recording(clip.file()), clip.split());
        }
        files = FileMatch.of(splitOfName.keySet(), recordings);
        splitOfName.forEach((name, split) -> {
            String id = files.file(name);
            if (id == null) {
                missing.add(name);
                return;
            }
            String other = nameOf.putIfAbsent(id, name);
            if (other != null) {
                throw new IllegalArgumentException("labels: " + PlainText.of(other) + " and "
                        + PlainText.of(name) + " are both the recording " + PlainText.of(id)
                        + ": write one name into the labels");
            }
            splitOf.put(id, split);
        });
        for (LabelledClip clip : labels.manifest().clips()) {
            groupOf.putIfAbsent(files.file(ClipId.recording(clip.file())), clip.group());
        }
        for (Annotation event : labels.events()) {
            String id = files.file(event.file());
            if (id != null) {
                eventsOf.computeIfAbsent(id, i -> new ArrayList<>()).add(event);
            }
        }
        unnamed = recordings.stream()
                .filter(id -> !splitOf.containsKey(id))
                .sorted()
                .toList();
    }

    /** Recordings that the labels name but that do not exist. */
    public List<String> missing() {
        return List.copyOf(missing);
    }

    /** Recordings that the labels do not name. */
    public List<String> unnamed() {
        return unnamed;
    }

    /** Recordings that the labels name, in their order. */
    public List<String> recordings() {
        return List.copyOf(splitOf.keySet());
    }

    /** Treats the recordings that the labels do not name as recordings without events. */
    public void includeUnnamed() {
        unnamed.forEach(id -> splitOf.put(id, ""));
    }

    /** The recording that a name in the labels stands for; null if it does not exist. */
    public String recordingOf(String name) {
        return files.file(name);
    }

    /** Whether only the ends of paths were compared. */
    public boolean byEndOfPath() {
        return files.byEnd();
    }

    /**
     * The clips.
     *
     * @param manifest the clips that are kept
     * @param without  number of clips without an event, kept or not
     * @param dropped  number of these clips that were not kept
     * @param partial  clips left out because they contain part of an event that is too short for a label
     * @param beyond   events that begin after the end of their recording, by recording
     * @param nothing  clips left out because all their classes are unknown
     * @param unknown  seconds outside the marks and their margins, from which no clips are taken
     */
    public record Clips(
            Manifest manifest,
            int without,
            int dropped,
            int partial,
            Map<String, Integer> beyond,
            int nothing,
            double unknown) {}

    /** Counters that are kept while clips are made. */
    private static final class Counts {
        private int partial;
        private final Map<String, Integer> beyond = new LinkedHashMap<>();
        private int nothing;
        private double unknown;
    }

    /** Whether only parts of a recording were annotated. */
    public boolean isSparse(String recording) {
        String name = nameOf.get(recording);
        return name != null && labels.coverage().isSparse(name);
    }

    /** The events of a recording with their times, in the order of the labels; empty if the rows are clips. */
    public List<Annotation> marks(String recording) {
        return labels.form() != LabelFile.Form.EVENTS
                ? List.of()
                : eventsOf.getOrDefault(recording, List.of()).stream()
                        .filter(event -> !event.isWhole())
                        .toList();
    }

    /**
     * The clips that the rows of the labels describe.
     *
     * @param negatives share of the clips without a label that are kept, 0 to 1
     * @param seed      selects those clips
     */
    public Clips rows(double negatives, long seed) {
        List<LabelledClip> clips = new ArrayList<>();
        Counts counts = new Counts();
        for (LabelledClip clip : labels.manifest().clips()) {
            String name = ClipId.recording(clip.file());
            String id = files.file(name);
            if (id != null && clip.saysNothing(labels.manifest().labels())) {
                counts.nothing++;
            } else if (id != null) {
                clips.add(clip.as(id + clip.file().substring(name.length()), clip.split()));
            }
        }
        Set<String> named = new LinkedHashSet<>(files.files());
        splitOf.keySet().stream()
                .filter(id -> !named.contains(id))
                .forEach(id -> clips.add(new LabelledClip(id, "", List.of())));
        return kept(clips, negatives, seed, counts);
    }

    /**
     * Cuts the recordings.
     *
     * @param seconds   length of each recording; recordings without a length are left out
     * @param negatives share of the clips without an event that are kept, 0 to 1
     * @param seed      selects those clips
     */
    public Clips cut(ClipCutter cutter, Map<String, Double> seconds, double negatives, long seed) {
        requireOneSplit();
        if (labels.form() != LabelFile.Form.EVENTS) {
            labels.manifest().requireKnown("cut clips of labels into others");
        }
        List<LabelledClip> clips = new ArrayList<>();
        Counts counts = new Counts();
        for (Map.Entry<String, String> one : splitOf.entrySet()) {
            Double length = seconds.get(one.getKey());
            if (length == null) {
                continue;
            }
            List<Annotation> events = eventsOf.getOrDefault(one.getKey(), List.of());
            int after = (int)
                    events.stream().filter(e -> e.onset() > length + BEYOND).count();
            if (after > 0) {
                counts.beyond.put(one.getKey(), after);
            }
            if (isSparse(one.getKey())) {
                around(cutter, one.getKey(), length, clips, counts);
                continue;
            }
            for (ClipCutter.Clip clip : cutter.cut(length, events)) {
                if (clip.partial()) {
                    counts.partial++;
                } else {
                    String id = ClipId.part(one.getKey(), clip.start(), clip.end());
                    clips.add(new LabelledClip(id, one.getValue(), clip.labels()).in(group(one.getKey())));
                }
            }
        }
        return kept(clips, negatives, seed, counts);
    }

    /** Adds the clips of a sparsely annotated recording. */
    private void around(ClipCutter cutter, String id, double seconds, List<LabelledClip> clips, Counts counts) {
        List<Annotation> events = eventsOf.getOrDefault(id, List.of()).stream()
                .filter(event -> event.onset() < seconds)
                .toList();
        LabelSet classes = labels.manifest().labels();
        SparseRecording recording = labels.coverage().recording(nameOf.get(id), events, classes, cutter.rule());
        counts.unknown += recording.unknownOf(seconds);
        for (SparseRecording.Span span : MarkedClips.of(cutter, seconds, recording)) {
            LabelledClip clip = recording
                    .at(span.start(), span.end())
                    .clip(ClipId.part(id, span.start(), span.end()), splitOf.get(id))
                    .in(group(id));
            if (clip.saysNothing(classes)) {
                counts.nothing++;
            } else {
                clips.add(clip);
            }
        }
    }

    private String group(String id) {
        return groupOf.getOrDefault(id, "");
    }

    private void requireOneSplit() {
        Map<String, String> seen = new HashMap<>();
        for (LabelledClip clip : labels.manifest().clips()) {
            String before = seen.putIfAbsent(ClipId.recording(clip.file()), clip.split());
            if (before != null && !before.equals(clip.split())) {
                throw new IllegalArgumentException("labels: recording "
                        + PlainText.of(ClipId.recording(clip.file())) + " is in the splits '"
                        + PlainText.of(before) + "' and '" + PlainText.of(clip.split())
                        + "', so its clips would be in both: keep the rows as clips, or give the recordings new"
                        + " splits");
            }
        }
    }

    private Clips kept(List<LabelledClip> clips, double negatives, long seed, Counts counts) {
        List<Integer> without = new ArrayList<>();
        for (int i = 0; i < clips.size(); i++) {
            if (clips.get(i).labels().isEmpty()) {
                without.add(i);
            }
        }
        int keep = (int) Math.round(negatives * without.size());
        Set<Integer> dropped = new LinkedHashSet<>();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < without.size() - keep; i++) {
            int other = i + random.nextInt(without.size() - i);
            dropped.add(without.get(other));
            without.set(other, without.get(i));
        }
        List<LabelledClip> kept = new ArrayList<>();
        for (int i = 0; i < clips.size(); i++) {
            if (!dropped.contains(i)) {
                kept.add(clips.get(i));
            }
        }
        return new Clips(
                new Manifest(kept, labels.manifest().labels()),
                keep + dropped.size(),
                dropped.size(),
                counts.partial,
                Map.copyOf(counts.beyond),
                counts.nothing,
                counts.unknown);
    }
}
