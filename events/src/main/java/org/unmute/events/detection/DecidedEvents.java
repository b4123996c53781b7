package org.unmute.events.detection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.unmute.data.ClipId;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;

/**
 * The events of a recording that are listed: those that the probe found, without those that a listener rejected in an
 * earlier review, and what a listener confirmed although the probe did not find it, without a score.
 */
public final class DecidedEvents implements EventJournal.Source {
    private final EventJournal.Source found;
    private final EarlierVerdicts.OfRecording verdicts;
    private final List<String> classes;
    private final RecordingResult result;

    /**
     * @param found    what the probe found, by onset, offset and class
     * @param classes  by the numbers of events
     * @param result   of the recording
     */
    public DecidedEvents(
            EventJournal.Source found, EarlierVerdicts verdicts, List<String> classes, RecordingResult result) {
        this.found = found;
        this.verdicts = verdicts.of(ClipId.recording(result.id()), result.sha256());
        this.classes = classes;
        this.result = result;
    }

    @Override
    public void forEach(DetectionFolder.Taker events) throws IOException {
        if (verdicts.isEmpty()) {
            found.forEach(events);
            return;
        }
        List<Event> added = added();
        int[] next = {0};
        found.forEach(event -> {
            while (next[0] < added.size() && EventCodec.ORDER.compare(added.get(next[0]), event) < 0) {
                events.accept(added.get(next[0]++));
            }
            if (!isRejected(event)) {
                events.accept(event);
            }
        });
        for (Event event : added.subList(next[0], added.size())) {
            events.accept(event);
        }
    }

    /** Passes on the events that the probe found and a listener had rejected. */
    void rejected(DetectionFolder.Taker events) throws IOException {
        if (!verdicts.isEmpty()) {
            found.forEach(event -> {
                if (isRejected(event)) {
                    events.accept(event);
                }
            });
        }
    }

    /** Whether a listener confirmed an event. */
    public boolean isConfirmed(Event event) {
        return !verdicts.isEmpty() && verdicts.isConfirmed(label(event), event.onset(), event.offset());
    }

    private boolean isRejected(Event event) {
        return verdicts.isRejected(label(event), event.onset(), event.offset());
    }

    private String label(Event event) {
        return event.label() < classes.size() ? classes.get(event.label()) : "";
    }

    /** What was confirmed in this part of the recording and is no event of the probe, in order. */
    private List<Event> added() throws IOException {
        List<EarlierVerdicts.Decision> missing = new ArrayList<>();
        double start = result.read().start();
        double end = start + result.read().seconds();
        for (EarlierVerdicts.Decision d : verdicts.confirmed()) {
            double middle = (d.start() + d.end()) / 2;
            // Of several channels the first one has what the verdict, which names none, is about.
            if (classes.contains(d.label()) && middle >= start && middle <= end && ClipId.channel(result.id()) <= 1) {
                missing.add(d);
            }
        }
        if (!missing.isEmpty()) {
            found.forEach(event -> missing.removeIf(d ->
                    !isRejected(event) && d.label().equals(label(event)) && d.isAbout(event.onset(), event.offset())));
        }
        List<Event> added = new ArrayList<>();
        missing.forEach(d -> added.add(new Event(
                classes.indexOf(d.label()), d.start(), d.end(), Float.NaN, (d.start() + d.end()) / 2, band(d))));
        added.sort(EventCodec.ORDER);
        return added;
    }

    private Band band(EarlierVerdicts.Decision d) {
        double low = Double.isNaN(d.low()) ? 0 : d.low();
        double high =
                d.high() > low ? d.high() : Math.max(low + 1, result.read().sampleRate() / 2.0);
        return new Band(low, high, Double.isNaN(d.low()) && Double.isNaN(d.high()));
    }
}
