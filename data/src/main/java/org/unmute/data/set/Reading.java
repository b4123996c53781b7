package org.unmute.data.set;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.Part;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.provenance.JsonObject;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.cache.AudioClip;

/**
 * The result of reading a part of a data set.
 *
 * @param info the set
 * @param part the part
 * @param root folder of the set; ids are relative to it
 * @param labels the classes; contains every clip's labels
 * @param clips no two with the same id, in the order of the set's lists
 * @param report clips left out, and remarks
 */
public record Reading(DatasetInfo info, Part part, Path root, LabelSet labels, List<Clip> clips, Report report) {
    public Reading {
        clips = List.copyOf(clips);
    }

    /**
     * A labelled clip.
     *
     * @param audio its id, file, start and end
     * @param labels class names; may be empty in multi-label sets
     * @param unknown unknown classes, as in {@link LabelledClip#unknown}
     * @param events its events with their times; null if the set's files do not contain them
     */
    public record Clip(AudioClip audio, List<String> labels, List<String> unknown, List<Event> events) {
        public Clip {
            labels = List.copyOf(labels);
            unknown = List.copyOf(unknown);
            events = events == null ? null : List.copyOf(events);
        }
    }

    /**
     * An event in a clip.
     *
     * @param onset  in seconds from the clip's start, at least 0
     * @param offset in seconds, at least {@code onset}
     * @param label  one of the classes
     */
    public record Event(double onset, double offset, String label) {
        /** @throws IllegalArgumentException if the times are not finite or not in order */
        public Event {
            if (!(onset >= 0 && offset >= onset && offset < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "an event must have times with 0 <= start <= end: " + onset + " to " + offset + " s");
            }
        }
    }

    /** The events of all clips with their times, by clip id; empty if the events of any clip are unknown. */
    public Optional<List<SoundEvent>> strongLabels() {
        if (clips.stream().anyMatch(c -> c.events() == null)) {
            return Optional.empty();
        }
        return Optional.of(clips.stream()
                .flatMap(c ->
                        c.events().stream().map(e -> new SoundEvent(c.audio().id(), e.onset(), e.offset(), e.label())))
                .toList());
    }

    /**
     * The events of all clips, in parts of one set, for which the files state times; in seconds of their recordings.
     *
     * @param readings at least one
     */
    public static LabelFile timed(List<Reading> readings) {
        List<LabelledClip> clips = new ArrayList<>();
        List<Annotation> events = new ArrayList<>();
        for (Reading reading : readings) {
            for (Clip clip : reading.clips) {
                if (clip.events() == null) {
                    continue;
                }
                String id = clip.audio().id();
                double start = ClipId.part(id).map(ClipId.Part::start).orElse(0.0);
                clips.add(new LabelledClip(id, reading.part.label(), clip.labels()));
                clip.events()
                        .forEach(e -> events.add(new Annotation(
                                ClipId.recording(id), start + e.onset(), start + e.offset(), e.label())));
            }
        }
        Reading first = readings.getFirst();
        return LabelFile.ofEvents(new Manifest(clips, first.labels), events, "data set " + first.info.name());
    }

    /**
     * A clip that was left out.
     *
     * @param place the list and line that name the clip
     * @param clip its name there
     * @param reason description of the reason
     */
    public record Problem(String place, String clip, String reason) {
        @Override
        public String toString() {
            return clip + " (" + place + "): " + reason;
        }
    }

    /**
     * The clips that were left out.
     *
     * @param listed number of clips that the lists name
     * @param missing clips whose audio file is missing
     * @param unusable clips that exist but cannot be used
     * @param remarks further remarks on the result
     */
    public record Report(int listed, List<Problem> missing, List<Problem> unusable, List<String> remarks) {
        public Report {
            missing = List.copyOf(missing);
            unusable = List.copyOf(unusable);
            remarks = List.copyOf(remarks);
        }
    }

    /** The clips as a manifest, with the part as their split. */
    public Manifest manifest() {
        return new Manifest(
                clips.stream()
                        .map(c -> new LabelledClip(c.audio().id(), part.label(), c.labels(), c.unknown()))
                        .toList(),
                labels);
    }

    /** The clips as a list for embedding. */
    public ClipList clipList() {
        return new ClipList(root, clips.stream().map(Clip::audio).toList());
    }

    /** Description for JSON of the clips that were read and left out. */
    public Map<String, Object> describe() {
        return new JsonObject()
                .with("clips", clips.size())
                .with("listed", report.listed())
                .with(
                        "missing",
                        report.missing().stream().map(Problem::toString).toList())
                .with(
                        "unusable",
                        report.unusable().stream().map(Problem::toString).toList())
                .with("remarks", report.remarks());
    }
}
