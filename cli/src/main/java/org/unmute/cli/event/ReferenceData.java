package org.unmute.cli.event;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.LabelOptions;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.RecordingNames;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.strong.EventTable;
import org.unmute.events.strong.MatchedEvents;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.SoundBox;
import org.unmute.metrics.event.SoundEvent;

/** The reference given by the options: its events, the recordings that count, and their lengths. */
final class ReferenceData {
    /** Minimum length of a recording, in seconds. */
    private static final double MIN_SECONDS = 1e-3;
    /** Tolerance, in seconds, for events that end after their recording; later ends are reported. */
    private static final double ROUNDING = 1e-3;

    private final LabelOptions.Strong labelled;
    private final EventTable table;
    private final Optional<RecordingLengths> lengths;
    private final List<String> remarks = new ArrayList<>();

    /**
     * Recordings that count, with their events.
     *
     * @param ids     ids of the recordings, in order
     * @param classes classes of the reference
     * @param boxes   events of these recordings and classes
     */
    record Chosen(List<String> ids, List<String> classes, List<SoundBox> boxes) {
        List<SoundEvent> events() {
            return boxes.stream().map(SoundBox::event).toList();
        }
    }

    private ReferenceData(LabelOptions.Strong labelled, EventTable table, Optional<RecordingLengths> lengths) {
        this.labelled = labelled;
        this.table = table;
        this.lengths = lengths;
    }

    /**
     * Reads the inputs that the options name.
     *
     * @param classes classes of the scores, which the labels must all have; null to use those of the labels
     */
    static ReferenceData read(
            EventEvalOptions options,
            LabelOptions labels,
            List<String> classes,
            List<String> splits,
            RunRecord record,
            PrintWriter err)
            throws IOException {
        LabelOptions.Strong labelled = labels.given() ? labels.readStrong(classes, splits, record, err) : null;
        EventTable table;
        if (options.ofDataset()) {
            if (labelled == null || labelled.events() == null) {
                throw CommandException.usage("--events needs a table of events"
                        + (labelled == null ? "" : ": " + labels.source() + " has no labels with times")
                        + ": --events REF");
            }
            table = options.renamed(labelled.events());
        } else {
            table = options.table(options.reference(), labelled == null ? labels.labelColumn() : null);
            if (Files.isRegularFile(options.reference())) {
                record.input(options.reference());
            }
        }
        Optional<RecordingLengths> lengths = RecordingLengths.of(options);
        if (lengths.isEmpty() && labelled != null && !labelled.clips().isEmpty()) {
            lengths = Optional.of(RecordingLengths.ofClips(labels.source(), labelled.clips()));
        }
        return new ReferenceData(labelled, table, lengths);
    }

    /** Remarks on what was left out. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** Whether the lengths of recordings are known. */
    boolean hasLengths() {
        return lengths.isPresent();
    }

    /**
     * Chooses the recordings that count among those with scores: the recordings of the labels or, without labels, those
     * named in the reference or the table of lengths.
     *
     * @param where where the scores are, for messages
     * @throws CommandException if no recording counts, or none of them has events
     */
    Chosen among(List<String> available, List<String> classes, String where) {
        List<String> ids = labelled == null ? available : ofLabels(available, where);
        MatchedEvents matched = matched(table, ids, classes);
        Remarks.add(remarks, matched, "reference events", where);
        if (labelled == null) {
            Set<String> counted = new LinkedHashSet<>(matched.recordings());
            RecordingNames names = new RecordingNames(ids);
            for (String listed : lengths.map(RecordingLengths::listed).orElse(List.of())) {
                find(names, listed).ifPresent(counted::add);
            }
            int others = ids.size() - counted.size();
            if (others > 0 && !counted.isEmpty()) {
                remarks.add(others + " recordings " + where + " are not named in " + table.source()
                        + " and do not count: one without events needs a row with empty cells there, or a row in"
                        + " --durations");
            }
            ids = ids.stream().filter(counted::contains).toList();
        }
        requireEvents(matched, ids, classes, where);
        return new Chosen(ids, classes, matched.boxes());
    }

    private List<String> ofLabels(List<String> available, String where) {
        var found = LabelOptions.matched(labelled.labels(), available);
        if (!found.missing().isEmpty()) {
            remarks.add(found.missing().size() + " labelled recordings are not " + where + " and do not count: "
                    + Remarks.names(found.missing()));
        }
        if (!labelled.labels().isKnown() && !found.remark().isEmpty()) {
            remarks.add(found.remark());
        }
        return found.manifest().clips().stream().map(LabelledClip::file).toList();
    }

    /** All recordings and classes of the reference. */
    Chosen whole() {
        Set<String> ids =
                new LinkedHashSet<>(lengths.map(RecordingLengths::listed).orElse(List.of()));
        List<String> classes;
        if (labelled != null) {
            ids.clear();
            labelled.labels().clips().forEach(c -> ids.add(c.file()));
            classes = labelled.labels().labels().names();
        } else {
            RecordingNames listed = new RecordingNames(ids);
            table.recordings().stream().filter(r -> find(listed, r).isEmpty()).forEach(ids::add);
            classes = List.copyOf(new TreeSet<>(table.events().stream()
                    .map(Annotation::label)
                    .filter(l -> !l.isBlank())
                    .toList()));
        }
        MatchedEvents matched = matched(table, ids, classes);
        Remarks.add(remarks, matched, "reference events", "among the labelled recordings");
        requireEvents(matched, List.copyOf(ids), classes, "among the labelled recordings");
        return new Chosen(List.copyOf(ids), classes, matched.boxes());
    }

    /** The detections of the chosen recordings and classes. */
    List<SoundBox> detections(EventTable detected, Chosen chosen) {
        MatchedEvents matched = matched(detected, chosen.ids, chosen.classes);
        // A detector may name recordings in which it found nothing.
        matched.missing().values().removeIf(n -> n == 0);
        if (matched.recordings().isEmpty() && !matched.missing().isEmpty()) {
            throw CommandException.input("none of the " + detected.recordings().size() + " recordings of "
                    + detected.source() + " is in the reference: it names " + Remarks.names(detected.recordings())
                    + "; the reference names " + Remarks.names(chosen.ids));
        }
        Remarks.add(remarks, matched, "detections", "in the reference");
        return matched.boxes();
    }

    /**
     * Whether boxes can be compared: every event on both sides has a band. If only some have, says why they are not.
     */
    boolean hasBoxes(Chosen chosen, List<SoundBox> detections) {
        boolean all = true;
        boolean any = chosen.boxes.stream().anyMatch(SoundBox::hasBand)
                && (detections.isEmpty() || detections.stream().anyMatch(SoundBox::hasBand));
        for (List<SoundBox> side : List.of(chosen.boxes, detections)) {
            long without = side.stream().filter(b -> !b.hasBand()).count();
            all &= without == 0;
            if (any && without > 0) {
                remarks.add(without + " of " + side.size()
                        + (side == detections ? " detections" : " reference events")
                        + " have no band (low and high, in Hz): there are no box metrics");
            }
        }
        return all;
    }

    private static MatchedEvents matched(EventTable table, Collection<String> ids, List<String> classes) {
        try {
            return MatchedEvents.of(table, ids, classes);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage(), e);
        }
    }

    private static Optional<String> find(RecordingNames names, String recording) {
        try {
            return names.find(recording);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage(), e);
        }
    }

    private void requireEvents(MatchedEvents matched, List<String> ids, List<String> classes, String where) {
        if (ids.isEmpty()) {
            throw CommandException.input("none of the " + table.recordings().size() + " recordings of "
                    + table.source() + " is " + where + ": it names "
                    + Remarks.names(table.recordings()));
        }
        if (matched.events().isEmpty()) {
            throw CommandException.input(table.source() + " has no events of the " + classes.size() + " classes ("
                    + Remarks.names(classes) + ") in " + ids.size() + " recordings, so that no metric is defined"
                    + (matched.unknown().isEmpty()
                            ? ""
                            : ": its classes are "
                                    + Remarks.names(matched.unknown().keySet())
                                    + "; if only names differ, use --rename OLD=NEW"));
        }
    }

    /**
     * The reference for the metrics, with lengths from the options if they give any.
     *
     * @param known  lengths to use if the options give none; null to use the end of the last event
     * @param others further events; if no lengths are known, a recording is at least as long as its last event
     */
    EventReference reference(Chosen chosen, Map<String, Double> known, List<SoundEvent> others) throws IOException {
        Map<String, Double> seconds = lengths.isPresent() ? lengths.get().of(chosen.ids) : known;
        if (seconds == null) {
            seconds = new LinkedHashMap<>();
            for (String id : chosen.ids) {
                seconds.put(id, MIN_SECONDS);
            }
            for (List<SoundEvent> some : List.of(chosen.events(), others)) {
                for (SoundEvent e : some) {
                    seconds.merge(e.file(), e.offset(), Math::max);
                }
            }
        }
        Map<String, Double> ends = seconds;
        List<SoundEvent> late = chosen.events().stream()
                .filter(e -> e.offset() > ends.get(e.file()) + ROUNDING)
                .toList();
        if (!late.isEmpty()) {
            SoundEvent e = late.getFirst();
            remarks.add(late.size() + " reference events end after their recording, the first "
                    + MalformedTableException.quote(e.label()) + " at " + e.offset() + " s of "
                    + MalformedTableException.quote(e.file()) + ", which has " + ends.get(e.file())
                    + " s: are the times those of the recording?");
        }
        return new EventReference(chosen.classes, seconds, chosen.events());
    }
}
