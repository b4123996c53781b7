package org.unmute.events.field;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.audio.place.RecordedTime;
import org.unmute.data.field.Stay;
import org.unmute.files.InputException;

/** The recordings of a summary by site, its first and last day, and the recordings that have no place in it. */
final class DatedStays {
    /** More occasions than a matrix should have columns; more days than any study. */
    static final int MOST_DAYS = 5000;

    private final SummaryOptions options;
    private final TreeMap<String, List<Stay>> bySite = new TreeMap<>();
    private final List<Stay> undated = new ArrayList<>();
    private final Map<String, LocalDate> farOff = new LinkedHashMap<>();
    private LocalDate from;
    private LocalDate to;

    private DatedStays(SummaryOptions options) {
        this.options = options;
    }

    /**
     * Sorts recordings.
     *
     * @throws InputException if none has a time, or more than {@value #MOST_DAYS} days were chosen
     */
    static DatedStays of(List<Stay> all, SummaryOptions options) {
        DatedStays stays = new DatedStays(options);
        stays.sort(all);
        return stays;
    }

    /** Recordings with a time, by site. */
    TreeMap<String, List<Stay>> bySite() {
        return bySite;
    }

    /** Recordings without a time, or with a wrong one. */
    List<Stay> undated() {
        return undated;
    }

    /** The days of recordings whose clocks are too far from most others', in their order. */
    Map<String, LocalDate> farOff() {
        return farOff;
    }

    LocalDate from() {
        return from;
    }

    LocalDate to() {
        return to;
    }

    /** What is wrong with a recording that is too far from most others. */
    static String problem(LocalDate day) {
        return "its clock says " + day + ", more than " + MOST_DAYS + " days from most recordings";
    }

    private RecordedTime at(Stay stay, double seconds) {
        RecordedTime time = stay.place().begun().plus(seconds);
        return options.zone() == null ? time : time.in(options.zone());
    }

    private LocalDate firstDay(Stay stay) {
        return at(stay, stay.start()).date();
    }

    private LocalDate lastDay(Stay stay) {
        return at(stay, Math.max(stay.start(), stay.start() + stay.seconds() - 1e-6))
                .date();
    }

    /**
     * Sorts the recordings by site, and finds the first and the last day. Recordings whose clocks are too far from most
     * others' count among the undated ones.
     */
    private void sort(List<Stay> all) {
        List<Stay> dated = all.stream().filter(s -> s.place().begun() != null).toList();
        if (dated.isEmpty()) {
            throw new InputException("summarize: of none of the " + all.size() + " recordings it is known when it was"
                    + " made: run the same detect command again with --time-pattern, which reads no recording again");
        }
        LocalDate[] most = mostRecordings(dated);
        for (Stay stay : all) {
            if (stay.place().begun() == null) {
                undated.add(stay);
                continue;
            }
            LocalDate begin = firstDay(stay);
            LocalDate end = lastDay(stay);
            if (isChosen(begin) && (begin.isBefore(most[0]) || end.isAfter(most[1]))) {
                undated.add(stay);
                farOff.put(stay.recording(), begin);
                continue;
            }
            bySite.computeIfAbsent(stay.place().site(), _ -> new ArrayList<>()).add(stay);
            from = from == null || begin.isBefore(from) ? begin : from;
            to = to == null || end.isAfter(to) ? end : to;
        }
        from = options.from() == null ? from : options.from();
        to = options.to() == null ? to : options.to();
        if (to.isBefore(from)) {
            throw new InputException("summarize: there is no recording from " + from + " to " + to);
        }
        if (ChronoUnit.DAYS.between(from, to) >= MOST_DAYS) {
            throw new InputException("summarize: from " + from + " to " + to + " there are more than " + MOST_DAYS
                    + " days: choose fewer with --from and --to");
        }
    }

    private boolean isChosen(LocalDate day) {
        return (options.from() == null || !day.isBefore(options.from()))
                && (options.to() == null || !day.isAfter(options.to()));
    }

    /** The first and last of those {@value #MOST_DAYS} days that have most of the recordings; the last such days. */
    private LocalDate[] mostRecordings(List<Stay> dated) {
        LocalDate[] days = dated.stream()
                .map(this::firstDay)
                .filter(this::isChosen)
                .sorted()
                .toArray(LocalDate[]::new);
        LocalDate best = LocalDate.MIN;
        int most = 0;
        int end = 0;
        for (int begin = 0; begin < days.length; begin++) {
            while (end < days.length && ChronoUnit.DAYS.between(days[begin], days[end]) < MOST_DAYS - 1) {
                end++;
            }
            if (end - begin >= most && !days[begin].equals(best)) {
                most = end - begin;
                best = days[begin];
            }
        }
        return new LocalDate[] {best, most == 0 ? LocalDate.MAX : best.plusDays(MOST_DAYS - 1)};
    }
}
