package org.unmute.events.field;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.unmute.audio.place.RecordedTime;
import org.unmute.data.ClipId;
import org.unmute.data.field.Stay;
import org.unmute.probes.event.Event;

/**
 * Sound and events of a site by hour. An event belongs to the hour of its onset; sound is split at the hours. The same
 * stretch of a file counts once, however many of its channels were read.
 */
final class SiteActivity {
    private static final double HOUR = 3600;
    private static final double TINY = 1e-6;

    /** Sound in an hour. */
    static final class Effort {
        private double seconds;
        private int recordings;

        double seconds() {
            return seconds;
        }

        /** Recordings that begin in it. */
        int recordings() {
            return recordings;
        }
    }

    /** Events of a class in an hour. */
    static final class Count {
        private long events;
        private double seconds;

        long events() {
            return events;
        }

        double seconds() {
            return seconds;
        }
    }

    /** A stretch of a file. */
    private record Stretch(String file, double start) {}

    private final ZoneId zone;
    private final LocalDate from;
    private final LocalDate to;
    private final TreeMap<ClockHour, Effort> effort = new TreeMap<>();
    /** By class, then by hour. */
    private final TreeMap<Integer, TreeMap<ClockHour, Count>> counts = new TreeMap<>();

    private final Set<Stretch> seen = new HashSet<>();

    private SiteActivity(ZoneId zone, LocalDate from, LocalDate to) {
        this.zone = zone;
        this.from = from;
        this.to = to;
    }

    /**
     * Counts the recordings of a site.
     *
     * @param stays with a time
     * @param from  first day; null for no limit
     * @param to    last day; null for no limit
     */
    static SiteActivity of(DetectedFolder folder, List<Stay> stays, ZoneId zone, LocalDate from, LocalDate to)
            throws IOException {
        SiteActivity site = new SiteActivity(zone, from, to);
        for (Stay stay : stays) {
            site.add(stay);
            folder.events(stay, event -> site.add(stay, event));
        }
        return site;
    }

    private RecordedTime at(Stay stay, double seconds) {
        RecordedTime time = stay.place().begun().plus(seconds);
        return zone == null ? time : time.in(zone);
    }

    private boolean isOutside(ClockHour hour) {
        return from != null && hour.date().isBefore(from)
                || to != null && hour.date().isAfter(to);
    }

    private void add(Stay stay) {
        if (!seen.add(new Stretch(ClipId.recording(stay.recording()), stay.start()))) {
            return;
        }
        RecordedTime now = at(stay, stay.start());
        double left = stay.seconds();
        boolean first = true;
        while (left > TINY || first) {
            ClockHour hour = ClockHour.of(now);
            double into = ChronoUnit.MICROS.between(hour.begin(), now.local()) / 1e6;
            double part = Math.min(left, HOUR - into);
            if (!isOutside(hour)) {
                Effort sum = effort.computeIfAbsent(hour, _ -> new Effort());
                sum.seconds += part;
                sum.recordings += first ? 1 : 0;
            }
            first = false;
            left -= part;
            now = now.plus(part);
        }
    }

    private void add(Stay stay, Event event) {
        ClockHour hour = ClockHour.of(at(stay, event.onset()));
        if (!isOutside(hour)) {
            Count count =
                    counts.computeIfAbsent(event.label(), _ -> new TreeMap<>()).computeIfAbsent(hour, _ -> new Count());
            count.events++;
            count.seconds += event.offset() - event.onset();
        }
    }

    TreeMap<ClockHour, Effort> effort() {
        return effort;
    }

    Map<Integer, TreeMap<ClockHour, Count>> counts() {
        return counts;
    }
}
