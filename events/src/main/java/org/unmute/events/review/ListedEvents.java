package org.unmute.events.review;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.unmute.data.ClipId;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.strong.EventTable;
import org.unmute.files.Sha256;

/** The events of a folder or a table whose scores are at least a floor, and what is known about their recordings. */
public final class ListedEvents {
    private static final Comparator<ReviewedEvent> ORDER = Comparator.comparing(ReviewedEvent::recording)
            .thenComparingDouble(ReviewedEvent::start)
            .thenComparingDouble(ReviewedEvent::end)
            .thenComparing(ReviewedEvent::label);
    /** Events without a score come last. */
    private static final Comparator<ReviewedEvent> BY_SCORE = Comparator.comparingDouble(
                    (ReviewedEvent e) -> Double.isNaN(e.score()) ? Double.POSITIVE_INFINITY : -e.score())
            .thenComparing(ORDER);

    private final String source;
    private final double floor;
    private final Map<String, Recording> recordings;
    private final Map<String, Double> thresholds;
    private final List<ReviewedEvent> events;
    private final Map<String, List<ReviewedEvent>> byLabel = new TreeMap<>();
    private final Set<ReviewedEvent.Key> keys = new HashSet<>();
    private final Set<ReviewedEvent.Key> confirmed;
    private final String digest;

    /**
     * A recording.
     *
     * @param name   as the list names it
     * @param start  where listening for events began, in seconds
     * @param end    where it ended, in seconds; NaN if unknown
     * @param sha256 of the file's bytes; empty if unknown
     */
    public record Recording(String name, double start, double end, String sha256) {}

    private ListedEvents(
            String source,
            double floor,
            Map<String, Recording> recordings,
            Map<String, Double> thresholds,
            List<ReviewedEvent> all,
            Set<ReviewedEvent.Key> confirmed) {
        this.source = source;
        this.confirmed = confirmed;
        this.floor = floor;
        this.recordings = recordings;
        this.thresholds = thresholds;
        events = all.stream()
                .filter(e -> Double.isNaN(floor) || e.score() >= floor)
                .sorted(ORDER)
                .toList();
        for (ReviewedEvent event : events) {
            if (keys.add(event.key())) {
                byLabel.computeIfAbsent(event.label(), l -> new ArrayList<>()).add(event);
            }
        }
        byLabel.values().forEach(some -> some.sort(BY_SCORE));
        digest = digestOf(events);
    }

    /**
     * Reads the events of a folder of {@code unmute detect}, or those of any table or folder of tables that {@link
     * EventTable} reads.
     *
     * @param floor lowest score; NaN to take all events
     * @throws org.unmute.files.InputException if the folder or table is damaged
     * @throws IOException if it cannot be read
     */
    public static ListedEvents read(Path source, double floor) throws IOException {
        return DetectionFolder.isOne(source) ? detected(source, floor) : of(EventTable.read(source, null), floor);
    }

    private static ListedEvents detected(Path folder, double floor) throws IOException {
        List<ReviewedEvent> all = new ArrayList<>();
        DetectionState.Events detected = DetectionState.Events.read(folder, (id, label, event) -> {
            if (Double.isNaN(floor) || event.score() >= floor) {
                all.add(new ReviewedEvent(
                        ClipId.recording(id),
                        event.onset(),
                        event.offset(),
                        label,
                        event.band().low(),
                        event.band().high(),
                        event.score(),
                        event.peak()));
            }
        });
        Map<String, Recording> recordings = new LinkedHashMap<>();
        detected.recordings().forEach((id, result) -> {
            double start = result.read().start();
            Recording own = new Recording(
                    ClipId.recording(id), start, start + result.read().seconds(), result.sha256());
            recordings.merge(
                    own.name(),
                    own,
                    (a, b) -> new Recording(
                            a.name(), Math.min(a.start(), b.start()), Math.max(a.end(), b.end()), a.sha256()));
        });
        Set<ReviewedEvent.Key> confirmed = new HashSet<>();
        Map<String, EarlierVerdicts.OfRecording> earlier = new HashMap<>();
        recordings.forEach((name, r) -> earlier.put(name, detected.earlier().of(name, r.sha256())));
        all.stream()
                .filter(e -> earlier.get(e.recording()).isConfirmed(e.label(), e.start(), e.end()))
                .forEach(e -> confirmed.add(e.key()));
        return new ListedEvents(folder.toString(), floor, recordings, detected.thresholds(), all, confirmed);
    }

    /** The events of a table; those without a label are left out. */
    public static ListedEvents of(EventTable table, double floor) {
        List<ReviewedEvent> all = new ArrayList<>();
        for (Annotation a : table.events()) {
            if (!a.label().isBlank()) {
                all.add(new ReviewedEvent(
                        a.file(), a.onset(), a.offset(), a.label(), a.low(), a.high(), a.score(), Double.NaN));
            }
        }
        Map<String, Recording> recordings = new LinkedHashMap<>();
        table.recordings().forEach(name -> recordings.put(name, new Recording(name, 0, Double.NaN, "")));
        return new ListedEvents(table.source(), floor, recordings, Map.of(), all, Set.of());
    }

    /** The list with ends of recordings that were not known, in seconds by name. */
    public ListedEvents withEnds(Map<String, Double> ends) {
        Map<String, Recording> all = new LinkedHashMap<>(recordings);
        all.replaceAll((name, r) -> Double.isNaN(r.end()) && ends.containsKey(name)
                ? new Recording(name, r.start(), ends.get(name), r.sha256())
                : r);
        return new ListedEvents(source, floor, all, thresholds, events, confirmed);
    }

    private static String digestOf(List<ReviewedEvent> events) {
        MessageDigest digest = Sha256.digest();
        for (ReviewedEvent e : events) {
            String line =
                    e.recording() + '\t' + e.start() + '\t' + e.end() + '\t' + e.label() + '\t' + e.score() + '\n';
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Where the events are from, for messages. */
    public String source() {
        return source;
    }

    /** Lowest score of a listed event; NaN if events of all scores are listed. */
    public double floor() {
        return floor;
    }

    /** SHA-256 of the list: recordings, times, classes and scores of the events. */
    public String digest() {
        return digest;
    }

    /** All events, by recording, times and class. */
    public List<ReviewedEvent> events() {
        return events;
    }

    /** The classes that have events, sorted. */
    public List<String> labels() {
        return List.copyOf(byLabel.keySet());
    }

    /** The events of a class from the highest score down; empty if it has none. */
    public List<ReviewedEvent> of(String label) {
        return List.copyOf(byLabel.getOrDefault(label, List.of()));
    }

    /** Whether an event is listed. */
    public boolean has(ReviewedEvent.Key event) {
        return keys.contains(event);
    }

    /** Whether a listener confirmed an event in an earlier review, so that it is not asked again. */
    public boolean isConfirmed(ReviewedEvent.Key event) {
        return confirmed.contains(event);
    }

    /** How many events a listener confirmed in an earlier review. */
    public int confirmed() {
        return confirmed.size();
    }

    /** The recordings by name, those without events included. */
    public Map<String, Recording> recordings() {
        return Map.copyOf(recordings);
    }

    /** The score above which events of a class are reported; NaN if the list does not tell. */
    public double threshold(String label) {
        return thresholds.getOrDefault(label, Double.NaN);
    }
}
